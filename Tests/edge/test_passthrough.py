"""The edge is transparent: what goes in comes out, in both directions, and nothing else does."""

import random
import xml.etree.ElementTree as ET

import pytest

from harness.bosh import BOSHSession
from harness.browser import Browser
from harness.edge import Edge, eventually
from harness.stream import CLIENT, FRAMING, SASL, STREAMS, Element, canonical
from harness.upstream import SUCCESS
from harness.wire import Ended

NONZAS = [
    "<r xmlns='urn:xmpp:sm:3'/>",
    "<a xmlns='urn:xmpp:sm:3' h='4294967295'/>",
    "<enable xmlns='urn:xmpp:sm:3' resume='true' max='600'/>",
    "<resume xmlns='urn:xmpp:sm:3' h='7' previd='some-long-sm-id'/>",
    "<active xmlns='urn:xmpp:csi:0'/>",
    "<inactive xmlns='urn:xmpp:csi:0'/>",
    "<future xmlns='urn:example:future:0' a='1'><inner xmlns='urn:example:inner'>text</inner></future>",
]
FROM_UPSTREAM = [
    "<enabled xmlns='urn:xmpp:sm:3' id='some-long-sm-id' location='[2001:db8::1]:9876' max='600' resume='true'/>",
    "<resumed xmlns='urn:xmpp:sm:3' h='12' previd='some-long-sm-id'/>",
    "<failed xmlns='urn:xmpp:sm:3' h='3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
    "<a xmlns='urn:xmpp:sm:3' h='1'/>",
]
CONTENT = [
    "<message xmlns='jabber:client' a='1&#10;2&#9;3&#13;4  5'><body> two  blanks\nand a line\tand a tab </body></message>",
    "<message xmlns='jabber:client'><body>&lt;&amp;&gt;&quot;&apos; ]] &gt; \U0001f600 &#x1F600; caf\u00e9 \u65e5\u672c</body></message>",
    "<message xmlns='jabber:client'><body><![CDATA[<raw> & ]] > ]]></body></message>",
    "<message xmlns='jabber:client' a='x > y'><x:y xmlns:x='urn:z' x:b=\"it's\"/></message>",
    "<message xmlns='jabber:client'><body></body><a/><b xmlns=''/><c xmlns='urn:c'><d xmlns='jabber:client'/></c></message>",
    "<iq xmlns='jabber:client' id='\u00e9&amp;' type='get'><query xmlns='urn:q' q='\"'/></iq>",
]


@pytest.mark.parametrize("text", NONZAS + CONTENT)
def test_PT_001_PT_002_PT_005_elements_reach_upstream_unchanged(table, text):
    browser, stream = table.logged_in()
    browser.send(text)
    assert stream.read_element().raw == text.encode()


@pytest.mark.parametrize("text", NONZAS + FROM_UPSTREAM + [c.replace(" xmlns='jabber:client'", "", 1) for c in CONTENT])
@pytest.mark.parametrize("how", ["whole", "bytes"])
def test_PT_001_PT_002_PT_005_elements_reach_the_browser_with_their_meaning_unchanged(table, text, how):
    browser, stream = table.logged_in()
    stream.send(text, how)
    assert browser.receive().canonical == Element(text.encode(), stream.headers[-1]).canonical


def random_element(dice: random.Random, depth: int = 0) -> str:
    """Any element: several namespaces, prefixes, entities, CDATA, space and characters of one to four bytes."""
    prefix = dice.choice(["", "", "p:", "q:"])
    name = prefix + dice.choice(["message", "x", "body", "\u00e9l", "a.b-c_1"])
    declared = " xmlns:p='urn:p' xmlns:q='urn:q'" if depth == 0 else ""
    if not prefix and dice.random() < 0.4:
        declared += f" xmlns='urn:{dice.randint(1, 3)}'"
    texts = ["", " ", "\n\t", "a", "&lt;&#65;&#x1F600;&quot;", "]]", "<![CDATA[ <&> ]]>", "\u00e9\u65e5\U0001f600", "x" * 300]
    values = ["", "v", "&amp;&#9;", ">", "\u65e5", "/>"]
    attributes = ""
    for number in range(dice.randint(0, 3)):
        quote = dice.choice("'\"")
        attributes += f" {dice.choice(['', 'p:'])}a{number}={quote}{dice.choice(values)}{quote}"
    children = "".join(
        dice.choice(texts) + (random_element(dice, depth + 1) if depth < 4 else "") for _ in range(dice.randint(0, 3))
    )
    return f"<{name}{declared}{attributes}>{children}</{name}>" if children or dice.random() < 0.5 else f"<{name}{declared}{attributes}/>"


@pytest.mark.parametrize("seed", range(4))
def test_PT_002_XS_008_random_elements_mean_the_same_on_both_sides(table, seed):
    dice = random.Random(seed)
    browser, stream = table.logged_in()
    elements = [random_element(dice) for _ in range(150)]
    stream.send("\n".join(elements), "random" if seed else "whole")
    for text in elements:
        assert browser.receive().canonical == Element(text.encode(), stream.headers[-1]).canonical, text
    for text in elements:
        if not ET.fromstring(text).tag.startswith("{"):
            text = text.replace(" ", " xmlns='jabber:client' ", 1) if " " in text.split(">")[0] else text
        browser.send(text)
        assert canonical(stream.read_element().element) == canonical(ET.fromstring(text)), text


def test_PT_003_a_message_of_nobody_is_never_added(table):
    browser, stream = table.logged_in()
    for number in range(50):
        browser.send(f"<message xmlns='jabber:client' id='c{number}'/>")
        stream.send(f"<message id='s{number}'/>")
    for number in range(50):
        assert stream.read_element().element.get("id") == f"c{number}"
        assert browser.receive()["id"] == f"s{number}"
    browser.expect_nothing(0.2)
    stream.expect_silence(0.2)


def test_PT_006_PT_005_the_location_of_enabled_passes(table):
    browser, stream = table.logged_in()
    stream.send("<enabled xmlns='urn:xmpp:sm:3' id='x' location='[2001:db8::1]:9876' max='600' resume='1'/>")
    enabled = browser.expect("{urn:xmpp:sm:3}enabled")
    assert (enabled["id"], enabled["max"], enabled["location"]) == ("x", "600", "[2001:db8::1]:9876")


def test_PT_007_a_conflict_reaches_only_the_stream_it_is_for(table):
    old, old_stream = table.logged_in()
    new, new_stream = table.logged_in()
    new_stream.send("<resumed xmlns='urn:xmpp:sm:3' h='0' previd='x'/>")
    old_stream.send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
    new.expect("{urn:xmpp:sm:3}resumed")
    old.expect_stream_error("conflict")
    new.send("<presence xmlns='jabber:client'/>")
    new_stream.read_element(f"{{{CLIENT}}}presence")


def test_PT_009_XS_025_nothing_is_injected_while_a_client_logs_in(table):
    browser, stream = table.opened()
    before = len(stream.wire.received)
    auth = f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>"
    browser.send(auth)
    stream.read_element(f"{{{SASL}}}auth")
    stream.expect_silence(1.0)
    assert bytes(stream.wire.received[before:]) == auth.encode()


@pytest.mark.parametrize("mechanisms, binding", [
    (["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"], True), (["SCRAM-SHA-256", "PLAIN"], True), (["PLAIN"], False),
])
def test_PT_011_PT_012_channel_binding_is_left_whole_or_removed_whole(table, mechanisms, binding):
    offered = "".join(f"<mechanism>{name}</mechanism>" for name in mechanisms)
    types = "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"
    browser = table.connect()
    browser.open()
    stream = table.upstream.accept()
    stream.read_header()
    stream.send_header(features=f"<stream:features><mechanisms xmlns='{SASL}'>{offered}</mechanisms>{types if binding else ''}</stream:features>")
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    shown = [node.text for node in features.element.iter(f"{{{SASL}}}mechanism")]
    has_types = features.find("{urn:xmpp:sasl-cb:0}sasl-channel-binding") is not None
    assert [name for name in shown if not name.endswith("-PLUS")] == [name for name in mechanisms if not name.endswith("-PLUS")]
    if any(name.endswith("-PLUS") for name in mechanisms):
        assert has_types == any(name.endswith("-PLUS") for name in shown)


ONLY_BOUND = (
    f"<stream:features><mechanisms xmlns='{SASL}'><mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-1-PLUS</mechanism>"
    "</mechanisms></stream:features>"
)


@pytest.mark.parametrize("strip", ["false", "true"])
def test_PT_011_PT_012_where_only_channel_bound_logins_remain_the_client_is_told_why_and_the_log_what_to_change(upstream, strip):
    with Edge(upstream.address, environment={"XMPP_EDGE_STRIP_CHANNEL_BINDING": strip}) as edge:
        for _ in range(3):
            browser = Browser(edge.address)
            browser.open()
            stream = upstream.accept()
            stream.read_header()
            stream.send_header(features=ONLY_BOUND)
            browser.expect(f"{{{FRAMING}}}open")
            error = browser.expect_stream_error("internal-server-error")
            assert "only logins that are bound to its own TLS connection" in error.text
            stream.read_end()
        session = BOSHSession(edge.address)
        creation = session.ask()
        stream = upstream.accept()
        stream.read_header()
        stream.send_header(features=ONLY_BOUND)
        answer = creation.answer()
        assert "only logins that are bound to its own TLS connection" in answer.text, answer.text
        answer.expect_terminate("remote-stream-error")
        assert eventually(lambda: "nobody can log in" in edge.log())
        warnings = [line for line in edge.log().splitlines() if "nobody can log in" in line]
        assert 1 <= len(warnings) <= 2, edge.log()  # each worker says it once in a while
        assert "SCRAM-SHA-1-PLUS, SCRAM-SHA-256-PLUS" in warnings[0] and "without -PLUS" in warnings[0]
        assert "edge.test" in warnings[0] and upstream.address in warnings[0]


def test_features_longer_than_any_are_no_xmpp(table):
    browser = table.connect()
    browser.open()
    stream = table.upstream.accept()
    stream.read_header()
    declarations = " ".join(f"xmlns:p{n}='p'" for n in range(20_000))
    stream.send_header(features=f"<stream:features {declarations}>{'<p0:a/>' * 20_000}</stream:features>")
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect_stream_error("internal-server-error")


def test_PT_013_PT_019_sasl2_goes_on_with_features_on_the_same_stream(table):
    browser = table.connect()
    browser.open(**{"from": "alice@edge.test"})
    stream = table.upstream.accept()
    assert stream.read_header().attributes["from"] == "alice@edge.test"
    inline = (
        "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism><inline><bind xmlns='urn:xmpp:bind:0'>"
        "<inline><feature var='urn:xmpp:sm:3'/></inline></bind><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism>"
        "</fast></inline></authentication>"
    )
    stream.send_header(features=f"<stream:features>{inline}</stream:features>")
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    assert canonical(features.element[0]) == canonical(ET.fromstring(inline))
    login = (
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>AGEAYg==</initial-response>"
        "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>x</software></user-agent>"
        "<bind xmlns='urn:xmpp:bind:0'><tag>x</tag></bind></authenticate>"
    )
    browser.send(login)
    assert stream.read_element().raw == login.encode()
    stream.send("<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>a@edge.test/x</authorization-identifier></success>")
    stream.send("<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features><message/>")
    browser.expect("{urn:xmpp:sasl:2}success")
    browser.expect(f"{{{STREAMS}}}features")
    browser.expect(f"{{{CLIENT}}}message")


def test_PT_014_an_open_without_a_reason_to_restart_ends_the_stream(table):
    browser, stream = table.logged_in()
    browser.open()
    error = browser.expect(f"{{{STREAMS}}}error")
    assert len(error.element) >= 1
    browser.expect_closing()
    assert b"<stream:stream" not in stream.wire.drain()


def test_PT_017_no_credential_and_no_content_is_logged(edge, table):
    browser, stream = table.opened()
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>c2VjcmV0LXRva2Vu</auth>")
    stream.read_element()
    stream.send(SUCCESS.replace("/>", ">dmVyeS1zZWNyZXQ=</success>"))
    browser.receive()
    browser.send("<message xmlns='jabber:client'><body>private words</body></message>")
    stream.read_element()
    browser.vanish()
    stream.expect_eof()
    assert edge.terminate() == 0
    for secret in ("c2VjcmV0LXRva2Vu", "dmVyeS1zZWNyZXQ", "private words"):
        assert secret not in edge.log()


@pytest.mark.parametrize("theirs, shown", [("524288", "262144"), ("10000", "10000")])
def test_PT_018_the_limits_of_upstream_are_lowered_to_those_of_the_edge(table, theirs, shown):
    browser = table.connect()
    browser.open()
    stream = table.upstream.accept()
    stream.read_header()
    stream.send_header(features=f"<stream:features><limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>{theirs}</max-bytes></limits></stream:features>")
    browser.expect(f"{{{FRAMING}}}open")
    features = browser.expect(f"{{{STREAMS}}}features")
    namespace = "{urn:xmpp:stream-limits:0}"
    assert features.element.findtext(f"{namespace}limits/{namespace}max-bytes") == shown


def test_PT_020_bytes_that_are_no_xml_end_the_session_cleanly(table):
    browser, stream = table.opened()
    browser.send(f"<auth xmlns='{SASL}' mechanism='GSSAPI'>AA==</auth>")
    stream.read_element()
    stream.send(SUCCESS + "\x00\x01\x02\x03binary")
    browser.expect(f"{{{SASL}}}success")
    try:
        browser.expect(f"{{{STREAMS}}}error")
        browser.expect_closing()
    except Ended:
        raise AssertionError("the socket was dropped without a word") from None
