"""The measuring client's WebSocket session (asyncio): upgrade, login, then echoed messages with a window. Knows just
enough of RFC 6455 and RFC 7395 for the fast upstream."""
import asyncio
import os

OPEN = b'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="bench.test" version="1.0"/>'
AUTH = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>"


def frame(payload: bytes) -> bytes:
    key = os.urandom(4)
    size = len(payload)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    mask = (key * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")
    return head + key + masked


def message(size: int) -> bytes:
    start = b"<message xmlns='jabber:client' to='a@bench.test' type='chat' id='m1'><body>"
    end = b"</body></message>"
    return start + b"x" * (size - len(start) - len(end)) + end


class Session(asyncio.Protocol):
    """Logs in, then calls `ready`; after `run(count)` sends `count` messages, `window` at a time."""

    extensions = b""  # further lines of the handshake

    def __init__(self, ready, lost):
        self.ready, self.lost = ready, lost
        self.buffer = b""
        self.step = self.upgraded
        self.is_ready = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"GET /ws HTTP/1.1\r\nHost: bench.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                        b"Sec-WebSocket-Protocol: xmpp\r\n" + self.extensions + b"\r\n")

    def connection_lost(self, error):
        self.lost(self, error)

    def data_received(self, data):
        self.buffer += data
        while self.step():
            pass

    def upgraded(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self.buffer.startswith(b"HTTP/1.1 101"):
            raise SystemExit("no upgrade: " + self.buffer.decode())
        self.buffer = self.buffer[end + 4:]
        self.step = self.frames
        self.transport.write(frame(OPEN))
        return True

    def frames(self):
        buffer = self.buffer
        if len(buffer) < 2:
            return False
        size, start = buffer[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        if len(buffer) < start + size:
            return False
        self.buffer = buffer[start + size:]
        if buffer[0] & 15 == 9:
            self.transport.write(b"\x8a\x80\0\0\0\0")
        elif buffer[0] & 15 == 1:
            self.element(buffer[start:start + size])
        return True

    def element(self, text):
        if text.startswith(b"<message"):
            self.echoed()
        elif b"<mechanisms" in text:
            self.transport.write(frame(AUTH))
        elif text.startswith(b"<success"):
            self.transport.write(frame(OPEN))
        elif b"<bind" in text:
            self.is_ready = True
            self.ready(self)

    def run(self, count, window, size, done):
        self.left_to_send, self.left_to_come, self.done = count, count, done
        self.message = frame(message(size))
        first = min(window, count)
        self.left_to_send -= first
        self.transport.write(self.message * first)

    def echoed(self):
        self.left_to_come -= 1
        if self.left_to_send:
            self.left_to_send -= 1
            self.transport.write(self.message)
        elif not self.left_to_come:
            self.done(self)
