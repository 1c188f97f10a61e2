"""An HTTP/1.1 client on a raw socket: sends any bytes, reads answers strictly."""

from dataclasses import dataclass, field

from harness.wire import PATIENCE, Address, Ended, Wire, connect, host


@dataclass
class Response:
    status: int
    version: str
    lines: list[tuple[str, str]]
    body: bytes = b""
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {}
        for name, value in self.lines:
            key = name.lower()
            self.headers[key] = f"{self.headers[key]}, {value}" if key in self.headers else value

    def __getitem__(self, name: str) -> str | None:
        return self.headers.get(name.lower())

    @property
    def closes(self) -> bool:
        return "close" in [token.strip().lower() for token in (self["connection"] or "").split(",")]


class HTTPClient:
    """One connection."""

    def __init__(self, address: Address):
        self.wire = Wire(connect(address))
        self.host = host(address)

    def send(self, data: bytes) -> None:
        self.wire.send(data)

    def read(self, method: str = "GET", timeout: float = PATIENCE) -> Response:
        """One answer. `method` says whether it may have a body."""
        head = self.wire.take_until(b"\r\n\r\n", timeout).decode("latin-1")
        status_line, *lines = head[:-4].split("\r\n")
        version, status, _ = (status_line + " ").split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), status_line
        pairs = []
        for line in lines:
            name, colon, value = line.partition(":")
            assert colon and name and not name[0].isspace() and name == name.strip(), line
            pairs.append((name, value.strip()))
        response = Response(int(status), version, pairs)
        if method == "HEAD" or response.status in (204, 304) or response.status < 200:
            return response
        if response["transfer-encoding"] and response["server"] == "Caddy":  # its own way with our answers
            response.body = self._chunks(timeout)
            return response
        assert not response["transfer-encoding"], "answers have a length"
        assert response["content-length"] is not None, f"no length: {head}"
        response.body = self.wire.take(int(response["content-length"] or 0), timeout)
        return response

    def _chunks(self, timeout: float) -> bytes:
        body = b""
        while size := int(self.wire.take_until(b"\r\n", timeout), 16):
            body += self.wire.take(size, timeout)
            assert self.wire.take(2, timeout) == b"\r\n"
        assert self.wire.take(2, timeout) == b"\r\n"
        return body

    def request(self, method: str = "GET", target: str = "/", headers: tuple[str, ...] = (), body: bytes = b"",
                version: str = "HTTP/1.1", host: str | None = "") -> Response:
        """With the host of the address when none is named, without one for None."""
        lines = [f"{method} {target} {version}"]
        if host is not None:
            lines.append(f"Host: {host or self.host}")
        lines += headers
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        return self.read(method)

    def expect_end(self, timeout: float = PATIENCE) -> None:
        """The server closes, without a reset and without further bytes."""
        try:
            data = self.wire.more(timeout)
        except Ended as end:
            assert not end.reset, "a reset instead of a close"
            return
        raise AssertionError(f"bytes instead of the end: {data[:300]!r}")

    def close(self) -> None:
        self.wire.close()


def once(address: Address, data: bytes, method: str = "GET") -> tuple[Response, bool]:
    """Sends bytes on a new connection; gives the answer and whether the server then closed."""
    client = HTTPClient(address)
    try:
        client.send(data)
        response = client.read(method)
        if not response.closes:
            return response, False
        client.expect_end()
        return response, True
    finally:
        client.close()


def get(address: Address, target: str = "/", *headers: str, method: str = "GET") -> Response:
    client = HTTPClient(address)
    try:
        return client.request(method, target, headers)
    finally:
        client.close()


def figures(admin: Address) -> dict[str, int]:
    """What the admin listener counts; those that are not 0."""
    answer = get(admin, "/metrics")
    assert answer.status == 200 and answer["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    lines = answer.body.decode().splitlines()
    assert lines[-1] == "# EOF"
    samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name.removeprefix("xmpp_edge_"): int(value) for name, value in samples if value != "0"}
