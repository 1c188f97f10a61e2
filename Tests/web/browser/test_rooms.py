"""Rooms, and what was said before."""

import re
import uuid

import pytest
from playwright.sync_api import expect


# Goes up until older messages come or there are none, and says by how much that moved what was being read.
READ_BACK = """async (box) => {
  box.scrollTop = 150;
  const rim = box.getBoundingClientRect().top;
  const row = [...box.querySelectorAll('.row')].find((one) => one.getBoundingClientRect().bottom > rim);
  const before = row.getBoundingClientRect().top;
  const shown = box.querySelectorAll('.row').length;
  const done = () => box.querySelectorAll('.row').length > shown || box.querySelector('.history-top').textContent.includes('the beginning');
  for (let wait = 0; wait < 600 && !done(); wait += 1) await new Promise((later) => setTimeout(later, 50));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return row.getBoundingClientRect().top - before;
}"""


@pytest.fixture
def room() -> str:
    return f"room-{uuid.uuid4().hex[:8]}"


def enter(one, room: str) -> None:
    one.page.get_by_role("button", name="New conversation").click()
    one.page.get_by_role("button", name="Enter a room instead…").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Room", exact=True).fill(f"{room}@rooms.edge.test")
    dialog.get_by_role("button", name="Enter", exact=True).click()
    expect(one.writer).to_be_focused()
    expect(one.page.locator(".subtitle")).to_contain_text(re.compile("person|people"))


def leave(one) -> None:
    one.page.get_by_role("button", name="Room and people").click()
    one.page.get_by_role("button", name="Leave this room").click()
    expect(one.page.locator(".welcome")).to_be_visible()
    one.settle()  # it is no bookmark any more


def test_two_people_talk_in_a_room_with_subject_and_new_names(person, room):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    enter(alice, room)
    enter(bob, room)
    expect(alice.page.locator(".subtitle")).to_have_text("2 people")
    words = [uuid.uuid4().hex for _ in range(3)]
    alice.say(words[0])
    bob.sees(words[0])
    expect(bob.page.locator(".author").last).to_have_text("alice")
    expect(alice.page.locator(".row.mine", has_text=words[0]).locator(".mark.sent")).to_be_visible()
    bob.say(words[1])
    alice.sees(words[1])
    alice.page.get_by_role("button", name="Room and people").click()
    dialog = alice.page.get_by_role("dialog")
    expect(dialog.locator(".occupant")).to_have_count(2)
    dialog.get_by_label("Subject").fill("Plans")
    dialog.get_by_label("My name in the room").fill("Alicia")
    dialog.get_by_role("button", name="Save").click()
    expect(bob.page.locator(".subtitle")).to_have_text("2 people · Plans")
    expect(bob.page.locator(".event-text")).to_have_text("alice is now called Alicia.")
    alice.say(words[2])
    bob.sees(words[2])
    alice.sees(words[2])
    leave(alice)
    expect(bob.page.locator(".subtitle")).to_contain_text("1 person")
    leave(bob)


def test_a_room_is_entered_again_after_a_reload_with_what_was_said(person, room):
    alice = person().log_in("alice")
    enter(alice, room)
    words = [uuid.uuid4().hex for _ in range(3)]
    for word in words:
        alice.say(word)
    alice.sees(words[-1])
    expect(alice.page.locator(".mark.pending")).to_have_count(0)
    alice.log_in("alice")
    alice.page.locator(f'.entry[data-jid="{room}@rooms.edge.test"]').click()
    for word in words:
        alice.sees(word)
    assert alice.bodies() == words
    leave(alice)


def test_a_moderator_removes_somebody_who_is_told_and_can_return(person, room):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    enter(alice, room)
    enter(bob, room)
    expect(alice.page.locator(".subtitle")).to_have_text("2 people")
    beside = alice.page.get_by_role("complementary", name="People in the room")
    expect(beside.locator(".occupant")).to_have_count(2)
    beside.get_by_role("button", name="Rights in the room: bob").click()
    alice.page.get_by_role("button", name="Remove", exact=True).click()
    expect(bob.page.locator(".subtitle")).to_have_text("You were removed from this room.")
    expect(beside.locator(".occupant")).to_have_count(1)
    bob.page.locator(".notice").get_by_role("button", name="Enter again").click()
    expect(bob.page.locator(".subtitle")).to_contain_text("2 people")
    leave(bob)
    leave(alice)


def test_rights_are_given_and_taken_and_a_ban_is_lifted(person, room, shots):
    alice, bob = person(viewport={"width": 360, "height": 720}).log_in("alice"), person().log_in("bob")
    enter(alice, room)
    enter(bob, room)
    expect(alice.page.locator(".subtitle")).to_have_text("2 people")

    def rights() -> None:
        alice.page.get_by_role("button", name="Room and people").click()
        alice.page.get_by_role("button", name="Rights in the room: bob").click()

    def finish() -> None:
        expect(alice.page.get_by_role("dialog")).to_have_count(1)
        alice.page.keyboard.press("Escape")
        expect(alice.page.get_by_role("dialog")).to_have_count(0)

    rights()
    alice.page.screenshot(path=shots / "room-rights.png")
    alice.page.get_by_label("May now").select_option("moderate")
    alice.page.get_by_role("button", name="Save").last.click()
    expect(alice.page.locator(".occupant", has_text="bob")).to_contain_text("moderator")
    alice.page.screenshot(path=shots / "room-people.png")
    finish()
    rights()
    alice.page.get_by_role("button", name="Ban", exact=True).click()
    expect(bob.page.locator(".subtitle")).to_have_text("You are banned from this room.")
    finish()
    alice.page.get_by_role("button", name="Room and people").click()
    alice.page.get_by_role("button", name="Members and bans").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Change: bob@edge.test").click()
    alice.page.screenshot(path=shots / "room-members.png")
    dialog.get_by_label("is to be").select_option("nothing")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog.get_by_text("bob@edge.test")).to_have_count(0)
    alice.page.keyboard.press("Escape")
    bob.page.locator(".notice").get_by_role("button", name="Enter again").click()
    expect(alice.page.locator(".subtitle")).to_have_text("2 people")
    leave(bob)
    leave(alice)


def test_the_owner_sets_the_room_up_and_closes_it(person, room, shots):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    enter(alice, room)
    enter(bob, room)
    alice.page.get_by_role("button", name="Room and people").click()
    alice.page.get_by_role("button", name="Settings of the room").click()
    dialog = alice.page.get_by_role("dialog")
    name = dialog.locator("input[type=text]").first
    expect(name).to_be_visible()
    alice.page.screenshot(path=shots / "room-settings.png")
    name.fill("The tea room")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    alice.log_in("alice")
    expect(alice.page.locator(".entry-name", has_text="The tea room")).to_be_visible()
    alice.page.locator(f'.entry[data-jid="{room}@rooms.edge.test"]').click()
    expect(alice.page.locator(".subtitle")).to_contain_text("2 people")
    alice.page.get_by_role("button", name="Room and people").click()
    alice.page.get_by_role("button", name="Settings of the room").click()
    dialog.get_by_role("button", name="Close the room for everybody").click()
    dialog.get_by_role("button", name="Close it?").click()
    expect(bob.page.locator(".subtitle")).to_have_text("This room was closed for good.")
    expect(alice.page.locator(".subtitle")).to_have_text("This room was closed for good.")


def test_an_invitation_is_asked_about_and_leads_into_the_room(person, room):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    enter(alice, room)
    alice.page.get_by_role("button", name="Room and people").click()
    alice.page.get_by_role("dialog").get_by_label("Invite").fill("bob")
    alice.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    bob.open_chat("alice")
    invitation = bob.page.locator(".request")
    expect(invitation).to_contain_text(re.compile(f"[aA]lice invites you to {room}@rooms.edge.test."))
    expect(bob.writer).to_be_focused()  # nobody is interrupted
    invitation.get_by_role("button", name="Enter").click()
    expect(invitation).to_have_count(0)
    expect(alice.page.locator(".subtitle")).to_have_text("2 people")
    leave(bob)
    leave(alice)


def test_a_conversation_is_there_again_after_a_reload_and_reads_back_without_a_jump(person):
    alice = person(viewport={"width": 900, "height": 500}).log_in("alice")
    alice.start_chat("carol")
    words = [f"{n:03} {uuid.uuid4().hex[:8]}" for n in range(130)]
    for word in words:
        alice.say(word)
    expect(alice.page.locator(".mark.pending")).to_have_count(0)
    alice.log_in("alice").open_chat("carol")
    alice.sees(words[-1])
    scroller = alice.page.locator(".messages")
    alice.until(lambda: scroller.evaluate("(box) => box.scrollHeight - box.scrollTop - box.clientHeight < 3"))
    beginning = alice.page.get_by_text("This is the beginning.")
    for _ in range(10):
        if beginning.is_visible():
            break
        moved = scroller.evaluate(READ_BACK)
        assert abs(moved) <= 2, f"the reader was moved by {moved} pixels"
    mine = [word for word in alice.bodies() if word in words]
    assert mine == words
