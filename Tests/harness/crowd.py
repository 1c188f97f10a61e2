"""Many browsers in one thread: they come at once, log in, say something that their server answers, and notice when they are
dropped. They look for words instead of parsing, so only a Service may be behind the edge."""

import asyncio
import resource
import time

from harness.browser import CLOSING_FRAME, plain
from harness.stream import CLIENT, FRAMING, SASL
from harness.websocket import CLOSE, PING, PONG, TEXT, encode, request
from harness.wire import Address, Secure, host

OPEN = encode(TEXT, f"<open xmlns='{FRAMING}' to='edge.test' version='1.0'/>".encode())
AUTH = encode(TEXT, f"<auth xmlns='{SASL}' mechanism='PLAIN'>{plain('alice', 'secret')}</auth>".encode())
MESSAGE = encode(TEXT, f"<message xmlns='{CLIENT}' to='alice@edge.test' id='m'/>".encode())
AT_ONCE = 100  # so many shake hands in TLS at one time: more would only wait for each other


def allow_descriptors(count: int) -> None:
    """This process has both ends of what it tests."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


class Member(asyncio.Protocol):
    """`turn` is done when what was begun last has come about, or its connection has ended."""

    def __init__(self, name: str):
        self.name = name
        self.began = time.monotonic()
        self.took = 0.0  # until it was in
        self.buffer, self.heard = b"", b""
        self.upgraded = self.is_in = self.has_ended = False
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(request(host=self.name) + OPEN)

    def connection_lost(self, error: Exception | None) -> None:
        self.has_ended = True
        self._done()

    def _done(self) -> None:
        if not self.turn.done():
            self.turn.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head, mark, rest = self.buffer.partition(b"\r\n\r\n")
            if not mark:
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self.upgraded, self.buffer = True, rest
        while len(self.buffer) >= 2:
            size, start = self.buffer[1], 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            if len(self.buffer) < start + size:
                return
            opcode, payload = self.buffer[0] & 15, self.buffer[start:start + size]
            self.buffer = self.buffer[start + size:]
            self._frame(opcode, payload)

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.transport.write(encode(PONG, payload))
        elif opcode == CLOSE:
            self.transport.write(encode(CLOSE, payload[:2]))
            self.transport.close()
        else:
            self._element(payload)

    def _element(self, text: bytes) -> None:
        self.heard += text
        if b"<mechanisms" in text:
            self.transport.write(AUTH)
        elif text.startswith(b"<success"):
            self.transport.write(OPEN)
        elif b"<bind" in text:
            self.is_in, self.took = True, time.monotonic() - self.began
            self._done()
        elif text.startswith(b"<message"):
            self._done()
        elif text.startswith(b"<close"):
            self.transport.write(encode(TEXT, CLOSING_FRAME.encode()))

    def say(self) -> None:
        if not self.has_ended:
            self.turn = asyncio.get_running_loop().create_future()
            self.transport.write(MESSAGE)


class Crowd:
    """Whoever belongs to it stands still between the calls."""

    def __init__(self, address: Address):
        allow_descriptors(8_000)
        self.address = address
        self.members: list[Member] = []
        self.loop = asyncio.new_event_loop()

    def come(self, count: int, timeout: float = 120) -> list[Member]:
        """Gives those that came, when each is in or has been sent away."""
        return self.loop.run_until_complete(asyncio.wait_for(self._come(count), timeout))

    async def _come(self, count: int) -> list[Member]:
        gate = asyncio.Semaphore(AT_ONCE if isinstance(self.address, Secure) else count)
        new = await asyncio.gather(*(self._connect(gate) for _ in range(count)))
        self.members += new
        await asyncio.gather(*(member.turn for member in new))
        return new

    async def _connect(self, gate: asyncio.Semaphore) -> Member:
        secure = isinstance(self.address, Secure)
        where = (self.address.host, self.address.port) if secure else self.address[:2]
        security = {"ssl": self.address.context, "server_hostname": self.address.name} if secure else {}
        async with gate:
            _, member = await self.loop.create_connection(lambda: Member(host(self.address)), *where, **security)
        return member

    def talk(self, timeout: float = 60) -> None:
        """Everybody says something, and hears it back or is gone."""
        async def everybody() -> None:
            for member in self.members:
                member.say()
            await asyncio.gather(*(member.turn for member in self.members))

        self.loop.run_until_complete(asyncio.wait_for(everybody(), timeout))

    def wait(self, holds, timeout: float = 60) -> None:
        """Until a condition of its members comes true."""
        async def patiently() -> None:
            while not holds():
                await asyncio.sleep(0.01)

        self.loop.run_until_complete(asyncio.wait_for(patiently(), timeout))

    @property
    def lost(self) -> list[Member]:
        return [member for member in self.members if member.has_ended]

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        async def leave() -> None:
            for member in self.members:
                member.transport.abort()
            await asyncio.sleep(0)

        self.loop.run_until_complete(leave())
        self.loop.close()
