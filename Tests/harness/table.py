"""Brings a browser and a scripted upstream together through the edge, up to the point where a test begins."""

from harness.bosh import Answer, BOSHSession, Poster
from harness.browser import Browser
from harness.edge import Edge
from harness.stream import FRAMING, SASL, STREAMS
from harness.upstream import BIND_FEATURES, SUCCESS, Upstream, UpstreamStream


class Table:
    """One browser and, once it has opened, the connection the edge made for it."""

    def __init__(self, edge: Edge, upstream: Upstream, more: tuple[str, ...] = ()):
        self.edge, self.upstream = edge, upstream
        self.more = more  # header lines that every browser sends

    def connect(self, **options) -> Browser:
        return Browser(self.edge.address, **{"more": self.more, **options})

    def opened(self, features: str | None = None, **attributes: str) -> tuple[Browser, UpstreamStream]:
        """A stream is open and the features have reached the browser."""
        browser = self.connect()
        browser.open(**attributes)
        stream = self.upstream.accept()
        stream.read_header()
        stream.send_header(**({"features": features} if features else {}))
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect(f"{{{STREAMS}}}features")
        return browser, stream

    def logged_in(self) -> tuple[Browser, UpstreamStream]:
        """SASL is done, the stream is restarted; binding is left to the test."""
        browser, stream = self.opened()
        self.restart(browser, stream)
        return browser, stream

    def restart(self, browser: Browser, stream: UpstreamStream) -> None:
        browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream.read_element(f"{{{SASL}}}auth")
        stream.send(SUCCESS)
        browser.expect(f"{{{SASL}}}success")
        browser.open()
        stream.read_header()
        stream.send_header("s2", BIND_FEATURES)
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect(f"{{{STREAMS}}}features")

    # The same over BOSH

    def bosh_opened(self, features: str | None = None, **terms: object) -> tuple[BOSHSession, UpstreamStream]:
        """The session is created, and the features came with the answer."""
        session = BOSHSession(self.edge.address)
        creation = session.ask(**terms)
        stream = self.upstream.accept()
        stream.read_header()
        stream.send_header(**({"features": features} if features else {}))
        answer = session.take(creation.answer())
        assert [element.tag for element in answer.elements] == [f"{{{STREAMS}}}features"], answer
        return session, stream

    def bosh_logged_in(self, **terms: object) -> tuple[BOSHSession, UpstreamStream]:
        """SASL is done, the stream is restarted, and no request is open."""
        session, stream = self.bosh_opened(**terms)
        request = session.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream.read_element(f"{{{SASL}}}auth")
        stream.send(SUCCESS)
        answer = brought(session, stream, request.answer())
        assert answer.elements[0].tag == f"{{{SASL}}}success", answer
        request = session.send(xmpp_restart="true", to=session.domain)
        stream.read_header()
        stream.send_header("s2", BIND_FEATURES)
        answer = brought(session, stream, request.answer())
        assert answer.elements[0].tag == f"{{{STREAMS}}}features", answer
        return session, stream


NUDGE = "<r xmlns='urn:xmpp:sm:3'/>"  # a request with it is no idle poll, and the server sees when the edge has it


def brought(session: BOSHSession, stream: UpstreamStream, answer: Answer) -> Answer:
    """The first answer with something in it. Sessions that poll are answered at once, before the edge has read what was sent."""
    while not answer.elements:
        answer = session.send(NUDGE).answer()
        stream.read_element()
    return answer


def held(session: BOSHSession, stream: UpstreamStream, **attributes: object) -> Poster:
    """A request that the edge surely holds by now, so that others on other connections come after it."""
    request = session.send(NUDGE, **attributes)
    stream.read_element()
    return request
