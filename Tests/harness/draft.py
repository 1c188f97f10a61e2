"""An XMPP client of the time before RFC 7395: over WebSocket, but in the words of a stream, as Tsung and old pages have it."""

from harness.browser import Browser, Message, plain
from harness.stream import SASL, STREAMS
from harness.websocket import CLOSE, PING, PONG, close_payload
from harness.wire import PATIENCE

END = "</stream:stream>"


class DraftBrowser(Browser):
    """What it sends names no namespace where the stream's header did."""

    def receive(self, timeout: float = PATIENCE) -> Message:
        text = self.socket.receive_text(timeout)
        return Message(text + END if text.startswith("<stream:stream ") else text)

    # Stream

    def open(self, to: str | None = None, **attributes: str) -> None:
        """In the very form of Tsung."""
        extra = "".join(f" {name.replace('_', ':')}='{value}'" for name, value in attributes.items())
        self.send(
            f"<?xml version='1.0'?><stream:stream  id='4' to='{to or self.domain}' xmlns='jabber:client' version='1.0'{extra} "
            "xmlns:stream='http://etherx.jabber.org/streams'>")

    def opened(self, to: str | None = None, **attributes: str) -> tuple[Message, Message]:
        self.open(to, **attributes)
        return self.expect(f"{{{STREAMS}}}stream"), self.expect(f"{{{STREAMS}}}features")

    def expect_closing(self, close_code: int | None = 1000) -> None:
        """The end of the stream, then Close."""
        assert self.socket.receive_text() == END
        if close_code is not None:
            self.expect_close_frame(close_code)

    def expect_close_frame(self, code: int = 1000) -> None:
        self.send(END)
        self.socket.expect_close(code)
        self.socket.close(code)
        self.socket.expect_end()

    def close(self) -> None:
        """Leaves properly: the end of the stream both ways, then Close both ways."""
        self.send(END)
        while True:
            frame = self.socket.receive_frame()
            if frame.opcode == PING:
                self.socket.send_frame(PONG, frame.payload)
            elif frame.payload.decode() == END:
                break
        self.socket.expect_close(1000)
        self.socket.send_frame(CLOSE, close_payload(1000))
        self.socket.expect_end()

    # Elements

    def authenticate(self, user: str, password: str, mechanism: str = "PLAIN") -> None:
        assert mechanism == "PLAIN"
        self.opened()
        self.send(f"<auth xmlns='{SASL}' mechanism='PLAIN' >{plain(user, password)}</auth>")
        self.expect(f"{{{SASL}}}success")

    def query(self, payload: str, kind: str = "get", to: str | None = None) -> Message:
        target = f" to='{to}'" if to else ""
        self.send(f"<iq type='{kind}' id='q'{target}>{payload}</iq>")
        return self.receive_until(lambda message: message["id"] == "q")
