"""Connections that break: nothing is lost, nothing appears twice, and the page says what is going on."""

import os
import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import WebSocketRoute, expect
from prosody import free_port

from harness.browser import Browser
from harness.edge import Edge

ROOT = Path(__file__).resolve().parents[3]


class Wire:
    """The path between one page and the service, which the test can cut and hold cut. Without `bosh` there is no way but the
    WebSocket, so that all that comes is in what the test sees of it."""

    def __init__(self, page, bosh: bool = True):
        self.open = True
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("^ws"), self._connect)
        page.route("**/bosh", lambda route: route.continue_() if bosh and self.open else route.fulfill(body=""))

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self.open:
            socket.close(code=1013)
            return
        socket.connect_to_server()
        self.sockets.append(socket)

    def cut(self) -> None:
        """Both ends lose it without a goodbye of XMPP."""
        self.open = False
        for socket in self.sockets:
            socket.close(code=1001)
        self.sockets.clear()


def words(count: int) -> list[str]:
    return [f"{n} {uuid.uuid4().hex[:8]}" for n in range(count)]


def try_now(person) -> None:
    """Presses "Try now" if it is there this instant: the page tries by itself too, and the button goes with that."""
    person.page.evaluate("document.querySelector('.status-line button')?.click()")


def test_a_cut_connection_is_resumed_with_nothing_lost_or_doubled(person):
    alice, bob = person(), person().log_in("bob")
    wire = Wire(alice.page, bosh=False)
    alice.log_in("alice").open_chat("bob")
    bob.open_chat("alice")
    before, during, away = words(3), words(3), words(3)
    for text in before:
        alice.say(text)
    wire.cut()
    for text in during:
        alice.say(text)
    for text in away:
        bob.say(text)
    expect(alice.page.locator(".status-line")).to_be_visible()
    assert alice.page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    wire.open = True
    try_now(alice)
    alice.wait_online()
    for text in away:
        alice.sees(text)
    for text in before + during:
        bob.sees(text)
    mine = [text for text in bob.bodies() if text in before + during]
    assert mine == before + during
    assert [text for text in alice.bodies() if text in away] == away
    # Over BOSH where an attempt began before the way was open again.
    assert any("<resumed" in frame for frame in alice.received) or alice.page.evaluate("() => localStorage.getItem('edge.bosh')")


def test_messages_written_in_a_flood_of_cuts_arrive_once_and_in_order(person):
    alice, bob = person(), person().log_in("bob")
    wire = Wire(alice.page)
    alice.log_in("alice").open_chat("bob")
    bob.open_chat("alice")
    texts = words(12)
    for number, text in enumerate(texts):
        alice.say(text)
        if number % 3 == 2:
            wire.cut()
            wire.open = True
    bob.sees(texts[-1])
    alice.wait_online()
    assert [text for text in bob.bodies() if text in texts] == texts
    expect(alice.page.locator(".mark.pending")).to_have_count(0)


def test_without_a_network_the_page_says_so_and_returns_by_itself(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    alice.context.set_offline(True)
    expect(alice.page.locator(".status-line")).to_contain_text("No network")
    text = words(1)[0]
    alice.say(text)
    expect(alice.page.locator(".row.mine", has_text=text).locator(".mark.pending")).to_be_visible()
    with alice.page.expect_event("dialog") as asked:  # who leaves now would lose it
        alice.page.evaluate("() => void setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    alice.context.set_offline(False)
    alice.wait_online()
    bob.sees(text)


def test_a_session_taken_over_elsewhere_ends_with_words_and_can_be_taken_back(person):
    alice = person().log_in("alice")
    jid = alice.resource()
    config = alice.page.evaluate("async () => (await fetch('config.json')).json()")
    found = re.fullmatch(r"(?:ws://127\.0\.0\.1:(\d+))?(/.*)", config["websocket"])
    port = found[1] or re.search(r":(\d+)/", alice.address)[1]
    other = Browser(("127.0.0.1", int(port)), path=found[2])
    other.login("alice", "secret", resource=jid.partition("/")[2])
    line = alice.page.locator(".status-line")
    expect(line).to_contain_text("You are signed in at another place")
    line.get_by_role("button", name="Continue here").click()
    alice.wait_online()


@pytest.mark.skipif("XMPP_EDGE_PAGE" in os.environ, reason="needs an edge of its own")
def test_a_restart_of_the_edge_is_survived(person, prosody):
    where = f"127.0.0.1:{free_port()}"

    def edge() -> Edge:
        return Edge(f"127.0.0.1:{prosody.port}", public=ROOT / "public", listen=(where,))

    alice, bob = person(), person().log_in("bob").open_chat("alice")
    alice.address = f"http://{where}/"
    texts = words(3)
    with edge():
        alice.log_in("alice").open_chat("bob")
        alice.say(texts[0])
        bob.sees(texts[0])
    alice.say(texts[1])
    expect(alice.page.locator(".status-line")).to_be_visible()
    with edge():
        try_now(alice)
        alice.wait_online()
        alice.say(texts[2])
        bob.sees(texts[2])
        assert [text for text in bob.bodies() if text in texts] == texts
        alice.context.close()
    alice.complaints = [text for text in alice.complaints if "WebSocket" not in text and "Failed to load" not in text]  # Chromium itself notes the refusals


ATTEMPTS = """window.attempts = 0;
window.WebSocket = class extends WebSocket { constructor(...given) { super(...given); window.attempts += 1; } };"""


def test_what_was_missed_is_there_soon_after_the_network_is_back(person):
    alice, bob = person(), person().log_in("bob")
    alice.context.add_init_script(ATTEMPTS)
    alice.log_in("alice").open_chat("bob")
    bob.open_chat("alice")
    alice.context.set_offline(True)
    expect(alice.page.locator(".status-line")).to_contain_text("No network")
    missed = words(3)
    for text in missed:
        bob.say(text)
    alice.page.evaluate("""() => {
      const before = window.attempts;
      addEventListener('online', () => setTimeout(() => (window.tried = window.attempts - before)));
    }""")
    alice.context.set_offline(False)
    alice.sees(missed[-1])
    assert alice.page.evaluate("() => window.tried") >= 1  # at once: no clock was waited for
    assert [text for text in alice.bodies() if text in missed] == missed
