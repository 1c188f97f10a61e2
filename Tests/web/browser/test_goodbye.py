"""Tabs that are closed, loaded again, or open beside each other."""

import uuid

from playwright.sync_api import expect
from test_chat import DECIDED
from test_offline import KEPT


def test_whoever_closes_the_tab_is_seen_to_be_gone_at_once(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    seen = alice.page.locator('.entry[data-jid="bob@edge.test"] .dot')
    expect(seen).to_have_class("dot online")
    word = uuid.uuid4().hex
    bob.open_chat("alice")
    bob.say(word)
    bob.page.close()
    expect(seen).to_have_class("dot offline")  # long before the 300 s for which the server would wait for him
    alice.open_chat("bob").sees(word)


def test_a_page_that_is_loaded_again_loses_nothing_said_just_before_or_meanwhile(person):
    alice, bob = person(), person().log_in("bob").open_chat("alice")
    alice.visit()
    alice.page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.open_chat("bob")
    words = [f"{n} {uuid.uuid4().hex[:8]}" for n in range(6)]
    alice.say(words[0])
    bob.sees(words[0])
    alice.until(lambda: alice.page.evaluate(KEPT, words[0]))
    alice.say(words[1])
    alice.page.reload()
    bob.say(words[2])
    alice.open_chat("bob")
    alice.sees(words[0])
    bob.say(words[3])
    for word in words[:4]:
        alice.sees(word)
        bob.sees(word)
    assert [word for word in alice.bodies() if word in words] == words[:4]
    alice.page.reload()
    alice.wait_online()
    alice.open_chat("bob")
    alice.sees(words[3])
    assert [word for word in alice.bodies() if word in words] == words[:4]
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_role("button", name="Sign out").click()
    expect(alice.page.get_by_role("button", name="Sign in")).to_be_visible()
    left = alice.page.evaluate("() => JSON.stringify({...localStorage})")
    assert "bob" not in left


def test_what_is_read_in_one_tab_is_read_in_the_other_which_keeps_its_drafts(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    second = alice.context.new_page()
    first = alice.page
    alice.page = second
    alice.log_in("alice")
    alice.page = first
    first.bring_to_front()
    bob.start_chat("alice")
    word = uuid.uuid4().hex
    bob.say(word)
    badge = '.entry[data-jid="bob@edge.test"] .badge'
    for page in (first, second):
        expect(page.locator(badge)).to_have_count(1)
    alice.open_chat("bob")
    expect(first.locator(badge)).to_have_count(0)
    expect(second.locator(badge)).to_have_count(0)


NOTIFICATIONS = """() => {
  window.told = [];
  window.Notification = class { static permission = 'granted'; constructor(title, more) { window.told.push(more.body); } };
}"""


def test_of_two_tabs_one_tells_and_none_while_somebody_looks(person):
    alice, bob = person(permissions=["notifications"]), person().log_in("bob")
    alice.context.add_init_script(f"({NOTIFICATIONS})(); localStorage.setItem('edge.notify', 'yes');")
    first = alice.page
    alice.log_in("alice")
    second = alice.context.new_page()
    alice.page = second
    alice.log_in("alice")
    for page in (first, second):
        page.evaluate("() => { document.hasFocus = () => false; window.dispatchEvent(new Event('blur')); }")

    def told() -> list[list[str]]:
        for page in (first, second):
            page.evaluate(DECIDED)
        return sorted(page.evaluate("() => window.told") for page in (first, second))

    bob.start_chat("alice")
    words = [uuid.uuid4().hex for _ in range(2)]
    bob.say(words[0])
    expect(first.locator(".entry-line", has_text=words[0])).to_be_visible()
    expect(second.locator(".entry-line", has_text=words[0])).to_be_visible()
    assert told() == [[], [words[0]]]
    first.evaluate("() => { document.hasFocus = () => true; window.dispatchEvent(new Event('focus')); }")
    alice.page = first
    alice.open_chat("bob").sees(words[0])
    bob.say(words[1])
    expect(second.locator(".entry-line", has_text=words[1])).to_be_visible()
    assert told() == [[], [words[0]]]
