"""The WebSocket server of the edge as a browser meets it (RFC 6455), with the upstream as witness."""

import pytest

from harness.http import HTTPClient, once
from harness.stream import CLIENT
from harness.websocket import (
    BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebSocket, close_payload, encode, request,
)
from harness.wire import Wire, connect

OPEN = b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='edge.test' version='1.0'/>"
MESSAGE = "<message xmlns='jabber:client' to='bob@edge.test'><body>one</body></message>"


@pytest.mark.parametrize("path", ["/ws", "/ws/", "/xmpp-websocket", "/xmpp-websocket/"])
def test_WX_001_xmpp_is_answered_alone(edge, path):
    lines = ("Sec-WebSocket-Protocol: foo",)
    socket = WebSocket(edge.address, path, protocol="xmpp", more=lines)
    assert socket.headers["sec-websocket-protocol"] == "xmpp"


@pytest.mark.parametrize("protocol", [None, "foo", "XMPP", "xmpp2"])
def test_WX_002_without_the_subprotocol_there_is_no_session(edge, upstream, protocol):
    response, _ = once(edge.address, request(protocol=protocol))
    assert response.status == 400
    upstream.expect_no_connection(0.1)


def test_WX_003_WS_031_a_binary_message_closes_with_1003(table):
    browser, stream = table.opened()
    browser.socket.send_frame(BINARY, b"<presence/>")
    browser.socket.expect_close(1003)
    stream.expect_eof()


@pytest.mark.parametrize("data, status", [
    (request().replace(b"GET", b"POST", 1), (400, 405)),
    (request().replace(b"HTTP/1.1", b"HTTP/1.0", 1), (400, 426)),
])
def test_WS_001_the_handshake_is_a_get_of_http_1_1(edge, data, status):
    assert once(edge.address, data)[0].status in status


def test_WS_002_tokens_of_upgrade_and_connection_are_found_in_lists_of_any_case(edge):
    data = request().replace(b"Connection: Upgrade", b"Connection: keep-alive, UPGRADE")
    client = HTTPClient(edge.address)
    client.send(data.replace(b"Upgrade: websocket", b"Upgrade: foo, WebSocket"))
    assert client.read().status == 101


@pytest.mark.parametrize("gone", [b"Host: 127.0.0.1\r\n", b"Upgrade: websocket\r\n", b"Connection: Upgrade\r\n"])
def test_WS_002_a_missing_header_is_refused(edge, gone):
    assert once(edge.address, request().replace(gone, b""))[0].status in (400, 426)


@pytest.mark.parametrize("key", ["", "AAAA", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j!!==", "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])
def test_WS_003_the_key_is_16_bytes_in_base64_exactly_once(edge, key):
    assert once(edge.address, request(key=key))[0].status == 400


def test_WS_004_another_version_is_answered_with_426_and_ours(edge):
    response, _ = once(edge.address, request(version="8"))
    assert (response.status, response["sec-websocket-version"]) == (426, "13")
    assert response["upgrade"] == "websocket"


def test_WS_005_WS_006_WS_008_the_answer_has_what_it_must_and_nothing_else(edge):
    client = HTTPClient(edge.address)
    client.send(request(more=("Sec-WebSocket-Extensions: x-foo",)))
    response = client.read()
    assert response.status == 101
    assert response["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert (response["upgrade"], response["connection"].lower()) == ("websocket", "upgrade")
    assert response["content-length"] is None and response["transfer-encoding"] is None
    assert response["sec-websocket-extensions"] is None


def test_WS_007_an_unknown_path_is_not_found(edge):
    assert once(edge.address, request("/nowhere"))[0].status == 404


def test_WS_009_a_frame_in_the_segment_of_the_handshake_is_handled(edge, upstream):
    browser = WebSocket(edge.address, first_bytes=encode(TEXT, OPEN))
    assert upstream.accept().read_header().attributes["to"] == "edge.test"
    browser.close()


def test_WS_010_a_handshake_with_a_body_is_refused(edge, upstream):
    response, closed = once(edge.address, request(more=("Content-Length: 5",)) + encode(TEXT, b""))
    assert (response.status, closed) == (400, True)
    upstream.expect_no_connection(0.1)


@pytest.mark.parametrize("bad", [
    pytest.param(encode(TEXT, b"<presence/>", mask=None), id="WS-011-unmasked"),
    pytest.param(encode(TEXT, b"<presence/>", rsv=1), id="WS-013-rsv1"),
    pytest.param(encode(TEXT, b"<presence/>", rsv=2), id="WS-013-rsv2"),
    pytest.param(encode(TEXT, b"<presence/>", rsv=4), id="WS-013-rsv3"),
    pytest.param(encode(3, b""), id="WS-014-reserved-data"),
    pytest.param(encode(11, b""), id="WS-014-reserved-control"),
    pytest.param(encode(TEXT, b"x" * 100, length_size=2), id="WS-015-length-in-two-bytes"),
    pytest.param(encode(TEXT, b"x" * 1000, length_size=8), id="WS-015-length-in-eight-bytes"),
    pytest.param(encode(TEXT, b"", length_size=8, announced=1 << 63), id="WS-015-top-bit"),
    pytest.param(encode(CONTINUATION, b"x"), id="WS-019-continuation-of-nothing"),
    pytest.param(encode(TEXT, b"<a>", fin=False) + encode(TEXT, b"</a>"), id="WS-019-new-data-inside-a-message"),
    pytest.param(encode(PING, b"", fin=False), id="WS-020-fragmented-ping"),
    pytest.param(encode(PING, b"x" * 126), id="WS-020-long-ping"),
    pytest.param(encode(CLOSE, b"\x03"), id="WS-022-close-of-one-byte"),
    pytest.param(encode(CLOSE, close_payload(1005)), id="WS-022-close-with-1005"),
    pytest.param(encode(CLOSE, close_payload(999)), id="WS-022-close-with-999"),
])
def test_WS_011_WS_013_WS_014_WS_015_WS_019_WS_020_WS_025_broken_framing_closes_with_1002(table, bad):
    browser, stream = table.opened()
    browser.socket.send_raw(bad + encode(TEXT, MESSAGE.encode()))
    browser.socket.expect_close(1002)
    stream.expect_eof()  # neither the message after the fault nor an end tag


def test_WS_012_no_frame_from_the_edge_is_masked_nor_fragmented(table):
    browser, stream = table.logged_in()
    browser.socket.send_frame(PING, b"ping")
    assert browser.socket.receive_frame().opcode == PONG
    stream.send("<message/>" * 3)
    for _ in range(3):
        browser.expect(f"{{{CLIENT}}}message")
    browser.close()  # the client checks the mask bit of every frame


def test_WS_016_a_frame_that_comes_byte_by_byte_is_one_stanza(table):
    browser, stream = table.logged_in()
    for byte in encode(TEXT, MESSAGE.encode()):
        browser.socket.send_raw(bytes([byte]))
    assert stream.read_element().raw == MESSAGE.encode()


def test_WS_017_WS_018_fragments_make_one_stanza_and_a_ping_between_them_is_answered_at_once(table):
    browser, stream = table.logged_in()
    text = MESSAGE.replace("one", "\N{GRINNING FACE}").encode()
    middle = text.index(b"\xf0") + 2  # in the middle of a character
    browser.socket.send_frame(TEXT, text[:10], fin=False)
    browser.socket.send_frame(CONTINUATION, text[10:middle], fin=False)
    browser.socket.send_frame(PING, b"now")
    frame = browser.socket.receive_frame()
    assert (frame.opcode, frame.payload) == (PONG, b"now")
    browser.socket.send_frame(CONTINUATION, text[middle:])
    assert stream.read_element().raw == text


@pytest.mark.parametrize("size", [0, 1, 125])
def test_WS_021_a_ping_is_answered_with_its_payload_and_a_pong_is_ignored(table, size):
    browser, _ = table.opened()
    browser.socket.send_frame(PONG, b"unasked")
    browser.socket.send_frame(PING, b"p" * size)
    frame = browser.socket.receive_frame()
    assert (frame.opcode, frame.payload) == (PONG, b"p" * size)


def test_WS_022_a_reason_that_is_no_utf8_closes_with_1007(table):
    browser, _ = table.opened()
    browser.socket.send_frame(CLOSE, close_payload(1000, b"\xff"))
    browser.socket.expect_close(1007)


@pytest.mark.parametrize("payload", [b"", close_payload(1000), close_payload(1001), close_payload(3000, b"bye"), close_payload(4999)])
def test_WS_023_WS_024_close_is_answered_with_the_same_code_and_the_edge_closes_first(table, payload):
    browser, stream = table.logged_in()
    browser.socket.send_frame(CLOSE, payload)
    frame = browser.socket.receive_frame()
    assert (frame.opcode, frame.payload[:2]) == (CLOSE, payload[:2])
    browser.socket.expect_end()
    stream.expect_eof()


@pytest.mark.parametrize("bad", [b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\xff"])
def test_WS_027_WS_031_text_that_is_no_utf8_closes_with_1007(table, bad):
    browser, stream = table.opened()
    browser.socket.send_frame(TEXT, b"<message xmlns='jabber:client'>" + bad + b"</message>")
    browser.socket.expect_close(1007)
    stream.expect_eof()


def test_WS_028_a_frame_that_announces_too_much_is_refused_before_it_comes(table):
    browser, _ = table.logged_in()
    browser.socket.send_raw(encode(TEXT, b"", length_size=8, announced=1 << 62))
    last = browser.socket.receive_frame()
    while last.opcode != CLOSE:  # the XMPP stream may be told first (WS-029)
        last = browser.socket.receive_frame()
    assert last.close_code in (1009, 1008)


def test_WS_028_endless_fragments_are_refused(table):
    browser, _ = table.opened()
    browser.socket.send_frame(TEXT, b"<", fin=False)
    pieces = encode(CONTINUATION, b"a", fin=False) * 50_000
    try:
        browser.socket.send_raw(pieces)
    except Exception:  # the edge may close while we still send
        pass
    codes = {1008, 1009, 1002}
    last = browser.socket.receive_frame()
    while last.opcode != CLOSE:
        last = browser.socket.receive_frame()
    assert last.close_code in codes


def test_WS_032_an_ordinary_get_on_the_websocket_path_is_answered(edge):
    response, _ = once(edge.address, b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n")
    assert response.status in (400, 426)
    if response.status == 426:
        assert response["upgrade"] == "websocket"


@pytest.mark.parametrize("origin, host, status", [
    ("http://evil.example", "chat.example", 403), ("null", "chat.example", 403), ("http://chat.example:81", "chat.example", 403),
    ("http://chat.example", "chat.example", 101), ("https://chat.example", "chat.example", 101),
])
def test_WX_026_a_page_from_elsewhere_is_refused_before_the_upgrade(edge, upstream, origin, host, status):
    client = HTTPClient(edge.address)
    client.send(request(more=(f"Origin: {origin}",), host=host))
    assert client.read().status == status
    upstream.expect_no_connection(0.05)


def test_a_socket_that_says_nothing_costs_the_upstream_nothing(edge, upstream):
    wire = Wire(connect(edge.address))
    wire.send(request())
    wire.take_until(b"\r\n\r\n")
    upstream.expect_no_connection(0.2)


def test_two_streams_do_not_mix(table):
    first, first_stream = table.logged_in()
    second, second_stream = table.logged_in()
    first_stream.send("<message id='for-first'/>")
    second_stream.send("<message id='for-second'/>")
    assert first.receive()["id"] == "for-first"
    assert second.receive()["id"] == "for-second"
