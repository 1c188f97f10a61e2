"""The main job over BOSH on a real server: login, chat with somebody on a WebSocket, archive, resumption."""

import pytest

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.stream import CLIENT, ERRORS, STREAMS

SM = "urn:xmpp:sm:3"
MAM = "urn:xmpp:mam:2"


def message(to: str, text: str, identity: str = "m1") -> str:
    return f"<message xmlns='{CLIENT}' to='{to}' type='chat' id='{identity}'><body>{text}</body></message>"


def is_message(text: str):
    return lambda stanza: stanza.tag == f"{{{CLIENT}}}message" and stanza.element.findtext(f"{{{CLIENT}}}body") == text


@pytest.fixture(params=["one connection", "many connections"])
def alice(request, edge_on_prosody) -> BOSHBrowser:
    browser = BOSHBrowser(edge_on_prosody.address, spread=request.param == "many connections")
    browser.login("alice", "secret", "old")
    browser.send(f"<presence xmlns='{CLIENT}'/>")
    return browser


@pytest.fixture
def bob(edge_on_prosody) -> Browser:
    browser = Browser(edge_on_prosody.address)
    browser.login("bob", "secret", "desk")
    browser.send(f"<presence xmlns='{CLIENT}'/>")
    return browser


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
@pytest.mark.parametrize("hold", [0, 1])
def test_login_with_each_mechanism(edge_on_prosody, mechanism, hold):
    browser = BOSHBrowser(edge_on_prosody.address, hold=hold)
    assert browser.login("alice", "secret", "one", mechanism) == "alice@edge.test/one"
    browser.close()
    browser.ended.expect_terminate(None)


def test_messages_go_both_ways_between_BOSH_and_a_WebSocket(alice, bob):
    for number in range(20):
        alice.send(message(bob.jid, f"number {number}"))
        assert bob.receive_until(is_message(f"number {number}"))["from"] == alice.jid
        bob.send(message(alice.jid, f"answer {number} \u2615"))
        assert alice.receive_until(is_message(f"answer {number} \u2615"))["from"] == bob.jid


def test_a_burst_keeps_its_order(alice, bob):
    for number in range(200):
        bob.send(message(alice.jid, f"{number} " + "x" * 2000, f"n{number}"))
    for number in range(200):
        assert alice.receive_until(lambda stanza: (stanza["id"] or "").startswith("n"))["id"] == f"n{number}"


def test_roster_rooms_and_archive(alice, bob):
    roster = alice.query("<query xmlns='jabber:iq:roster'/>")
    assert [item.get("jid") for item in roster.element.iter("{jabber:iq:roster}item")] == ["bob@edge.test"]
    alice.send(message("bob@edge.test", "for the archive", "archived"))
    bob.receive_until(is_message("for the archive"))
    found = []
    identity = "mam1"
    alice.send(f"<iq xmlns='{CLIENT}' type='set' id='{identity}'><query xmlns='{MAM}' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'>"
               "<max>10</max><before/></set></query></iq>")
    while True:
        stanza = alice.receive()
        found += [node.text for node in stanza.element.iter(f"{{{CLIENT}}}body")]
        if stanza["id"] == identity:
            break
    assert "for the archive" in found and stanza.find(f"{{{MAM}}}fin") is not None


def test_a_client_that_leaves_properly_is_offline_at_once(alice, bob):
    bob.receive_until(lambda stanza: stanza["from"] == alice.jid and stanza["type"] is None)
    alice.close()
    assert bob.receive_until(lambda stanza: stanza["from"] == alice.jid)["type"] == "unavailable"


def test_XB_012_a_second_login_with_the_same_resource_ends_the_first_with_conflict(edge_on_prosody, alice):
    other = Browser(edge_on_prosody.address)
    other.login("alice", "secret", "old")
    error = alice.receive_until(lambda stanza: stanza.tag == f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}conflict") is not None
    alice.ended.expect_terminate("remote-stream-error")


@pytest.mark.parametrize("to", ["bosh", "websocket"])
def test_PT_010_PT_021_a_session_that_lost_its_place_resumes_over_either_transport(edge_on_prosody, alice, bob, to):
    alice.send(f"<enable xmlns='{SM}' resume='true'/>")
    session = alice.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}enabled")["id"]
    bob.send(message(alice.jid, "before", "before"))
    handled = 0
    while True:
        stanza = alice.receive()
        handled += stanza.tag.startswith(f"{{{CLIENT}}}")
        if stanza["id"] == "before":
            break
    # A page that came back with an old rid: the session is lost, the stream is not.
    alice.session.rid += 100
    alice.session.send().answer().expect_terminate("item-not-found")
    alice.vanish()
    mine = f"{alice.spread}-{to}-"
    for number in range(3):
        bob.send(message(alice.jid, f"away {number}", f"{mine}{number}"))
    bob.query("<ping xmlns='urn:xmpp:ping'/>", to="edge.test")
    again = (BOSHBrowser if to == "bosh" else Browser)(edge_on_prosody.address)
    again.authenticate("alice", "secret")
    again.opened()
    again.send(f"<resume xmlns='{SM}' previd='{session}' h='{handled}'/>")
    assert again.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}resumed")["previd"] == session
    for number in range(3):
        got = again.receive_until(lambda stanza: (stanza["id"] or "").startswith(mine))  # others may be of an earlier login
        assert got["id"] == f"{mine}{number}"
    # What nobody has acknowledged the server keeps for alice's next login.
    again.send(f"<a xmlns='{SM}' h='{handled + 3}'/>")
    again.close()
