"""Two people talk to each other."""

import uuid

from playwright.sync_api import expect


def unique(text: str) -> str:
    return f"{text} {uuid.uuid4().hex[:8]}"


def test_two_people_chat_with_emoji_and_markup(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    first, second = unique("Grüße 👋🏽 <b>&amp;</b> ]]> \"'"), unique("мир 世界 😀 <script>alert(1)</script>")
    alice.say(first)
    bob.sees(first)
    bob.say(second)
    alice.sees(second)
    assert alice.page.locator(".row b, .row script").count() == 0
    # Bob looks at it, so that Alice learns that it was read.
    bob.page.bring_to_front()
    expect(alice.page.locator(".row.mine", has_text=first).locator(".mark")).to_have_class("mark read")


def test_no_text_can_turn_the_order_of_its_letters_around(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    text = unique("holiday\u202egnp.exe")
    alice.say(text)
    bob.sees(text.replace("\u202e", ""))


def test_a_message_to_a_closed_conversation_is_counted_and_marked_as_new(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    texts = [unique("one"), unique("two")]
    for text in texts:
        alice.say(text)
    entry = bob.page.locator('.entry[data-jid="alice@edge.test"]')
    expect(entry.locator(".badge")).to_contain_text("2")
    expect(entry.locator(".entry-line")).to_have_text(texts[1])
    assert bob.page.title().startswith("(2)")
    bob.open_chat("alice")
    bob.sees(texts[0])
    expect(bob.page.locator(".divider")).to_be_visible()
    expect(entry.locator(".badge")).to_have_count(0)


def test_writing_is_shown_while_it_lasts(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    alice.writer.press_sequentially("Hm")
    expect(bob.page.locator(".subtitle")).to_have_text("is writing…")
    text = unique("well")
    alice.say(text)
    bob.sees(text)
    expect(bob.page.locator(".subtitle")).not_to_have_text("is writing…")


def test_the_last_message_can_be_corrected_with_the_up_key(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    wrong, right = unique("teh"), unique("the")
    alice.say(wrong)
    bob.sees(wrong)
    alice.writer.press("ArrowUp")
    expect(alice.writer).to_have_value(wrong)
    alice.say(right)
    bob.sees(right)
    bob.sees(wrong, times=0)
    alice.sees(right)
    alice.sees(wrong, times=0)


def test_enter_that_confirms_a_candidate_of_an_input_method_sends_nothing(person):
    alice = person().log_in("alice").open_chat("bob")
    text = unique("にほん")
    alice.writer.fill(text)
    for init in ("{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}", "{key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}"):
        alice.writer.evaluate(f"(field) => field.dispatchEvent(new KeyboardEvent('keydown', {init}))")
    expect(alice.writer).to_have_value(text)
    alice.sees(text, times=0)
    alice.writer.press("Shift+Enter")
    expect(alice.writer).to_have_value(text + "\n")
    alice.writer.press("Enter")
    alice.sees(text)


def test_a_draft_survives_a_visit_elsewhere_and_a_reload(person):
    alice = person().log_in("alice").open_chat("bob")
    text = unique("half a sen")
    alice.writer.fill(text)
    alice.page.locator('.entry[data-jid="bob@edge.test"]').focus()
    alice.writer.press("Escape")
    expect(alice.page.locator(".welcome")).to_be_visible()
    alice.open_chat("bob")
    expect(alice.writer).to_have_value(text)
    alice.page.wait_for_function("(text) => Object.values(localStorage).some((value) => value.includes(text))", arg=text)
    alice.log_in("alice").open_chat("bob")
    expect(alice.writer).to_have_value(text)
    alice.writer.fill("")
    alice.page.wait_for_function("(text) => !Object.values(localStorage).some((value) => value.includes(text))", arg=text)


def test_somebody_new_is_added_asked_and_allowed(person):
    alice, carol = person().log_in("alice"), person().log_in("carol")
    alice.page.get_by_role("button", name="New conversation").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("not an address@")
    dialog.get_by_role("button", name="Start").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Address").fill("carol")
    dialog.get_by_role("button", name="Start").click()
    expect(alice.writer).to_be_focused()
    carol.page.get_by_role("button", name="Allow").click()
    expect(alice.page.locator('.entry[data-jid="carol@edge.test"] .dot.online')).to_be_visible()
    alice.page.get_by_role("button", name="Contact details").click()
    alice.page.get_by_role("button", name="Remove from contacts").click()
    alice.page.get_by_role("button", name="Remove? You will not see each other online any more.").click()
    expect(alice.page.get_by_role("dialog")).to_have_count(0)
    alice.settle()  # strangers again, for the tests after this one


def test_answers_reactions_and_retractions_of_other_clients_are_shown(person, client, shots):
    alice, phone = person().log_in("alice").open_chat("bob"), client("bob")
    said, answer, gone = unique("Lunch at one?"), unique("Yes, gladly."), unique("Wrong window")
    alice.say(said)
    received = phone.receive_until(lambda message: said in message.text)
    me, to = "<message xmlns='jabber:client' type='chat' to='alice@edge.test'", received["id"]
    quoted = f"> {said}\n"
    phone.send(f"{me} id='{answer}'><body>&gt; {said}\n{answer}</body><reply xmlns='urn:xmpp:reply:0' to='alice@edge.test' id='{to}'/>"
               f"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='{len(quoted)}'/></fallback></message>")
    phone.send(f"{me}><reactions xmlns='urn:xmpp:reactions:0' id='{to}'><reaction>👍</reaction><reaction>🎉</reaction></reactions></message>")
    phone.send(f"{me} id='{gone}'><body>{gone}</body></message>")
    row = alice.page.locator(".row", has_text=answer)
    expect(row.locator(".body")).to_have_text(answer)
    expect(row.locator(".quote")).to_contain_text(said)
    expect(alice.page.locator(".row.mine", has_text=said).locator(".reactions li")).to_have_count(2)
    alice.sees(gone)
    phone.send(f"{me}><retract xmlns='urn:xmpp:message-retract:1' id='{gone}'/><body>/me took it back</body></message>")
    alice.sees(gone, times=0)
    expect(alice.page.locator(".row").last).to_contain_text("This message was removed.")
    alice.page.screenshot(path=shots / "answers.png")


def test_the_list_changes_under_nobodys_fingers(person, client):
    alice, bob = person().log_in("alice"), client("bob")
    client("carol").send("<presence xmlns='jabber:client' to='alice@edge.test' type='subscribe'/>")
    allow = alice.page.get_by_role("button", name="Allow")
    allow.focus()
    text = unique("still there?")
    bob.send(f"<message xmlns='jabber:client' type='chat' to='alice@edge.test'><body>{text}</body></message>")
    entry = alice.page.locator('.entry[data-jid="bob@edge.test"]')
    expect(entry.locator(".entry-line")).to_have_text(text)
    expect(allow).to_be_focused()
    entry.focus()
    again = unique("hello?")
    bob.send(f"<message xmlns='jabber:client' type='chat' to='alice@edge.test'><body>{again}</body></message>")
    expect(entry.locator(".entry-line")).to_have_text(again)
    expect(entry).to_be_focused()
    alice.page.get_by_role("button", name="Decline").click()


# Counts sounds. None of them fades, however long it takes until the next message is there.
RINGS = """() => {
  window.rings = 0;
  window.AudioContext = class extends AudioContext { constructor() { super(); window.rings += 1; } };
  const { setTimeout } = window;
  window.setTimeout = (act, after, ...more) => setTimeout(act, after === 2000 ? 1e9 : after, ...more);
}"""
# Locks decide who tells and who rings, one after the other: what was asked for before this has been answered.
DECIDED = "async () => { for (const _ of [1, 2, 3]) await navigator.locks.request('decided', () => {}); }"


def test_a_sound_is_made_once_for_what_nobody_looks_at_where_it_is_wanted(person, client):
    alice, bob = person(), client("bob")
    alice.context.add_init_script(f"({RINGS})()")
    alice.log_in("alice")

    def say(text: str) -> None:
        bob.send(f"<message xmlns='jabber:client' type='chat' to='alice@edge.test'><body>{text}</body></message>")
        expect(alice.page.locator(".entry-line", has_text=text)).to_be_visible()
        alice.page.evaluate(DECIDED)

    say(unique("not wanted"))
    assert alice.page.evaluate("() => window.rings") == 0
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_label("Play a sound").check()
    assert alice.page.evaluate("() => window.rings") == 1  # to hear what it is
    alice.page.get_by_role("button", name="Save").click()
    expect(alice.page.get_by_role("dialog")).to_have_count(0)
    say(unique("first"))
    assert alice.page.evaluate("() => window.rings") == 2
    say(unique("second"))
    assert alice.page.evaluate("() => window.rings") == 2
