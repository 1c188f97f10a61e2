"""RFC 6120 at the edge: what reaches the upstream server, what is refused, what is passed as it is."""

import pytest

from harness.browser import CLOSING_FRAME, Browser
from harness.edge import Edge
from harness.stream import CLIENT, ERRORS, FRAMING, STREAMS, Element
from harness.upstream import END, HEADER
from harness.wire import Ended

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def test_XS_001_XS_002_UP_001_the_header_has_all_it_must_and_arrives_in_one_piece(table, upstream):
    browser = table.connect()
    browser.open(**{"xml:lang": "de", "from": "alice@edge.test", "id": "mine"})
    stream = upstream.accept()
    stream.wire.more()
    raw = bytes(stream.wire.buffer)
    header = stream.read_header()
    assert header.raw == raw
    assert raw.startswith(b"<?xml version='1.0'?>") or raw.startswith(b'<?xml version="1.0"')
    assert b"standalone" not in raw
    assert header.element.tag == f"{{{STREAMS}}}stream"
    assert b"xmlns='jabber:client'" in raw or b'xmlns="jabber:client"' in raw
    wanted = {"to": "edge.test", "version": "1.0", "from": "alice@edge.test", LANG: "de"}
    assert header.attributes == wanted


def test_XS_001_what_is_copied_into_the_header_is_escaped(table, upstream):
    browser = table.connect()
    browser.open(**{"xml:lang": "x&apos;&gt;&lt;&amp;"})
    header = upstream.accept().read_header()
    assert header.attributes[LANG] == "x'><&"
    assert b">" not in header.tag[:-1]  # Openfire ends a tag at any '>' outside double quotes


@pytest.mark.parametrize("to", ["", "to='' "])
def test_XS_003_an_open_without_to_goes_to_the_only_domain(table, upstream, to):
    browser = table.connect()
    browser.send(f"<open xmlns='{FRAMING}' {to}version='1.0'/>")
    stream = upstream.accept()
    assert stream.read_header().attributes["to"] == "edge.test"
    stream.send_header()
    assert browser.expect(f"{{{FRAMING}}}open")["from"] == "edge.test"


def test_XS_002_the_server_hears_the_account_without_a_resource(table, upstream):
    browser = table.connect()
    browser.open(**{"from": "alice@edge.test/phone"})
    assert upstream.accept().read_header().attributes["from"] == "alice@edge.test"


@pytest.mark.parametrize("to", ["EDGE.test", "edge.test."])
def test_XS_003_another_spelling_of_the_domain_is_the_same_domain(table, upstream, to):
    browser = table.connect()
    browser.open(to=to)
    assert upstream.accept().read_header().attributes["to"] == "edge.test"


@pytest.mark.parametrize("more", [("--domain", "other.test", "--upstream"), None])
def test_XS_003_an_open_without_to_is_refused_where_there_is_no_only_domain(upstream, more):
    several = (*more, upstream.address) if more else ()
    with Edge(upstream.address, domain="edge.test" if more else "*", options=several) as edge:
        browser = Browser(edge.address)
        browser.send(f"<open xmlns='{FRAMING}' version='1.0'/>")
        assert browser.expect(f"{{{FRAMING}}}open")["from"] is None
        browser.expect_stream_error("host-unknown")
        upstream.expect_no_connection()


@pytest.mark.parametrize("version", ["2.0", "1.1", "1.10"])
def test_XS_006_a_higher_version_is_answered_with_ours(table, upstream, version):
    browser = table.connect()
    browser.send(f"<open xmlns='{FRAMING}' to='edge.test' version='{version}'/>")
    stream = upstream.accept()
    assert stream.read_header().attributes["version"] == "1.0"
    stream.send_header()
    assert browser.expect(f"{{{FRAMING}}}open")["version"] == "1.0"


def test_XS_006_an_open_without_a_version_counts_as_1_0(table, upstream):
    browser = table.connect()
    browser.send(f"<open xmlns='{FRAMING}' to='edge.test'/>")
    assert upstream.accept().read_header().attributes["version"] == "1.0"


@pytest.mark.parametrize("text, condition", [
    pytest.param("<message xmlns='jabber:client'><!-- x --></message>", "restricted-xml", id="XS-007-comment"),
    pytest.param("<!-- x --><message xmlns='jabber:client'/>", "restricted-xml", id="XS-007-comment-before"),
    pytest.param("<message xmlns='jabber:client'><?x y?></message>", "restricted-xml", id="XS-007-instruction"),
    pytest.param("<!DOCTYPE a [<!ENTITY b 'c'>]><message xmlns='jabber:client'>&b;</message>", "restricted-xml", id="XS-007-doctype"),
    pytest.param("<message xmlns='jabber:client'>&nbsp;</message>", "restricted-xml not-well-formed", id="XS-007-entity"),
    pytest.param("<message xmlns='jabber:client'><body></message>", "not-well-formed", id="XS-009-tags"),
    pytest.param("<message xmlns='jabber:client' a='1' a='2'/>", "not-well-formed", id="XS-009-attributes"),
    pytest.param("<message xmlns='jabber:client'><p:a/></message>", "not-well-formed", id="XS-010-unbound"),
    pytest.param("<message xmlns='jabber:client' p:a='1'/>", "not-well-formed", id="XS-010-unbound-attribute"),
    pytest.param("<message xmlns='jabber:client' xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>", "not-well-formed", id="XS-010-twice"),
    pytest.param("<message xmlns='jabber:client' xmlns:p=''/>", "not-well-formed", id="XS-010-empty"),
    pytest.param("<?xml version='1.0' encoding='ISO-8859-1'?><message xmlns='jabber:client'/>", "unsupported-encoding", id="XS-011"),
    pytest.param("<?xml version='1.1'?><message xmlns='jabber:client'/>", "not-well-formed unsupported-version bad-format restricted-xml", id="XS-013"),
    pytest.param("<message xmlns='jabber:client'>\x01</message>", "not-well-formed", id="XS-014-control"),
    pytest.param("<message xmlns='jabber:client'>\ufffe</message>", "not-well-formed", id="XS-014-fffe"),
    pytest.param("<message xmlns='jabber:client'>&#0;</message>", "not-well-formed", id="XS-014-reference-0"),
    pytest.param("<message xmlns='jabber:client'>&#xD800;</message>", "not-well-formed", id="XS-014-surrogate"),
    pytest.param("<message xmlns='jabber:client'>" + "<a>" * 200 + "</a>" * 200 + "</message>", "policy-violation", id="XS-024-depth"),
])
def test_XS_007_XS_009_XS_010_XS_011_XS_013_XS_014_XS_024_bad_xml_ends_the_stream_and_none_of_it_passes(table, text, condition):
    browser, stream = table.logged_in()
    browser.send(text)
    error = browser.expect(f"{{{STREAMS}}}error")
    assert error.element[0].tag in [f"{{{ERRORS}}}{name}" for name in condition.split()], error
    browser.expect_closing()
    rest = stream.wire.drain()
    assert rest.strip() in (b"", END.encode()), rest


def test_XS_019_nothing_is_sent_after_a_stream_error(table):
    browser, stream = table.logged_in()
    browser.send("<message xmlns='jabber:client'>")
    browser.expect_stream_error("not-well-formed")
    try:
        stream.send("<message/>" * 10)
    except Ended:
        pass


def test_XS_012_XS_014_characters_that_are_allowed_pass(table):
    browser, stream = table.logged_in()
    text = "<message xmlns='jabber:client'><body>\ufeffa\u0085\u2028\ufffd\U0001f600&#x10FFFF;&#9;&#13;</body></message>"
    browser.send(text)
    assert stream.read_element().raw == text.encode()


def test_XS_015_a_stanza_of_another_namespace_is_never_taken_for_one_of_ours(table):
    browser, stream = table.logged_in()
    browser.send("<message xmlns='jabber:server'/>")
    browser.expect_stream_error("invalid-namespace")
    stream.read_end()
    stream.expect_eof()


def test_XS_016_a_prefixed_stanza_reaches_upstream_without_its_prefix(table):
    browser, stream = table.logged_in()
    browser.send("<c:message xmlns:c='jabber:client' to='bob@edge.test'><c:body>x</c:body><y xmlns='urn:y'/></c:message>")
    element = stream.read_element(f"{{{CLIENT}}}message")
    assert element.raw.startswith(b"<message")
    assert element.element.findtext(f"{{{CLIENT}}}body") == "x"
    assert element.element.find("{urn:y}y") is not None


def test_XS_017_WX_008_a_prefix_is_declared_on_the_frame_that_uses_it_and_does_not_leak(table, upstream):
    browser = table.connect()
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send(HEADER.format(id="1", domain="edge.test").replace("<stream:stream", "<stream:stream xmlns:x='urn:x'"))
    stream.send("<stream:features/><message><x:a b='c'/></message><message xmlns:y='urn:y'><y:a/></message><message/>")
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect(f"{{{STREAMS}}}features")
    assert browser.receive().find("{urn:x}a") is not None
    assert browser.receive().find("{urn:y}a") is not None
    assert "urn:y" not in browser.receive().text


def test_XS_018_PT_002_a_language_is_neither_changed_nor_removed(table):
    browser, stream = table.logged_in()
    text = "<message xmlns='jabber:client' xml:lang='fr'><body xml:lang=''>x</body></message>"
    browser.send(text)
    assert stream.read_element().raw == text.encode()
    stream.send("<message xml:lang='fr'><body xml:lang='ru'>x</body></message>")
    message = browser.receive()
    assert (message[LANG], message.element[0].get(LANG)) == ("fr", "ru")


@pytest.mark.parametrize("error", [
    "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
    "<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>a &amp; b</text><app xmlns='urn:app'/>",
    "<brand-new xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
])
def test_XS_020_stream_errors_from_upstream_are_passed_whole(table, error):
    browser, stream = table.logged_in()
    stream.send(f"<stream:error>{error}</stream:error>{END}")
    message = browser.expect(f"{{{STREAMS}}}error")
    sent = Element(f"<stream:error>{error}</stream:error>".encode(), stream.headers[-1])
    assert message.canonical == sent.canonical
    browser.expect_closing()


def test_XS_023_a_stanza_of_the_limit_passes_and_one_byte_more_does_not(table):
    browser, stream = table.logged_in()
    frame = "<message xmlns='jabber:client'><body>{}</body></message>"
    fitting = frame.format("x" * (256 * 1024 - len(frame) + 2))
    assert len(fitting) == 256 * 1024
    browser.send(fitting)
    assert len(stream.read_element().raw) == len(fitting)
    browser.send(fitting.replace("<body>", "<body>x"))
    browser.expect_stream_error("policy-violation", close_code=None)


def test_XS_026_PT_004_PT_008_the_order_of_all_elements_is_kept_both_ways(table):
    browser, stream = table.logged_in()
    names = [("message", CLIENT), ("r", "urn:xmpp:sm:3"), ("presence", CLIENT), ("active", "urn:xmpp:csi:0"), ("iq", CLIENT)] * 20
    for name, namespace in names:
        browser.send(f"<{name} xmlns='{namespace}'/>")
    for name, namespace in names:
        stream.read_element(f"{{{namespace}}}{name}")
    stream.send("".join(f"<{name} xmlns='{namespace}'/>" for name, namespace in names))
    for name, namespace in names:
        browser.expect(f"{{{namespace}}}{name}")


def test_XS_027_upstream_is_not_contacted_before_open(table, upstream):
    table.connect()
    upstream.expect_no_connection(0.5)


def test_XS_029_stanzas_before_login_are_for_upstream_to_refuse(table):
    browser, stream = table.opened()
    browser.send("<message xmlns='jabber:client' to='bob@edge.test'><body>x</body></message>")
    stream.read_element(f"{{{CLIENT}}}message")
    stream.send(f"<stream:error><not-authorized xmlns='{ERRORS}'/></stream:error>{END}")
    error = browser.expect(f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}not-authorized") is not None


def test_XS_022_the_end_tag_comes_before_the_end_of_the_connection(table):
    browser, stream = table.logged_in()
    browser.send("<message xmlns='jabber:client'/>")
    browser.send(CLOSING_FRAME)
    stream.read_element(f"{{{CLIENT}}}message")
    stream.read_end()
