"""Accounts made and changed on the page, and people who have none."""

import re
import uuid

from playwright.sync_api import expect
from test_rooms import enter, leave


def register(one, name: str, password: str) -> None:
    one.page.get_by_role("button", name="Create an account").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Create and sign in").click()


def test_an_account_is_made_gets_another_password_and_goes_on(person, shots):
    one, name = person(), f"new{uuid.uuid4().hex[:8]}"
    one.keep_toasts()
    one.visit()
    one.page.get_by_role("button", name="Create an account").click()
    expect(one.page.get_by_role("dialog").get_by_label("Name")).to_be_visible()
    one.page.screenshot(path=shots / "register.png")
    one.page.keyboard.press("Escape")
    register(one, "alice", "whatever")
    expect(one.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Somebody has that name already.")
    one.page.keyboard.press("Escape")
    register(one, name, "first-secret")
    one.wait_online()
    one.page.get_by_role("button", name="My account").click()
    one.page.get_by_role("button", name="Change the password").click()
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label("New password").fill("second-secret")
    dialog.get_by_label("The same once more").fill("third-secret")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_role("alert")).to_have_text("The two are not the same.")
    dialog.get_by_label("The same once more").fill("second-secret")
    dialog.get_by_role("button", name="Change").click()
    expect(one.page.locator(".toast")).to_have_text("The password was changed.")
    one.wait_online()
    one.start_chat(name)
    one.visit().fill_login(name, "first-secret")
    expect(one.page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    one.fill_login(name, "second-secret")
    one.wait_online()


def test_a_guest_enters_the_room_of_the_frame_and_leaves_nothing_behind(person, shots):
    alice = person().log_in("alice")
    enter(alice, "lobby")
    guest = person(viewport={"width": 380, "height": 560})
    guest.page.goto(guest.address + "embed.html")
    guest.page.get_by_role("button", name="Enter").click()
    expect(guest.page.get_by_role("alert")).to_have_text("Choose a name.")
    guest.page.screenshot(path=shots / "guest-name.png")
    guest.page.get_by_label("My name in the room").fill("alice")
    guest.page.get_by_role("button", name="Enter").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("Somebody in the room has that name.")
    guest.page.get_by_label("My name in the room").fill("Visitor")
    guest.page.get_by_role("button", name="Enter").click()
    expect(guest.writer).to_be_focused()
    expect(alice.page.locator(".subtitle")).to_contain_text("2 people")
    words = [uuid.uuid4().hex for _ in range(2)]
    guest.say(words[0])
    alice.sees(words[0])
    alice.say(words[1])
    guest.sees(words[1])
    guest.page.screenshot(path=shots / "guest-room.png")
    assert guest.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    guest.page.context.close()
    leave(alice)


def test_a_link_leads_guests_only_to_rooms_that_are_theirs(person):
    guest = person()
    guest.page.goto(guest.address)
    guest.page.get_by_role("link", name="Enter as a guest").click()
    expect(guest.page.get_by_text("lobby@rooms.edge.test")).to_be_visible()
    guest.page.goto(guest.address + "?room=tea@rooms.edge.test")
    expect(guest.page.get_by_text("tea@rooms.edge.test")).to_be_visible()
    for room in ("other@rooms.edge.test", "", "@"):
        guest.page.goto(f"{guest.address}?room={room}")
        expect(guest.page.get_by_role("alert")).to_contain_text("Guests cannot enter here.")


def test_the_room_for_guests_stands_in_frames_of_allowed_pages_only(person):
    guest = person()
    answer = guest.page.goto(guest.address + "embed.html")
    policy = answer.headers["content-security-policy"]
    assert re.search(r"frame-ancestors 'self';", policy)
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors 'none'" in guest.page.goto(guest.address).headers["content-security-policy"]
