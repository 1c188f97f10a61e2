"""The same features in front of ejabberd, which offers SCRAM-SHA-256 and does many things in its own way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ACCOUNTS, DOMAIN
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
