"""A visit to every main view of the page, in any language: whoever asks is shown each one by name and judges it."""

import struct
import uuid
import zlib
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect
from test_connection import Wire

from harness.browser import Browser

Look = Callable[[Page, str], None]


def picture(width: int, height: int) -> bytes:
    """A PNG with colours that run from one into the other."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(part for x in range(width) for part in (40 + 150 * x // width, 120, 90 + 120 * y // height)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = picture(360, 220)
CLIENT, REACTIONS = "xmlns='jabber:client'", "urn:xmpp:reactions:0"
LONG = "Good. Then we show it on Friday. Whoever wants can try it before: it needs nothing but a browser, and the keyboard does everything."


class Visit:
    """Somebody with a new account who sees everything there is; `client` makes people without a page."""

    def __init__(self, one, client: Callable[[str], Browser], look: Look, query: str = ""):
        self.one, self.page, self.client, self.query = one, one.page, client, query
        self.wire = Wire(one.page)
        self.name = f"v{uuid.uuid4().hex[:6]}"
        self.me = f"{self.name}@edge.test"
        self.room = f"views-{uuid.uuid4().hex[:4]}@rooms.edge.test"
        self.look = lambda name: look(self.page, name)
        self.dialog = self.page.locator("dialog[open]")

    def all(self) -> None:
        self.before_the_login()
        self.people()
        self.conversation()
        self.files()
        self.rooms()
        self.lists()
        self.own()
        self.connection()
        self.guests()

    def close_dialog(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.dialog).to_have_count(0)

    def head_button(self, number: int) -> None:
        """In the list's head: new conversation, my account."""
        if not self.page.locator(".sidebar").is_visible():
            self.page.locator(".conversation-head .narrow-only button").click()
        self.page.locator(".sidebar-head .icon-button").nth(number).click()
        expect(self.dialog).to_be_visible()

    def details(self) -> None:
        self.page.locator(".conversation-head .icon-button").last.click()
        expect(self.dialog).to_be_visible()

    def say(self, text: str) -> None:
        writer = self.page.locator(".composer textarea")
        writer.fill(text)
        writer.press("Enter")

    def before_the_login(self) -> None:
        page = self.page
        self.one.keep_toasts()
        page.route("**/config.json", lambda route: route.fulfill(status=503))
        page.goto(self.one.address + self.query)
        expect(page.locator(".problem")).to_be_visible()
        self.look("start-problem")
        page.unroute("**/config.json")
        page.goto(self.one.address + self.query)
        expect(page.locator("form.login")).to_be_visible()
        self.one.complaints.clear()  # Chromium itself notes the 503
        self.look("login")
        page.locator("[name=username]").fill("alice")
        page.locator("[name=password]").fill("wrong")
        page.locator("[type=submit]").click()
        expect(page.locator(".problem")).to_be_visible()
        self.look("login-problem")
        page.locator("form.login .row-actions button").click()
        expect(self.dialog.locator("[type=password]")).to_be_visible()
        self.look("register")
        self.dialog.locator("input").first.fill(self.name)
        self.dialog.locator("[type=password]").fill("secret")
        self.dialog.locator("[type=submit]").click()
        self.one.wait_online()

    def people(self) -> None:
        self.bob = self.client("bob")
        expect(self.page.locator(".empty")).to_be_visible()
        self.look("list-empty")
        self.head_button(0)
        self.look("new-conversation")
        self.dialog.locator("[name=address]").fill("bob")
        self.dialog.locator("[type=submit]").click()
        expect(self.page.locator(".composer textarea")).to_be_focused()
        self.look("conversation-empty")

    def conversation(self) -> None:
        page, bob = self.page, self.bob
        bob.receive_until(lambda stanza: stanza["type"] == "subscribe" and (stanza["from"] or "").startswith(self.me))
        bob.send(f"<presence {CLIENT} to='{self.me}' type='subscribed'/>")
        self.say("Morning! The new page is up, have a look 👋")
        said = bob.receive_until(lambda stanza: "Morning!" in stanza.text)["id"]
        ids = iter(f"{self.name}-{n}" for n in range(99))

        def tell(body: str, more: str = "") -> str:
            identity = next(ids)
            bob.send(f"<message {CLIENT} type='chat' to='{self.me}' id='{identity}'><body>{body}</body>{more}</message>")
            return identity

        tell("Nice. https://edge.test/start/with-a-rather-long-address/that-goes-on-and-on/until-the-end.html loads in a blink here, also on the phone.")
        tell("&gt; it needs nothing\nRight: *no build step*, `npm` is not even installed.\n```\nfor name in public/*; do\n  gzip -c $name | wc -c\ndone\n```")
        tell("/me is impressed")
        gone = tell("Wrong window")
        bob.send(f"<message {CLIENT} type='chat' to='{self.me}'><retract xmlns='urn:xmpp:message-retract:1' id='{gone}'/></message>")
        bob.send(f"<message {CLIENT} type='chat' to='{self.me}'><reactions xmlns='{REACTIONS}' id='{said}'><reaction>👍</reaction><reaction>🎉</reaction></reactions></message>")
        tell("", "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>")
        tell("Yes, gladly.", f"<reply xmlns='urn:xmpp:reply:0' to='{self.me}' id='{said}'/>")
        expect(page.locator(".row .quote")).to_be_visible()
        self.say("Teh end")
        page.locator(".composer textarea").press("ArrowUp")
        expect(page.locator(".editing")).to_be_visible()
        expect(page.locator(".mark.pending")).to_have_count(0)
        self.look("correcting")
        self.say(LONG)
        bob.send(f"<message {CLIENT} type='chat' to='{self.me}'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>")
        expect(page.locator(".subtitle.writing")).to_be_visible()
        expect(page.locator(".mark.pending")).to_have_count(0)
        self.look("conversation")
        page.locator(".row.mine").last.focus()
        self.look("conversation-keyboard")
        self.details()
        self.look("contact")
        self.close_dialog()

    def files(self) -> None:
        page, held = self.page, []
        page.route("**/file_share/**", lambda route: held.append(route) if route.request.method == "PUT" else route.fulfill(body=PICTURE, content_type="image/png"))
        page.locator("input[type=file]").set_input_files({"name": "friday.png", "mimeType": "image/png", "buffer": PICTURE})
        expect(page.locator(".progress")).to_be_visible()
        while not held:
            page.wait_for_timeout(50)
        self.look("upload")
        held[0].fulfill(status=201, headers={"Access-Control-Allow-Origin": "*"})
        show = page.locator(".row", has_text="friday.png").locator("button")
        expect(show).to_be_visible()
        expect(page.locator(".mark.pending")).to_have_count(0)
        self.look("picture-asked")
        show.click()
        expect(page.locator(".picture")).to_be_visible()
        self.look("picture")
        page.locator("input[type=file]").set_input_files({"name": "big.bin", "mimeType": "application/octet-stream", "buffer": bytes(11 * 1024 * 1024)})
        expect(page.locator(".toast")).to_be_visible()
        self.look("toast")
        page.evaluate("() => document.querySelector('.toasts').replaceChildren()")

    def rooms(self) -> None:
        page, bob = self.page, self.bob
        self.head_button(0)
        self.dialog.locator(".dialog-form > .button").click()
        self.dialog.locator("[name=room]").fill(self.room)
        self.look("room-join")
        self.dialog.locator("[type=submit]").click()
        expect(page.locator(".composer textarea")).to_be_focused()
        carol = self.client("carol")
        self.carol = carol
        for one, nick in ((bob, "Bob"), (carol, "Carolina von und zu Hohenstein-Langenbach")):
            one.send(f"<presence {CLIENT} to='{self.room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        self.say("What is there to see on Friday?")
        expect(page.locator(".subtitle")).to_contain_text("3")
        bob.send(f"<message {CLIENT} type='groupchat' to='{self.room}'><body>Slides, mostly.</body></message>")
        expect(page.locator(".row .author")).to_have_count(1)
        carol.send(f"<message {CLIENT} type='groupchat' to='{self.room}'><body>And a room with five thousand people in it, {self.name}!</body></message>")
        carol.send(f"<message {CLIENT} type='groupchat' to='{self.room}'><body>我也会来。До встречи!</body></message>")
        bob.send(f"<message {CLIENT} type='groupchat' to='{self.room}'><subject>The show on Friday</subject></message>")
        expect(page.locator(".row .author")).to_have_count(2)
        expect(page.locator(".subtitle")).to_contain_text("3")
        self.look("room")
        self.details()
        expect(self.dialog.locator(".occupant")).to_have_count(3)
        self.look("room-people")
        self.dialog.locator(".occupant .icon-button").first.click()
        expect(self.dialog).to_have_count(2)
        self.look("room-rights")
        page.keyboard.press("Escape")
        expect(self.dialog).to_have_count(1)
        self.dialog.locator(".row-actions .button").first.click()
        expect(self.dialog.locator(".lists h3")).to_have_count(4)
        self.look("room-members")
        self.close_dialog()
        self.details()
        self.dialog.locator(".row-actions .button").nth(1).click()
        expect(self.dialog.locator("[type=checkbox]").first).to_be_visible()
        self.look("room-settings")
        self.close_dialog()
        carol.send(f"<message {CLIENT} to='{self.room}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='{self.me}'><reason>You are needed here.</reason></invite></x></message>")

    def lists(self) -> None:
        page = self.page
        page.locator(".composer textarea").press_sequentially("Half a sen")
        page.keyboard.press("Escape")
        expect(page.locator(".welcome")).to_be_attached()
        self.carol.send(f"<presence {CLIENT} to='{self.me}' type='subscribe'/>")
        self.bob.send(f"<message {CLIENT} type='chat' to='{self.me}'><body>Are you still there? I have one more question about Friday.</body></message>")
        expect(page.locator(".request")).to_be_visible()
        expect(page.locator(".badge:not([hidden])")).to_be_visible()
        self.look("list")
        page.keyboard.press("Control+k")
        expect(self.dialog).to_be_visible()
        page.keyboard.type("bo")
        self.look("switcher")
        page.keyboard.press("Control+a")
        page.keyboard.type("somebody-new@a-rather-long-domain.example")
        self.look("switcher-offer")
        self.close_dialog()

    def own(self) -> None:
        self.head_button(1)
        self.look("account")
        self.dialog.locator(".row-actions .button").first.click()
        expect(self.dialog.locator(".keys")).to_be_visible()
        self.look("keyboard")
        self.close_dialog()
        self.head_button(1)
        self.dialog.locator(".row-actions .button").nth(1).click()
        expect(self.dialog.locator("[type=password]")).to_have_count(2)
        self.look("password")
        self.close_dialog()

    def connection(self) -> None:
        page, line = self.page, self.page.locator(".status-line")
        page.locator('.entry[data-jid="bob@edge.test"]').click()
        self.one.context.set_offline(True)
        expect(line).to_be_visible()
        self.say("Is there still a network?")
        self.look("offline")
        self.one.context.set_offline(False)
        self.one.wait_online()
        page.evaluate("() => { window.fetch = async () => new Response(JSON.stringify({ version: 'another' })); }")
        self.wire.cut()
        expect(line.locator("button")).to_be_visible()
        self.look("reconnecting")
        self.wire.open = True
        page.evaluate("document.querySelector('.status-line button')?.click()")
        self.one.wait_online()
        if not page.locator(".sidebar").is_visible():
            page.locator(".conversation-head .narrow-only button").click()
        expect(page.locator(".update")).to_be_visible()
        self.look("update-ready")
        page.locator(".update button").last.click()
        page.locator('.entry[data-jid="bob@edge.test"]').click()
        parts = urlsplit(self.one.address)
        taken = Browser((parts.hostname or "", parts.port or 80))
        taken.login(self.name, "secret", resource=self.one.resource().partition("/")[2])
        expect(page.locator(".status-line.ended")).to_be_visible()
        self.look("ended")
        taken.vanish()

    def guests(self) -> None:
        page = self.page
        page.goto(f"{self.one.address}embed.html{self.query}")
        expect(page.locator("[name=nick]")).to_be_visible()
        self.look("guest")
        page.locator("[name=nick]").fill(f"Visitor {self.name}")
        page.locator("[type=submit]").click()
        expect(page.locator(".composer textarea")).to_be_focused()
        self.look("guest-room")
        page.keyboard.press("Escape")  # or the room would keep the place: a page with a Wire has no time for a goodbye
        expect(page.locator("[name=nick]")).to_be_visible()
        page.goto(f"{self.one.address}{self.query or '?'}&debug")
        page.locator("[name=username]").fill("alice")
        page.locator("[name=password]").fill("secret")
        page.locator("[type=submit]").click()
        self.one.wait_online()
        page.locator(".debug summary").click()
        expect(page.locator(".debug-lines li").first).to_be_visible()
        self.look("debug")
