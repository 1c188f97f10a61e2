"""Contacts: their groups, who is blocked."""

from playwright.sync_api import expect


def test_a_contact_is_put_into_groups_and_found_by_them(person):
    alice = person().log_in("alice").open_chat("bob")
    dialog = alice.page.get_by_role("dialog")

    def groups(text: str) -> str:
        alice.page.get_by_role("button", name="Contact details").click()
        before = dialog.get_by_label("Groups").input_value()
        dialog.get_by_label("Groups").fill(text)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        return before

    alice.page.get_by_label("Search people and rooms").fill("rowing")
    expect(alice.page.locator(".entry")).to_have_count(0)
    groups("Rowing club, Work,, Work")
    expect(alice.page.locator(".entry")).to_have_count(1)
    assert groups("") in ("Rowing club, Work", "Work, Rowing club")
    expect(alice.page.locator(".entry")).to_have_count(0)


def test_a_dialog_closes_by_a_press_beside_it_not_by_marking_words_to_there(person):
    alice = person().log_in("alice").open_chat("bob")
    page, dialog = alice.page, alice.page.get_by_role("dialog")
    page.get_by_role("button", name="Contact details").click()
    dialog.get_by_label("Groups").fill("half typed")
    dialog.get_by_label("Groups").hover()
    page.mouse.down()
    page.mouse.move(5, 5, steps=3)
    page.mouse.up()
    page.wait_for_timeout(50)
    expect(dialog.get_by_label("Groups")).to_have_value("half typed")
    page.mouse.click(5, 5)
    expect(dialog).to_have_count(0)


def test_whoever_is_blocked_is_said_so_and_let_through_again(person):
    alice = person().log_in("alice").open_chat("bob")
    alice.page.get_by_role("button", name="Contact details").click()
    alice.page.get_by_role("button", name="Block", exact=True).click()
    notice = alice.page.locator(".notice")
    expect(notice).to_contain_text("You blocked this contact")
    alice.say("Does it arrive?")
    expect(alice.page.locator(".row.mine").last).to_contain_text("Perhaps one of you has blocked the other.")
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_role("button", name="Blocked").click()
    expect(alice.page.get_by_role("dialog")).to_contain_text("bob@edge.test")
    alice.page.get_by_role("button", name="Unblock: bob@edge.test").click()
    expect(alice.page.get_by_role("dialog")).to_contain_text("Nobody.")
    alice.page.keyboard.press("Escape")
    expect(notice).to_be_hidden()
