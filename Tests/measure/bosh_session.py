"""The measuring client's BOSH session (asyncio): login, then echoed messages with a window. Knows just enough of XEP-0124
for the fast upstream: it looks for substrings."""
import asyncio
import random

from session import AUTH, message

XMLNS = "xmlns='http://jabber.org/protocol/httpbind'"


class Connection(asyncio.Protocol):
    """One HTTP connection; `answered` gets the body of each answer."""

    def __init__(self, answered, lost):
        self.answered, self.lost = answered, lost
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.lost(error)

    def post(self, body):
        self.transport.write(b"POST /bosh HTTP/1.1\r\nHost: bench.test\r\nContent-Type: text/xml; charset=utf-8\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end]
            if not head.startswith(b"HTTP/1.1 200 "):
                raise SystemExit("refused: " + self.buffer.decode())
            size = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            if len(self.buffer) < end + 4 + size:
                return
            body = self.buffer[end + 4:end + 4 + size]
            self.buffer = self.buffer[end + 4 + size:]
            self.answered(self, body)


class BOSHSession:
    """Logs in, then calls `ready` with a request that waits; after `run(count)` sends `count` messages, `window` at a time.

    With `holds` it behaves as a page does: while one request waits on a connection, messages go over another, so each takes
    two requests. Without, a message's own request brings the echo back."""

    def __init__(self, ready, lost, holds=True):
        self.ready, self.lost, self.holds = ready, lost, holds
        self.rid = random.randrange(1, 1 << 40)
        self.step = self.created
        self.is_lost = False
        self.open = {}  # connections on which a request waits
        self.connections = []

    async def connect(self, port):
        loop = asyncio.get_running_loop()
        for _ in range(2 if self.holds == "two" else 1):
            _, connection = await loop.create_connection(lambda: Connection(self.answered, self.disconnected), "127.0.0.1", port)
            self.connections.append(connection)
        self.send(f"<body {XMLNS} to='bench.test' ver='1.11' wait='50' hold='1' rid='{self.rid}' content='text/xml; charset=utf-8' "
                  "xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>".encode())
        return self

    def close(self):
        for connection in self.connections:
            connection.transport.close()

    def disconnected(self, error):
        if not self.is_lost:
            self.is_lost = True
            self.lost(self, error)

    def send(self, body):
        free = next(connection for connection in self.connections if connection not in self.open)
        self.open[free] = True
        free.post(body)

    def body(self, payload=b"", attributes=""):
        self.rid += 1
        start = f"<body {XMLNS} rid='{self.rid}' sid='{self.sid}'{attributes}".encode()
        self.send(start + (b">" + payload + b"</body>" if payload else b"/>"))

    def answered(self, connection, text):
        del self.open[connection]
        if b"type='terminate'" in text:
            return self.disconnected(text)
        self.step(text)

    # Login

    def created(self, text):
        self.sid = text.split(b" sid='")[1].split(b"'")[0].decode()
        self.step = self.authenticated
        self.body(AUTH)

    def authenticated(self, text):
        if b"<success" not in text:
            return self.body()
        self.step = self.restarted
        self.body(attributes=" to='bench.test' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'")

    def restarted(self, text):
        if b"<bind" not in text:
            return self.body()
        self.step = self.waited
        if self.holds:
            self.body()
        self.ready(self)

    def waited(self, text):
        """Idle: an empty request waits at all times."""
        self.body()

    # Messages

    def run(self, count, window, size, done):
        self.left_to_send, self.left_to_come, self.done = count, 0, done
        self.window, self.message = window, message(size)
        self.step = self.echoed
        self.next()

    def next(self):
        size = min(self.window, self.left_to_send)
        if not size:
            self.step = self.waited
            return self.done(self)
        self.left_to_send -= size
        self.left_to_come += size
        self.body(self.message * size)

    def echoed(self, text):
        self.left_to_come -= text.count(b"<message")
        if self.left_to_come:
            return self.body() if not self.open else None
        if self.holds == "two" and not self.open:
            self.body()
        self.next()
