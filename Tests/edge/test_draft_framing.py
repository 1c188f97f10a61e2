"""The WebSocket framing before RFC 7395: a stream's header, elements and end as messages, where the configuration allows it."""

from collections.abc import Iterator

import pytest

from harness.browser import CLOSING_FRAME, Browser
from harness.draft import END, DraftBrowser
from harness.edge import Edge
from harness.stream import BIND, CLIENT, FRAMING, SASL, STREAMS
from harness.upstream import BIND_FEATURES, HEADER, SUCCESS, Upstream, UpstreamStream
from harness.websocket import BINARY, deflated, encode

STREAM = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
MANY = " ".join(f"a{number}='1'" for number in range(17))
ALLOWED = {"XMPP_EDGE_WEBSOCKET_DRAFT": "true"}


@pytest.fixture
def edge(upstream: Upstream) -> Iterator[Edge]:
    environment = {**ALLOWED, "XMPP_EDGE_LIMITS_STANZA": "20000", "XMPP_EDGE_LIMITS_STANZA_BEFORE_LOGIN": "4096"}
    with Edge(upstream.address, options=("--log-format", "json"), environment=environment) as running:
        yield running
        upstream.close_streams()


@pytest.fixture
def client(edge: Edge) -> DraftBrowser:
    return DraftBrowser(edge.address)


def opened(client: Browser, upstream: Upstream) -> UpstreamStream:
    client.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    client.receive()
    client.expect(f"{{{STREAMS}}}features")
    return stream


def logged_in(client: Browser, upstream: Upstream) -> UpstreamStream:
    stream = opened(client, upstream)
    client.send(f"<auth xmlns='{SASL}' mechanism='PLAIN' >AGFsaWNlAHNlY3JldA==</auth>")
    stream.read_element(f"{{{SASL}}}auth")
    stream.send(SUCCESS)
    client.expect(f"{{{SASL}}}success")
    client.open()
    stream.read_header()
    stream.send_header("s2", BIND_FEATURES)
    client.receive()
    client.expect(f"{{{STREAMS}}}features")
    return stream


def test_WX_027_a_stream_header_is_answered_with_the_servers(client, upstream):
    client.open(xml_lang="de")
    stream = upstream.accept()
    header = stream.read_header()
    assert header.attributes["to"] == "edge.test" and "id" not in header.attributes
    assert header.attributes["{http://www.w3.org/XML/1998/namespace}lang"] == "de"
    stream.send(HEADER.format(id="a&lt;1", domain="edge.test"))
    text = client.socket.receive_text()
    # In this order, a pattern of Tsung's examples finds the id.
    assert text.startswith('<stream:stream id="a&lt;1" xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client" version="1.0" ')
    assert text.endswith(">") and not text.endswith("/>") and 'from="edge.test"' in text
    stream.send("<stream:features/>")
    client.expect(f"{{{STREAMS}}}features")


@pytest.mark.parametrize("form", [
    f"<stream:stream {STREAM} to='edge.test' version='1.0'>",
    f"<?xml version='1.0' encoding='UTF-8'?>\n<stream:stream {STREAM} to=\"edge.test\">\r\n",
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' to='edge.test'>",
    f"<stream:stream\n{STREAM}\nto='edge.test' xmlns:x='urn:x' x:y='>'\n>",
])
def test_WX_027_a_header_has_many_forms(client, upstream, form):
    client.send(form)
    stream = upstream.accept()
    assert stream.read_header().attributes["to"] == "edge.test"


def test_WX_028_login_with_a_restart_and_stanzas_both_ways_in_the_namespaces_of_the_stream(client, upstream):
    stream = logged_in(client, upstream)
    client.send(f"<iq type='set' id='1'><bind xmlns='{BIND}'><resource>tsung</resource></bind></iq>")
    assert stream.read_element(f"{{{CLIENT}}}iq").element.find(f"{{{BIND}}}bind") is not None
    client.send("<message to='b@edge.test'><body>caf\u00e9 &amp; &gt;</body><x xmlns='urn:x'/></message>")
    message = stream.read_element(f"{{{CLIENT}}}message").element
    assert message.findtext(f"{{{CLIENT}}}body") == "caf\u00e9 & >" and message.find("{urn:x}x") is not None
    client.send("<presence/>")
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.send("<message from='b@edge.test'><body>hello</body></message><r xmlns='urn:xmpp:sm:3'/>")
    assert client.expect(f"{{{CLIENT}}}message").element.findtext(f"{{{CLIENT}}}body") == "hello"
    client.expect("{urn:xmpp:sm:3}r")


@pytest.mark.parametrize("sent, tags", [
    ("<r xmlns='urn:xmpp:sm:3'/>", ["{urn:xmpp:sm:3}r"]),
    ("<message xmlns='jabber:client'/>", [f"{{{CLIENT}}}message"]),
    ("<c:message xmlns:c='jabber:client'><c:body/></c:message>", [f"{{{CLIENT}}}message", f"{{{CLIENT}}}body"]),
    ("<x:a xmlns:x='urn:x'><b/></x:a>", ["{urn:x}a", f"{{{CLIENT}}}b"]),
    ("<iq><a xmlns=''/></iq>", [f"{{{CLIENT}}}iq", "a"]),
    ("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
     [f"{{{STREAMS}}}error", "{urn:ietf:params:xml:ns:xmpp-streams}reset"]),
])
def test_WX_028_every_element_means_the_same_at_the_server(client, upstream, sent, tags):
    stream = logged_in(client, upstream)
    client.send(sent)
    assert [node.tag for node in stream.read_element().element.iter()] == tags


def test_WX_028_white_space_is_no_message_to_anybody(client, upstream):
    stream = logged_in(client, upstream)
    client.send(" ")
    client.send("\n")
    client.send("<presence/>\n")
    stream.read_element(f"{{{CLIENT}}}presence")
    assert not stream.reader.whitespace.strip(b"\n") and not stream.reader.items


def test_WX_029_the_end_of_the_stream_ends_both_sides_and_the_socket(client, upstream, edge):
    stream = logged_in(client, upstream)
    client.send("</stream:stream>")
    stream.read_end()
    stream.send(END)
    assert client.socket.receive_text() == END
    client.socket.expect_close(1000)
    client.socket.close()
    client.socket.expect_end()
    stream.expect_eof()


def test_WX_029_the_server_ends_the_stream(client, upstream):
    stream = logged_in(client, upstream)
    stream.send(END)
    assert client.socket.receive_text() == END
    client.send("<presence/>")
    stream.read_element(f"{{{CLIENT}}}presence")
    client.send("</stream:stream >\n")
    stream.read_end()
    client.socket.expect_close(1000)


def test_WX_029_a_client_that_vanishes_leaves_no_end_of_the_stream(client, upstream):
    stream = logged_in(client, upstream)
    client.vanish()
    stream.expect_eof()


def test_WX_029_an_error_of_the_opening_comes_in_a_stream(client):
    client.open(to="elsewhere.test")
    assert client.expect(f"{{{STREAMS}}}stream")["from"] == "edge.test"
    client.expect_stream_error("host-unknown")


@pytest.mark.parametrize("message, condition", [
    ("<message>", "not-well-formed"), ("<message/><message/>", "not-well-formed"), ("<a></b>", "not-well-formed"),
    ("text", "not-well-formed"), ("x<message/>", "not-well-formed"), ("<message/>x", "not-well-formed"),
    ("<message a='1' a='2'/>", "not-well-formed"), ("<x:message/>", "not-well-formed"), ("<message>&#0;</message>", "not-well-formed"),
    ("</stream:stream><message/>", "not-well-formed"), ("</stream:streams>", "not-well-formed"), ("</message>", "not-well-formed"),
    ("<message/></stream:stream>", "not-well-formed"), ("<", "not-well-formed"), ("<?xml version='1.0'?>", "not-well-formed"),
    ("<message><!-- x --></message>", "restricted-xml"), ("<!DOCTYPE a><a/>", "restricted-xml"), ("<message>&x;</message>", "restricted-xml"),
    ("<?xml version='1.0' encoding='UTF-16'?><message/>", "unsupported-encoding"),
    ("<message xmlns='jabber:server'/>", "invalid-namespace"), ("<message xmlns=''/>", "invalid-namespace"),
    ("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "unsupported-stanza-type"),
    (f"<stream:stream {STREAM} to='edge.test'>", "policy-violation"), ("<message>" + "<a>" * 64 + "</a>" * 64 + "</message>", "policy-violation"),
])
def test_WX_030_what_is_no_element_of_a_stream_ends_it(client, upstream, message, condition):
    stream = logged_in(client, upstream)
    client.send("<presence/>")
    client.send(message)
    client.expect_stream_error(condition)
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.read_end()


@pytest.mark.parametrize("header, condition", [
    (f"<stream:stream {STREAM} to='edge.test'/>", "bad-format"),
    (f"<stream:stream {STREAM} to='edge.test'><presence/>", "bad-format"),
    (f"<stream:stream {STREAM} to='edge.test'></stream:stream>", "bad-format"),
    (f"<stream:stream {STREAM} to='edge.test' to='edge.test'>", "not-well-formed"),
    (f"<stream:stream {STREAM} to='edge.test", "not-well-formed"),
    (f"<stream:stream {STREAM} to='&undefined;'>", "restricted-xml"),
    ("<stream:stream xmlns='jabber:client' to='edge.test'>", "not-well-formed"),
    ("<stream:stream xmlns='jabber:client' xmlns:stream='urn:x' to='edge.test'>", "invalid-namespace"),
    ("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='edge.test'>", "invalid-namespace"),
    (f"<stream:stream {STREAM} to='{'x' * 3072}'>", "policy-violation"),
    (f"<stream:stream {STREAM} {MANY}>", "policy-violation"),
    (f"<?xml version='1.0' encoding='latin1'?><stream:stream {STREAM} to='edge.test'>", None),
])
def test_WX_030_a_broken_header_is_refused_before_any_server_is_asked(client, upstream, header, condition):
    client.send(header)
    client.receive()
    if condition:
        client.expect_stream_error(condition, 1009 if "xxx" in header else 1000)
    upstream.expect_no_connection(0.1)


@pytest.mark.parametrize("size, fits", [(4096, True), (4097, False)])
def test_WX_030_the_limit_before_login_is_that_of_every_client(client, upstream, size, fits):
    stream = opened(client, upstream)
    client.send(f"<iq><a b='{'x' * (size - 18)}'/></iq>")
    if fits:
        stream.read_element(f"{{{CLIENT}}}iq")
    else:
        client.expect_stream_error("policy-violation", 1009)


@pytest.mark.parametrize("size, fits", [(20000, True), (20001, False)])
def test_WX_030_the_limit_after_login_is_that_of_every_client(client, upstream, size, fits):
    stream = logged_in(client, upstream)
    client.send(f"<message>{'x' * (size - len('<message></message>'))}</message>")
    if fits:
        stream.read_element(f"{{{CLIENT}}}message")
    else:
        client.expect_stream_error("policy-violation", 1009)


def test_WX_030_binary_messages_are_refused(client, upstream):
    opened(client, upstream)
    client.socket.send_frame(BINARY, b"<presence/>")
    client.socket.expect_close(1003)


def test_WX_030_fragments_and_compressed_messages_are_the_same(edge, upstream):
    client = DraftBrowser(edge.address, more=("Sec-WebSocket-Extensions: permessage-deflate",))
    stream = logged_in(client, upstream)
    client.socket.send_raw(encode(1, b"<pres", fin=False) + encode(0, b"ence/>"))
    stream.read_element(f"{{{CLIENT}}}presence")
    client.socket.send_raw(encode(1, deflated(b"<message><body>x</body></message>"), rsv=4))
    stream.read_element(f"{{{CLIENT}}}message")
    stream.send(f"<message><body>{'hello ' * 200}</body></message>")
    client.expect(f"{{{CLIENT}}}message")


def test_WX_031_the_first_message_decides_for_each_session(edge, upstream):
    today, then = Browser(edge.address), DraftBrowser(edge.address)
    stream = logged_in(today, upstream)
    logged_in(then, upstream)
    today.send("<presence/>")
    today.expect_stream_error("invalid-namespace")
    stream.read_end()


def test_WX_031_an_open_without_a_namespace_is_neither(client, upstream):
    client.send("<open to='edge.test' version='1.0'/>")
    assert client.receive().tag == f"{{{FRAMING}}}open"
    assert client.receive().tag == f"{{{STREAMS}}}error"
    assert client.socket.receive_text() == CLOSING_FRAME


@pytest.mark.parametrize("header", [
    f"<?xml version='1.0'?><stream:stream {STREAM} to='edge.test' version='1.0'>", f"<stream:stream {STREAM} to='edge.test'>",
])
def test_WX_031_without_the_key_a_stream_header_is_refused_in_the_words_of_RFC_7395(upstream, header):
    with Edge(upstream.address) as edge:
        browser = Browser(edge.address)
        browser.send(header)
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("invalid-namespace")
        upstream.expect_no_connection(0.1)


def test_two_clients_chat_on_a_real_server(prosody):
    with Edge(f"127.0.0.1:{prosody.port}", environment=ALLOWED) as edge:
        alice, bob = DraftBrowser(edge.address), Browser(edge.address)
        alice.login("alice", "secret", "old")
        bob.login("bob", "secret", "new")
        alice.send("<presence/>")
        alice.send(f"<message to='{bob.jid}' type='chat'><body>from then</body></message>")
        got = bob.receive_until(lambda stanza: stanza.element.findtext(f"{{{CLIENT}}}body") == "from then")
        assert got["from"] == alice.jid
        bob.send(f"<message xmlns='{CLIENT}' to='{alice.jid}' type='chat'><body>from now</body></message>")
        # What others left for alice on this server may come first.
        alice.receive_until(lambda stanza: stanza.element.findtext(f"{{{CLIENT}}}body") == "from now")
        alice.close()
        bob.close()
