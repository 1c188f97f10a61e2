"""Whose session it is: behind proxies that say so in header fields or by the PROXY protocol, and what the server is told."""

import time

import pytest

from harness.bosh import Poster, body
from harness.browser import Browser
from harness.edge import Edge, eventually
from harness.http import HTTPClient, get
from harness.proxy_header import AUTHORITY, LOCAL, SIGNATURE, TLS, TLS_CIPHER, TLS_VERSION, UNIQUE_ID, ProxyHeader, read_v1, read_v2, tlv, tlvs_of, v1, v2
from harness.table import Table
from harness.upstream import Upstream, UpstreamStream
from harness.websocket import request
from harness.wire import Ended, Wire, connect

TRUSTED = {"XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.0/8", "XMPP_EDGE_LOG_FORMAT": "json"}
FOR = "X-Forwarded-For: 198.51.100.7"


def start(upstream: Upstream, proxy: str = "", environment: dict | None = None, **options) -> Edge:
    return Edge(upstream.address + (f" {proxy}" if proxy else ""), environment={**TRUSTED, **(environment or {})}, **options)


def client_of(edge: Edge, browser: Browser) -> str:
    """The address in the log line of the session that ends now, which is one more than before."""
    before = len(edge.ends())
    browser.vanish()
    assert eventually(lambda: len(edge.ends()) > before)
    return edge.ends()[-1]["client"]


def test_FW_001_only_a_trusted_proxy_is_believed(upstream):
    with start(upstream) as edge:
        browser, _ = Table(edge, upstream, (FOR,)).opened()
        assert client_of(edge, browser) == "198.51.100.7"
    with start(upstream, environment={"XMPP_EDGE_TRUSTED_PROXIES": "10.0.0.0/8"}) as edge:
        browser, _ = Table(edge, upstream, (FOR,)).opened()
        assert client_of(edge, browser) == "127.0.0.1"


def test_FW_002_what_a_client_made_up_does_not_count(upstream):
    with start(upstream) as edge:
        browser, _ = Table(edge, upstream, ("X-Forwarded-For: 1.2.3.4, 198.51.100.7, 127.0.0.9",)).opened()
        assert client_of(edge, browser) == "198.51.100.7"


def test_FW_005_the_configured_field_counts(upstream):
    with start(upstream, environment={"XMPP_EDGE_FORWARDED_HEADER": "forwarded"}) as edge:
        browser, _ = Table(edge, upstream, (FOR, 'Forwarded: for="[2001:db8::7]:4711";proto=https')).opened()
        assert client_of(edge, browser) == "2001:db8::7"


def test_FW_006_a_page_of_the_host_that_the_proxy_was_asked_for_may_connect(upstream):
    origin = "Origin: https://chat.example.org"
    with start(upstream) as edge:
        Browser(edge.address, more=(origin, "X-Forwarded-Host: chat.example.org"))
        with pytest.raises(AssertionError, match="403"):
            Browser(edge.address, more=(origin,))
    with start(upstream, environment={"XMPP_EDGE_TRUSTED_PROXIES": "10.0.0.0/8"}) as edge, pytest.raises(AssertionError, match="403"):
        Browser(edge.address, more=(origin, "X-Forwarded-Host: chat.example.org"))


@pytest.mark.parametrize("scheme, said, welcome", [
    ("http", "https", False), ("https", "https", True), ("http", "http", True), ("https", "http", True),
    ("http", None, True), ("https", None, True),
])
def test_FW_006_FW_010_a_page_without_tls_may_not_connect_where_the_proxy_was_asked_with_it(upstream, scheme, said, welcome):
    """Where the proxy does not say, both may: the page's host is all that is known then."""
    fields = (f"Origin: {scheme}://chat.example.org", "X-Forwarded-Host: chat.example.org", *([f"X-Forwarded-Proto: {said}"] if said else []))
    with start(upstream) as edge:
        assert opens(edge, fields) == welcome
    with start(upstream, environment={"XMPP_EDGE_TRUSTED_PROXIES": "10.0.0.0/8"}) as edge:
        assert opens(edge, fields, host="chat.example.org"), "who is not believed changes nothing"


def opens(edge, fields: tuple[str, ...], prefix: bytes = b"", host: str = "edge.test") -> bool:
    """Whether a WebSocket may be opened; what is said of BOSH has to be the same."""
    preflight = "\r\n".join(("OPTIONS /bosh HTTP/1.1", f"Host: {host}", *fields, "", ""))
    statuses = []
    for asked in (request("/ws", more=fields, host=host), preflight.encode()):
        client = HTTPClient(edge.address)
        client.send(prefix + asked)
        statuses.append(client.read().status)
    assert statuses in ([101, 204], [403, 403]), statuses
    return statuses[0] == 101


def test_FW_010_what_the_PROXY_header_says_of_tls_counts_for_the_scheme_of_a_page(upstream):
    page = ("Origin: http://edge.test",)
    with start(upstream, listen=("127.0.0.1:0 proxy",)) as edge:
        facts = tlv(TLS, b"\x01" + bytes(4) + tlv(TLS_VERSION, b"TLSv1.3"))
        assert not opens(edge, page, prefix=v2("203.0.113.5", tlvs=facts))
        assert opens(edge, page, prefix=v2("203.0.113.5"))


def test_FW_008_limits_count_the_clients_behind_a_proxy_one_by_one(upstream):
    with start(upstream, environment={"XMPP_EDGE_LIMITS_SESSIONS_PER_ADDRESS": "2"}) as edge:
        addresses = ["198.51.100.1", *(f"198.51.100.{number}" for number in range(5)), "2001:db8::1", "2001:db8::2"]
        browsers = [Browser(edge.address, more=(f"X-Forwarded-For: {address}",)) for address in addresses]
        with pytest.raises(AssertionError, match="503"):
            Browser(edge.address, more=("X-Forwarded-For: 198.51.100.1",))
        with pytest.raises(AssertionError, match="503"):
            Browser(edge.address, more=("X-Forwarded-For: 2001:db8::3",))  # the same /64
        for browser in browsers:
            browser.vanish()


def test_FW_009_the_address_of_the_PROXY_header_is_the_one_that_is_trusted(upstream):
    with start(upstream, listen=("127.0.0.1:0 proxy",), environment={"XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1,192.0.2.99"}) as edge:
        browser = Browser(edge.address, prefix=v2("192.0.2.99"), more=(FOR,))
        assert client_of(edge, browser) == "198.51.100.7"
        browser = Browser(edge.address, prefix=v2("203.0.113.5"), more=(FOR,))
        assert client_of(edge, browser) == "203.0.113.5"


# PROXY protocol in


@pytest.fixture
def behind(upstream):
    with start(upstream, listen=("127.0.0.1:0 proxy", "127.0.0.1:0"), environment={
        "XMPP_EDGE_LIMITS_TIME_TO_PROXY_HEADER": "30 s",
    }) as edge:
        yield edge


@pytest.mark.parametrize("header", [v1("198.51.100.7"), v2("198.51.100.7"), v2("198.51.100.7", tlvs=tlv(0xEE, b"x" * 500))])
def test_PP_001_PP_010_a_header_and_a_request_in_one_write(behind, header):
    assert client_of(behind, Browser(behind.address, prefix=header)) == "198.51.100.7"


@pytest.mark.parametrize("header", [LOCAL, b"PROXY UNKNOWN x y\r\n"])
def test_PP_005_PP_007_without_an_address_the_socket_counts(behind, header):
    assert client_of(behind, Browser(behind.address, prefix=header)) == "127.0.0.1"


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", b"PROXY " + b"x" * 101, SIGNATURE + b"\x11",
    SIGNATURE + b"\x21\x11\x00\x0b" + b"x" * 11, SIGNATURE + b"\x21\x11\xff\xff",
])
def test_PP_001_what_is_no_header_closes_the_connection_at_once_without_a_word(behind, data):
    wire = Wire(connect(behind.address))
    wire.send(data)
    assert wire.drain() == b"", "in less time than a header may take"
    assert Browser(behind.address, prefix=LOCAL), "others are served"


def test_PP_001_where_none_is_expected_a_header_is_a_bad_request(behind):
    client = HTTPClient(behind.addresses()[1])
    client.send(v1("198.51.100.7") + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.read("GET").status == 400


def test_PP_002_others_may_not_say_for_whom_they_speak(upstream):
    with start(upstream, listen=("127.0.0.1:0 proxy",), environment={"XMPP_EDGE_TRUSTED_PROXIES": "192.0.2.1"}) as edge:
        wire = Wire(connect(edge.address))
        try:
            wire.send(v1("198.51.100.7") + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert wire.drain() == b""
        except (Ended, OSError):
            pass
        assert eventually(lambda: "127.0.0.1 is not among trusted-proxies" in edge.log())


def test_PP_003_a_header_may_come_byte_by_byte_but_not_for_ever(behind, upstream):
    wire = Wire(connect(behind.address))
    for byte in v1("198.51.100.7") + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":
        wire.send(bytes([byte]))
    assert b"HTTP/1.1 404" in wire.drain()
    with start(upstream, listen=("127.0.0.1:0 proxy",), environment={"XMPP_EDGE_LIMITS_TIME_TO_PROXY_HEADER": "3 s"}) as edge:
        started = time.monotonic()
        silent = Wire(connect(edge.address))
        silent.send(b"PROXY TCP4")
        assert silent.drain() == b""
        assert 2.9 < time.monotonic() - started < 10


# PROXY protocol out


def told(upstream: Upstream, read=read_v2) -> tuple[ProxyHeader, UpstreamStream]:
    """The first connection of a client. The edge's own try at the start comes as one without a client."""
    while True:
        stream = upstream.accept()
        header = read(stream.wire)
        if header.source:
            return header, stream


@pytest.mark.parametrize(("word", "read"), [("proxy-v1", read_v1), ("proxy-v2", read_v2)])
def test_PP_011_the_edges_own_try_has_no_client(upstream, word, read):
    with start(upstream, word):
        stream = upstream.accept()
        assert read(stream.wire) == ProxyHeader()
        stream.read_header()
        stream.send_header()
        stream.read_end()


@pytest.mark.parametrize(("word", "read"), [("proxy-v1", read_v1), ("proxy-v2", read_v2)])
def test_PP_011_the_server_is_told_of_the_client_before_anything_else(upstream, word, read):
    with start(upstream, word) as edge:
        browser = Browser(edge.address, more=(FOR,))
        browser.open()
        header, stream = told(upstream, read)
        assert header.source == "198.51.100.7"
        assert (header.destination, header.ports[1]) == edge.address
        stream.read_header()
        stream.send_header()
        browser.expect("{urn:ietf:params:xml:ns:xmpp-framing}open")
        upstream.close_streams()


def test_PP_011_a_session_over_BOSH_goes_out_the_same_way(upstream):
    with start(upstream, "proxy-v2") as edge:
        creation = body(rid=1, to="edge.test", wait=5, hold=1, ver="1.11", xmpp_version="1.0")
        Poster(edge.address).post(creation, FOR)
        assert told(upstream)[0].source == "198.51.100.7"
        upstream.close_streams()


def test_FW_007_what_proxies_said_is_told_to_nobody_else(upstream):
    with start(upstream) as edge:
        answer = get(edge.address, "/", FOR, "Forwarded: for=198.51.100.7")
        assert not {name for name in answer.headers if "forwarded" in name} and b"198.51.100.7" not in answer.body


def test_FW_010_who_may_not_say_so_did_not_come_over_TLS(upstream):
    with start(upstream, "proxy-v2", {"XMPP_EDGE_TRUSTED_PROXIES": "192.0.2.1"}) as edge:
        browser = Browser(edge.address, more=("X-Forwarded-Proto: https", "Forwarded: proto=https"))
        browser.open()
        assert TLS not in told(upstream)[0].tlvs
        upstream.close_streams()


def test_PP_011_FW_010_the_header_names_session_host_and_encryption(upstream):
    with start(upstream, "proxy-v2") as edge:
        browser = Browser(edge.address, more=(FOR, "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example.org:8443"))
        browser.open()
        tlvs = told(upstream)[0].tlvs
        assert tlvs[AUTHORITY] == b"chat.example.org"
        assert eventually(edge.records), "the line of its begin"
        assert tlvs[UNIQUE_ID].decode() == edge.records()[0]["session"]
        assert tlvs[TLS] == b"\x01\0\0\0\1"
        upstream.close_streams()


def test_PP_011_what_the_proxy_in_front_knows_of_TLS_goes_on(upstream):
    facts = tlv(TLS_VERSION, b"TLSv1.3") + tlv(TLS_CIPHER, b"TLS_AES_128_GCM_SHA256")
    header = v2("2001:db8::7", "2001:db8::1", tlvs=tlv(AUTHORITY, b"sni.example.org") + tlv(TLS, b"\x01\0\0\0\0" + facts))
    with start(upstream, "proxy-v2", listen=("127.0.0.1:0 proxy",)) as edge:
        browser = Browser(edge.address, prefix=header)
        browser.open()
        header = told(upstream)[0]
        assert (header.source, header.destination, header.ports) == ("2001:db8::7", "2001:db8::1", (4711, 443))
        assert header.tlvs[AUTHORITY] == b"sni.example.org"
        assert tlvs_of(header.tlvs[TLS][5:]) == {TLS_VERSION: b"TLSv1.3", TLS_CIPHER: b"TLS_AES_128_GCM_SHA256"}
        upstream.close_streams()


def test_PP_012_families_are_not_mixed(upstream):
    with start(upstream, "proxy-v2") as edge:
        browser = Browser(edge.address, more=("X-Forwarded-For: 2001:db8::7",))
        browser.open()
        header = told(upstream)[0]
        assert (header.source, header.destination) == ("2001:db8::7", "::ffff:7f00:1")
        upstream.close_streams()
