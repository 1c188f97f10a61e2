"""XMPP over WebSocket (RFC 7395): opening, restarting, closing, and the form of every frame."""

import pytest

from harness.browser import CLOSING_FRAME
from harness.stream import CLIENT, ERRORS, FRAMING, SASL, STREAMS
from harness.upstream import BIND_FEATURES, END, HEADER, SUCCESS
from harness.websocket import PING

STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
COMPRESSION = "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>"


def expect_failed_opening(browser, *conditions):
    """`<open/>` first, then the error, then the close sequence (SERR of the checklist)."""
    browser.expect(f"{{{FRAMING}}}open")
    error = browser.expect(f"{{{STREAMS}}}error")
    assert any(error.find(f"{{{ERRORS}}}{name}") is not None for name in conditions), error
    browser.expect_closing()
    return error


@pytest.mark.parametrize("first", [
    "<open xmlns='jabber:client' to='edge.test' version='1.0'/>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='edge.test' version='1.0'/>",
])
def test_WX_004_an_open_in_another_namespace_is_refused(table, upstream, first):
    browser = table.connect()
    browser.send(first)
    expect_failed_opening(browser, "invalid-namespace")
    upstream.expect_no_connection(0.1)


@pytest.mark.parametrize("text", [
    "<message xmlns='jabber:client'/><message xmlns='jabber:client'/>", "<message xmlns='jabber:client'>", "<message", "text",
])
def test_WX_005_a_message_is_one_complete_element(table, text):
    browser, stream = table.logged_in()
    browser.send(text)
    browser.expect_stream_error("not-well-formed")
    assert stream.wire.drain().strip() in (b"", END.encode())


@pytest.mark.parametrize("text", [" <presence xmlns='jabber:client'/>", "\n<a/>", "\ufeff<a/>", " ", ""])
def test_WX_006_the_first_character_is_an_angle_bracket(table, text):
    browser, _ = table.logged_in()
    browser.send(text)
    error = browser.expect(f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}not-well-formed") is not None or error.find(f"{{{ERRORS}}}bad-format") is not None
    browser.expect_closing()


def test_WX_006_space_after_the_element_is_tolerated(table):
    browser, stream = table.logged_in()
    browser.send("<presence xmlns='jabber:client'/> \r\n")
    stream.read_element(f"{{{CLIENT}}}presence")


def test_WX_007_an_xml_declaration_is_accepted_and_none_is_sent(table, upstream):
    browser = table.connect()
    browser.send(f"<?xml version='1.0' encoding='UTF-8'?><open xmlns='{FRAMING}' to='edge.test' version='1.0'/>")
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    assert "<?xml" not in browser.receive().text
    assert "<?xml" not in browser.receive().text


def test_WX_008_WX_009_every_frame_declares_what_it_uses(table, upstream):
    browser = table.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    header = HEADER.format(id="s1", domain="edge.test").replace("<stream:stream ", "<stream:stream xmlns:ack='urn:ack' ")
    stream.send(f"{header}<stream:features><ack:ack/><bind xmlns='urn:x'/></stream:features><presence><ack:r/></presence>")
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    assert features.text.startswith("<stream:features")
    assert features.find("{urn:ack}ack") is not None
    presence = browser.expect(f"{{{CLIENT}}}presence")
    assert presence.find("{urn:ack}r") is not None


def test_WX_010_WX_012_WX_013_the_answer_to_open_has_the_attributes_of_the_upstream_header(table, upstream):
    browser = table.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send(HEADER.format(id="a&lt;&quot;1", domain="edge.test").replace("'en'", "'de'"))
    answer = browser.expect(f"{{{FRAMING}}}open")
    assert answer.text.startswith("<open ")
    assert "version='1.0'" in answer.text or 'version="1.0"' in answer.text
    assert (answer["from"], answer["id"], answer["version"]) == ("edge.test", 'a<"1', "1.0")
    assert answer["{http://www.w3.org/XML/1998/namespace}lang"] == "de"
    assert answer["to"] is None


def test_WX_012_to_comes_back_when_the_browser_said_from(table, upstream):
    browser = table.connect()
    browser.open(**{"from": "alice@edge.test"})
    stream = upstream.accept()
    assert stream.read_header().attributes["from"] == "alice@edge.test"
    stream.send(HEADER.format(id="1", domain="edge.test").replace(" id=", " to='alice@edge.test' id="))
    assert browser.expect(f"{{{FRAMING}}}open")["to"] == "alice@edge.test"


@pytest.mark.parametrize("first", ["<presence xmlns='jabber:client'/>", f"<auth xmlns='{SASL}' mechanism='PLAIN'>AA==</auth>"])
def test_WX_011_something_else_before_open_is_refused(table, upstream, first):
    browser = table.connect()
    browser.send(first)
    expect_failed_opening(browser, "bad-format", "not-authorized", "invalid-namespace")
    upstream.expect_no_connection(0.1)


def test_WX_014_a_second_open_for_another_domain_is_refused(table):
    browser, stream = table.logged_in()
    browser.open(to="other.test")
    error = browser.expect(f"{{{STREAMS}}}error")
    assert len(error.element) >= 1
    browser.expect_closing()
    stream.wire.drain()


def test_WX_015_XS_004_an_unknown_domain_gets_open_error_close(table, upstream):
    browser = table.connect()
    browser.open(to="attacker.test")
    answer = browser.expect(f"{{{FRAMING}}}open")
    assert answer["from"] != "attacker.test"
    browser.expect_stream_error("host-unknown")
    upstream.expect_no_connection(0.1)


def test_WX_016_XS_022_closing_ends_the_upstream_stream_and_then_the_websocket(table):
    browser, stream = table.logged_in()
    browser.send(CLOSING_FRAME)
    stream.read_end()
    stream.send(END)
    stream.expect_eof()
    assert browser.socket.receive_text() == CLOSING_FRAME
    browser.socket.expect_close(1000)
    browser.socket.close()
    browser.socket.expect_end()


def test_WX_017_what_comes_after_our_close_still_reaches_a_server_that_reads(table):
    browser, stream = table.logged_in()
    stream.send(END)
    assert browser.socket.receive_text() == CLOSING_FRAME
    browser.send("<presence xmlns='jabber:client' type='unavailable'/>")
    browser.send(CLOSING_FRAME)
    browser.socket.expect_close(1000)
    stream.read_element(f"{{{CLIENT}}}presence")


def test_WX_018_the_end_of_the_upstream_stream_closes_the_browser_side(table):
    browser, stream = table.logged_in()
    stream.send("<message/>" + END)
    browser.expect(f"{{{CLIENT}}}message")
    browser.expect_closing()
    stream.read_end()


def test_WX_019_PT_010_a_lost_websocket_ends_the_upstream_without_an_end_tag(table):
    browser, stream = table.logged_in()
    browser.vanish()
    stream.expect_eof()


def test_WX_019_PT_010_a_reset_websocket_ends_the_upstream_without_an_end_tag(table):
    browser, stream = table.logged_in()
    browser.socket.reset()
    stream.expect_eof()


def test_WX_021_XS_005_a_restart_sends_a_new_header_on_the_same_connection(table, upstream):
    browser, stream = table.opened()
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>")
    stream.read_element(f"{{{SASL}}}auth")
    stream.send(SUCCESS)
    browser.expect(f"{{{SASL}}}success")
    browser.open()
    second = stream.read_header()
    assert second.attributes["to"] == "edge.test"
    stream.send_header("new-id", BIND_FEATURES)
    assert browser.expect(f"{{{FRAMING}}}open")["id"] == "new-id"
    browser.expect(f"{{{STREAMS}}}features")
    upstream.expect_no_connection(0.1)


def test_WX_022_whitespace_from_upstream_is_swallowed(table):
    browser, stream = table.logged_in()
    for text in (" ", "\n", " \t\r\n "):
        stream.send(text)
    stream.send("<message id='after'/>")
    assert browser.receive()["id"] == "after"


def test_WX_024_WX_025_starttls_and_compression_are_hidden_and_not_forwarded(table):
    mechanisms = f"<mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
    browser = table.connect()
    browser.open()
    stream = table.upstream.accept()
    stream.read_header()
    stream.send_header(features=f"<stream:features>{STARTTLS}{mechanisms}{COMPRESSION}</stream:features>")
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    assert [node.tag for node in features.element] == [f"{{{SASL}}}mechanisms"]


@pytest.mark.parametrize("request_", [STARTTLS, "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>"])
def test_WX_024_WX_025_a_browser_cannot_ask_for_them(table, request_):
    browser, stream = table.opened()
    browser.send(request_)
    browser.expect_stream_error("unsupported-stanza-type")
    stream.read_end()
    stream.expect_eof()


def test_WX_009_WX_013_the_closing_frame_is_byte_exact(table):
    browser, stream = table.opened()
    stream.send(END)
    assert browser.socket.receive_text() == '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />'


def test_nothing_but_messages_comes_while_a_session_is_quiet(table):
    browser, stream = table.logged_in()
    browser.expect_nothing(1.0)
    stream.expect_silence(0.1)
    assert all(frame.opcode != PING for frame in browser.socket.frames)
