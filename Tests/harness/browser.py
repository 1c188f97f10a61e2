"""An XMPP client over WebSocket (RFC 7395) as a web page has one: opens, logs in, sends and receives elements."""

import base64
import hashlib
import hmac
import os
import re
import time
import xml.etree.ElementTree as ET

from harness.stream import BIND, CLIENT, ERRORS, FRAMING, SASL, STREAMS, canonical
from harness.websocket import CLOSE, PING, PONG, TEXT, WebSocket, close_payload
from harness.wire import PATIENCE, Address

CLOSING_FRAME = '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />'


class Message:
    """One message from the edge: its text, and what it means when it is parsed alone."""

    def __init__(self, text: str):
        self.text = text
        self.element = ET.fromstring(text)  # with namespaces: fails where a prefix is not declared on the frame itself
        self.tag = self.element.tag
        self.canonical = canonical(self.element)

    def __getitem__(self, attribute: str) -> str | None:
        return self.element.get(attribute)

    def find(self, path: str) -> ET.Element | None:
        return self.element.find(path)

    def __repr__(self) -> str:
        return f"Message({self.text[:300]!r})"


def converse(one: "Browser", other: "Browser", words: str) -> None:
    """One message each way between two that are logged in."""
    for sender, receiver in ((one, other), (other, one)):
        sender.send(f"<message xmlns='{CLIENT}' to='{receiver.jid}' type='chat'><body>{words} &amp; \u2713</body></message>")
        got = receiver.receive_until(lambda stanza: stanza.element.findtext(f"{{{CLIENT}}}body") == f"{words} & \u2713")
        assert got["from"] == sender.jid


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


class Browser:
    """`domain` is the XMPP domain it talks to."""

    def __init__(self, address: Address, domain: str = "edge.test", path: str = "/ws", **options):
        self.domain = domain
        self.socket = WebSocket(address, path, **options)
        self.jid = ""

    # Elements

    def send(self, text: str) -> None:
        self.socket.send(text)

    def receive(self, timeout: float = PATIENCE) -> Message:
        return Message(self.socket.receive_text(timeout))

    def expect(self, tag: str, timeout: float = PATIENCE) -> Message:
        message = self.receive(timeout)
        assert message.tag == tag, f"expected {tag}, got {message}"
        return message

    def receive_until(self, wanted, timeout: float = PATIENCE) -> Message:
        """Passes over messages until `wanted(message)` holds."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if wanted(message):
                return message

    def expect_nothing(self, seconds: float = 0.3) -> None:
        self.socket.wire.expect_silence(seconds)

    def stay(self, seconds: float) -> int:
        """Answers pings for that long; gives their number."""
        deadline, pings = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            try:
                frame = self.socket.receive_frame(0.2)
            except TimeoutError:
                continue
            assert frame.opcode == PING, f"expected a ping, got {frame}"
            self.socket.send_frame(PONG, frame.payload)
            pings += 1
        return pings

    # Stream

    def open(self, to: str | None = None, **attributes: str) -> None:
        extra = "".join(f" {name.replace('_', ':')}='{value}'" for name, value in attributes.items())
        self.send(f"<open xmlns='{FRAMING}' to='{to or self.domain}' version='1.0'{extra}/>")

    def opened(self, to: str | None = None, **attributes: str) -> tuple[Message, Message]:
        """Opens; gives the `<open/>` and the features that come back."""
        self.open(to, **attributes)
        return self.expect(f"{{{FRAMING}}}open"), self.expect(f"{{{STREAMS}}}features")

    def expect_stream_error(self, condition: str, close_code: int | None = 1000) -> Message:
        """The stream error in the form of the checklist's SERR: error, `<close/>`, Close frame."""
        error = self.expect(f"{{{STREAMS}}}error")
        assert error.find(f"{{{ERRORS}}}{condition}") is not None, f"expected {condition}, got {error}"
        self.expect_closing(close_code)
        return error

    def expect_closing(self, close_code: int | None = 1000) -> None:
        assert self.socket.receive_text() == CLOSING_FRAME
        if close_code is not None:
            self.expect_close_frame(close_code)

    def expect_close_frame(self, code: int = 1000) -> None:
        """Our `<close/>` and Close answer what the edge began."""
        self.socket.send(CLOSING_FRAME)
        while True:
            frame = self.socket.receive_frame()
            if frame.opcode == PING:
                continue
            assert frame.opcode == CLOSE, f"expected Close, got {frame}"
            assert frame.close_code == code, f"expected Close {code}, got {frame}"
            break
        self.socket.close(code)
        self.socket.expect_end()

    def close(self) -> None:
        """Leaves properly: `<close/>` both ways, then Close both ways."""
        self.send(CLOSING_FRAME)
        while True:
            frame = self.socket.receive_frame()
            if frame.opcode == PING:
                self.socket.send_frame(PONG, frame.payload)
            elif frame.opcode == TEXT and frame.payload.decode() == CLOSING_FRAME:
                break
            assert frame.opcode in (TEXT, PING), f"expected <close/>, got {frame}"
        self.socket.expect_close(1000)
        self.socket.send_frame(CLOSE, close_payload(1000))
        self.socket.expect_end()

    def vanish(self) -> None:
        self.socket.vanish()

    # Login

    def authenticate(self, user: str, password: str, mechanism: str = "PLAIN") -> None:
        _, features = self.opened()
        offered = [node.text for node in features.element.iter(f"{{{SASL}}}mechanism")]
        assert mechanism in offered, f"{mechanism} is not among {offered}"
        if mechanism == "PLAIN":
            self.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain(user, password)}</auth>")
            self.expect(f"{{{SASL}}}success")
        else:
            self._scram(user, password, mechanism)

    def login(self, user: str, password: str, resource: str | None = None, mechanism: str = "PLAIN") -> str:
        """From `<open/>` to a bound resource; gives the full JID."""
        self.authenticate(user, password, mechanism)
        self.opened()
        return self.bind(resource)

    def bind(self, resource: str | None = None) -> str:
        wish = f"<resource>{resource}</resource>" if resource else ""
        answer = self.query(f"<bind xmlns='{BIND}'>{wish}</bind>", kind="set")
        self.jid = answer.element.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid") or ""
        assert self.jid, f"no JID: {answer}"
        return self.jid

    def query(self, payload: str, kind: str = "get", to: str | None = None) -> Message:
        identity = f"q{os.urandom(4).hex()}"
        target = f" to='{to}'" if to else ""
        self.send(f"<iq xmlns='{CLIENT}' type='{kind}' id='{identity}'{target}>{payload}</iq>")
        return self.receive_until(lambda message: message["id"] == identity)

    def _scram(self, user: str, password: str, mechanism: str) -> None:
        """RFC 5802, with the server's signature checked."""
        name = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism]
        first_bare = f"n={user},r={os.urandom(12).hex()}"
        encoded = base64.b64encode(f"n,,{first_bare}".encode()).decode()
        self.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{encoded}</auth>")
        challenge = base64.b64decode(self.expect(f"{{{SASL}}}challenge").element.text or "").decode()
        nonce, salt, rounds = re.fullmatch(r"r=([^,]*),s=([^,]*),i=(\d+)", challenge).groups()
        salted = hashlib.pbkdf2_hmac(name, password.encode(), base64.b64decode(salt), int(rounds))
        client_key = hmac.digest(salted, b"Client Key", name)
        final_bare = f"c=biws,r={nonce}"
        signed = f"{first_bare},{challenge},{final_bare}".encode()
        signature = hmac.digest(hashlib.new(name, client_key).digest(), signed, name)
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True))).decode()
        encoded = base64.b64encode(f"{final_bare},p={proof}".encode()).decode()
        self.send(f"<response xmlns='{SASL}'>{encoded}</response>")
        verifier = hmac.digest(hmac.digest(salted, b"Server Key", name), signed, name)
        success = base64.b64decode(self.expect(f"{{{SASL}}}success").element.text or "").decode()
        assert success == "v=" + base64.b64encode(verifier).decode(), "the server did not prove that it knows the password"
