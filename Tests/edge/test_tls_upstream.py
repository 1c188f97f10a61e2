"""TLS towards the XMPP server: STARTTLS and direct TLS, and whom the edge believes."""

import base64
import hashlib
import os
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.browser import Browser
from harness.edge import PROGRAM, Edge, eventually
from harness.stream import CLIENT, FRAMING, SASL, STREAMS
from harness.table import Table
from harness.tls import certificates, server
from harness.upstream import HEADER, PROCEED, SASL_FEATURES, TLS, TLS_FEATURES, Upstream
from harness.websocket import TEXT, encode
from harness.wire import Ended, fill, narrow

QUICK = {"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "3 s"}  # where nothing comes


class On:
    """The edge in front of `upstream`, which it reaches as `word` says."""

    def __init__(self, upstream: Upstream, word: str, domain: str = "edge.test", trusts: str = "ca", **settings: str):
        environment = {**settings}
        if trusts:
            environment["XMPP_EDGE_UPSTREAM_TLS_CA_FILE"] = str(certificates() / f"{trusts}.pem")
        upstream.domain = domain
        self.upstream = upstream
        self.edge = Edge(f"{upstream.address} {word}".strip(), domain=domain, environment=environment)
        self.domain = domain

    def __enter__(self) -> Table:
        table = Table(self.edge.start(), self.upstream)
        table.open = self.open
        return table

    def __exit__(self, *failure) -> None:
        self.upstream.close_streams()
        self.edge.__exit__(*failure)

    def open(self, **attributes):
        """A browser that has said `<open/>`, and the connection that the edge made for it."""
        browser = Table(self.edge, self.upstream).connect(domain=self.domain)
        browser.open(**attributes)
        return browser, self.upstream.accept()


def expect_refusal(browser, edge, words):
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect_stream_error("internal-server-error")
    assert eventually(lambda: "upstream-insecure" in edge.log() and words in edge.log()), edge.log()[-1000:]


def serve(browser, stream):
    """The rest of a login, in TLS."""
    stream.read_header()
    stream.send_header()
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    assert features.find(f"{{{TLS}}}starttls") is None
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
    stream.read_element(f"{{{SASL}}}auth")


def test_UP_007_starttls_comes_before_everything_else_and_the_stream_begins_again(upstream):
    with On(upstream, "starttls") as table:
        browser, stream = table.open(**{"from": "alice@edge.test"})
        clear = stream.serve_starttls(server())
        # The user's name is not for the network to read.
        assert clear.attributes["to"] == "edge.test" and "from" not in clear.attributes
        header = stream.read_header()
        assert header.attributes["from"] == "alice@edge.test"
        stream.send_header("s1", SASL_FEATURES)
        opened = browser.expect(f"{{{FRAMING}}}open")
        assert opened["id"] == "s1", "the identity of the stream in clear was used"
        features = browser.expect(f"{{{STREAMS}}}features")
        assert features.find(f"{{{TLS}}}starttls") is None


def test_UP_017_what_the_browser_sends_meanwhile_waits_and_crosses_in_tls_only(upstream):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream.serve_starttls(server())
        assert b"auth" not in stream.wire.received
        stream.read_header()
        stream.read_element(f"{{{SASL}}}auth")


@pytest.mark.parametrize("how", ["bytes", "random"])
def test_UP_007_the_way_to_tls_may_come_in_pieces(upstream, how):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.read_header()
        head = f"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='{STREAMS}' id='1' version='1.0'>"
        stream.send(head + " \n" + TLS_FEATURES, how)
        stream.read_element(f"{{{TLS}}}starttls")
        stream.send(PROCEED, how)
        stream.start_tls(server())
        serve(browser, stream)


@pytest.mark.parametrize("injected", ["<stream:features/>", f"<success xmlns='{SASL}'/>", "\n", "\x16\x03"])
def test_UP_008_bytes_in_clear_behind_proceed_end_the_connection(upstream, injected):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.read_header()
        stream.send_header("clear", TLS_FEATURES)
        stream.read_element(f"{{{TLS}}}starttls")
        stream.send(PROCEED + injected)
        expect_refusal(browser, table.edge, "tampering")
        assert b"auth" not in stream.wire.received


@pytest.mark.parametrize("answer, words", [
    (SASL_FEATURES, "does not offer STARTTLS"), ("<stream:features/>", "does not offer STARTTLS"),
    ("<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "host-unknown"),
    (f"<success xmlns='{SASL}'/>", "refuses"),
])
def test_UP_009_without_tls_there_is_no_session(upstream, answer, words):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream.read_header()
        stream.send_header("clear", answer)
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("internal-server-error")
        assert eventually(lambda: words in table.edge.log()), table.edge.log()[-1000:]
        try:
            stream.wire.drain()
        finally:
            assert b"auth" not in stream.wire.received


def test_UP_009_a_server_that_refuses_after_its_offer_is_not_spoken_to_in_clear(upstream):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.read_header()
        stream.send_header("clear", TLS_FEATURES)
        stream.read_element(f"{{{TLS}}}starttls")
        stream.send(f"<failure xmlns='{TLS}'/></stream:stream>")
        expect_refusal(browser, table.edge, "refuses")


def test_UP_009_a_server_before_stream_features_has_no_tls(upstream):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.read_header()
        stream.send(f"<stream:stream xmlns='jabber:client' xmlns:stream='{STREAMS}' id='1'>")
        expect_refusal(browser, table.edge, "does not offer STARTTLS")


@pytest.mark.parametrize("step", ["header", "features", "proceed", "hello"])
def test_UP_016_a_server_that_stops_on_the_way_to_tls_is_given_up(upstream, step):
    with On(upstream, "starttls", **QUICK) as table:
        browser, stream = table.open()
        stream.read_header()
        if step != "header":
            stream.send(f"<stream:stream xmlns='jabber:client' xmlns:stream='{STREAMS}' id='1' version='1.0'>")
        if step in ("proceed", "hello"):
            stream.send(TLS_FEATURES)
            stream.read_element(f"{{{TLS}}}starttls")
        if step == "hello":
            stream.send(PROCEED)
        expect_refusal(browser, table.edge, "before TLS stands")
        stream.wire.drain()


@pytest.mark.parametrize("certificate, words", [
    ("expired", "has expired"), ("wrong-name", "not for this domain"), ("wrong-authority", "not known here"),
    ("self", "self-signed"), ("client-only", "not for servers"), ("future", "not valid yet"),
    ("server-service", "not for this domain"), ("no-name", "not for this domain"), ("chained-alone", "not known here"),
])
def test_UP_010_UP_011_a_certificate_that_does_not_hold_ends_the_connection(upstream, certificate, words):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.read_header()
        stream.send_header("clear", TLS_FEATURES)
        stream.read_element(f"{{{TLS}}}starttls")
        stream.send(PROCEED)
        with pytest.raises((OSError, Ended)):
            stream.start_tls(server(certificate, key=certificate.removesuffix("-alone")))
            stream.wire.more()
        expect_refusal(browser, table.edge, words)


@pytest.mark.parametrize("certificate, domain", [
    ("good", "edge.test"), ("service", "edge.test"), ("address", "edge.test"), ("wildcard", "a.edge.test"),
    ("chained", "edge.test"), ("rsa", "edge.test"),
])
def test_UP_010_UP_011_UP_012_a_certificate_for_the_domain_is_taken(upstream, certificate, domain):
    with On(upstream, "starttls", domain=domain) as table:
        browser, stream = table.open()
        stream.serve_starttls(server(certificate))
        serve(browser, stream)


@pytest.mark.parametrize("domain", ["edge.test", "a.b.edge.test"])
def test_UP_012_a_wildcard_is_not_for_other_depths(upstream, domain):
    with On(upstream, "tls", domain=domain) as table:
        browser, stream = table.open()
        with pytest.raises((OSError, Ended)):
            stream.start_tls(server("wildcard"))
            stream.wire.more()
        expect_refusal(browser, table.edge, "not for this domain")


def test_UP_010_the_systems_authorities_do_not_know_ours(upstream):
    with On(upstream, "tls", trusts="") as table:
        browser, stream = table.open()
        with pytest.raises((OSError, Ended)):
            stream.start_tls(server())
            stream.wire.more()
        expect_refusal(browser, table.edge, "not known here")


@contextmanager
def stapling(certificate: str, staple: str | None) -> Iterator[str]:
    """A server with TLS at once that opens its stream unasked; gives its address. Python's own TLS cannot staple."""
    folder = certificates()
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", folder / f"{certificate}.pem", "-key", folder / f"{certificate}.key"]
    command += ["-status_file", folder / f"{staple}.staple"] if staple else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = next(line for line in process.stdout if line.startswith("ACCEPT "))
            process.stdin.write(HEADER.format(id="s1", domain="edge.test") + SASL_FEATURES)
            process.stdin.flush()
            yield line.split()[1]
        finally:
            process.kill()


@pytest.mark.parametrize("certificate, staple, words", [
    ("revoked", "revoked", "has been revoked"), ("good", "good", None), ("good", "revoked", None), ("revoked", None, None),
])
def test_UP_010_a_stapled_answer_that_the_certificate_was_revoked_ends_the_connection(certificate, staple, words):
    """One about another certificate says nothing, and nobody is asked."""
    environment = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with stapling(certificate, staple) as address, Edge(f"{address} tls", environment=environment) as edge:
        browser = Browser(edge.address)
        browser.open()
        if words:
            expect_refusal(browser, edge, words)
        else:
            assert browser.expect(f"{{{FRAMING}}}open")["id"] == "s1"
            browser.expect(f"{{{STREAMS}}}features")


def test_UP_010_a_pinned_key_is_taken_and_any_other_refused(upstream):
    public = subprocess.run(
        ["openssl", "pkey", "-in", str(certificates() / "self.key"), "-pubout", "-outform", "der"], capture_output=True, check=True)
    pin = "edge.test=sha256//" + base64.b64encode(hashlib.sha256(public.stdout).digest()).decode()
    with On(upstream, "starttls", trusts="", XMPP_EDGE_UPSTREAM_TLS_PINS=pin) as table:
        browser, stream = table.open()
        stream.serve_starttls(server("self"))
        serve(browser, stream)
        other, refused = table.open()
        refused.read_header()
        refused.send_header("clear", TLS_FEATURES)
        refused.read_element(f"{{{TLS}}}starttls")
        refused.send(PROCEED)
        with pytest.raises((OSError, Ended)):
            refused.start_tls(server("good"))
            refused.wire.more()
        expect_refusal(other, table.edge, "not the pinned one")


def test_UP_006_direct_tls_names_domain_and_protocol_and_asks_for_nothing_else(upstream):
    names, context = [], server()
    context.set_alpn_protocols(["xmpp-client"])
    context.sni_callback = lambda connection, name, _: names.append(name)
    with On(upstream, "tls") as table:
        browser, stream = table.open()
        stream.start_tls(context)
        assert stream.wire.socket.selected_alpn_protocol() == "xmpp-client" and names == ["edge.test"]
        serve(browser, stream)


def test_UP_013_an_old_version_is_refused(upstream):
    context = server()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with On(upstream, "tls") as table:
        browser, stream = table.open()
        with pytest.raises((OSError, Ended)):
            stream.start_tls(context)
        expect_refusal(browser, table.edge, "TLS")


def test_UP_015_the_end_of_tls_is_said_and_a_missing_one_is_a_lost_connection(upstream):
    with On(upstream, "tls") as table:
        browser, stream = table.open()
        stream.start_tls(server())
        serve(browser, stream)
        stream.wire.socket.suppress_ragged_eofs = False
        browser.vanish()
        # An empty read is the end that was said; a cut connection would raise.
        assert stream.wire.socket.recv(4096) == b""
        other, cut = table.open()
        cut.start_tls(server())
        serve(other, cut)
        raw = socket.socket(fileno=cut.wire.socket.detach())
        raw.close()
        other.expect_stream_error("internal-server-error")
        assert eventually(lambda: "upstream-lost" in table.edge.log())


def test_UP_014_no_client_certificate_is_shown(upstream):
    context = server()
    context.load_verify_locations(certificates() / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    with On(upstream, "tls") as table:
        browser, stream = table.open()
        stream.start_tls(context)
        serve(browser, stream)
        assert stream.wire.socket.getpeercert() in (None, {})


def test_PT_015_XS_002_with_tls_the_link_is_private(upstream):
    with On(upstream, "tls") as table:
        browser, stream = table.open(**{"from": "alice@edge.test"})
        stream.start_tls(server())
        assert stream.read_header().attributes["from"] == "alice@edge.test"
        stream.send_header("s1", f"<stream:features><authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication></stream:features>")
        browser.expect(f"{{{FRAMING}}}open")
        assert browser.expect(f"{{{STREAMS}}}features").find("{urn:xmpp:sasl:2}authentication") is not None


def test_sessions_with_the_server_are_resumed(upstream):
    context = server()
    with On(upstream, "tls") as table:
        reused = []
        for _ in range(6):
            browser, stream = table.open()
            stream.start_tls(context)
            reused.append(stream.wire.socket.session_reused)
            serve(browser, stream)
        assert any(reused)


@pytest.mark.memory
def test_back_pressure_holds_in_tls_too(upstream):
    with On(upstream, "starttls") as table:
        browser, stream = table.open()
        stream.serve_starttls(server())
        stream.read_header()
        stream.send_header()
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect(f"{{{STREAMS}}}features")
        browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream.read_element(f"{{{SASL}}}auth")
        stream.send(f"<success xmlns='{SASL}'/>")
        browser.expect(f"{{{SASL}}}success")
        before = table.edge.resident_kilobytes()
        stanza = f"<message xmlns='{CLIENT}'><body>{'z' * 50_000}</body></message>"
        narrow(browser.socket.wire.socket)
        narrow(stream.wire.socket)
        fill(browser.socket.wire.socket, lambda _: encode(TEXT, stanza.encode()))  # or it says that nobody was held back
        assert table.edge.resident_kilobytes() - before < 8_000


def check(address: str, word: str, authority: str = "ca") -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(PROGRAM), "check", "--domain", "edge.test", "--upstream", f"{address} {word}".strip(), "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, **QUICK, "XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / f"{authority}.pem")})


def test_check_says_what_is_wrong_with_the_servers_tls(upstream):
    def serve_once(certificate: str) -> None:
        stream = upstream.accept()
        try:
            stream.serve_starttls(server(certificate))
            stream.read_header()
            stream.send_header()
            stream.wire.drain(3)
        except (OSError, Ended, TimeoutError):
            pass
        stream.close()

    for certificate, code, words in (("good", 0, "logins by PLAIN"), ("expired", 1, "its certificate has expired")):
        thread = threading.Thread(target=serve_once, args=(certificate,), daemon=True)
        thread.start()
        done = check(upstream.address, "starttls")
        thread.join(10)
        assert done.returncode == code and words in done.stdout, done.stdout + done.stderr


def test_clear_connections_to_elsewhere_take_a_word_and_give_a_warning():
    # 192.0.2.0/24 is nobody's; nothing is sent there before a browser opens.
    with Edge("192.0.2.1:5222 plain") as edge:
        assert eventually(lambda: "192.0.2.1:5222 leaves this machine without encryption" in edge.log())
    with Edge("192.0.2.1:5222") as edge:
        assert "without encryption" not in edge.log()


@pytest.mark.parametrize("word, next_bytes", [("tls", b"\x16\x03"), ("starttls", b"<?")])
def test_PP_011_the_proxy_header_comes_first_and_in_clear(upstream, word, next_bytes):
    with On(upstream, f"{word} proxy-v1") as table:
        _, stream = table.open()
        assert stream.wire.take_until(b"\r\n").startswith(b"PROXY ")
        assert stream.wire.take(2) == next_bytes


def test_a_stop_while_the_self_test_makes_its_contexts_is_a_clean_one(upstream):
    for _ in range(20):
        with Edge(f"{upstream.address} tls proxy-v1") as edge:
            assert edge.terminate() == 0, edge.log()[-1000:]
