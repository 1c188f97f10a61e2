"""Upstream servers that misbehave: the browser gets an answer that says so, in time, and the edge lives on."""

import pytest

from harness.edge import Edge, eventually
from harness.stream import CLIENT, ERRORS, FRAMING, SASL, STREAMS
from harness.table import Table
from harness.upstream import END, HEADER, SASL_FEATURES, cut
from harness.websocket import CLOSE, TEXT
from harness.wire import Ended


@pytest.fixture
def impatient(upstream, site):
    """For servers that say too little."""
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "1 s"}) as running:
        yield Table(running, upstream)
        upstream.close_streams()


def expect_failure(browser, *conditions):
    """Whether or not the stream was open: an error that names a fault of the service, and a proper end."""
    message = browser.receive()
    while message.tag in (f"{{{FRAMING}}}open", f"{{{STREAMS}}}features", f"{{{CLIENT}}}message"):
        message = browser.receive()
    assert message.tag == f"{{{STREAMS}}}error", message
    wanted = conditions or ("internal-server-error", "connection-timeout")
    assert any(message.find(f"{{{ERRORS}}}{name}") is not None for name in wanted), message
    browser.expect_closing()


def expect_alive(table):
    browser, stream = table.logged_in()
    browser.send("<presence xmlns='jabber:client'/>")
    stream.read_element(f"{{{CLIENT}}}presence")


def test_UP_019_a_server_that_refuses_gives_open_and_internal_server_error(table, upstream):
    upstream.stop_listening()
    browser = table.connect()
    browser.open()
    answer = browser.expect(f"{{{FRAMING}}}open")
    assert answer["from"] == "edge.test" and len(answer["id"] or "") >= 8 and answer["version"] == "1.0"
    browser.expect_stream_error("internal-server-error")


def test_UP_016_UP_019_a_server_that_never_answers_is_given_up_in_time(impatient, upstream):
    browser = impatient.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    expect_failure(browser)
    stream.wire.drain()


def test_UP_016_an_attempt_is_cancelled_when_the_browser_leaves(table, upstream, edge):
    before = edge.descriptors()
    for _ in range(20):
        browser = table.connect()
        browser.open()
        stream = upstream.accept()
        stream.read_header()
        browser.vanish()
        stream.expect_eof()
        stream.close()
    assert eventually(lambda: edge.descriptors() < before + 10), edge.open_files()


def test_UP_016_half_a_header_is_not_an_answer(impatient, upstream):
    browser = impatient.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send("<?xml version='1.0'?><stream:stream xmlns='jabber:cl")
    expect_failure(browser)


def test_UP_017_what_comes_before_the_server_is_ready_waits_in_order(table, upstream):
    browser = table.connect()
    browser.open()
    for number in range(10):
        browser.send(f"<auth xmlns='{SASL}' n='{number}'/>")
    stream = upstream.accept()
    stream.read_header()
    for number in range(10):
        assert stream.read_element(f"{{{SASL}}}auth").element.get("n") == str(number)


@pytest.mark.parametrize("before_login", [True, False])
def test_UP_019_a_reset_in_the_middle_of_a_stanza_ends_the_session_with_an_error(table, before_login):
    browser, stream = table.opened() if before_login else table.logged_in()
    stream.send("<message id='whole'/><message><body>hal")
    assert browser.receive()["id"] == "whole"
    stream.reset()
    expect_failure(browser)
    expect_alive(table)


def test_UP_019_a_connection_that_ends_without_an_end_tag_is_no_proper_close(table):
    browser, stream = table.logged_in()
    stream.send("<message/>")
    stream.close()
    expect_failure(browser)


@pytest.mark.parametrize("garbage", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"<html><body>no</body></html>", b"\x00" * 100,
    b"</stream:stream>", b"<stream:features/>", b"<?xml version='1.0'?><!DOCTYPE a><a/>",
])
@pytest.mark.parametrize("how", ["whole", "bytes"])
def test_garbage_instead_of_a_header_is_an_error_and_nothing_else(table, upstream, garbage, how):
    browser = table.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    try:
        stream.send(garbage, how)
    except Ended:
        pass
    expect_failure(browser)
    expect_alive(table)


@pytest.mark.parametrize("garbage", [
    b"<message></presence>" + b"<x>" * 3, b"text", b"<message a=b/>", b"<message>\x00</message>", b"</x>", b"<!-- c -->", b"<\xff>",
    b"<message>\xff\xfe</message>", b"<message><![CDATA[\xe2\x82]]></message>",
])
def test_garbage_after_login_harms_only_this_session(table, garbage):
    other, other_stream = table.logged_in()
    browser, stream = table.logged_in()
    stream.send(b"<message/>" + garbage + b"<message/>" * 2)
    browser.expect(f"{{{CLIENT}}}message")
    try:
        while browser.socket.receive_frame(1).opcode != CLOSE:
            pass
    except TimeoutError:  # it has the form of an element and passed: the page's own parser judges it
        pass
    for frame in browser.socket.frames:
        if frame.opcode == TEXT:
            frame.payload.decode()  # a text message is UTF-8, whatever the server sent
    other_stream.send("<message id='x'/>")
    assert other.receive()["id"] == "x"


@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_a_huge_stanza_passes_or_ends_the_session_but_does_no_harm(table, size):
    browser, stream = table.logged_in()
    try:
        stream.send(b"<message><body>" + b"x" * size + b"</body></message>")
    except (Ended, TimeoutError):
        pass
    message = browser.receive(30)
    if message.tag == f"{{{CLIENT}}}message":
        assert len(message.element[0].text or "") == size
    else:
        assert size > 4 << 20 and message.tag == f"{{{STREAMS}}}error"
    expect_alive(table)


@pytest.mark.parametrize("how", ["whole", "bytes", "random"])
def test_an_error_instead_of_features_reaches_the_browser(table, upstream, how):
    browser = table.connect()
    browser.open(to="edge.test")
    stream = upstream.accept()
    stream.read_header()
    error = f"<stream:error><host-unknown xmlns='{ERRORS}'/><text xmlns='{ERRORS}'>no \u00e9</text></stream:error>"
    for piece in cut((HEADER.format(id="", domain="edge.test") + error + END).encode(), how):
        stream.send(piece)
    browser.expect(f"{{{FRAMING}}}open")
    message = browser.expect_stream_error("host-unknown")
    assert message.element.findtext(f"{{{ERRORS}}}text") == "no \u00e9"


def test_a_header_of_another_server_is_read_as_well(table, upstream):
    browser = table.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send(
        '<?xml version="1.0" encoding="UTF-8"?>\n<stream:stream xmlns:stream="http://etherx.jabber.org/streams" '
        "xmlns='jabber:client'  from = 'edge.test' id='1'\n version=\"1.0\" >" + SASL_FEATURES.replace("'", '"'))
    assert browser.expect(f"{{{FRAMING}}}open")["from"] == "edge.test"
    assert browser.expect(f"{{{STREAMS}}}features").find(f"{{{SASL}}}mechanisms") is not None


def test_XS_028_sessions_survive_as_errors_when_the_server_dies_and_new_ones_come_up(table, upstream):
    sessions = [table.logged_in() for _ in range(30)]
    for _, stream in sessions:
        stream.reset()
    for browser, _ in sessions:
        expect_failure(browser)
    expect_alive(table)
