"""The main job on a real server: two people chat through the edge on Prosody."""

import pytest

from harness.browser import Browser, plain
from harness.edge import Edge
from harness.stream import CLIENT, ERRORS, SASL, STREAMS

SM = "urn:xmpp:sm:3"
MUC = "http://jabber.org/protocol/muc"


def message(to: str, text: str, kind: str = "chat", identity: str = "m1") -> str:
    return f"<message xmlns='{CLIENT}' to='{to}' type='{kind}' id='{identity}'><body>{text}</body></message>"


def is_message(text: str):
    return lambda stanza: stanza.tag == f"{{{CLIENT}}}message" and stanza.element.findtext(f"{{{CLIENT}}}body") == text


@pytest.fixture
def alice(edge_on_prosody: Edge) -> Browser:
    browser = Browser(edge_on_prosody.address)
    browser.login("alice", "secret", "phone")
    browser.send(f"<presence xmlns='{CLIENT}'/>")
    return browser


@pytest.fixture
def bob(edge_on_prosody: Edge) -> Browser:
    browser = Browser(edge_on_prosody.address)
    browser.login("bob", "secret", "desk")
    browser.send(f"<presence xmlns='{CLIENT}'/>")
    return browser


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_login_with_each_mechanism(edge_on_prosody, mechanism):
    browser = Browser(edge_on_prosody.address)
    assert browser.login("alice", "secret", "one", mechanism) == "alice@edge.test/one"
    browser.close()


def test_a_wrong_password_is_refused_by_the_server_and_another_try_works(edge_on_prosody):
    browser = Browser(edge_on_prosody.address)
    browser.opened()
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain('alice', 'wrong')}</auth>")
    browser.expect(f"{{{SASL}}}failure")
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain('alice', 'secret')}</auth>")
    browser.expect(f"{{{SASL}}}success")


def test_an_unknown_domain_is_refused_by_the_edge(edge_on_prosody):
    browser = Browser(edge_on_prosody.address)
    browser.open(to="elsewhere.test")
    browser.receive()
    browser.expect_stream_error("host-unknown")


def test_roster_and_presence(alice, bob):
    alice.receive_until(lambda stanza: stanza.tag == f"{{{CLIENT}}}presence" and stanza["from"] == bob.jid)
    roster = alice.query("<query xmlns='jabber:iq:roster'/>")
    assert [item.get("jid") for item in roster.element.iter("{jabber:iq:roster}item")] == ["bob@edge.test"]
    bob.send(f"<presence xmlns='{CLIENT}'><show>away</show><status>caf\u00e9 \u2615</status></presence>")
    away = alice.receive_until(lambda stanza: stanza.element.findtext(f"{{{CLIENT}}}show") == "away")
    assert away.element.findtext(f"{{{CLIENT}}}status") == "caf\u00e9 \u2615"
    bob.close()
    # Sessions of other tests may come to their end as well.
    gone = alice.receive_until(lambda stanza: stanza["type"] == "unavailable" and stanza["from"] == bob.jid)
    assert gone.tag == f"{{{CLIENT}}}presence"


@pytest.mark.parametrize("text, arrives", [
    ("hello", "hello"), ("a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;", "a <b> & \"c\" 'd'"),
    ("\U0001f600 \u65e5\u672c\u8a9e \u0645\u0631\u062d\u0628\u0627", "\U0001f600 \u65e5\u672c\u8a9e \u0645\u0631\u062d\u0628\u0627"),
    ("&#x1F44B;<![CDATA[<raw> & more]]>", "\U0001f44b<raw> & more"), ("x" * 100_000, "x" * 100_000), ("one\ntwo\tthree", "one\ntwo\tthree"),
])
def test_messages_go_both_ways(alice, bob, text, arrives):
    alice.send(message("bob@edge.test", text))
    got = bob.receive_until(is_message(arrives))
    assert got["from"] == alice.jid
    bob.send(message(alice.jid, text, identity="m2"))
    assert alice.receive_until(is_message(arrives))["id"] == "m2"


def test_many_messages_keep_their_order(alice, bob):
    for number in range(300):
        alice.send(message(bob.jid, f"number {number}", identity=f"n{number}"))
    for number in range(300):
        assert bob.receive_until(lambda stanza: (stanza["id"] or "").startswith("n"))["id"] == f"n{number}"


def test_a_room(alice, bob):
    room = "lobby@rooms.edge.test"
    alice.send(f"<presence xmlns='{CLIENT}' to='{room}/Alice'><x xmlns='{MUC}'/></presence>")
    alice.receive_until(lambda stanza: stanza["from"] == f"{room}/Alice")
    bob.send(f"<presence xmlns='{CLIENT}' to='{room}/Bob'><x xmlns='{MUC}'/></presence>")
    alice.receive_until(lambda stanza: stanza["from"] == f"{room}/Bob")
    bob.receive_until(lambda stanza: stanza.tag == f"{{{CLIENT}}}message" and stanza.find(f"{{{CLIENT}}}subject") is not None)
    bob.send(message(room, "hello room \U0001f44b", "groupchat"))
    assert alice.receive_until(is_message("hello room \U0001f44b"))["from"] == f"{room}/Bob"
    assert bob.receive_until(is_message("hello room \U0001f44b"))["from"] == f"{room}/Bob"


def test_XS_020_a_second_login_with_the_same_resource_ends_the_first_with_conflict(edge_on_prosody, alice):
    other = Browser(edge_on_prosody.address)
    other.login("alice", "secret", "phone")
    error = alice.receive_until(lambda stanza: stanza.tag == f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}conflict") is not None
    alice.expect_closing()


def enable(browser: Browser) -> str:
    browser.send(f"<enable xmlns='{SM}' resume='true'/>")
    enabled = browser.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}enabled")
    assert enabled["id"]
    return enabled["id"] or ""


def resume(edge: Edge, session: str, handled: int) -> Browser:
    browser = Browser(edge.address)
    browser.authenticate("alice", "secret")
    browser.opened()
    browser.send(f"<resume xmlns='{SM}' previd='{session}' h='{handled}'/>")
    return browser


@pytest.mark.parametrize("how", ["vanish", "reset"])
def test_PT_010_PT_005_PT_003_a_session_resumes_through_a_new_websocket_and_nothing_is_lost(edge_on_prosody, prosody, bob, how):
    alice = Browser(edge_on_prosody.address)
    alice.login("alice", "secret", "phone")
    session = enable(alice)
    alice.send(f"<presence xmlns='{CLIENT}'/>")
    handled = 0
    bob.send(message(alice.jid, "before", identity="before"))
    while True:
        stanza = alice.receive()
        handled += stanza.tag.startswith(f"{{{CLIENT}}}")
        if stanza["id"] == "before":
            break
    getattr(alice if how == "vanish" else alice.socket, how)()
    for number in range(5):
        bob.send(message(alice.jid, f"while away {number}", identity=f"{how}{number}"))
    bob.query("<ping xmlns='urn:xmpp:ping'/>", to="edge.test")
    again = resume(edge_on_prosody, session, handled)
    resumed = again.expect(f"{{{SM}}}resumed")
    assert resumed["previd"] == session
    for number in range(5):
        got = again.receive_until(lambda stanza: (stanza["id"] or "").startswith(how))  # others may be of an earlier login
        assert got["id"] == f"{how}{number}"
    # What nobody has acknowledged the server keeps for alice's next login.
    again.send(f"<a xmlns='{SM}' h='{handled + 5}'/>")
    again.jid = alice.jid
    again.send(message(bob.jid, "I am back", identity="back"))
    bob.receive_until(is_message("I am back"))
    again.close()


def test_PT_010_a_session_that_was_closed_properly_cannot_be_resumed(edge_on_prosody):
    alice = Browser(edge_on_prosody.address)
    alice.login("alice", "secret", "phone")
    session = enable(alice)
    alice.close()
    again = resume(edge_on_prosody, session, 0)
    again.expect(f"{{{SM}}}failed")


def test_PT_004_acknowledgements_count_what_was_really_sent(alice):
    enable(alice)
    for number in range(10):
        alice.send(message("bob@edge.test", "x", identity=f"x{number}"))
    alice.send(f"<r xmlns='{SM}'/>")
    answer = alice.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}a")
    assert answer["h"] == "10"


def test_the_server_of_make_run_has_what_a_modern_client_expects(alice):
    info = alice.query("<query xmlns='http://jabber.org/protocol/disco#info'/>", to="edge.test")
    account = alice.query("<query xmlns='http://jabber.org/protocol/disco#info'/>", to="alice@edge.test")
    items = alice.query("<query xmlns='http://jabber.org/protocol/disco#items'/>", to="edge.test")
    upload = alice.query("<query xmlns='http://jabber.org/protocol/disco#info'/>", to="upload.edge.test")
    features = {node.get("var") for answer in (info, account, upload) for node in answer.element.iter() if node.get("var")}
    assert features >= {
        "urn:xmpp:carbons:2", "urn:xmpp:blocking", "urn:xmpp:mam:2", "urn:xmpp:http:upload:0",
        "http://jabber.org/protocol/pubsub#publish-options", "urn:xmpp:bookmarks:1#compat",
    }
    assert "rooms.edge.test" in items.text and "upload.edge.test" in items.text
    slot = alice.query("<request xmlns='urn:xmpp:http:upload:0' filename='a.txt' size='5' content-type='text/plain'/>", to="upload.edge.test")
    assert slot.find("{urn:xmpp:http:upload:0}slot/{urn:xmpp:http:upload:0}put") is not None
