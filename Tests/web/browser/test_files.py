"""Files sent to others: through the server's upload service, shown only when somebody asks."""

import base64
import hashlib
import uuid

from conftest import STORED
from playwright.sync_api import expect

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNkYPjPwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==")

INDEXED = f"async () => 'bob@edge.test' in (await ({STORED})('avatars', 'index') ?? {{}})"


def test_a_picture_is_sent_and_shown_when_asked_for(person):
    alice, bob = person().log_in("alice"), person().log_in("bob")
    alice.open_chat("bob")
    bob.open_chat("alice")
    name = f"{uuid.uuid4().hex[:8]}.png"
    alice.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": PICTURE})
    row = bob.page.locator(".row", has_text=name)
    expect(row).to_be_visible()
    expect(row.get_by_role("link")).to_have_text(name)
    assert row.locator("img").count() == 0 and not any(name in path for path in bob.requests)
    row.get_by_role("button", name="Show picture").click()
    expect(row.locator("img")).to_be_visible()
    bob.page.wait_for_function("() => document.querySelector('.picture').naturalWidth === 2")


def test_a_file_that_is_too_large_is_refused_with_words(person):
    alice = person()
    alice.keep_toasts()
    alice.log_in("alice").open_chat("bob")
    alice.page.locator("input[type=file]").set_input_files({"name": "big.bin", "mimeType": "application/octet-stream", "buffer": bytes(11 * 1024 * 1024)})
    expect(alice.page.locator(".toast")).to_have_text("The file is too large for this server.")


def test_pictures_of_contacts_are_shown_also_at_the_next_visit(person, client, shots):
    phone = client("bob")
    encoded, name = base64.b64encode(PICTURE).decode(), hashlib.sha1(PICTURE).hexdigest()

    def publish(node: str, item: str) -> None:
        answer = phone.query(f"<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='{node}'><item id='{name}'>{item}</item></publish></pubsub>", kind="set")
        assert answer["type"] == "result", answer

    publish("urn:xmpp:avatar:data", f"<data xmlns='urn:xmpp:avatar:data'>{encoded}</data>")
    publish("urn:xmpp:avatar:metadata", f"<metadata xmlns='urn:xmpp:avatar:metadata'><info id='{name}' type='image/png' bytes='{len(PICTURE)}' width='2' height='2'/></metadata>")
    alice = person().log_in("alice")
    face = alice.page.locator('.entry[data-jid="bob@edge.test"] .avatar img')
    expect(face).to_be_visible()
    alice.until(lambda: alice.page.evaluate(INDEXED))
    alice.page.screenshot(path=shots / "avatars.png")
    alice.log_in("alice")
    expect(face).to_be_visible()
    asked = [frame for frame in alice.sent if "urn:xmpp:avatar:data" in frame]
    assert len(asked) == 1, asked
    publish("urn:xmpp:avatar:metadata", "<metadata xmlns='urn:xmpp:avatar:metadata'/>")
    expect(face).to_have_count(0)


def test_whoever_wants_sees_pictures_of_contacts_at_once_and_not_those_of_strangers(person, client):
    alice, bob, carol = person(), client("bob"), client("carol")
    alice.context.route("**/*.png", lambda route: route.fulfill(body=PICTURE, content_type="image/png"))
    alice.log_in("alice")
    alice.page.get_by_role("button", name="My account").click()
    alice.page.get_by_label("Show pictures of contacts at once").check()
    alice.page.get_by_role("button", name="Save").click()
    for one, name in ((bob, "bob"), (carol, "carol")):
        link = f"https://pictures.test/{uuid.uuid4().hex}.png"
        one.send(f"<message xmlns='jabber:client' type='chat' to='alice@edge.test'><body>{link}</body><x xmlns='jabber:x:oob'><url>{link}</url></x></message>")
        alice.open_chat(name)
        row = alice.page.locator(".row", has_text=link.rsplit("/", 1)[1])
        expect(row).to_be_visible()
        expect(row.locator("img.picture")).to_have_count(1 if name == "bob" else 0)
        expect(row.get_by_role("button", name="Show picture")).to_have_count(0 if name == "bob" else 1)
