"""Somebody between browser and edge: passes bytes on, cuts connections, and may have something against WebSockets."""

import socket
import threading
from contextlib import suppress

from harness.wire import Address, connect

REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """`websockets`: "pass", "refuse" (with an HTTP answer) or "swallow" (the request gets no answer at all)."""

    def __init__(self, target: Address, websockets: str = "pass"):
        self.target, self.websockets = target, websockets
        self.upgrades = 0  # WebSocket handshakes that were asked for
        self.loses = b""  # what comes with these bytes goes nowhere, and nothing after it on its connection; once
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def _serve(self, client: socket.socket) -> None:
        self._keep(client)
        try:
            first = client.recv(65536)
            if b"\r\nupgrade: websocket" in first.lower():
                self.upgrades += 1
                if self.websockets == "refuse":
                    client.sendall(REFUSAL)
                    return
                if self.websockets == "swallow":
                    client.recv(1)  # until the browser has had enough
                    return
            edge = connect(self.target)
            self._keep(edge)
            edge.settimeout(None)
            threading.Thread(target=self._pump, args=(edge, client), daemon=True).start()
            self._pump(client, edge, first)
        except OSError:
            pass
        finally:
            self._drop(client)

    def _pump(self, source: socket.socket, target: socket.socket, data: bytes = b"") -> None:
        try:
            while data or (data := source.recv(65536)):
                if self.loses and self.loses in data:
                    self.loses = b""
                    while source.recv(65536):  # until the browser gives it up
                        pass
                    break
                target.sendall(data)
                data = b""
        except OSError:
            pass
        self._drop(source)
        self._drop(target)

    def _drop(self, connection: socket.socket) -> None:
        with self._lock:
            known = connection in self._open
            self._open.discard(connection)
        if not known:
            return
        try:
            connection.shutdown(socket.SHUT_RDWR)  # also wakes a thread that waits for its bytes
        except OSError:
            pass
        connection.close()

    def cut(self) -> None:
        """All connections there are, at once; new ones are taken."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            self._drop(connection)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # or the thread that waits there would take one more
        self._listener.close()
        self.cut()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
