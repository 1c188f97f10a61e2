"""What a screen reader is told of each view, kept as text beside this file. XMPP_EDGE_GOLDEN=write writes it anew: look at the change."""

import os
import re
import uuid
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from test_rooms import enter, leave
from views import Visit

from harness.edge import eventually

GOLDEN = Path(__file__).with_name("structure")
# Times, names made for one test, places of files, seconds to go.
CHANGING = r"\d\d:\d\d|room-[0-9a-f]{8}|\bv[0-9a-f]{6}\b|\bV[0-9A-F]?\b|views-[0-9a-f]{4}|http://127[^\s\"]*|(?<=again in )\d+ seconds?"
LINE = ".status-line:visible"
VISITED = {
    "start-problem", "login-problem", "register", "list-empty", "conversation-empty", "correcting", "conversation", "upload",
    "picture-asked", "picture", "toast", "room-rights", "list", "switcher", "offline", "reconnecting", "update-ready", "ended",
}


def told(view: Locator, name: str) -> None:
    expect(view.first).to_be_visible()
    path = GOLDEN / f"{name}.yaml"
    if os.environ.get("XMPP_EDGE_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(snapshot(view))
    # A connection that is tried again says so in turn.
    eventually(lambda: snapshot(view) == path.read_text(), every=0.1)
    assert snapshot(view) == path.read_text(), f"{path.name} says something else"


def snapshot(view: Locator) -> str:
    return re.sub(CHANGING, "…", "\n".join(part.aria_snapshot() for part in view.all())) + "\n"


def test_the_views_before_a_login(person):
    one = person().visit()
    told(one.page.locator("main"), "login")
    one.page.goto(one.address + "embed.html")
    told(one.page.locator("main"), "guest")


def test_the_views_after_it(person):
    alice = person().log_in("alice")
    page, dialog = alice.page, alice.page.get_by_role("dialog")
    told(page.locator(".sidebar-head"), "list-head")
    told(page.locator("main"), "welcome")
    for button, name in (("New conversation", "new-conversation"), ("My account", "account")):
        page.get_by_role("button", name=button).click()
        told(dialog, name)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    page.get_by_role("button", name="My account").click()
    page.get_by_role("button", name="Change the password").click()
    told(dialog, "password")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    told(dialog, "keyboard")
    page.keyboard.press("Escape")
    alice.open_chat("bob")
    told(page.locator(".composer"), "composer")
    page.get_by_role("button", name="Contact details").click()
    told(dialog, "contact")
    page.keyboard.press("Escape")


def test_the_views_of_a_room(person):
    alice, room = person().log_in("alice"), f"room-{uuid.uuid4().hex[:8]}"
    page, dialog = alice.page, alice.page.get_by_role("dialog")
    enter(alice, room)
    word = "What is there to see?"
    alice.say(word)
    alice.sees(word)
    expect(page.locator(".mark.sent")).to_be_visible()
    told(page.locator(".conversation"), "room")
    page.get_by_role("button", name="Room and people").click()
    expect(dialog.locator(".occupant")).to_have_count(1)
    told(dialog, "room-people")
    page.get_by_role("button", name="Members and bans").click()
    expect(dialog.get_by_role("heading", name="Banned")).to_be_visible()
    told(dialog, "room-members")
    page.keyboard.press("Escape")
    leave(alice)


def test_what_is_told_in_every_state_of_the_page(person, client):
    def tell(page: Page, name: str) -> None:
        dialogs = page.locator("dialog[open]")
        if name in VISITED:
            seen.add(name)
            # Not what is spoken or shown by the way, which depends on how fast things came.
            parts = {"toast": ".toasts", "update-ready": ".sidebar", "offline": LINE, "reconnecting": LINE, "ended": LINE}
            shown = parts.get(name, ".sidebar, main")
            told(dialogs.last if dialogs.count() else page.locator(shown), name)

    seen: set[str] = set()
    Visit(person(), client, tell).all()
    assert seen == VISITED


def test_the_console_shows_what_crosses_the_wire_and_no_secret(person, shots):
    alice = person()
    alice.address += "?debug"
    alice.log_in("alice").open_chat("bob")
    word = uuid.uuid4().hex
    alice.say(word)
    alice.page.locator(".debug summary").click()
    lines = alice.page.locator(".debug-lines")
    expect(lines).to_contain_text("<message")
    expect(lines).to_contain_text("hidden]")
    text = lines.inner_text()
    assert word not in text and "biws" not in text and "n,,n=" not in text
    alice.page.screenshot(path=shots / "debug.png")
