"""A BOSH client (XEP-0124) on raw HTTP connections: each request by hand, or a whole XMPP client above them."""

import os
import time
import xml.etree.ElementTree as ET

from harness.browser import Browser, Message
from harness.edge import Edge
from harness.http import HTTPClient, Response
from harness.stream import STREAMS
from harness.wire import PATIENCE, Address

BIND = "http://jabber.org/protocol/httpbind"
XBOSH = "urn:xmpp:xbosh"
XMLNS = f"xmlns='{BIND}'"
EMPTY = f"<body xmlns='{BIND}'/>"
ET.register_namespace("stream", STREAMS)


def body(payload: str = "", **attributes: object) -> str:
    """`xmpp_restart` becomes `xmpp:restart`, `xml_lang` `xml:lang`; None leaves an attribute out."""
    words = "".join(
        f" {name.replace('_', ':')}='{value}'" for name, value in attributes.items() if value is not None)
    spaces = f" xmlns:xmpp='{XBOSH}'" if "xmpp:" in words else ""
    return f"<body xmlns='{BIND}'{spaces}{words}" + (f">{payload}</body>" if payload else "/>")


class Answer:
    """An HTTP answer with a `<body/>` in it."""

    def __init__(self, response: Response):
        self.response = response
        self.status = response.status
        self.text = response.body.decode()
        self.element = ET.fromstring(response.body)
        assert self.element.tag == f"{{{BIND}}}body", self.text
        self.type = self.element.get("type")
        self.condition = self.element.get("condition")
        # Each as it would stand alone: its namespaces are its own or the body's.
        self.elements = [Message(ET.tostring(child, encoding="unicode")) for child in self.element]

    def __getitem__(self, name: str) -> str | None:
        prefix, colon, local = name.rpartition(":")
        return self.element.get(f"{{{XBOSH}}}{local}" if colon and prefix == "xmpp" else name)

    @property
    def ids(self) -> list[str | None]:
        return [element["id"] for element in self.elements]

    @property
    def is_empty(self) -> bool:
        return self.text == EMPTY

    def expect_terminate(self, condition: str | None, status: int = 200) -> "Answer":
        assert (self.status, self.type, self.condition) == (status, "terminate", condition), (self.status, self.text)
        return self

    def __repr__(self) -> str:
        return f"Answer({self.status} {self.text[:300]!r})"


class Poster:
    """One HTTP connection that posts bodies."""

    def __init__(self, address: Address, path: str = "/bosh", host: str = ""):
        self.client = HTTPClient(address)
        self.path, self.host = path, host or self.client.host

    def post(self, text: str | bytes, *headers: str, version: str = "HTTP/1.1") -> "Poster":
        data = text.encode() if isinstance(text, str) else text
        lines = [f"POST {self.path} {version}", f"Host: {self.host}", "Content-Type: text/xml; charset=utf-8",
                 f"Content-Length: {len(data)}", *headers]
        self.client.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + data)
        return self

    def response(self, timeout: float = PATIENCE) -> Response:
        return self.client.read("POST", timeout)

    def answer(self, timeout: float = PATIENCE) -> Answer:
        return Answer(self.response(timeout))

    def expect_held(self, seconds: float = 0.3) -> None:
        self.client.wire.expect_silence(seconds)

    def reset(self) -> None:
        self.client.wire.reset()

    def close(self) -> None:
        self.client.close()


class BOSHSession:
    """Requests one by one. Each goes over a connection of its own unless one is named: that finds every worker."""

    def __init__(self, address: Address, domain: str = "edge.test", path: str = "/bosh", rid: int = 1000):
        self.address, self.domain, self.path = address, domain, path
        self.rid = rid
        self.sid: str | None = None
        self.created: Answer | None = None

    def connect(self) -> Poster:
        return Poster(self.address, self.path)

    def ask(self, **attributes: object) -> Poster:
        """The creation request."""
        wanted = {"to": self.domain, "wait": 30, "hold": 1, "ver": "1.11", "xmpp_version": "1.0", "content": "text/xml; charset=utf-8"}
        return self.connect().post(body(rid=self.rid, **{**wanted, **attributes}))

    def take(self, answer: Answer) -> Answer:
        """The answer to the creation request."""
        assert answer.type is None, answer
        self.sid, self.created = answer["sid"], answer
        assert self.sid, answer
        return answer

    def next(self, payload: str = "", **attributes: object) -> str:
        self.rid += 1
        return self.again(payload, **attributes)

    def again(self, payload: str = "", rid: int | None = None, **attributes: object) -> str:
        return body(payload, **{"rid": rid or self.rid, "sid": self.sid, **attributes})

    def send(self, payload: str = "", over: Poster | None = None, **attributes: object) -> Poster:
        """The next request, to be answered some time."""
        return (over or self.connect()).post(self.next(payload, **attributes))

    def terminate(self, payload: str = "") -> Answer:
        return self.send(payload, type="terminate").answer()


class BOSHBrowser(Browser):
    """An XMPP client that speaks BOSH as a page does: one request waits, another one sends."""

    def __init__(self, address: Address, domain: str = "edge.test", path: str = "/bosh", spread: bool = False, **terms: object):
        self.domain, self.jid = domain, ""
        self.session = BOSHSession(address, domain, path, rid=int.from_bytes(os.urandom(4)) + 1)
        self.spread, self.terms = spread, terms
        self.idle: list[Poster] = []
        self.waiting: list[Poster] = []  # by rid
        self.inbox: list[Message] = []
        self.ended: Answer | None = None
        self.polled = 0.0

    def _request(self, text: str) -> None:
        over = self.idle.pop() if self.idle and not self.spread else self.session.connect()
        self.waiting.append(over.post(text))

    def _collect(self, timeout: float) -> Answer:
        """The next answer, in the order of the requests."""
        answer = self.waiting[0].answer(timeout)
        poster = self.waiting.pop(0)
        (self.idle.append(poster) if not answer.response.closes and not self.spread else poster.close())
        self.inbox += answer.elements
        if answer.type == "terminate":
            self.ended = answer
        return answer

    def stay(self, seconds: float) -> int:
        """Has a request wait for that long; gives the number of answers that came because their time was over."""
        deadline, empty = time.monotonic() + seconds, 0
        while (left := deadline - time.monotonic()) > 0:
            if not self.waiting:
                self._request(self.session.next())
            try:
                answer = self._collect(left)
            except TimeoutError:
                break
            assert answer.is_empty, f"expected nothing, got {answer}"
            empty += 1
        return empty

    def send(self, text: str) -> None:
        while len(self.waiting) >= 2:
            self._collect(PATIENCE)
        self._request(self.session.next(text))

    def receive(self, timeout: float = PATIENCE) -> Message:
        deadline = time.monotonic() + timeout
        while not self.inbox:
            assert not self.ended, f"the session has ended: {self.ended}"
            polls = not self.waiting and self.session.created["hold"] == "0"
            if polls:  # as often as it may
                time.sleep(max(0.0, self.polled + int(self.session.created["polling"]) - time.monotonic()))
            if not self.waiting:
                self._request(self.session.next())
            self._collect(max(0.01, deadline - time.monotonic()))
            if polls:  # by now the edge has had the request, however long that took
                self.polled = time.monotonic()
        return self.inbox.pop(0)

    def open(self, to: str | None = None, **attributes: str) -> None:
        if self.session.sid:
            self._request(self.session.next(to=to or self.domain, xml_lang="en", xmpp_restart="true", **attributes))
            return
        poster = self.session.ask(**{"to": to or self.domain, **self.terms, **attributes})
        answer = self.session.take(poster.answer())
        self.inbox += answer.elements

    def opened(self, to: str | None = None, **attributes: str) -> tuple[Message, Message]:
        self.open(to, **attributes)
        features = self.expect(f"{{{STREAMS}}}features")
        return features, features

    def close(self) -> None:
        """Leaves properly."""
        self.send_last("")
        while not self.ended:
            self._collect(PATIENCE)

    def send_last(self, payload: str) -> None:
        self._request(self.session.next(payload, type="terminate"))

    def vanish(self) -> None:
        for poster in self.waiting + self.idle:
            poster.close()
        self.waiting, self.idle = [], []


def quick(upstream, site, **limits: str) -> Edge:
    """An edge with limits that a test can wait for."""
    return Edge(upstream.address, public=site, environment={f"XMPP_EDGE_LIMITS_{key}": value for key, value in limits.items()})
