"""Handshakes of TLS that never come to their end: what they hold, how many there may be, what is told of them."""

import contextlib
import socket
import ssl
import threading
import time

import pytest

from harness.edge import Edge, eventually
from harness.http import HTTPClient, figures
from harness.tls import client, pair, secure
from harness.wire import connect

BOTH = ("127.0.0.1:0 tls", "127.0.0.1:0")


def client_hello() -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        client().wrap_bio(incoming, outgoing, server_hostname="edge.test").do_handshake()
    return outgoing.read()


def record(message: bytes) -> bytes:
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def serve(upstream, **limits: str) -> Edge:
    settings = {f"XMPP_EDGE_LIMITS_{name.upper()}": value for name, value in limits.items()}
    return Edge(upstream.address, listen=BOTH, options=pair("good"), workers=1, environment=settings)


def begin(edge: Edge, words: bytes = b"") -> socket.socket:
    connection = socket.create_connection(edge.address)
    connection.settimeout(15)
    connection.sendall(words)
    return connection


def ends(connection: socket.socket) -> bool:
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def waits(connection: socket.socket, said: bytes | None = None) -> bool:
    """Whether it is still open, and what was said is that, if something is given."""
    connection.setblocking(False)
    try:
        more = connection.recv(65536)
        return more != b"" and said is None
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(15)


@pytest.mark.memory
@pytest.mark.parametrize("words", [b"", b"\x16\x03\x01", "half", "cut", record(b"\x01\x00\x3f\xfc" + bytes(64))])
def test_half_a_client_hello_holds_next_to_nothing_and_gives_it_back(upstream, words):
    """The 43 KB of a handshake are taken up when the message is whole."""
    hello = client_hello()
    words = {"half": hello[:len(hello) // 2], "cut": record(hello[5:105])}.get(words, words)
    with serve(upstream) as edge:
        assert HTTPClient(secure(edge.address)).request().status == 404
        before = edge.resident_kilobytes()
        waiting = [begin(edge, words) for _ in range(800)]
        HTTPClient(edge.addresses()[1]).request()  # all that came before has been taken by then
        assert (edge.resident_kilobytes() - before) / len(waiting) < 4
        for connection in waiting:
            connection.close()
        assert eventually(lambda: edge.resident_kilobytes() - before < len(waiting))


@pytest.mark.memory
def test_what_handshakes_hold_is_bounded_by_their_number(upstream):
    hello = client_hello()
    with serve(upstream, handshakes="100", time_to_head="1 min") as edge:
        assert HTTPClient(secure(edge.address)).request().status == 404
        before = edge.resident_kilobytes()
        waiting = [begin(edge, hello) for _ in range(400)]
        assert eventually(lambda: figures(edge.admin).get('limits_reached_total{limit="handshakes"}') == 300, 30)
        assert edge.resident_kilobytes() - before < 100 * 60
        assert all(ends(connection) for connection in waiting[:300])


def test_who_comes_when_too_many_handshakes_are_under_way_waits_and_one_that_takes_too_long_gives_way(upstream):
    hello = client_hello()
    with serve(upstream, handshakes="10") as edge:
        done = [connect(secure(edge.address)) for _ in range(30)]  # these are through
        began = time.monotonic()
        stalling = [begin(edge, hello) for _ in range(10)]
        for connection in stalling:
            assert connection.recv(1), "the server's part"
        more = [begin(edge, hello) for _ in range(3)]
        # Until the others have taken two seconds, which on a busy machine may be over by now.
        assert all(waits(connection, b"") for connection in more) or time.monotonic() - began > 2
        assert all(ends(connection) for connection in stalling[:3])
        for connection in more:
            assert connection.recv(1)
        assert all(waits(connection) for connection in stalling[3:] + more)
        assert eventually(lambda: "TLS handshake failed (displaced), client=127.0.0.1" in edge.log())
        assert HTTPClient(secure(edge.address)).request().status == 404
        assert eventually(lambda: figures(edge.admin)['tls_handshakes_failed_total{cause="displaced"}'] == 4)
        for connection in done:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: edge.test\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_a_crowd_of_browsers_gets_through_whatever_the_limit(upstream):
    """All say their first word before anybody has an answer. Whoever takes two seconds may be displaced: on a busy machine, anybody."""
    with serve(upstream, handshakes="10") as edge:
        crowd = [Slow(edge) for _ in range(100)]
        began = time.monotonic()
        for browser in crowd:
            browser.begin()
        threads = [threading.Thread(target=browser.finish) for browser in crowd]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        served = sum(browser.answer.startswith(b"HTTP/1.1 404") for browser in crowd)
        if time.monotonic() - began < 2:
            assert served == 100
        assert eventually(lambda: figures(edge.admin)["tls_handshakes_total"] >= served)
        displaced = figures(edge.admin).get('tls_handshakes_failed_total{cause="displaced"}', 0)
        assert served >= 10 and served + displaced >= 100, "who was not displaced got through"


def test_who_waits_and_says_more_or_goes_away_harms_nobody(upstream):
    hello = client_hello()
    with serve(upstream, handshakes="10") as edge:
        stalling = [begin(edge, hello) for _ in range(10)]
        assert all(connection.recv(1) for connection in stalling)
        chatting, leaving, last = begin(edge, hello), begin(edge, hello), Slow(edge)
        last.begin()
        leaving.close()
        with contextlib.suppress(ConnectionError):
            chatting.sendall(bytes(100_000))
        assert ends(chatting)
        last.finish()
        assert last.answer.startswith(b"HTTP/1.1 404")


class Slow:
    """A browser that does its handshake by hand."""

    def __init__(self, edge: Edge):
        self.socket = begin(edge)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = client().wrap_bio(self.incoming, self.outgoing, server_hostname="edge.test")
        self.answer = b""

    def begin(self) -> None:
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.do_handshake()
        self.socket.sendall(self.outgoing.read())

    def finish(self) -> None:
        self._until_done(self.tls.do_handshake)
        self.tls.write(b"GET / HTTP/1.1\r\nHost: edge.test\r\n\r\n")
        self.socket.sendall(self.outgoing.read())
        self.answer = self._until_done(lambda: self.tls.read(4096))

    def _until_done(self, step):
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outgoing.read())
                self.incoming.write(self.socket.recv(65536))
            else:
                self.socket.sendall(self.outgoing.read())
                return result


def hasty(version: ssl.TLSVersion, ciphers: str = "", protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
    context = client()
    context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def fail(edge: Edge, context: ssl.SSLContext, name: str = "edge.test") -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connect(secure(edge.address, context=context, name=name)).recv(1)


def test_why_a_handshake_failed_is_told_once_in_a_while(upstream):
    with serve(upstream) as edge:
        began = time.monotonic()
        for _ in range(5):
            assert ends(begin(edge, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
            fail(edge, ssl.create_default_context())
            fail(edge, hasty(ssl.TLSVersion.TLSv1_2, ciphers="AES128-SHA"))
            fail(edge, hasty(ssl.TLSVersion.TLSv1_3, protocols=("h2",)))
            assert ends(begin(edge, record(b"\x02\x00\x00\x00")))
        assert eventually(lambda: edge.log().count("TLS handshake failed") >= 5)
        told = [line for line in edge.lines if "TLS handshake failed" in line]
        for cause, words in {
            "not-tls": "what came is not TLS", "certificate-refused": "the other side refused with alert 48 (unknown authority)",
            "no-common-cipher": "no cipher suite in common", "no-common-protocol": "no application protocol in common",
            "malformed": "no ClientHello",
        }.items():
            assert [line for line in told if f"({cause}), client=127.0.0.1: " in line and words in line], told
        assert len(told) == 5 or time.monotonic() - began > 10, "each once in ten seconds"


def test_handshakes_are_counted_by_what_became_of_them(upstream):
    hello = client_hello()
    with serve(upstream, time_to_head="1500 ms", handshakes="10") as edge:
        assert HTTPClient(secure(edge.address)).request().status == 404
        assert ends(begin(edge, b"SSH-2.0-scan\r\n")) and ends(begin(edge, b"\x00"))
        fail(edge, ssl.create_default_context())
        begin(edge, hello[:9]).close()
        begin(edge).close()  # never a word: nothing was tried
        assert ends(begin(edge, hello))
        assert all([ends(connection) for connection in [begin(edge, hello) for _ in range(12)]])
        wanted = {
            "tls_handshakes_total": 1, "tls_handshakes_failed_total": {
                "not-tls": 2, "certificate-refused": 1, "vanished": 1, "timeout": 13},
        }

        def counted() -> dict:
            found = figures(edge.admin)
            causes = {name.split('"')[1]: value for name, value in found.items() if "failed_total" in name}
            causes["timeout"] = causes.get("timeout", 0) + causes.pop("displaced", 0)  # two of them waited until others had taken too long
            return {"tls_handshakes_total": found["tls_handshakes_total"], "tls_handshakes_failed_total": causes}

        assert eventually(lambda: counted() == wanted), counted()
        assert HTTPClient(edge.addresses()[1]).request(target="/metrics").status == 404, "the public sees none of it"


def test_nothing_is_told_of_who_went_away_or_was_too_slow(upstream):
    hello = client_hello()
    with serve(upstream, time_to_head="1 s") as edge:
        begin(edge).close()
        begin(edge, hello[:100]).close()
        begin(edge, hello).close()
        assert ends(begin(edge, hello[:100])) and ends(begin(edge, hello)) and ends(begin(edge))
        edge.terminate()  # the last lines are there then
        assert "handshake" not in edge.log()
