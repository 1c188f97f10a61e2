"""A plain socket with a deadline on everything: what the raw clients and the scripted upstream are built on."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

from harness.tls import Secure

PATIENCE = 15.0  # seconds after which a test fails instead of waiting on


class Ended(Exception):
    """The other side closed or reset the connection."""

    def __init__(self, reset: bool = False):
        super().__init__("reset" if reset else "closed")
        self.reset = reset


# Host and port, with the address to come from where it matters; or the path of a Unix-domain socket.
Address = tuple[str, int] | tuple[str, int, str] | str | Secure


_connections: WeakSet[socket.socket] = WeakSet()
_lock = threading.Lock()


def _remember(connection: socket.socket) -> None:
    with _lock:
        _connections.add(connection)


def leave(port: int) -> None:
    """Closes what a test has left open to a port of this machine."""
    with _lock:
        connections = list(_connections)
    for connection in connections:
        with suppress(OSError):
            if connection.getpeername()[1] == port:
                connection.close()


def host(address: Address) -> str:
    """What a client writes into Host."""
    return address.name if isinstance(address, Secure) else "127.0.0.1"


def connect(address: Address, timeout: float = PATIENCE) -> socket.socket:
    if isinstance(address, str):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(timeout)
        connection.connect(address)
        return connection
    if isinstance(address, Secure):
        plain = connect((address.host, address.port, address.source), timeout)
        connection = address.context.wrap_socket(plain, server_hostname=address.name)
        _remember(connection)
        return connection
    source = (address[2], 0) if len(address) == 3 and address[2] else None
    connection = socket.create_connection(address[:2], timeout=timeout, source_address=source)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _remember(connection)
    return connection


def narrow(connection: socket.socket) -> None:
    """Keeps the kernel's own buffers small, so that what is held is held by the edge."""
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        connection.setsockopt(socket.SOL_SOCKET, option, 32 * 1024)


def fill(connection: socket.socket, piece: Callable[[int], bytes], most: int = 64 << 20) -> tuple[int, bytes]:
    """Sends pieces until none is taken for a second; gives how many were sent whole, and what is left of the one after them."""
    connection.settimeout(1)
    count, total, pending = 0, 0, piece(0)
    while total < most:
        try:
            taken = connection.send(pending)
        except TimeoutError:
            return count, pending
        total += taken
        pending = pending[taken:]
        if not pending:
            count += 1
            pending = piece(count)
    raise AssertionError(f"{total} bytes were taken while nobody read")


class Wire:
    """Sends and receives bytes. `received` is everything that ever came."""

    def __init__(self, connection: socket.socket):
        self.socket = connection
        self.buffer = bytearray()
        self.received = bytearray()

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            raise Ended(reset=True) from None

    def more(self, timeout: float = PATIENCE) -> bytes:
        """Waits for further bytes and adds them to the buffer."""
        self.socket.settimeout(timeout)
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            raise Ended(reset=True) from None
        if not data:
            raise Ended
        self.buffer += data
        self.received += data
        return data

    def take(self, count: int, timeout: float = PATIENCE) -> bytes:
        while len(self.buffer) < count:
            self.more(timeout)
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def take_until(self, mark: bytes, timeout: float = PATIENCE) -> bytes:
        while mark not in self.buffer:
            self.more(timeout)
        return self.take(self.buffer.index(mark) + len(mark))

    def drain(self, timeout: float = PATIENCE) -> bytes:
        """Everything until the other side closes."""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self.more(max(0.01, deadline - time.monotonic()))
        except Ended:
            return self.take(len(self.buffer))

    def expect_silence(self, seconds: float = 0.3) -> None:
        assert not self.buffer, f"unexpected bytes: {self.buffer[:300]!r}"
        try:
            data = self.more(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"unexpected bytes: {data[:300]!r}")

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()
