"""A server for measuring the page: lets one person in and says whatever a measurement wants it to say."""

import queue
import threading
from xml.sax.saxutils import escape

from harness.stream import BIND, CLIENT, Element
from harness.upstream import Upstream, UpstreamStream
from harness.wire import Ended

ROOM = "http://jabber.org/protocol/muc"
DISCO = "http://jabber.org/protocol/disco#info"
ROSTER = "jabber:iq:roster"


class ChatServer(threading.Thread):
    """The person has `contacts` contacts. Every room has `crowd` occupants and `history` messages; `entered` gets the address of each room that is entered."""

    def __init__(self, domain: str):
        super().__init__(daemon=True)
        self.upstream = Upstream(domain)
        self.domain = domain
        self.contacts = 0
        self.crowd = 0
        self.history = 0
        self.entered: queue.Queue[str] = queue.Queue()
        self.stream: UpstreamStream | None = None
        self.sending = threading.Lock()
        self.jid = ""
        self.number = 0

    def run(self) -> None:
        try:
            self.stream = self.upstream.accept(120)
            self.stream.serve_login()
            while True:
                item = self.stream.read(3600)
                if isinstance(item, Element):
                    self.answer(item)
        except (Ended, OSError, AssertionError):
            return

    def send(self, text: str) -> None:
        assert self.stream
        with self.sending:
            self.stream.send(text)

    def answer(self, item: Element) -> None:
        element = item.element
        sender, identity = element.get("to"), element.get("id")
        if item.tag == f"{{{CLIENT}}}iq" and element.get("type") in ("get", "set"):
            origin = f" from='{sender}'" if sender else ""
            self.send(f"<iq type='result' id='{identity}'{origin}>{self.result(element)}</iq>")
        elif item.tag == f"{{{CLIENT}}}presence" and element.find(f"{{{ROOM}}}x") is not None and sender:
            self.enter(sender)
        elif item.tag == f"{{{CLIENT}}}message" and element.get("type") == "groupchat" and sender:
            self.say(sender, "me", element.findtext(f"{{{CLIENT}}}body") or "")

    def result(self, iq) -> str:
        child = iq[0]
        if child.tag == f"{{{BIND}}}bind":
            self.jid = f"alice@{self.domain}/{child.findtext(f'{{{BIND}}}resource')}"
            return f"<bind xmlns='{BIND}'><jid>{self.jid}</jid></bind>"
        namespace = child.tag[1:].partition("}")[0]
        if namespace == ROSTER:
            items = "".join(f"<item jid='{self.contact(n)}' name='Contact {n}' subscription='both'/>" for n in range(self.contacts))
            return f"<query xmlns='{ROSTER}'>{items}</query>"
        return f"<query xmlns='{namespace}'/>" if namespace == DISCO else ""

    def contact(self, number: int) -> str:
        return f"contact{number}@{self.domain}"

    def appear(self, number: int, show: str) -> None:
        self.send(f"<presence from='{self.contact(number)}/phone' to='{self.jid}'><show>{show}</show></presence>")

    def enter(self, address: str) -> None:
        room, _, nick = address.partition("/")
        people = [self.presence(room, f"person {n}") for n in range(self.crowd)]
        me = self.presence(room, nick, "<status code='110'/>")
        said = [self.message(room, f"person {n % 7}", f"{n}: {WORDS[: 40 + n * 37 % 200]}", delay=True) for n in range(self.history)]
        self.send("".join([*people, me, *said, f"<message from='{room}' type='groupchat'><subject>Talk</subject></message>"]))
        self.entered.put(room)

    def presence(self, room: str, nick: str, more: str = "", kind: str = "") -> str:
        return (f"<presence from='{room}/{nick}' to='{self.jid}'{kind and f' type={kind!r}'}><x xmlns='{ROOM}#user'>"
                f"<item affiliation='none' role='participant'/>{more}</x></presence>")

    def message(self, room: str, nick: str, text: str, delay: bool = False) -> str:
        self.number += 1
        stamp = f"<delay xmlns='urn:xmpp:delay' from='{room}' stamp='2026-01-01T{self.number // 3600 % 24:02}:{self.number // 60 % 60:02}:{self.number % 60:02}Z'/>"
        return (f"<message from='{room}/{nick}' to='{self.jid}' type='groupchat' id='n{self.number}'><body>{escape(text)}</body>"
                f"<stanza-id xmlns='urn:xmpp:sid:0' by='{room}' id='s{self.number}'/>{stamp if delay else ''}</message>")

    def say(self, room: str, nick: str, text: str) -> None:
        self.send(self.message(room.partition("/")[0], nick, text))

    def close(self) -> None:
        self.upstream.close()


WORDS = ("The page is in front of everybody the whole day, so it has to stay calm: nothing may jump, nothing may wait, and what "
         "was said must be where it was. https://example.org/a/long/path *bold* and `code` belong to it. ") * 2
