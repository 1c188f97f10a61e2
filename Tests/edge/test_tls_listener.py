"""https and wss: browsers meet the edge in TLS."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from harness.browser import Browser
from harness.edge import PROGRAM, Edge, eventually
from harness.http import HTTPClient
from harness.stream import CLIENT
from harness.tls import certificates, client, pair, secure, swap
from harness.upstream import Upstream
from harness.websocket import request
from harness.wire import Ended, Wire, connect, fill, narrow
from harness.table import Table

BOTH = ("127.0.0.1:0 tls", "127.0.0.1:0")
PRESENCE = f"<presence xmlns='{CLIENT}'/>"


class SecureTable(Table):
    def connect(self, **options) -> Browser:
        return Browser(secure(self.edge.address), more=self.more, **options)


@pytest.fixture
def edge(upstream: Upstream, site: Path):
    with Edge(upstream.address, public=site, listen=BOTH, options=pair("good")) as running:
        yield running
        upstream.close_streams()


@pytest.fixture
def table(edge: Edge, upstream: Upstream) -> Table:
    return SecureTable(edge, upstream)


def serial(connection: ssl.SSLSocket) -> bytes:
    certificate = connection.getpeercert(binary_form=True)
    assert certificate
    return certificate


def read(tls: ssl.SSLObject, raw: socket.socket, incoming: ssl.MemoryBIO) -> bytes:
    """What comes first, by hand."""
    while True:
        incoming.write(raw.recv(65536))
        try:
            return tls.read(4096)
        except ssl.SSLWantReadError:
            pass


def own(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((certificates() / f"{name}.pem").read_text())


def test_the_page_comes_over_https_and_beside_it_in_clear(edge, site):
    for address in (secure(edge.address), edge.addresses()[1]):
        answer = HTTPClient(address).request(target="/app.mjs")
        assert answer.status == 200 and answer.body == (site / "app.mjs").read_bytes()
        assert answer["strict-transport-security"] is None


def test_UP_013_the_listener_takes_tls_1_2_and_1_3_and_speaks_http_1_1(edge):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client()
        context.minimum_version = context.maximum_version = version
        connection = connect(secure(edge.address, context=context))
        assert connection.selected_alpn_protocol() == "http/1.1"
        assert connection.cipher()[1] == ("TLSv1.2" if version == ssl.TLSVersion.TLSv1_2 else "TLSv1.3")


@pytest.mark.parametrize("origin, secure_status, clear_status", [
    ("https://edge.test", 101, 101), ("http://edge.test", 403, 101), ("app://edge.test", 403, 403), ("https://edge.test:444", 403, 403),
])
def test_WX_026_FW_010_a_page_without_tls_opens_nothing_where_tls_is_spoken(edge, origin, secure_status, clear_status):
    for address, status in ((secure(edge.address), secure_status), (edge.addresses()[1], clear_status)):
        connection = HTTPClient(address)
        connection.send(request("/ws", host="edge.test", more=(f"Origin: {origin}",)))
        assert connection.read().status == status
        preflight = HTTPClient(address).request("OPTIONS", "/bosh", (f"Origin: {origin}",), host="edge.test")
        assert preflight.status == (204 if status == 101 else 403)


def test_WX_026_a_page_without_tls_can_be_named_in_the_configuration(upstream):
    named = {"XMPP_EDGE_ALLOWED_ORIGINS": "same-host,http://edge.test"}
    with Edge(upstream.address, listen=BOTH, options=pair("good"), environment=named) as edge:
        connection = HTTPClient(secure(edge.address))
        connection.send(request("/ws", host="edge.test", more=("Origin: http://edge.test",)))
        assert connection.read().status == 101


def test_a_client_of_http_2_only_is_refused(edge):
    context = client()
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError, match="no application protocol|NO_APPLICATION_PROTOCOL"):
        connect(secure(edge.address, context=context))


def test_a_session_over_wss(table):
    browser, stream = table.logged_in()
    browser.send(PRESENCE)
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.send(f"<message from='a@edge.test' id='m1'><body>{'x' * 60_000}</body></message>")
    assert len(browser.receive().text) > 60_000
    browser.send(f"<message xmlns='{CLIENT}' id='m2'><body>{'y' * 100_000}</body></message>")
    assert len(stream.read_element(f"{{{CLIENT}}}message").raw) > 100_000
    browser.send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    stream.read_end()
    stream.send("</stream:stream>")
    browser.expect_closing()


def test_records_may_be_cut_anywhere(edge, upstream):
    """Through a pipe that hands on single bytes, the handshake too."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client().wrap_bio(incoming, outgoing, server_hostname="edge.test")
    raw = socket.create_connection(edge.address, timeout=15)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def pump():
        for byte in outgoing.read():
            raw.sendall(bytes([byte]))
        incoming.write(raw.recv(65536))

    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            pump()
    tls.write(b"GET /app.mjs HTTP/1.1\r\nHost: edge.test\r\nConnection: close\r\n\r\n")
    got = b""
    while b"\r\n\r\n" not in got:
        try:
            got += tls.read(65536)
        except ssl.SSLWantReadError:
            pump()
    assert got.startswith(b"HTTP/1.1 200 ")


def test_a_request_that_comes_with_the_end_of_the_handshake_is_answered(edge):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client().wrap_bio(incoming, outgoing, server_hostname="edge.test")
    with socket.create_connection(edge.address) as raw:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        # The client's Finished and its request leave in one write.
        tls.write(request("/ws", host="edge.test"))
        raw.sendall(outgoing.read())
        assert read(tls, raw, incoming).startswith(b"HTTP/1.1 101 ")


def test_the_end_is_said_both_ways(edge):
    connection = connect(secure(edge.address))
    connection.sendall(b"GET / HTTP/1.1\r\nHost: edge.test\r\nConnection: close\r\n\r\n")
    received = b""
    # With a raised error instead of the empty read, the end would not have been said (close_notify).
    connection.suppress_ragged_eofs = False
    while piece := connection.recv(65536):
        received += piece
    assert received.startswith(b"HTTP/1.1 200 ")
    connection.unwrap()


def test_a_client_that_says_its_end_still_gets_the_answer(edge, site):
    (site / "big.bin").write_bytes(os.urandom(400_000))
    assert eventually(lambda: len(HTTPClient(edge.addresses()[1]).request(target="/big.bin").body) == 400_000, timeout=15, every=0.2)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client().wrap_bio(incoming, outgoing, server_hostname="edge.test")
    with socket.create_connection(edge.address) as raw:
        raw.settimeout(15)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        tls.write(b"GET /big.bin HTTP/1.1\r\nHost: edge.test\r\n\r\n")
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        raw.sendall(outgoing.read())
        size = 0
        while piece := raw.recv(65536):
            size += len(piece)
        assert size > 400_000


def test_H1_036_words_in_clear_end_the_connection_at_once(edge):
    wire = Wire(socket.create_connection(edge.address))
    wire.send(b"GET / HTTP/1.1\r\nHost: edge.test\r\n\r\n")
    answer = wire.drain(5)
    assert not answer.startswith(b"HTTP")


def test_a_handshake_that_does_not_go_on_is_given_up(upstream, site):
    quick = {"XMPP_EDGE_LIMITS_TIME_TO_HEAD": "2 s"}
    with Edge(upstream.address, public=site, listen=BOTH, options=pair("good"), environment=quick) as edge:
        silent = Wire(socket.create_connection(edge.address))
        half = Wire(socket.create_connection(edge.address))
        half.send(b"\x16\x03\x01\x02\x00\x01")
        began = time.monotonic()
        silent.drain()
        half.drain()
        assert time.monotonic() - began < 9, "otherwise it has ten seconds"
        assert HTTPClient(secure(edge.address)).request().status == 200


def test_each_host_gets_its_certificate(upstream, site):
    with Edge(upstream.address, public=site, listen=BOTH, options=(*pair("good"), *pair("second"))) as edge:
        assert serial(connect(secure(edge.address))) == own("good")
        assert serial(connect(secure(edge.address, name="second.test"))) == own("second")
        assert serial(connect(secure(edge.address, name="any.second.test"))) == own("second")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_are_resumed_whichever_thread_takes_them(edge, version):
    context = client()
    context.minimum_version = context.maximum_version = version
    first = connect(secure(edge.address, context=context))
    first.sendall(b"GET /plain.js HTTP/1.1\r\nHost: edge.test\r\n\r\n")
    first.recv(4096)
    session = first.session
    resumed = 0
    for _ in range(8):
        raw = socket.create_connection(edge.address)
        again = context.wrap_socket(raw, server_hostname="edge.test", session=session)
        resumed += bool(again.session_reused)
    assert resumed == 8


@pytest.mark.memory
def test_many_bytes_wait_for_a_slow_reader_without_piling_up(table, edge):
    browser, stream = table.logged_in()
    narrow(browser.socket.wire.socket)
    narrow(stream.wire.socket)
    before = edge.resident_kilobytes()
    stanza = f"<message from='a@edge.test'><body>{'z' * 50_000}</body></message>"
    sent, _ = fill(stream.wire.socket, lambda _: stanza.encode())  # or it says that nobody was held back
    assert edge.resident_kilobytes() - before < 8_000
    for _ in range(sent):
        assert len(browser.receive().text) > 50_000


@pytest.mark.parametrize("how", ["by itself", "SIGHUP"])
def test_new_certificates_are_shown_to_new_connections_and_nobody_is_dropped(upstream, site, tmp_path, how):
    folder = tmp_path / "tls"
    folder.mkdir()
    swap(folder, "good")
    options = ("--certificate", str(folder / "own.pem"), "--key", str(folder / "own.key"))
    with Edge(upstream.address, public=site, listen=BOTH, options=options) as edge:
        table = SecureTable(edge, upstream)
        sessions = [table.logged_in() for _ in range(10)]
        swap(folder, "renewed")
        if how == "SIGHUP":
            edge.process.send_signal(1)
        assert eventually(lambda: serial(connect(secure(edge.address))) == own("renewed"))
        for number, (browser, stream) in enumerate(sessions):
            assert serial(browser.socket.wire.socket) == own("good")
            browser.send(f"<message xmlns='{CLIENT}' id='m{number}'/>")
            assert stream.read_element(f"{{{CLIENT}}}message").element.get("id") == f"m{number}"
        # A key that does not fit changes nothing but the log.
        before = edge.log().count("the old certificates stay")  # perhaps once, between two files that changed
        shutil.copy(certificates() / "second.key", folder / "own.key")
        assert eventually(lambda: edge.log().count("the old certificates stay") > before)
        assert serial(connect(secure(edge.address))) == own("renewed")
        swap(folder, "good")
        assert eventually(lambda: serial(connect(secure(edge.address))) == own("good"))
        upstream.close_streams()


def test_a_staple_beside_the_certificate_is_shown(upstream, site, tmp_path):
    for name in ("good.pem", "good.key"):
        shutil.copy(certificates() / name, tmp_path / name)
    shutil.copy(certificates() / "good.staple", tmp_path / "good.pem.ocsp")
    options = ("--certificate", str(tmp_path / "good.pem"), "--key", str(tmp_path / "good.key"))
    with Edge(upstream.address, public=site, listen=BOTH, options=options) as edge:
        seen = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{edge.address[1]}", "-servername", "edge.test", "-status"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        assert "Cert Status: good" in seen.stdout


@pytest.mark.parametrize("certificate, staple, words", [
    ("good", "revoked", "good.pem.ocsp: is about another certificate"),
    ("revoked", "revoked", "revoked.pem.ocsp: says that the certificate was revoked"),
    ("self", None, "self.pem: the certificate is self-signed"),
    ("chained-alone", None, "is an intermediate one missing"), ("chained", None, ""),
])
def test_check_tells_of_what_browsers_do_not_like(tmp_path, certificate, staple, words):
    key = certificate.removesuffix("-alone")
    for name in (f"{certificate}.pem", f"{key}.key"):
        shutil.copy(certificates() / name, tmp_path / name)
    if staple:
        shutil.copy(certificates() / f"{staple}.staple", tmp_path / f"{certificate}.pem.ocsp")
    settings = [
        "--listen", "127.0.0.1:0 tls", "--certificate", str(tmp_path / f"{certificate}.pem"),
        "--key", str(tmp_path / f"{key}.key"), "--domain", "edge.test", "--upstream", "127.0.0.1:1"]
    trust = {**os.environ, "SSL_CERT_FILE": str(certificates() / "ca.pem"), "SSL_CERT_DIR": str(tmp_path)}
    done = subprocess.run([str(PROGRAM), "check", *settings], capture_output=True, text=True, timeout=30, env=trust)
    warnings = [line for line in done.stdout.splitlines() if line.startswith(("warning", "FAIL /"))]
    assert words in "".join(warnings) and len(warnings) == bool(words), done.stdout


def test_an_old_staple_does_not_keep_a_new_certificate_away(upstream, tmp_path):
    swap(tmp_path, "good")
    shutil.copy(certificates() / "good.staple", tmp_path / "own.pem.ocsp")
    options = ("--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.key"))
    with Edge(upstream.address, listen=BOTH, options=options) as edge:
        swap(tmp_path, "renewed")
        assert eventually(lambda: serial(connect(secure(edge.address))) == own("renewed"))
        assert eventually(lambda: "own.pem.ocsp: is about another certificate and is not stapled" in edge.log())


def test_a_listener_that_runs_keeps_its_certificate_when_the_file_names_others(upstream, tmp_path):
    """Listeners change at the next start only, and until then what they need is needed."""
    def write(listen: str, tls: str) -> None:
        (tmp_path / "edge.yaml").write_text(f"listen: [{listen}]\nadmin: off\ntls: {tls}\nupstreams: ['edge.test={upstream.address}']\n")

    files = f"{{certificates: ['{certificates()}/good.pem'], keys: ['{certificates()}/good.key']}}"
    write("'127.0.0.1:0 tls'", files)
    edge = Edge()
    edge.command = [str(PROGRAM), "--config", str(tmp_path / "edge.yaml")]
    with edge:
        write("'127.0.0.1:0'", files)
        edge.process.send_signal(1)
        assert eventually(lambda: "configuration reloaded" in edge.log())
        assert serial(connect(secure(edge.address))) == own("good")
        write("'127.0.0.1:0'", "{}")
        edge.process.send_signal(1)
        assert eventually(lambda: "reload failed, the old configuration stays: tls.certificates" in edge.log())
        assert serial(connect(secure(edge.address))) == own("good")


def test_browsers_are_told_to_come_with_tls_only_where_it_counts(upstream, site):
    told = {"XMPP_EDGE_TLS_STRICT_TRANSPORT": "24 h"}
    with Edge(upstream.address, public=site, listen=BOTH, options=pair("good"), environment=told) as edge:
        assert HTTPClient(secure(edge.address)).request()["strict-transport-security"] == "max-age=86400"
        assert HTTPClient(edge.addresses()[1]).request()["strict-transport-security"] is None


@pytest.mark.parametrize("port, target, host, location", [
    (443, "/a/b?c=d", "chat.edge.test:8080", "https://chat.edge.test/a/b?c=d"),
    (8443, "/", "[::1]:80", "https://[::1]:8443/"), (443, "/ws", "edge.test", "https://edge.test/ws"),
])
def test_requests_in_clear_are_sent_to_tls(upstream, site, port, target, host, location):
    environment = {"XMPP_EDGE_TLS_REDIRECT_TO_PORT": str(port)}
    with Edge(upstream.address, public=site, listen=BOTH, options=pair("good"), environment=environment) as edge:
        answer = HTTPClient(edge.addresses()[1]).request(target=target, host=host)
        assert answer.status == 308 and answer["location"] == location
        posted = HTTPClient(edge.addresses()[1]).request("POST", "/bosh", body=b"<body/>", host=host)
        assert posted.status == 308
        assert HTTPClient(secure(edge.address)).request().status == 200


def test_who_came_through_a_trusted_proxy_is_sent_to_the_host_he_asked_that_for(upstream):
    environment = {"XMPP_EDGE_TLS_REDIRECT_TO_PORT": "443", "XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1"}
    with Edge(upstream.address, environment=environment) as edge:
        fields = ("X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: chat.edge.test:8080")
        answer = HTTPClient(edge.address).request(target="/a", host="backend:5280", headers=fields)
        assert answer.status == 308 and answer["location"] == "https://chat.edge.test/a"
        unknown = HTTPClient(edge.address).request(host=":80", headers=fields[:1])
        assert unknown.status == 400


@pytest.mark.parametrize("certificate, key, words", [
    ("good.pem", "second.key", "the key does not belong to the certificate"), ("good.pem", "locked.key", "locked with a passphrase"),
    ("good.key", "good.key", "holds no certificate"), ("good.pem", "absent.key", "cannot be read: No such file"),
    ("chained-reversed.pem", "middle.key", "out of order"), ("no-name.pem", "no-name.key", "names no host"),
    ("chained-reversed.pem", "chained.key", "out of order"), ("unrelated.pem", "good.key", "do not belong together"),
    ("chained-cut.pem", "chained.key", "was the file cut?"),
])
def test_check_and_start_say_what_is_wrong_with_a_certificate(certificate, key, words):
    settings = [
        "--listen", "127.0.0.1:0 tls", "--certificate", str(certificates() / certificate), "--key", str(certificates() / key),
        "--domain", "edge.test", "--upstream", "127.0.0.1:1", "--admin", "off",
    ]
    for command in (["check"], []):
        done = subprocess.run([str(PROGRAM), *command, *settings], capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert words in done.stdout + done.stderr


@pytest.mark.parametrize("name, words", [
    ("expired", "the certificate has expired (Fri, 01 Jan 2021 00:00:00 GMT)"),
    ("future", "the certificate is not valid yet; is the clock right? (Tue, 01 Jan 2047 00:00:00 GMT)"),
])
def test_check_fails_on_a_certificate_that_every_browser_refuses_and_a_start_warns_of_it(upstream, name, words):
    settings = ["--listen", "127.0.0.1:0 tls", *pair(name), "--domain", "edge.test", "--upstream", "127.0.0.1:1"]
    done = subprocess.run([str(PROGRAM), "check", *settings], capture_output=True, text=True, timeout=30)
    assert f"FAIL {certificates()}/{name}.pem: {words}\n" in done.stdout and done.stdout.count(words) == 1
    with Edge(upstream.address, listen=BOTH, options=pair(name)) as edge:
        assert eventually(lambda: words in edge.log())


@pytest.mark.parametrize("url, certificate, fits", [
    ("https://chat.edge.test:8443/x", "good", True), ("https://a.second.test", "second", True), ("https://[2001:DB8::7]", "number", True),
    ("https://192.0.2.7", "number", True), ("https://elsewhere.test", "good", False), ("https://192.0.2.8", "number", False),
])
def test_check_compares_the_certificate_with_the_public_address(url, certificate, fits):
    settings = [
        "--listen", "127.0.0.1:0 tls", *pair(certificate), "--public-url", url, "--domain", "edge.test", "--upstream", "127.0.0.1:1"]
    done = subprocess.run([str(PROGRAM), "check", *settings], capture_output=True, text=True, timeout=30)
    assert ("warning: public-url: none of the certificates is for " in done.stdout) != fits, done.stdout


def test_a_listener_with_tls_needs_a_certificate(upstream):
    settings = ["--listen", "127.0.0.1:0 tls", "--domain", "edge.test", "--upstream", upstream.address]
    done = subprocess.run([str(PROGRAM), *settings], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "there is no certificate" in done.stderr


def test_an_end_without_a_word_is_seen(table):
    browser, stream = table.logged_in()
    browser.socket.wire.socket.shutdown(socket.SHUT_RDWR)
    stream.expect_eof()


def test_noise_instead_of_records_ends_only_its_own_connection(table, edge):
    browser, stream = table.logged_in()
    victim, other = table.logged_in()
    raw = socket.socket(fileno=victim.socket.wire.socket.detach())
    raw.sendall(b"\x17\x03\x03\x00\x20" + os.urandom(32))
    other.expect_eof()
    browser.send(PRESENCE)
    stream.read_element(f"{{{CLIENT}}}presence")
    with pytest.raises(Ended):
        Wire(raw).take(100_000)


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_PP_001_a_proxy_header_may_come_before_tls(upstream, site, gap):
    trust = {"XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1"}
    with Edge(upstream.address, public=site, listen=("127.0.0.1:0 proxy tls",), options=pair("good"), environment=trust) as edge:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client().wrap_bio(incoming, outgoing, server_hostname="edge.test")
        with socket.create_connection(edge.address) as raw:
            raw.settimeout(15)
            first = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 443\r\n"
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    hello = outgoing.read()
                    if gap and first:
                        raw.sendall(first)
                        time.sleep(gap)
                        first = b""
                    # Without a gap, header and ClientHello come in one segment.
                    raw.sendall(first + hello)
                    first = b""
                    incoming.write(raw.recv(65536))
            tls.write(b"GET /plain.js HTTP/1.1\r\nHost: edge.test\r\n\r\n")
            raw.sendall(outgoing.read())
            assert read(tls, raw, incoming).startswith(b"HTTP/1.1 200 ")
