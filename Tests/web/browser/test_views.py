"""Every main view by eye and by rule: screenshots to look at, axe-core, words that are cut off, targets that are too small; the
keyboard alone."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from views import Visit

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDE, PHONE, NARROW = ({"width": width, "height": height} for width, height in ((1180, 760), (390, 760), (320, 640)))
# Names, previews and what somebody typed may be cut off, words of the page may not; nothing reaches over the edge of the screen.
CLIPPED = """() => {
  const may = 'input, textarea, select, option, .entry-name *, .entry-line, .entry-line *, .title, .title *, .subtitle, .subtitle *, .me *, .suffix, .visually-hidden, .visually-hidden *, .sending-name';
  const found = [];
  for (const one of document.querySelectorAll('body *')) {
    const away = one.closest('.main')?.clientWidth === 1; // a phone shows one side at a time
    if (away || one.closest('svg') || one.matches(may) || !one.checkVisibility({ contentVisibilityAuto: true })) continue;
    const { left, right, width } = one.getBoundingClientRect();
    if (!width) continue;
    const name = one.outerHTML.slice(0, 120);
    if (right > innerWidth + 0.5 || left < -0.5) found.push(`over the edge: ${name}`);
    if (getComputedStyle(one).display !== 'inline' && one.clientWidth && one.scrollWidth > one.clientWidth + 1) found.push(`too wide inside: ${name}`);
    if (one.matches('button, .button, h1, h2, h3') && one.scrollHeight > one.clientHeight + 1 && one.clientHeight) found.push(`too high inside: ${name}`);
  }
  return found;
}"""
# Links in running text are exempt (WCAG 2.5.8), a box and its label are one target.
SMALL = """(least) => [...document.querySelectorAll('button, input, select, textarea, a, summary')]
    .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden') && !one.matches('.body a, .link'))
    .map((one) => [one, (one.type === 'checkbox' ? one.parentElement : one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width && (width < least || height < least))
    .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 120)}: ${Math.round(width)} by ${Math.round(height)}`)"""
TOUCH, MOUSE = 44, 24


def breaks_of_rules(page: Page) -> list:
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in Axe().run(page, options=RULES).response["violations"]]


class Judge:
    """Looks at each view that it is shown; what is wrong with any of them comes out at the end."""

    def __init__(self, folder, case: str, least: int, by_rule: bool):
        self.folder, self.least, self.by_rule = folder / case, least, by_rule
        self.folder.mkdir(parents=True, exist_ok=True)
        self.number = 0
        self.found: list[tuple] = []

    def __call__(self, page: Page, name: str) -> None:
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.screenshot(path=self.folder / f"{self.number:02}-{name}.png")
        self.number += 1
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            self.found.append((name, "wider than the screen"))
        self.found += [(name, one) for one in page.evaluate(CLIPPED)]
        self.found += [(name, "small", one) for one in page.evaluate(SMALL, self.least)]
        if self.by_rule:
            self.found += [(name, *one) for one in breaks_of_rules(page)]


@pytest.mark.parametrize("case, options", {
    "light": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone-light": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
    "phone-dark": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
    "forced-colors": {"viewport": PHONE, "forced_colors": "active", "color_scheme": "dark"},
}.items())
def test_every_main_view_breaks_no_rule(person, client, shots, case: str, options: dict):
    judge = Judge(shots, case, TOUCH if "has_touch" in options else MOUSE, by_rule=True)
    Visit(person(reduced_motion="reduce", **options), client, judge).all()
    assert judge.found == []


@pytest.mark.parametrize("case, options, script", [
    ("ru", {"viewport": NARROW, "locale": "ru-RU"}, ""),
    ("zh", {"viewport": NARROW, "locale": "zh-CN"}, ""),
    ("ru-wide", {"viewport": WIDE, "locale": "ru-RU"}, ""),
    ("zh-wide", {"viewport": WIDE, "locale": "zh-CN"}, ""),
    ("pseudo", {"viewport": NARROW}, ""),
    ("large-text", {"viewport": {"width": 640, "height": 760}}, "document.documentElement.style.fontSize = '200%'"),
    ("right-to-left", {"viewport": PHONE}, "document.documentElement.dir = 'rtl'"),
])
def test_no_word_is_cut_off_in_any_language_size_or_direction(person, client, shots, case: str, options: dict, script: str):
    one, judge = person(reduced_motion="reduce", **options), Judge(shots, case, MOUSE, by_rule=False)
    if script:
        one.context.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {script} }})")
    Visit(one, client, judge, "?lang=x-pseudo" if case == "pseudo" else "?").all()
    assert judge.found == []
    assert one.page.locator("html").get_attribute("lang") == {"ru": "ru", "zh": "zh-Hans"}.get(case[:2], "en")


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Page):
        self.page, self.type = page, page.keyboard.type
        self.dialog = page.get_by_role("dialog")

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def tab_to(self, wanted: Locator, key: str = "Tab") -> None:
        """However many stops there are; the last one shows where it is."""
        for _ in range(40):
            self.press(key)
            if wanted.evaluate("(one) => one === document.activeElement"):
                assert wanted.evaluate("(one) => one.matches(':focus-visible') && getComputedStyle(one).outlineStyle !== 'none'")
                return
        raise AssertionError(f"{wanted} is not reached by {key}")

    def visit_room(self, alice, room: str) -> None:
        self.tab_to(self.page.get_by_role("button", name="New conversation"), "Shift+Tab")
        self.press("Enter")
        expect(self.dialog.get_by_label("Address")).to_be_focused()
        self.tab_to(self.dialog.get_by_role("button", name="Enter a room instead…"))
        self.press("Enter")
        expect(self.dialog.get_by_label("Room", exact=True)).to_be_focused()
        self.type(f"{room}@rooms.edge.test")
        self.press("Enter")
        expect(alice.writer).to_be_focused()
        expect(self.page.locator(".subtitle")).to_have_text("1 person")
        self.type("Nobody here yet?")
        self.press("Enter")
        alice.sees("Nobody here yet?")
        beside = self.page.get_by_role("searchbox", name="Find a person")
        expect(beside).to_be_visible()
        self.press("F6")
        expect(beside).to_be_focused()
        self.tab_to(self.page.get_by_role("button", name="Room and people"), "Shift+Tab")
        self.press("Enter")
        self.tab_to(self.dialog.get_by_role("button", name="Leave this room"))
        self.press("Enter")
        expect(self.page.locator(".welcome")).to_be_visible()
        expect(self.page.locator(".entry:focus")).to_have_count(1)


def test_a_whole_chat_by_keyboard_alone(person):
    alice, bob = person(), person().log_in("bob").open_chat("alice")
    page = alice.visit().page
    keys, dialog = Keys(page), page.get_by_role("dialog")
    expect(page.get_by_label("Address")).to_be_focused()
    keys.type("alice")
    keys.press("Tab")
    keys.type("secret")
    keys.press("Enter")
    alice.wait_online()
    keys.press("F6")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("bo")
    expect(page.locator(".entry")).to_have_count(1)
    keys.press("ArrowDown", "Enter")
    expect(alice.writer).to_be_focused()
    wrong, right = (f"{word} {uuid.uuid4().hex[:8]}" for word in ("teh", "the"))
    keys.type(wrong)
    keys.press("Enter")
    bob.sees(wrong)
    keys.press("ArrowUp", "Control+a")
    keys.type(right)
    keys.press("Enter")
    bob.sees(right)
    alice.sees(right)
    keys.press("Shift+F6")
    expect(page.locator(".row:focus .body")).to_have_text(right)
    keys.press("ArrowUp", "End")
    expect(page.locator(".row:focus .body")).to_have_text(right)
    details = page.get_by_role("button", name="Contact details")
    keys.tab_to(details, "Shift+Tab")
    keys.press("Enter")
    expect(dialog.get_by_label("Name")).to_be_focused()
    keys.press("Escape")
    expect(details).to_be_focused()
    keys.visit_room(alice, f"keys-{uuid.uuid4().hex[:6]}")
    keys.press("?")
    expect(dialog.get_by_role("heading", name="Keyboard")).to_be_visible()
    keys.press("Escape")
    expect(page.locator(".entry:focus")).to_have_count(1)
    keys.tab_to(page.get_by_role("button", name="My account"), "Shift+Tab")
    keys.press("Enter")
    keys.tab_to(dialog.get_by_role("button", name="Sign out"))
    keys.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_an_incoming_message_is_spoken_once_and_an_own_one_is_not(person):
    alice, bob = person().log_in("alice").open_chat("bob"), person().log_in("bob").open_chat("alice")
    mine, theirs = (f"{who} {uuid.uuid4().hex[:8]}" for who in ("mine", "theirs"))
    alice.say(mine)
    bob.sees(mine)
    bob.say(theirs)
    live = alice.page.locator("[aria-live=polite]")
    expect(live).to_have_text(f"Bob: {theirs}")
