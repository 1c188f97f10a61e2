"""The same features in front of ejabberd, which offers SCRAM-SHA-256 and does many things in its own way."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ACCOUNTS, DOMAIN
from playwright.sync_api import expect
from test_chat import (  # noqa: F401
    test_a_message_to_a_closed_conversation_is_counted_and_marked_as_new,
    test_answers_reactions_and_retractions_of_other_clients_are_shown,
    test_somebody_new_is_added_asked_and_allowed,
    test_the_last_message_can_be_corrected_with_the_up_key,
    test_two_people_chat_with_emoji_and_markup,
    test_writing_is_shown_while_it_lasts,
)
from test_connection import test_a_cut_connection_is_resumed_with_nothing_lost_or_doubled  # noqa: F401
from test_login import test_a_wrong_password_is_said_with_the_next_step_and_the_field_is_ready  # noqa: F401
from test_offline import KEPT
from test_rooms import (  # noqa: F401
    room,
    test_a_conversation_is_there_again_after_a_reload_and_reads_back_without_a_jump,
    test_a_room_is_entered_again_after_a_reload_with_what_was_said,
    test_an_invitation_is_asked_about_and_leads_into_the_room,
    test_rights_are_given_and_taken_and_a_ban_is_lifted,
    test_the_owner_sets_the_room_up_and_closes_it,
    test_two_people_talk_in_a_room_with_subject_and_new_names,
)

from harness.edge import Edge
from harness.ejabberd import Ejabberd

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with Ejabberd(DOMAIN, ACCOUNTS, contacts=("alice", "bob")) as server, Edge(
        f"127.0.0.1:{server.port}", domain=DOMAIN, public=ROOT / "public",
    ) as edge:
        host, port = edge.address
        yield f"http://{host}:{port}/"


def test_the_strongest_mechanism_is_used(person):
    alice = person().log_in("alice")
    assert any("SCRAM-SHA-256" in frame for frame in alice.sent)
    assert alice.page.evaluate("() => Object.entries(localStorage).find(([key]) => key.startsWith('edge.sasl.'))[1]") == "SCRAM-SHA-256"


def test_where_nothing_can_be_kept_of_a_password_it_is_asked_for_over_what_was_said(person):
    alice, word = person().visit(), uuid.uuid4().hex
    alice.page.get_by_label("Stay signed in on this computer").check()
    alice.fill_login("alice", "secret")
    alice.wait_online()
    alice.open_chat("bob").say(word)
    alice.sees(word)
    alice.until(lambda: alice.page.evaluate(KEPT, word))
    for hint in ("The server wants your password once more.", "This server wants the password at each visit"):
        alice.page.reload()
        dialog = alice.page.get_by_role("dialog")
        expect(dialog).to_contain_text(hint)
        expect(alice.page.locator(".entry-line", has_text=word)).to_be_visible()  # behind it
        dialog.get_by_label("Password").fill("wrong")
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
        dialog.get_by_label("Password").fill("secret")
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_have_count(0)
        alice.wait_online()
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_role("button", name="Sign out").click()
    expect(alice.page.get_by_label("Keep recent conversations on this computer; the password is asked for at each visit")).to_be_visible()
