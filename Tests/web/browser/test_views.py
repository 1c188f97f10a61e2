"""Every main view by eye and by rule: screenshots to look at, axe-core, the keyboard alone, the narrowest phone."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"desktop": {"width": 1180, "height": 760}, "phone": {"width": 320, "height": 640}}


def check(page: Page, shots, name: str) -> None:
    page.screenshot(path=shots / f"{name}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} is wider than the screen"
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found] == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_main_views(person, shots, scheme: str, size: str):
    def view(name: str) -> None:
        check(page, shots, f"{name}-{size}-{scheme}")

    alice = person(color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    page = alice.visit().page
    view("login")
    alice.fill_login("alice", "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    view("login-problem")
    alice.log_in("alice")
    expect(page.locator(".entry").first).to_be_visible()
    view("list")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    view("new-conversation")
    page.keyboard.press("Escape")
    bob = person().log_in("bob").open_chat("alice")
    alice.open_chat("bob")
    alice.say("Morning! The new page is up, have a look 👋")
    bob.say("Nice. https://edge.test/start loads in a blink here, also on the phone.")
    last = f"Good. Then we show it on Friday, {uuid.uuid4().hex[:6]}. Whoever wants can try it before: it needs nothing but a browser."
    alice.say(last)
    bob.sees(last)
    bob.writer.press_sequentially("I")
    expect(page.locator(".subtitle")).to_have_text("is writing…")
    view("conversation")
    page.get_by_role("button", name="Contact details").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    view("contact")
    page.keyboard.press("Escape")
    alice.context.set_offline(True)
    expect(page.locator(".status-line")).to_be_visible()
    view("offline")
    alice.context.set_offline(False)
    alice.wait_online()


def test_a_whole_chat_by_keyboard_alone(person):
    alice, bob = person(), person().log_in("bob").open_chat("alice")
    page = alice.visit().page
    expect(page.get_by_label("Address")).to_be_focused()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("secret")
    page.keyboard.press("Enter")
    alice.wait_online()
    page.keyboard.press("F6")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("bo")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".entry")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(alice.writer).to_be_focused()
    text = f"typed {uuid.uuid4().hex[:8]}"
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    bob.sees(text)
    alice.sees(text)
    page.keyboard.press("Shift+F6")
    expect(page.locator(".row:focus .body")).to_have_text(text)
    page.keyboard.press("Shift+F6")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("F6")
    page.keyboard.press("F6")
    expect(alice.writer).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".entry:focus")).to_have_count(1)


def test_an_incoming_message_is_spoken_once_and_an_own_one_is_not(person):
    alice, bob = person().log_in("alice").open_chat("bob"), person().log_in("bob").open_chat("alice")
    mine, theirs = (f"{who} {uuid.uuid4().hex[:8]}" for who in ("mine", "theirs"))
    alice.say(mine)
    bob.sees(mine)
    bob.say(theirs)
    live = alice.page.locator("[aria-live=polite]")
    expect(live).to_have_text(f"Bob: {theirs}")


# Elements that cut off what is inside; names and previews may, words of the page may not.
CLIPPED = """() => [...document.querySelectorAll('button, label, h1, h2, .hint, .lead, .problem, .muted')]
    .filter((one) => one.offsetParent && !one.classList.contains('visually-hidden') && (one.getBoundingClientRect().right > innerWidth
        || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible')))
    .map((one) => one.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("locale", ["ru-RU", "zh-CN", "en-x-pseudo"])
def test_no_word_is_clipped_in_other_languages(person, shots, locale: str):
    alice = person(viewport=SIZES["phone"], locale=locale.replace("en-x-pseudo", "en-GB"))
    page = alice.page
    page.goto(alice.address + ("?lang=x-pseudo" if "pseudo" in locale else ""))
    page.locator("form.login").wait_for()

    def view(name: str) -> None:
        page.screenshot(path=shots / f"{name}-{locale}.png")
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(CLIPPED) == [], name

    page.locator("form.login .row-actions button").click()
    page.locator("dialog[open] input").first.wait_for()
    view("register")
    page.keyboard.press("Escape")
    page.locator("[name=username]").fill("alice")
    page.locator("[name=password]").fill("wrong")
    page.locator("[type=submit]").click()
    page.locator(".problem:not([hidden])").wait_for()
    view("login")
    page.locator("[name=password]").fill("secret")
    page.locator("[type=submit]").click()
    alice.wait_online()
    for number, name in enumerate(("new", "account")):
        page.locator(".sidebar-head .icon-button").nth(number).click()
        page.locator("dialog[open]").wait_for()
        view(name)
        page.keyboard.press("Escape")
    page.locator(".sidebar-head .icon-button").nth(1).click()
    page.locator("dialog[open] .row-actions .button").nth(1).click()
    page.locator("dialog[open] [autocomplete=new-password]").first.wait_for()
    view("password")
    page.keyboard.press("Escape")
    page.locator(".sidebar-head .icon-button").nth(0).click()
    page.locator("dialog[open] .dialog-form > .button").click()
    page.locator("dialog[open] [name=room]").fill(f"w{uuid.uuid4().hex[:6]}@rooms.edge.test")
    view("room-join")
    page.locator("dialog[open] [type=submit]").click()
    page.locator(".conversation-head .icon-button").last.click()
    page.locator("dialog[open] .occupant").first.wait_for()
    view("room")
    page.locator("dialog[open] .row-actions .button").first.click()
    page.locator("dialog[open] .lists h3").last.wait_for()
    view("room-members")
    page.keyboard.press("Escape")
    page.locator(".conversation-head .icon-button").last.click()
    page.locator("dialog[open] .button.danger").click()
    page.locator('.entry[data-jid="bob@edge.test"]').click()
    page.locator(".composer textarea").wait_for()
    view("conversation")
    assert page.locator("html").get_attribute("lang") == {"ru-RU": "ru", "zh-CN": "zh-Hans"}.get(locale, "en")
