"""A name server that says what a test wants it to say, over UDP and TCP on one port of loopback."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable

from prosody import reserve_port

TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "AAAA": 28, "SRV": 33}
KINDS = {number: name for name, number in TYPES.items()}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN = 0, 1, 2, 3


def labels(name: str) -> bytes:
    parts = [part.encode() for part in name.strip(".").split(".") if part]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def record(owner: str, kind: str, data: bytes, life: int) -> bytes:
    return labels(owner) + struct.pack("!HHIH", TYPES[kind], 1, life, len(data)) + data


def rdata(kind: str, value: str) -> bytes:
    match kind:
        case "A":
            return socket.inet_pton(socket.AF_INET, value)
        case "AAAA":
            return socket.inet_pton(socket.AF_INET6, value)
        case "CNAME":
            return labels(value)
        case "SRV":
            priority, weight, port, target = value.split()
            return struct.pack("!HHH", int(priority), int(weight), int(port)) + labels(target)
    raise ValueError(kind)


class Names:
    """`names.add("xmpp.test", "A", "127.0.0.1")`; a name without records does not exist."""

    # Of this process alone: while it is stopped nobody else answers in its place.
    HOST = f"127.{1 + (os.getpid() >> 16) % 200}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[tuple[str, int]]] = {}
        self.questions: list[tuple[str, str]] = []  # each once, however often it was repeated for want of a quick answer
        self._heard: set[tuple[bytes, str, str]] = set()
        self.is_silent = False
        self.silent: set[str] = set()  # names about which nothing is said
        self.failing: set[str] = set()  # names, or kinds such as SRV, that are answered with SERVFAIL
        self.negative_life = 1
        self.datagram = 1232
        self.understands_extensions = True
        self.spoil: Callable[[bytes], bytes] = lambda answer: answer
        self.over_tcp = 0
        self.place = reserve_port(self.HOST)
        self.port = self.place.getsockname()[1]
        self.address = f"{self.HOST}:{self.port}"
        self.start()

    # What it says

    def add(self, name: str, kind: str, *values: str, life: int = 300) -> "Names":
        self.records.setdefault((name.lower(), kind), []).extend((value, life) for value in values)
        return self

    def set(self, name: str, kind: str, *values: str, life: int = 300) -> "Names":
        self.records.pop((name.lower(), kind), None)
        return self.add(name, kind, *values, life=life) if values else self

    def asked(self, name: str, kind: str) -> int:
        return self.questions.count((name.lower(), kind))

    def answer(self, question: bytes, limit: int) -> bytes | None:
        """None for a name about which nothing is said."""
        identity, = struct.unpack("!H", question[:2])
        name, place = "", 12
        while question[place]:
            size = question[place]
            name += question[place + 1:place + 1 + size].decode() + "."
            place += 1 + size
        name = name.rstrip(".").lower()
        kind = KINDS.get(struct.unpack("!H", question[place + 1:place + 3])[0], "?")
        asked = question[12:place + 5]
        if (question[:2], name, kind) not in self._heard:
            self._heard.add((question[:2], name, kind))
            self.questions.append((name, kind))
        if name in self.silent:
            return None
        answers, owner = [], name
        while (found := self.records.get((owner, "CNAME"))) and kind != "CNAME":
            answers.append(record(owner, "CNAME", rdata("CNAME", found[0][0]), found[0][1]))
            owner = found[0][0].lower()
        for value, life in self.records.get((owner, kind), []):
            answers.append(record(owner, kind, rdata(kind, value), life))
        exists = any(key[0] == owner for key in self.records)
        code, authorities = NOERROR if exists else NXDOMAIN, []
        if not exists or (owner, kind) not in self.records:
            soa = labels("ns.test") + labels("root.test") + struct.pack("!IIIII", 1, 1, 1, 1, self.negative_life)
            authorities.append(record("test", "SOA", soa, self.negative_life))
        if name in self.failing or kind in self.failing:
            code, answers, authorities = SERVFAIL, [], []
        if not self.understands_extensions and len(question) > place + 5:
            code, answers, authorities = FORMERR, [], []
        body = asked + b"".join(answers + authorities)
        if 12 + len(body) > limit:
            return struct.pack("!HHHHHH", identity, 0x8380, 1, 0, 0, 0) + asked
        head = struct.pack("!HHHHHH", identity, 0x8180 | code, 1, len(answers), len(authorities), 0)
        return self.spoil(head + body)

    # Where it says it

    def start(self) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((self.HOST, self.port))
        self.tcp = socket.create_server((self.HOST, self.port))
        self.threads = [
            threading.Thread(target=serve, args=(listener,), daemon=True)
            for serve, listener in ((self._serve_udp, self.udp), (self._serve_tcp, self.tcp))]
        for thread in self.threads:
            thread.start()

    def _serve_udp(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                question, client = listener.recvfrom(4096)
                if not question:  # it was shut down
                    return
                if not self.is_silent and (answer := self.answer(question, self.datagram)):
                    listener.sendto(answer, client)

    def _serve_tcp(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:  # who asks may go away
                    size = stream.read(2)
                    if len(size) < 2 or self.is_silent:
                        continue
                    self.over_tcp += 1
                    if answer := self.answer(stream.read(struct.unpack("!H", size)[0]), 65535):
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    def stop(self) -> None:
        """From now on questions are refused by the machine."""
        for listener in (self.udp, self.tcp):
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        for listener in (self.udp, self.tcp):
            listener.close()

    def __enter__(self) -> "Names":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.place.close()
