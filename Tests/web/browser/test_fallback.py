"""The page where WebSockets do not get through: the same chat over BOSH, and back to a WebSocket when one works."""

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from harness.edge import Edge
from harness.front import Front
from harness.proxy import Proxy


ROOT = Path(__file__).resolve().parents[3]


def words(count: int) -> list[str]:
    return [f"{n} {uuid.uuid4().hex[:8]}" for n in range(count)]


@pytest.fixture
def proxy(service: str) -> Iterator[Proxy]:
    parts = urlsplit(service)
    with Proxy((parts.hostname or "", parts.port or 80), websockets="refuse") as between:
        yield between


@pytest.fixture
def behind(person, proxy: Proxy) -> Iterator:
    """Makes people behind the proxy or another one, whose cuts and refusals Chromium notes on the console by itself."""
    people = []

    def make(between: Proxy | Front = proxy, **options):
        one = person(**options)
        one.address = f"http://127.0.0.1:{between.address[1]}/"
        people.append(one)
        return one

    yield make
    own = re.compile("WebSocket connection to|Failed to load resource")
    for one in people:
        one.context.close()  # before what it talks to goes away
        one.complaints[:] = [text for text in one.complaints if not own.match(text)]


@pytest.mark.parametrize("websockets", ["refuse", "swallow"])
def test_where_websockets_do_not_get_through_the_page_chats_over_bosh(behind, person, proxy, websockets):
    proxy.websockets = websockets
    alice, bob = behind().log_in("alice"), person().log_in("bob")
    assert proxy.upgrades == 1  # in a minute it is tried again
    alice.open_chat("bob")
    bob.open_chat("alice")
    asked, answered = words(3), [*words(2), f"caf\u00e9 \U0001f600 <b>&amp;</b> 日本語 {uuid.uuid4().hex[:8]}"]
    for text in asked:
        alice.say(text)
    for text in asked:
        bob.sees(text)
    for text in answered:
        bob.say(text)
    for text in answered:
        alice.sees(text)
    assert [text for text in alice.bodies() if text in asked + answered] == asked + answered
    assert "/bosh" in alice.requests and alice.received == []


def test_cut_connections_lose_and_double_nothing_without_a_word_on_the_screen(behind, person, proxy):
    alice, bob = behind().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    mine, theirs = words(8), words(8)
    for ours, other in zip(mine, theirs, strict=True):
        alice.say(ours)
        proxy.cut()
        bob.say(other)
        proxy.cut()
    for text in theirs:
        alice.sees(text)
    for text in mine:
        bob.sees(text)
    assert [text for text in bob.bodies() if text in mine] == mine
    assert [text for text in alice.bodies() if text in theirs] == theirs
    expect(alice.page.locator(".mark.pending")).to_have_count(0)
    expect(alice.page.locator(".status-line")).to_be_hidden()


@pytest.mark.skipif("XMPP_EDGE_PAGE" in os.environ, reason="needs an edge of its own")
def test_a_killed_nginx_loses_and_doubles_nothing(behind, person, prosody):
    # nginx as its manual begins knows no WebSockets and gives the edge a host name of its own.
    settings = {"XMPP_EDGE_ALLOWED_ORIGINS": "*"}
    with Edge(f"127.0.0.1:{prosody.port}", public=ROOT / "public", environment=settings) as edge, Front("nginx-simple", edge.address) as nginx:
        alice, bob = behind(nginx).log_in("alice"), person().log_in("bob")
        alice.open_chat("bob")
        bob.open_chat("alice")
        mine, theirs = words(6), words(6)
        for number in range(0, 6, 2):
            alice.say(mine[number])
            bob.say(theirs[number])
            nginx.kill()  # in mid-poll
            alice.say(mine[number + 1])
            bob.say(theirs[number + 1])
            nginx.start()
        for text in theirs:
            alice.sees(text)
        for text in mine:
            bob.sees(text)
        assert [text for text in bob.bodies() if text in mine] == mine
        assert [text for text in alice.bodies() if text in theirs] == theirs
        alice.context.close()


def test_what_did_not_get_through_is_remembered_and_a_websocket_that_works_takes_the_session_over(behind, person, proxy):
    alice, bob = behind(), person().log_in("bob")
    alice.context.clock.install()
    alice.log_in("alice")
    assert proxy.upgrades == 1
    alice.log_in("alice").open_chat("bob")
    assert proxy.upgrades == 1
    bob.open_chat("alice")
    before, after = words(2), words(2)
    bob.say(before[0])
    alice.say(before[1])
    alice.sees(before[0])
    proxy.websockets = "pass"
    alice.context.clock.fast_forward(61_000)
    alice.until(lambda: alice.page.evaluate("() => localStorage.getItem('edge.bosh')") is None)
    bob.say(after[0])
    alice.say(after[1])
    alice.sees(after[0])
    bob.sees(after[1])
    alice.wait_online()
    assert any("<resumed" in frame for frame in alice.received)
    assert alice.page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    for one, texts in ((alice, {before[0], after[0]}), (bob, {before[1], after[1]})):
        assert sorted(text for text in one.bodies() if text in texts) == sorted(texts)


def presence(phone, kind: str | None, whose: str) -> str:
    """Waits for somebody's coming (None) or going ("unavailable"); gives the full address."""
    return phone.receive_until(
        lambda stanza: stanza.tag.endswith("}presence") and stanza["type"] == kind and (stanza["from"] or "").startswith(whose))["from"]


def test_a_page_that_is_left_says_goodbye(behind, client):
    phone, alice = client("bob"), behind()
    alice.log_in("alice")
    address = presence(phone, None, "alice@edge.test/edge.")
    alice.page.goto("about:blank")
    presence(phone, "unavailable", address)


def test_what_was_on_its_way_when_the_page_was_left_arrives_before_its_goodbye(behind, client, proxy):
    phone, alice = client("bob"), behind()
    alice.log_in("alice").open_chat("bob")
    address = presence(phone, None, "alice@edge.test/edge.")
    [last] = words(1)
    proxy.loses = last.encode()
    alice.say(last)
    alice.until(lambda: not proxy.loses)
    alice.page.goto("about:blank")
    assert phone.receive_until(lambda stanza: stanza.tag.endswith("}message") and f"{last}</body>" in stanza.text)["from"] == address
    presence(phone, "unavailable", address)
