"""Getting in, and what the page says when one does not."""

import gzip
import re
import uuid
from urllib.request import urlopen

from conftest import STORED
from playwright.sync_api import Page, WebSocketRoute, expect
from test_offline import KEPT as KEPT_WORD


# What "stay signed in" leaves on the disk.
KEPT = f"""async () => {{
  const login = await ({STORED})('logins', 'alice@edge.test');
  return login && {{ extractable: login.key.extractable, text: JSON.stringify([login, {{ ...localStorage }}, {{ ...sessionStorage }}]) }};
}}"""
# As after the password was changed elsewhere, where the salt stays the same.
SPOIL_KEY = """() => new Promise((resolve) => {
  indexedDB.open('edge').onsuccess = ({ target }) => {
    const logins = () => target.result.transaction('logins', 'readwrite').objectStore('logins');
    logins().get('alice@edge.test').onsuccess = async ({ target: { result } }) => {
      const { algorithm, usages } = result.key;
      const key = await crypto.subtle.importKey('raw', new Uint8Array(algorithm.length / 8).fill(7), algorithm, false, usages);
      logins().put({ ...result, key }, 'alice@edge.test').onsuccess = () => { target.result.close(); resolve(); };
    };
  };
})"""
# Pretends that the keys of one account were those of another.
MOVE_KEYS = """() => new Promise((resolve) => {
  indexedDB.open('edge').onsuccess = ({ target }) => {
    const logins = target.result.transaction('logins', 'readwrite').objectStore('logins');
    logins.get('alice@edge.test').onsuccess = ({ target: { result } }) => { logins.put(result, 'bob@edge.test').onsuccess = resolve; };
  };
})"""


def problem(page: Page):
    return page.get_by_role("alert")


def test_a_wrong_password_is_said_with_the_next_step_and_the_field_is_ready(person):
    alice = person().visit()
    alice.fill_login("alice", "wrong")
    expect(problem(alice.page)).to_contain_text("The name or the password is wrong.")
    expect(problem(alice.page)).to_contain_text("Check both")
    expect(alice.page.get_by_label("Password", exact=True)).to_be_focused()
    alice.fill_login("alice", "secret")
    alice.wait_online()


def test_an_address_that_is_none_or_of_another_domain_is_said_at_once(person):
    alice = person().visit()
    for typed, text in (("alice@elsewhere.test", "does not serve that domain"), ("al ice", "not an address"), ("", "not an address")):
        alice.fill_login(typed, "secret")
        expect(problem(alice.page)).to_contain_text(text)
    assert alice.sent == []


def test_a_password_of_any_language_works(person):
    person().log_in("carol")


def test_a_service_that_cannot_be_reached_is_said(person):
    alice = person()
    alice.context.route("**/config.json", lambda route: route.fulfill(status=503))
    alice.page.goto(alice.address)
    expect(problem(alice.page)).to_contain_text("The chat service does not answer.")
    alice.context.unroute("**/config.json")
    alice.page.get_by_role("button", name="Try again").click()
    expect(alice.page.get_by_role("button", name="Sign in")).to_be_visible()
    alice.complaints.clear()  # Chromium itself notes the 503


def test_a_socket_that_is_refused_or_closed_is_said(person):
    alice = person()
    alice.page.route_web_socket(re.compile("^ws"), lambda socket: socket.close(code=1011, reason="no"))
    alice.page.route("**/bosh", lambda route: route.fulfill(body=""))
    alice.visit().fill_login("alice", "secret")
    expect(problem(alice.page)).to_contain_text("The chat service cannot be reached.")


def test_a_server_that_is_down_behind_the_edge_is_said(person):
    def answer(socket: WebSocketRoute) -> None:
        framing, streams = "urn:ietf:params:xml:ns:xmpp-framing", "http://etherx.jabber.org/streams"
        def reply(_: object) -> None:
            socket.send(f"<open xmlns='{framing}' from='edge.test' id='x' version='1.0'/>")
            socket.send(f"<stream:error xmlns:stream='{streams}'><remote-connection-failed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
            socket.send(f'<close xmlns="{framing}" />')
        socket.on_message(reply)

    alice = person()
    alice.page.route_web_socket(re.compile("^ws"), answer)
    alice.visit().fill_login("alice", "secret")
    expect(problem(alice.page)).to_contain_text("The chat server is not running or not reachable.")


def test_the_password_never_crosses_the_wire_nor_reaches_the_disk(person):
    alice = person().log_in("alice")
    assert any("SCRAM-SHA-" in frame for frame in alice.sent)
    assert not any("PLAIN" in frame for frame in alice.sent)
    assert "secret" not in alice.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_the_first_login_needs_at_most_30_requests_and_60_kilobytes(person):
    alice = person()
    held = []  # nothing that comes after the list may be needed for it
    alice.page.route("**/features/chats.mjs", lambda route: held.append(route))
    sockets = []
    alice.page.on("websocket", lambda socket: sockets.append(socket))
    alice.visit().fill_login("alice", "secret")
    expect(alice.page.locator('.entry[data-jid="bob@edge.test"]')).to_be_visible()
    paths = [path for path in alice.requests if path != "/features/chats.mjs"]
    code = [path for path in paths if path.endswith((".mjs", ".css"))]
    size = sum(len(gzip.compress(urlopen(alice.address.rstrip("/") + path).read())) for path in code)
    assert len(paths) + len(sockets) <= 29, paths  # 30 are allowed
    assert size <= 55_000  # 60 kB are allowed
    assert not any("bosh" in path or "worker" in path for path in alice.requests)
    alice.until(lambda: held)
    [chats] = held
    chats.continue_()
    alice.wait_online()


def test_markup_from_strings_is_refused_by_the_policy(person):
    alice = person().visit()
    for code in ("() => { document.body.innerHTML = '<b>x</b>' }", "() => { document.write('x') }"):
        assert alice.page.evaluate(f"() => {{ try {{ ({code})(); return 'done' }} catch (error) {{ return 'refused' }} }}") == "refused"
    alice.page.evaluate("() => document.body.setAttribute('style', 'color: red')")
    assert alice.page.evaluate("() => getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    alice.until(lambda: len(alice.violations) >= 3)
    alice.violations.clear()
    alice.complaints.clear()


def test_whoever_wants_stays_signed_in_without_the_password_being_kept(person):
    alice = person().visit()
    alice.page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.until(lambda: alice.page.evaluate(KEPT))
    alice.page.reload()
    alice.wait_online()
    kept = alice.page.evaluate(KEPT)
    assert kept["extractable"] is False and kept["text"].find("secret") < 0
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_role("button", name="Sign out").click()
    expect(alice.page.get_by_role("button", name="Sign in")).to_be_visible()
    alice.page.reload()
    expect(alice.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_kept_login_that_the_server_refuses_leads_to_the_login_with_the_reason(person):
    alice = person().visit()
    alice.page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.until(lambda: alice.page.evaluate(KEPT))
    alice.page.evaluate("() => localStorage.setItem('edge.stay', 'bob@edge.test')")
    alice.page.evaluate(MOVE_KEYS)
    alice.page.reload()
    expect(problem(alice.page)).to_be_visible()
    assert alice.page.evaluate("() => localStorage.getItem('edge.stay')") is None


def test_after_another_password_only_the_new_list_hears_keys_and_steps(person):
    alice, word = person(viewport={"width": 390, "height": 760}).visit(), uuid.uuid4().hex
    page = alice.page
    page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.open_chat("bob")
    alice.say(word)
    alice.until(lambda: page.evaluate(KEPT_WORD, word))
    page.evaluate(SPOIL_KEY)
    page.reload()
    expect(problem(page)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_count(0)
    alice.fill_login("alice", "secret")
    alice.wait_online()
    expect(page.locator('.entry[data-jid="bob@edge.test"]')).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("bob@")
    page.keyboard.press("Enter")
    expect(alice.writer).to_be_focused()
    page.go_back()
    expect(page.locator(".sidebar")).to_be_visible()
    page.go_forward()
    expect(alice.writer).to_be_focused()
    alice.page.get_by_role("button", name="Back to the list").click()
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
