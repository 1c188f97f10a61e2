"""Back and Forward of the browser, on a phone and beside the list."""

import uuid

import pytest
from playwright.sync_api import Page, expect
from test_rooms import enter, leave

PHONE = {"viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True}


def list_is_shown(page: Page) -> None:
    expect(page.locator(".sidebar")).to_be_visible()
    expect(page.locator(".shell")).to_have_attribute("data-view", "list")


def steps(page: Page) -> int:
    return page.evaluate("() => history.length")


@pytest.fixture
def alice(person):
    alice = person(**PHONE).log_in("alice")
    alice.page.evaluate("() => (window.sameDocument = true)")
    yield alice
    assert alice.page.evaluate("() => window.sameDocument"), "the page was left"


def test_back_leads_to_the_list_and_forward_into_the_conversation_again(alice):
    page = alice.page
    before = steps(page)
    alice.open_chat("bob")
    assert steps(page) == before + 1
    page.go_back()
    list_is_shown(page)
    expect(page.locator('.entry[data-jid="bob@edge.test"]')).to_be_focused()
    page.go_forward()
    expect(page.locator(".title")).to_have_text("Bob")
    expect(alice.writer).to_be_focused()
    page.go_back()
    list_is_shown(page)
    alice.open_chat("bob")
    assert steps(page) == before + 1


def test_the_arrow_of_the_page_is_the_same_step(alice):
    page = alice.page
    before = steps(page)
    for _ in range(3):
        alice.open_chat("bob")
        page.get_by_role("button", name="Back to the list").click()
        list_is_shown(page)
        page.wait_for_function("() => history.state === null")
    assert steps(page) == before + 1
    # Straight on, before the browser has gone back.
    alice.open_chat("bob")
    page.evaluate("""() => {
      document.querySelector('.conversation-head .narrow-only button').click();
      document.querySelector('.entry[data-jid="bob@edge.test"]').click();
    }""")
    page.wait_for_function("() => history.state?.conversation === 'bob@edge.test'")
    page.wait_for_timeout(300)  # whatever is still under way
    expect(page.locator(".title")).to_have_text("Bob")
    page.go_back()
    list_is_shown(page)
    # To and fro, before the browser has gone back once.
    alice.open_chat("bob")
    page.evaluate("""async () => {
      const slow = history.back.bind(history);
      history.back = () => setTimeout(slow, 300);
      const back = () => document.querySelector('.conversation-head .narrow-only button').click();
      back();
      document.querySelector('.entry[data-jid="bob@edge.test"]').click();
      while (!document.querySelector('.conversation-head')) await new Promise((resolve) => setTimeout(resolve));
      back();
    }""")
    page.wait_for_function("() => history.state === null")
    page.wait_for_timeout(500)
    list_is_shown(page)


def test_back_closes_a_dialog_first(alice):
    page, dialog = alice.page, alice.page.get_by_role("dialog")
    alice.open_chat("bob")
    page.get_by_role("button", name="Contact details").click()
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page.locator(".title")).to_have_text("Bob")
    page.wait_for_function("() => history.state?.conversation === 'bob@edge.test'")
    page.go_back()
    list_is_shown(page)


def test_one_conversation_after_another_is_one_step(alice):
    page, room = alice.page, f"back-{uuid.uuid4().hex[:6]}"
    enter(alice, room)
    before = steps(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("bob@")
    page.keyboard.press("Enter")
    expect(page.locator(".title")).to_have_text("Bob")
    assert steps(page) == before
    page.go_back()
    list_is_shown(page)
    page.locator(f'.entry[data-jid="{room}@rooms.edge.test"]').click()
    expect(alice.writer).to_be_focused()
    leave(alice)
    list_is_shown(page)
    page.wait_for_function("() => history.state === null")
    page.go_forward()  # into what is no longer there
    page.wait_for_function("() => history.state === null")
    list_is_shown(page)


def test_after_a_reload_the_list_is_there_and_nothing_stands_in_the_way(person):
    alice = person(**PHONE)
    page = alice.visit().page
    page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.open_chat("bob")
    page.reload()
    alice.wait_online()
    list_is_shown(page)
    page.wait_for_function("() => history.state === null")
    page.evaluate("() => (window.sameDocument = true)")
    page.go_forward()
    expect(page.locator(".title")).to_have_text("Bob")
    page.go_back()
    list_is_shown(page)
    assert page.evaluate("() => window.sameDocument")


def test_beside_the_list_conversations_are_no_steps(person):
    alice = person().log_in("alice")
    page = alice.page
    before = steps(page)
    for _ in range(2):
        alice.open_chat("bob")
        alice.writer.press("Escape")
        expect(page.locator(".welcome")).to_be_visible()
    assert steps(page) == before
    alice.open_chat("bob")
    # A window that is made narrow becomes like a phone.
    page.set_viewport_size({"width": 390, "height": 760})
    page.wait_for_function("() => history.state?.conversation === 'bob@edge.test'")
    page.go_back()
    list_is_shown(page)
