"""BOSH in front of real servers: login, chat, sessions that are resumed, the archive."""

from collections.abc import Iterator

import pytest
from prosody import Prosody

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.edge import Edge
from harness.ejabberd import Ejabberd
from harness.stream import CLIENT

SM = "urn:xmpp:sm:3"
MAM = "urn:xmpp:mam:2"


@pytest.fixture(scope="module", params=[Prosody, Ejabberd], ids=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> Iterator[Prosody | Ejabberd]:
    with request.param("edge.test", {"alice": "secret", "bob": "secret"}, contacts=("alice", "bob")) as running:
        yield running


@pytest.fixture(scope="module")
def edge(server) -> Iterator[Edge]:
    with Edge(f"127.0.0.1:{server.port}") as running:
        yield running


@pytest.fixture
def alice(edge: Edge) -> Iterator[BOSHBrowser]:
    yield from present(BOSHBrowser(edge.address), "alice", "phone")


@pytest.fixture
def bob(edge: Edge) -> Iterator[Browser]:
    yield from present(Browser(edge.address), "bob", "desk")


def present(client: Browser, user: str, resource: str) -> Iterator[Browser]:
    client.login(user, "secret", resource, "SCRAM-SHA-256" if isinstance(client, BOSHBrowser) else "PLAIN")
    client.send(f"<presence xmlns='{CLIENT}'/>")
    client.receive_until(lambda stanza: stanza.tag == f"{{{CLIENT}}}presence" and stanza["from"] == client.jid)
    yield client
    client.close()


def message(to: str, identity: str, text: str = "hello") -> str:
    return f"<message xmlns='{CLIENT}' to='{to}' type='chat' id='{identity}'><body>{text}</body></message>"


def arrivals(client: Browser, prefix: str, count: int) -> list[str]:
    """The next messages of a test. What an earlier session did not acknowledge may come again between them."""
    return [client.receive_until(lambda stanza: (stanza["id"] or "").startswith(prefix))["id"] or "" for _ in range(count)]


def test_login_roster_and_messages_both_ways(alice, bob):
    roster = alice.query("<query xmlns='jabber:iq:roster'/>")
    assert [item.get("jid") for item in roster.element.iter("{jabber:iq:roster}item")] == ["bob@edge.test"]
    for number, text in enumerate(["hello", "&lt;b&gt; &amp; \U0001f600 日本語", "x" * 100_000]):
        alice.send(message(bob.jid, f"there{number}", text))
        assert arrivals(bob, "there", 1) == [f"there{number}"]
        bob.send(message(alice.jid, f"back{number}", text))
        assert arrivals(alice, "back", 1) == [f"back{number}"]


def test_many_messages_keep_their_order(alice, bob):
    for number in range(100):
        alice.send(message(bob.jid, f"to{number}"))
        bob.send(message(alice.jid, f"from{number}"))
    assert arrivals(bob, "to", 100) == [f"to{number}" for number in range(100)]
    assert arrivals(alice, "from", 100) == [f"from{number}" for number in range(100)]


def test_leaving_ends_the_session_on_the_server(edge, bob):
    leaving = BOSHBrowser(edge.address)
    leaving.login("alice", "secret", "short")
    leaving.send(f"<presence xmlns='{CLIENT}'/>")
    bob.receive_until(lambda stanza: stanza["from"] == "alice@edge.test/short")
    leaving.close()
    gone = bob.receive_until(lambda stanza: stanza["from"] == "alice@edge.test/short" and stanza["type"] == "unavailable")
    assert gone.tag == f"{{{CLIENT}}}presence"


@pytest.mark.parametrize("transport", [BOSHBrowser, Browser], ids=["BOSH", "WebSocket"])
def test_PT_010_a_session_whose_client_vanished_is_resumed_over_either_transport(edge, bob, transport):
    first = BOSHBrowser(edge.address)
    first.login("alice", "secret", "phone")
    first.send(f"<enable xmlns='{SM}' resume='true'/>")
    session = first.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}enabled")["id"]
    first.send(f"<presence xmlns='{CLIENT}'/>")
    handled = 0
    bob.send(message(first.jid, f"before{transport.__name__}"))
    while True:
        stanza = first.receive()
        handled += stanza.tag.startswith(f"{{{CLIENT}}}")
        if stanza["id"] == f"before{transport.__name__}":
            break
    first.vanish()
    for number in range(5):
        bob.send(message(first.jid, f"{transport.__name__}{number}"))
    bob.query("<ping xmlns='urn:xmpp:ping'/>", to="edge.test")
    again = transport(edge.address)
    again.authenticate("alice", "secret")
    again.opened()
    again.send(f"<resume xmlns='{SM}' previd='{session}' h='{handled}'/>")
    assert again.receive_until(lambda stanza: stanza.tag.startswith(f"{{{SM}}}")).tag == f"{{{SM}}}resumed"
    assert arrivals(again, transport.__name__, 5) == [f"{transport.__name__}{number}" for number in range(5)]
    # What nobody has acknowledged the server keeps for alice's next login.
    again.send(f"<a xmlns='{SM}' h='{handled + 5}'/>")
    again.send(message(bob.jid, "back"))
    assert arrivals(bob, "back", 1)
    again.close()


def test_PT_004_acknowledgements_count_what_was_really_sent(edge):
    alice = BOSHBrowser(edge.address)
    alice.login("alice", "secret", "counting")
    alice.send(f"<enable xmlns='{SM}'/>")
    alice.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}enabled")
    for number in range(10):
        alice.send(message("bob@edge.test", f"x{number}"))
    alice.send(f"<r xmlns='{SM}'/>")
    assert alice.receive_until(lambda stanza: stanza.tag == f"{{{SM}}}a")["h"] == "10"
    alice.close()


def test_the_archive_comes_whole_and_in_order(alice, bob):
    sent = [f"archived {number} {'x' * 2_000}" for number in range(60)]
    for number, text in enumerate(sent):
        bob.send(message(alice.jid, f"archived{number}", text))
    arrivals(alice, "archived", len(sent))
    form = (f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>"
            "<field var='with'><value>bob@edge.test</value></field></x>")
    alice.send(f"<iq xmlns='{CLIENT}' type='set' id='mam'><query xmlns='{MAM}'>{form}"
               f"<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><before/></set></query></iq>")
    bodies = []
    while True:
        stanza = alice.receive()
        if stanza["id"] == "mam":
            break
        bodies += [node.text for node in stanza.element.iter(f"{{{CLIENT}}}body") if stanza.find(f"{{{MAM}}}result") is not None]
    assert bodies == sent[10:]
    assert stanza["type"] == "result"
