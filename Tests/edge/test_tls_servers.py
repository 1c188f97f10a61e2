"""Real servers that insist on TLS: STARTTLS and direct TLS, with logins over wss and https."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness import secured
from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.edge import Edge, eventually
from harness.stream import CLIENT, STREAMS
from harness.tls import certificates, pair, secure
from harness.wire import Wire, connect

ACCOUNTS = {"alice": "secret", "bob": "secret"}


@pytest.fixture(scope="module")
def prosody() -> Iterator[secured.Prosody]:
    with secured.prosody("edge.test", ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[secured.Ejabberd]:
    with secured.ejabberd("edge.test", ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="module")
def jabberd2() -> Iterator[secured.Jabberd2]:
    with secured.jabberd2("edge.test", ACCOUNTS) as server:
        yield server


def in_tls(upstream: str, site: Path, **settings: str) -> AbstractContextManager[Edge]:
    """An edge with TLS on both sides."""
    environment = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem"), **settings}
    return Edge(upstream, public=site, listen=("127.0.0.1:0 tls",), options=pair("good"), environment=environment)


def chat(edge: Edge, mechanism: str) -> None:
    alice, bob = Browser(secure(edge.address)), BOSHBrowser(secure(edge.address), wait=2)
    alice.login("alice", "secret", "phone", mechanism)
    bob.login("bob", "secret", "desk", mechanism)
    for number in range(50):
        text = f"caf\u00e9 {number} " + "x" * (number * 100)
        alice.send(f"<message xmlns='{CLIENT}' to='{bob.jid}' type='chat' id='m{number}'><body>{text}</body></message>")
    for number in range(50):
        got = bob.receive_until(lambda stanza: stanza.tag == f"{{{CLIENT}}}message")
        assert got["id"] == f"m{number}" and got["from"] == alice.jid
    bob.send(f"<message xmlns='{CLIENT}' to='{alice.jid}' type='chat' id='back'/>")
    assert alice.receive_until(lambda stanza: stanza.tag == f"{{{CLIENT}}}message")["id"] == "back"
    alice.close()
    bob.close()


@pytest.mark.parametrize("way, mechanism", [("starttls", "PLAIN"), ("starttls", "SCRAM-SHA-256"), ("tls", "SCRAM-SHA-256")])
def test_UP_006_UP_007_prosody_that_requires_tls(prosody, site, way, mechanism):
    with in_tls(prosody.ways[way], site) as edge:
        chat(edge, mechanism)


@pytest.mark.parametrize("way, mechanism", [("starttls", "PLAIN"), ("starttls", "SCRAM-SHA-256"), ("tls", "SCRAM-SHA-256")])
def test_UP_006_UP_007_ejabberd_that_requires_tls(ejabberd, site, way, mechanism):
    with in_tls(ejabberd.ways[way], site) as edge:
        chat(edge, mechanism)


def test_PP_011_ejabberd_is_told_the_address_before_tls(ejabberd, site):
    with in_tls(ejabberd.ways["proxy"], site) as edge:
        alice = Browser(secure((*edge.address, "127.0.0.9")))
        alice.login("alice", "secret", "phone", "SCRAM-SHA-256")
        chat(edge, "SCRAM-SHA-256")
    assert eventually(lambda: "127.0.0.9" in ejabberd.log())


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_UP_006_UP_007_jabberd2_that_requires_tls(jabberd2, site, way):
    with in_tls(jabberd2.ways[way], site, XMPP_EDGE_LIMITS_STANZA="64000") as edge:
        chat(edge, "PLAIN")


@pytest.mark.parametrize("name", ["prosody", "ejabberd", "jabberd2"])
def test_none_of_them_has_a_login_in_clear(request, name):
    """Or the others would say little."""
    server = request.getfixturevalue(name)
    wire = Wire(connect(("127.0.0.1", server.port)))
    wire.send(f"<?xml version='1.0'?><stream:stream to='edge.test' version='1.0' xmlns='{CLIENT}' xmlns:stream='{STREAMS}'>".encode())
    features = wire.take_until(b"</stream:features>")
    assert b"<starttls" in features and b"<mechanism" not in features
