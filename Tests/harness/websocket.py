"""A WebSocket client of our own on a raw socket: it can also do everything wrong, byte for byte."""

import base64
import hashlib
import os
import zlib
from dataclasses import dataclass

from harness.wire import PATIENCE, Address, Ended, Wire, connect, host

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@dataclass
class Frame:
    opcode: int
    payload: bytes
    fin: bool = True
    compressed: bool = False  # RSV1; the payload is still what was on the wire

    @property
    def close_code(self) -> int | None:
        return int.from_bytes(self.payload[:2], "big") if len(self.payload) >= 2 else None


def encode(opcode: int, payload: bytes, fin: bool = True, rsv: int = 0, mask: bytes | None = b"\x37\xfa\x21\x3d",
           length_size: int | None = None, announced: int | None = None) -> bytes:
    """One frame. `length_size` forces the 0, 2 or 8 byte form of the length, `announced` a length that is not true."""
    length = len(payload) if announced is None else announced
    size = length_size if length_size is not None else 0 if length < 126 else 2 if length < 65536 else 8
    second = {0: length, 2: 126, 8: 127}[size] | (0x80 if mask is not None else 0)
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode, second]) + (length.to_bytes(size, "big") if size else b"")
    if mask is None:
        return head + payload
    whole = mask * (len(payload) // 4 + 1)
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(whole[:len(payload)], "big")).to_bytes(len(payload), "big")
    return head + mask + masked


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return code.to_bytes(2, "big") + reason


def request(path: str = "/ws", host: str = "127.0.0.1", key: str = "dGhlIHNhbXBsZSBub25jZQ==", protocol: str | None = "xmpp",
            version: str = "13", more: tuple[str, ...] = ()) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Version: {version}", *more,
    ]
    if protocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {protocol}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def deflated(text: bytes, level: int = 6) -> bytes:
    """A message's compressed form (RFC 7692 section 7.2.1), with a window of its own."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
    return (deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(payload: bytes, inflater=None) -> bytes:
    return (inflater or zlib.decompressobj(-15)).decompress(payload + b"\0\0\xff\xff")


class WebSocket:
    """Connects and shakes hands. Refuses whatever a server must not send."""

    def __init__(self, address: Address, path: str = "/ws", protocol: str | None = "xmpp", more: tuple[str, ...] = (),
                 first_bytes: bytes = b"", prefix: bytes = b""):
        self.wire = Wire(connect(address))
        key = base64.b64encode(os.urandom(16)).decode()
        self.wire.send(prefix + request(path, host(address), key=key, protocol=protocol, more=more) + first_bytes)
        head = self.wire.take_until(b"\r\n\r\n").decode("latin-1")
        assert head.startswith("HTTP/1.1 101 "), head
        self.headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:-2])
        }
        guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1((key + guid).encode()).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept, head
        assert self.headers.get("sec-websocket-protocol") == protocol, head
        self.extensions = self.headers.get("sec-websocket-extensions", "")
        # When the server keeps its window, this one follows it.
        keeps = "permessage-deflate" in self.extensions and "server_no_context_takeover" not in self.extensions
        self.inflater = zlib.decompressobj(-15) if keeps else None
        self.frames: list[Frame] = []  # every frame that came, in order
        self.closed_by_peer: Frame | None = None

    def send_raw(self, data: bytes) -> None:
        self.wire.send(data)

    def send(self, text: str | bytes) -> None:
        self.wire.send(encode(TEXT, text.encode() if isinstance(text, str) else text))

    def send_frame(self, opcode: int, payload: bytes = b"", **options) -> None:
        self.wire.send(encode(opcode, payload, **options))

    def receive_frame(self, timeout: float = PATIENCE) -> Frame:
        first, second = self.wire.take(2, timeout)
        allowed = 0x40 if "permessage-deflate" in self.extensions and first & 0x0F in (TEXT, BINARY) else 0
        assert not first & 0x70 & ~allowed, f"reserved bits in a frame from the server: {first:#x}"
        assert not second & 0x80, "a masked frame from the server"
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(self.wire.take(2, timeout), "big")
            assert length >= 126, "a length that is not minimal"
        elif length == 127:
            length = int.from_bytes(self.wire.take(8, timeout), "big")
            assert length >= 65536, "a length that is not minimal"
        frame = Frame(first & 0x0F, self.wire.take(length, timeout), bool(first & 0x80), bool(first & 0x40))
        assert not self.closed_by_peer, f"a frame after Close: {frame}"
        if frame.opcode == CLOSE:
            self.closed_by_peer = frame
        self.frames.append(frame)
        return frame

    def receive_text(self, timeout: float = PATIENCE) -> str:
        """The next text message. Pings are answered on the way; a Close is a failure."""
        while True:
            frame = self.receive_frame(timeout)
            if frame.opcode == PING:
                self.send_frame(PONG, frame.payload)
                continue
            assert frame.opcode == TEXT and frame.fin, f"expected one text message, got {frame}"
            return (inflated(frame.payload, self.inflater) if frame.compressed else frame.payload).decode("utf-8")

    def expect_close(self, *codes: int, timeout: float = PATIENCE) -> Frame:
        """A Close frame with one of the codes, then the end of the connection."""
        frame = self.receive_frame(timeout)
        assert frame.opcode == CLOSE, f"expected Close, got {frame}"
        assert frame.close_code in codes, f"expected Close {codes}, got {frame}"
        return frame

    def expect_end(self, timeout: float = PATIENCE) -> None:
        """The server closes the TCP connection, and sends nothing before."""
        try:
            data = self.wire.more(timeout)
        except Ended:
            return
        raise AssertionError(f"bytes instead of the end: {data[:300]!r}")

    def close(self, code: int = 1000) -> None:
        self.send_frame(CLOSE, close_payload(code))

    def reset(self) -> None:
        self.wire.reset()

    def vanish(self) -> None:
        """The TCP connection ends with no WebSocket Close and no `<close/>`."""
        self.wire.close()
