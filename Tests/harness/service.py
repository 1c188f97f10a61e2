"""A server in a thread of its own that logs everybody in and answers each message with the same one, until it is killed."""

import selectors
import socket
import struct
import threading
import time
from collections import deque

from prosody import reserve_port

from harness.upstream import BIND_FEATURES, END, HEADER, SASL_FEATURES, SUCCESS

LAST_DATA_RECEIVED = struct.Struct("52x I")  # of struct tcp_info


def silence(connection: socket.socket) -> float:
    """Seconds since the connection came, or the last bytes on it: this process may have been busy since."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED.size)
    return LAST_DATA_RECEIVED.unpack(info)[0] / 1000


class Service:
    """`arrivals` says when each connection came. It looks for words instead of parsing: the edge sends an element in one write."""

    def __init__(self, port: int = 0):
        # Its port stays its own when it has been killed: another one begins there.
        self.place = None if port else reserve_port()
        self.port = port or self.place.getsockname()[1]
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        self.address = f"127.0.0.1:{self.port}"
        self.arrivals: list[float] = []
        self.connections: dict[socket.socket, bool] = {}  # whether somebody has logged in there
        self.chooser = selectors.DefaultSelector()
        self.chooser.register(self.listener, selectors.EVENT_READ)
        self.waker, self.woken = socket.socketpair()
        self.chooser.register(self.woken, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while True:
            for key, _ in self.chooser.select():
                if key.fileobj is self.woken:
                    return
                if key.fileobj is self.listener:
                    self._accept()
                else:
                    self._answer(key.fileobj)

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        self.arrivals.append(time.monotonic() - silence(connection))
        self.connections[connection] = False
        self.chooser.register(connection, selectors.EVENT_READ)

    def _answer(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65536)
            if b"<stream:stream" in data:
                features = BIND_FEATURES if self.connections[connection] else SASL_FEATURES
                connection.sendall((HEADER.format(id=f"s{len(self.arrivals)}", domain="edge.test") + features).encode())
            elif b"<auth" in data:
                self.connections[connection] = True
                connection.sendall(SUCCESS.encode())
            elif b"<message" in data:
                connection.sendall(data)
            elif END.encode() in data:
                connection.sendall(END.encode())
                data = b""
        except OSError:
            data = b""
        if not data:
            self.chooser.unregister(connection)
            del self.connections[connection]
            connection.close()

    def most_in_a_second(self) -> int:
        window, most = deque[float](), 0
        for arrival in sorted(self.arrivals):
            window.append(arrival)
            while window[0] <= arrival - 1:
                window.popleft()
            most = max(most, len(window))
        return most

    def kill(self) -> None:
        """As a process that dies: the port refuses, connections are reset."""
        self.waker.send(b"x")
        self.thread.join()
        self.listener.close()
        for connection in self.connections:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        self.connections.clear()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        if self.listener.fileno() >= 0:
            self.kill()
        for one in (self.chooser, self.waker, self.woken, self.place):
            if one:
                one.close()
