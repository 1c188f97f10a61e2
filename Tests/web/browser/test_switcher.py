"""The quick switcher: anywhere by a few letters and the keyboard alone."""

import uuid

from playwright.sync_api import Locator, Page, expect
from test_rooms import leave


def switcher(page: Page) -> Locator:
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find a conversation")
    expect(field).to_be_focused()
    return field


def chosen(page: Page) -> str:
    """What the field says is chosen, which has to be the one that is marked so, and in sight."""
    return page.evaluate("""() => {
      const field = document.activeElement;
      const options = [...document.querySelectorAll('[role=option]')];
      const one = document.getElementById(field.getAttribute('aria-activedescendant'));
      if (options.filter((option) => option.getAttribute('aria-selected') === 'true').some((option) => option !== one)) return 'two are marked';
      const list = one.parentElement.getBoundingClientRect(), { top, bottom } = one.getBoundingClientRect();
      return top >= list.top - 1 && bottom <= list.bottom + 1 ? one.querySelector('.entry-line').textContent : 'out of sight';
    }""")


def test_it_opens_from_the_composer_filters_and_goes_there(person):
    alice = person().log_in("alice").open_chat("bob")
    page = alice.page
    alice.writer.fill("half a ")
    switcher(page)
    page.keyboard.type("BO")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_count(0)
    expect(alice.writer).to_be_focused()
    page.keyboard.type("sentence")
    expect(alice.writer).to_have_value("half a sentence")
    alice.writer.fill("")
    page.keyboard.press("Escape")
    expect(page.locator(".welcome")).to_be_visible()
    switcher(page)
    page.keyboard.type("edge bo")
    page.keyboard.press("Enter")
    expect(alice.writer).to_be_focused()
    expect(page.locator(".title")).to_have_text("Bob")


def test_what_is_written_before_a_closed_dialog_is_told_of_stays_in_order(person):
    alice = person().log_in("alice").open_chat("bob")
    alice.writer.fill("half a ")
    switcher(alice.page)
    alice.page.evaluate("""() => new Promise((told) => {
      const dialog = document.querySelector('dialog');
      dialog.addEventListener('close', () => setTimeout(told));
      dialog.close();
      document.activeElement.setSelectionRange(7, 7);
      document.execCommand('insertText', false, 's');
    })""")
    alice.page.keyboard.type("entence")
    expect(alice.writer).to_have_value("half a sentence")


def test_the_keyboard_moves_in_it_and_readers_are_told(person):
    alice = person().log_in("alice")
    page = alice.page
    page.evaluate("""async () => {
      const { openSwitcher } = await import('/ui/switcher.mjs');
      const contacts = new Map(Array.from({ length: 2000 }, (_, i) => [`p${String(i).padStart(4, '0')}@edge.test`, {}]));
      const nameOf = (jid) => jid.split('@')[0];
      const chats = {
        conversations: { all: new Map() }, bookmarks: { all: new Map() }, rooms: { all: new Map() }, nameOf,
        presence: { of: () => ({ show: 'offline' }) }, disco: { service: async () => '' },
      };
      openSwitcher({ roster: { contacts } }, chats, (jid) => (window.opened = jid));
    }""")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(page.get_by_role("option")).to_have_count(50)
    expect(page.get_by_role("status").filter(has_text="and 1950 more")).to_be_visible()
    for key, to in (("ArrowDown", 1), ("PageDown", 9), ("PageUp", 1), ("End", 49), ("ArrowDown", 0), ("ArrowUp", 49), ("PageDown", 49), ("Home", 0), ("PageUp", 0)):
        page.keyboard.press(key)
        assert chosen(page) == f"p{to:04}@edge.test", key
    expect(field).to_be_focused()
    page.keyboard.type("99 p1")
    expect(page.get_by_role("option")).to_have_count(19)
    assert chosen(page) == "p1099@edge.test"
    took = page.evaluate("""() => {
      const field = document.activeElement;
      const times = ['p', 'p1', 'p19', 'p199', 'p19', 'p1', 'p', ''].map((value) => {
        const begin = performance.now();
        field.value = value;
        field.dispatchEvent(new Event('input'));
        document.body.offsetHeight;
        return performance.now() - begin;
      });
      return Math.max(...times);
    }""")
    assert took < 100, took
    page.keyboard.type("p1234")
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.opened") == "p1234@edge.test"
    expect(field).to_have_count(0)


def test_a_room_of_an_earlier_visit_is_read_without_entering_and_what_is_chosen_stays_so(person):
    alice = person().log_in("alice")
    page = alice.page
    page.evaluate("""async () => {
      const { openSwitcher } = await import('/ui/switcher.mjs');
      const rooms = ['tea@talk.test', 'tea@talk.test.far'].map((jid) => [jid, { kind: 'room', lastTime: 0, unread: 0 }]);
      const chats = {
        conversations: { all: new Map(rooms) }, bookmarks: { all: new Map() }, rooms: { all: new Map() }, nameOf: (jid) => jid,
        presence: { of: () => ({ show: 'offline' }) }, disco: { service: () => new Promise((resolve) => (window.found = resolve)) },
      };
      openSwitcher({ roster: { contacts: new Map() } }, chats, (jid) => (window.opened = jid));
    }""")
    field = page.get_by_role("combobox")
    page.keyboard.type("tea@talk.tes")
    expect(page.get_by_role("option")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "tea@talk.test.far"
    page.evaluate("() => window.found('talk.tes')")
    expect(page.get_by_role("option", name="Enter the room tea@talk.tes")).to_be_visible()
    assert chosen(page) == "tea@talk.test.far"
    # Some engines report the key that ends the work of an input method like this.
    field.evaluate("(field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, cancelable: true }))")
    expect(field).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)
    assert page.evaluate("() => window.opened") == "tea@talk.test.far"


def test_what_waits_to_be_read_stands_first_and_an_unknown_address_can_be_written_to(person, client):
    alice, word = person().log_in("alice"), uuid.uuid4().hex[:6]
    page = alice.page
    alice.open_chat("bob")
    alice.say(f"mine {word}")
    alice.sees(f"mine {word}")
    carol = client("carol")
    carol.send("<message xmlns='jabber:client' to='alice@edge.test' type='chat'><body>unread</body></message>")
    expect(page.locator('.entry[data-jid="carol@edge.test"] .badge')).to_be_visible()
    switcher(page)
    assert chosen(page) == "carol@edge.test"
    expect(page.get_by_role("option").first).to_have_accessible_name("carol Offline carol@edge.test 1 unread")
    page.keyboard.type(f"nobody-{word}@edge.test")
    expect(page.get_by_role("option", name=f"Chat with nobody-{word}@edge.test")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".title")).to_have_text(f"nobody-{word}")
    expect(alice.writer).to_be_focused()
    switcher(page)
    page.keyboard.type(f"quick-{word}@rooms.edge.test")
    option = page.get_by_role("option", name=f"Enter the room quick-{word}@rooms.edge.test")
    expect(option).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".subtitle")).to_have_text("1 person")
    expect(alice.writer).to_be_focused()
    switcher(page)
    page.keyboard.type("qui")
    expect(page.get_by_role("option", name=f"quick-{word} Room")).to_be_visible()
    page.keyboard.press("Escape")
    leave(alice)


def test_it_opens_under_a_keyboard_with_another_script(person):
    alice = person(locale="ru-RU")
    alice.page.goto(alice.address)
    alice.page.locator("[name=username]").fill("alice")
    alice.page.locator("[name=password]").fill("secret")
    alice.page.locator("[type=submit]").click()
    alice.wait_online()
    event = "new KeyboardEvent('keydown', { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true })"
    expect(alice.page.locator(".entry").first).to_be_visible()
    # The keys are heard as soon as their module is there.
    alice.page.wait_for_function(f"() => !document.body.dispatchEvent({event})")
    expect(alice.page.get_by_role("combobox")).to_be_focused()
