"""The page while there is no service at all, for whoever stays signed in."""

import re
import shutil
import uuid
from pathlib import Path

from conftest import STORED
from playwright.sync_api import expect
from prosody import free_port
from test_connection import try_now

from harness.edge import Edge

ROOT = Path(__file__).resolve().parents[3]
READY = "() => navigator.serviceWorker.ready.then(async () => (await (await caches.open('edge-page')).keys()).length > 60)"
KEPT = f"""async (word) => ((await ({STORED})('conversations', 'alice@edge.test'))?.conversations ?? [])
    .some(({{ messages }}) => messages.some(({{ body }}) => body === word))"""


def test_recent_conversations_are_read_without_a_network_and_go_on_with_it(person, prosody, shots):
    where = f"127.0.0.1:{free_port()}"

    def edge() -> Edge:
        return Edge(f"127.0.0.1:{prosody.port}", public=ROOT / "public", listen=(where,))

    alice, bob = person(), person().log_in("bob").open_chat("alice")
    alice.address = f"http://{where}/"
    before, between, after = (uuid.uuid4().hex for _ in range(3))
    with edge():
        alice.visit()
        alice.page.get_by_label("Stay signed in on this computer").check()
        alice.fill_login("alice", "secret")
        alice.wait_online()
        alice.open_chat("bob")
        alice.say(before)
        bob.sees(before)
        alice.until(lambda: alice.page.evaluate(KEPT, before))
        alice.until(lambda: alice.page.evaluate(READY))
    bob.say(between)
    alice.page.reload()
    expect(alice.page.locator(".status-line")).to_be_visible()
    alice.open_chat("bob")
    alice.sees(before)
    alice.sees(between, times=0)
    alice.page.screenshot(path=shots / "offline-reading.png")
    alice.say(after)
    expect(alice.page.locator(".row.mine", has_text=after).locator(".mark.pending")).to_be_visible()
    with edge():
        try_now(alice)
        alice.wait_online()
        alice.sees(between)
        bob.sees(after)
        alice.sees(after)
        bob.sees(before)
        alice.page.get_by_role("button", name="My account").click()
        alice.page.get_by_role("button", name="Sign out").click()
        expect(alice.page.get_by_role("button", name="Sign in")).to_be_visible()
        assert not alice.page.evaluate(KEPT, before)
        alice.context.close()
    # Chromium itself notes what cannot be reached.
    alice.complaints = [text for text in alice.complaints if not re.search("WebSocket|Failed to load|ERR_CONNECTION", text)]


CACHED = """async (names) => Promise.all(names.map(async (name) =>
    (await (await (await caches.open('edge-page')).match(new URL(name, document.baseURI).href)).text()).includes('newer')))"""


def test_a_new_version_is_offered_is_kept_as_a_whole_and_takes_no_word_away(person, prosody, tmp_path, shots):
    folder, where = tmp_path / "public", f"127.0.0.1:{free_port()}"
    shutil.copytree(ROOT / "public", folder)

    def edge() -> Edge:
        return Edge(f"127.0.0.1:{prosody.port}", public=folder, listen=(where,))

    alice = person()
    alice.address = f"http://{where}/"
    notice = alice.page.locator(".update")
    with edge():
        alice.visit()
        alice.page.get_by_label("Stay signed in on this computer").check()
        alice.fill_login("alice", "secret")
        alice.wait_online()
        alice.open_chat("bob")
        alice.until(lambda: alice.page.evaluate(READY))
        expect(notice).to_have_count(0)
    # One that this page has loaded, and one that it has not.
    for name, old, new in (("i18n/en.json", '"Type your name', '"A newer text'), ("ui/rooms.mjs", "// Dialogs", "// A newer file. Dialogs")):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))
    with edge():
        try_now(alice)
        alice.wait_online()
        expect(notice).to_contain_text("There is a new version of this page.")
        alice.until(lambda: alice.page.evaluate(CACHED, ["i18n/en.json", "ui/rooms.mjs"]) == [True, True])
        draft = uuid.uuid4().hex
        alice.page.screenshot(path=shots / "update.png")
        alice.writer.press_sequentially(draft)
        notice.get_by_role("button", name="Load it").click()
        alice.page.wait_for_function("() => !document.querySelector('.update')")
        alice.wait_online()
        alice.open_chat("bob")
        expect(alice.writer).to_have_value(draft)
        assert "newer" in alice.page.evaluate("async () => (await fetch('i18n/en.json')).text()")
        alice.writer.fill("")
        expect(notice).to_have_count(0)
        alice.context.close()
    alice.complaints = [text for text in alice.complaints if not re.search("WebSocket|Failed to load|ERR_CONNECTION", text)]


def test_the_page_can_be_installed_by_whoever_is_in(person):
    alice = person().log_in("alice")
    expect(alice.page.locator("link[rel=manifest]")).to_have_count(1)
    manifest = alice.page.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert alice.page.request.get(alice.address + icon["src"]).headers["content-type"].startswith(icon["type"])
    alice.page.evaluate("async () => void (await navigator.serviceWorker.ready)")
    tools = alice.context.new_cdp_session(alice.page)
    assert tools.send("Page.getAppManifest")["errors"] == []
    # In a private window, which every context of a test is, nothing can be installed; all else must be in order.
    problems = [one["errorId"] for one in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [one for one in problems if one != "in-incognito"] == []
