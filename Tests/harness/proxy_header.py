"""Headers of the PROXY protocol, made and read by the letter of the specification."""

import ipaddress
import struct
from dataclasses import dataclass, field

from harness.wire import Wire

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
AUTHORITY, CRC32C, UNIQUE_ID, TLS, TLS_VERSION, TLS_CIPHER = 0x02, 0x03, 0x05, 0x20, 0x21, 0x23


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack("!BH", kind, len(value)) + value


def v1(source: str, destination: str = "192.0.2.1", ports: tuple[int, int] = (4711, 443)) -> bytes:
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {destination} {ports[0]} {ports[1]}\r\n".encode()


def v2(source: str, destination: str = "192.0.2.1", ports: tuple[int, int] = (4711, 443), tlvs: bytes = b"") -> bytes:
    ends = [ipaddress.ip_address(source), ipaddress.ip_address(destination)]
    body = b"".join(end.packed for end in ends) + struct.pack("!HH", *ports) + tlvs
    return SIGNATURE + struct.pack("!BBH", 0x21, 0x11 if ends[0].version == 4 else 0x21, len(body)) + body


LOCAL = SIGNATURE + struct.pack("!BBH", 0x20, 0, 0)


@dataclass
class ProxyHeader:
    source: str | None = None
    destination: str | None = None
    ports: tuple[int, int] = (0, 0)
    tlvs: dict[int, bytes] = field(default_factory=dict)


def tlvs_of(data: bytes) -> dict[int, bytes]:
    result = {}
    while data:
        kind, size = struct.unpack("!BH", data[:3])
        assert kind not in result and len(data) >= 3 + size
        result[kind], data = data[3:3 + size], data[3 + size:]
    return result


def read_v1(wire: Wire) -> ProxyHeader:
    line = wire.take_until(b"\r\n")
    assert len(line) <= 107
    words = line.decode().removesuffix("\r\n").split(" ")
    assert words[0] == "PROXY", words
    if words[1] == "UNKNOWN":
        return ProxyHeader()
    assert words[1] == ("TCP6" if ":" in words[2] else "TCP4") and len(words) == 6, words
    source, destination = (str(ipaddress.ip_address(word)) for word in words[2:4])
    return ProxyHeader(source, destination, (int(words[4]), int(words[5])))


def read_v2(wire: Wire) -> ProxyHeader:
    head = wire.take(16)
    assert head[:12] == SIGNATURE, head
    command, family, size = struct.unpack("!BBH", head[12:])
    body = wire.take(size)
    if command == 0x20:
        return ProxyHeader()
    assert command == 0x21 and family in (0x11, 0x21), head
    length = 4 if family == 0x11 else 16
    source, destination = (str(ipaddress.ip_address(body[at:at + length])) for at in (0, length))
    ports = struct.unpack("!HH", body[2 * length:2 * length + 4])
    return ProxyHeader(source, destination, ports, tlvs_of(body[2 * length + 4:]))
