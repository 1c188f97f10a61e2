"""A scripted XMPP server: the test itself accepts each connection, reads what the edge sends and answers byte for byte."""

import random
import socket
import ssl
import time

from prosody import reserve_port

from harness.stream import CLIENT, SASL, STREAMS, Element, End, Header, StreamReader
from harness.wire import PATIENCE, Ended, Wire

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
    "id='{id}' from='{domain}' version='1.0' xml:lang='en'>"
)
SASL_FEATURES = f"<stream:features><mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
TLS_FEATURES = f"<stream:features><starttls xmlns='{TLS}'><required/></starttls></stream:features>"
PROCEED = f"<proceed xmlns='{TLS}'/>"
BIND_FEATURES = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"
SUCCESS = f"<success xmlns='{SASL}'/>"
END = "</stream:stream>"


def cut(data: bytes, how: str, seed: int = 1) -> list[bytes]:
    """`whole`, `bytes` one by one, or `random` pieces that can be repeated."""
    if how == "whole":
        return [data]
    if how == "bytes":
        return [data[at:at + 1] for at in range(len(data))]
    dice, pieces = random.Random(seed), []
    while data:
        size = dice.randint(1, 40)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


class UpstreamStream:
    """One connection that the edge made."""

    def __init__(self, connection: socket.socket, domain: str):
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wire = Wire(connection)
        self.domain = domain
        self.reader = StreamReader()
        self.headers: list[Header] = []

    # What the edge sends

    def read(self, timeout: float = PATIENCE) -> Header | Element | End:
        self.reader.feed(self.wire.take(len(self.wire.buffer)))
        while not self.reader.items:
            self.wire.more(timeout)
            self.reader.feed(self.wire.take(len(self.wire.buffer)))
        return self.reader.items.pop(0)

    def read_header(self, timeout: float = PATIENCE) -> Header:
        header = self.read(timeout)
        assert isinstance(header, Header), f"expected a stream header, got {header}"
        self.headers.append(header)
        return header

    def read_element(self, tag: str | None = None, timeout: float = PATIENCE) -> Element:
        element = self.read(timeout)
        assert isinstance(element, Element), f"expected an element, got {element}"
        assert tag is None or element.tag == tag, f"expected {tag}, got {element}"
        return element

    def read_end(self, timeout: float = PATIENCE) -> None:
        """`</stream:stream>`"""
        end = self.read(timeout)
        assert isinstance(end, End), f"expected the end of the stream, got {end}"

    def expect_eof(self, timeout: float = PATIENCE) -> None:
        """The connection ends, and no end tag or other bytes come before that."""
        rest = self.wire.drain(timeout)
        assert not self.reader.items and not self.reader.pending, f"left: {self.reader.items} {self.reader.pending[:200]!r}"
        assert not rest.strip(), f"bytes before the end: {rest[:200]!r}"

    def expect_silence(self, seconds: float = 0.3) -> None:
        assert not self.reader.items, f"unexpected: {self.reader.items}"
        self.wire.expect_silence(seconds)

    # TLS

    def start_tls(self, context: ssl.SSLContext) -> None:
        """The connection goes on in TLS, as a server."""
        assert not self.wire.buffer and not self.reader.pending, "bytes came before TLS"
        self.wire.socket.settimeout(PATIENCE)
        self.wire.socket = context.wrap_socket(self.wire.socket, server_side=True)
        self.reader = StreamReader()

    def serve_starttls(self, context: ssl.SSLContext) -> Header:
        """Up to the point where the edge begins again, in TLS; gives the header that came in clear."""
        header = self.read_header()
        self.send_header("clear", TLS_FEATURES)
        self.read_element(f"{{{TLS}}}starttls")
        self.send(PROCEED)
        self.start_tls(context)
        return header

    # What the server answers

    def send(self, text: str | bytes, how: str = "whole") -> None:
        for piece in cut(text.encode() if isinstance(text, str) else text, how):
            self.wire.send(piece)
            if how != "whole":
                time.sleep(0)  # lets the edge read the piece on its own now and then

    def send_header(self, identity: str = "s1", features: str = SASL_FEATURES) -> None:
        self.send(HEADER.format(id=identity, domain=self.domain) + features)

    def serve_login(self) -> None:
        """Both headers and SASL PLAIN, with any password; the client binds by itself."""
        self.read_header()
        self.send_header("s1", SASL_FEATURES)
        self.read_element(f"{{{SASL}}}auth")
        self.send(SUCCESS)
        self.read_header()
        self.send_header("s2", BIND_FEATURES)

    def reset(self) -> None:
        self.wire.reset()

    def close(self) -> None:
        self.wire.close()


class Upstream:
    """Listens on a port of its own. A test that never accepts is a server that never answers."""

    def __init__(self, domain: str = "edge.test", backlog: int = 512, host: str = "127.0.0.1", port: int = 0):
        self.domain = domain
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The port stays its own when it has stopped to listen.
        self.place = None if port else reserve_port(host)
        self.port = port or self.place.getsockname()[1]
        self.listener = socket.create_server((host, self.port), family=family, backlog=backlog)
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.streams: list[UpstreamStream] = []

    def accept(self, timeout: float = PATIENCE) -> UpstreamStream:
        self.listener.settimeout(timeout)
        connection, _ = self.listener.accept()
        stream = UpstreamStream(connection, self.domain)
        self.streams.append(stream)
        return stream

    def expect_no_connection(self, seconds: float = 0.3) -> None:
        try:
            stream = self.accept(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"the edge connected: {stream}")

    def stop_listening(self) -> None:
        """From now on connections are refused."""
        self.listener.close()

    def close_streams(self) -> None:
        for stream in self.streams:
            stream.close()

    def close(self) -> None:
        self.close_streams()
        self.listener.close()
        if self.place:
            self.place.close()

    def __enter__(self) -> "Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def twins(host: str) -> tuple[Upstream, Upstream]:
    """Two on the same port, of 127.0.0.1 and of another address of this machine."""
    for _ in range(20):
        one = Upstream()
        try:
            return one, Upstream(host=host, port=one.port)
        except OSError:  # somebody else has it there
            one.close()
    raise AssertionError(f"no port is free on 127.0.0.1 and {host}")


__all__ = [
    "BIND_FEATURES", "CLIENT", "END", "HEADER", "SASL_FEATURES", "STREAMS", "SUCCESS", "Ended", "Upstream",
    "UpstreamStream", "cut", "PROCEED", "TLS", "TLS_FEATURES", "twins",
]
