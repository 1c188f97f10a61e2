"""Whoever speaks TLS to wear the edge down: what is refused, changed or left unsaid without end takes little."""

import pytest

from harness.edge import Edge
from harness.http import HTTPClient
from harness.tls import pair, secure
from harness.tls_noise import TLS1_2, TLS1_3, TLSClient

BOTH = ("127.0.0.1:0 tls", "127.0.0.1:0")


def test_UP_013_refused_renegotiations_do_not_pile_up(upstream):
    """Each is answered with a warning, which nobody reads."""
    with Edge(
        upstream.address, listen=BOTH, options=pair("good"), environment={"XMPP_EDGE_LIMITS_TIME_TO_HEAD": "2 min"}
    ) as edge:
        flooding = TLSClient(edge.address, TLS1_2)
        flooding.socket.sendall(flooding.renegotiations(1, first=1))
        assert flooding.socket.recv(100)[:1] == b"\x15", "an alert"
        with pytest.raises(ConnectionError):
            for number in range(150):
                flooding.socket.sendall(flooding.renegotiations(2000, first=2 + 2000 * number))
        assert HTTPClient(secure(edge.address)).request().status == 404


def test_UP_013_keys_may_change_but_not_without_end(upstream):
    with Edge(
        upstream.address, listen=BOTH, options=pair("good"), environment={"XMPP_EDGE_LIMITS_TIME_TO_HEAD": "2 min"}
    ) as edge:
        changing = TLSClient(edge.address, TLS1_3)
        changing.socket.sendall(changing.key_changes(5) + changing.seal(b"GET / HTTP/1.1\r\nHost: a\r\n"))
        changing.socket.sendall(changing.key_changes(5) + changing.seal(b"\r\n"))
        answer = b""
        while b"404" not in answer:
            answer += changing.read()
        with pytest.raises((AssertionError, ConnectionError)):
            changing.socket.sendall(changing.key_changes(1000))
            while True:
                changing.read()
        assert HTTPClient(secure(edge.address)).request().status == 404
