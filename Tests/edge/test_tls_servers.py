"""Real servers that insist on TLS: STARTTLS and direct TLS, logins over wss."""


import pytest

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.edge import Edge
from harness.ejabberd import Ejabberd
from harness.jabberd2 import Jabberd2
from harness.stream import CLIENT
from harness.tls import certificates, pair, secure, secured_prosody

TRUST = {}
ACCOUNTS = {"alice": "secret", "bob": "secret"}


@pytest.fixture(scope="module")
def prosody():
    with secured_prosody(ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="module")
def ejabberd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ejabberd")
    whole = folder / "good.pem"
    whole.write_text("".join((certificates() / name).read_text() for name in ("good.pem", "good.key")))
    listener = f'    starttls_required: true\ncertfiles:\n  - "{whole}"'
    with Ejabberd("edge.test", ACCOUNTS, contacts=("alice", "bob"), listener=listener) as server:
        yield server


def chat(upstream: str, site, mechanism: str) -> None:
    environment = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with Edge(upstream, public=site, listen=("127.0.0.1:0 tls",), options=pair("good"), environment=environment) as edge:
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


@pytest.mark.xdist_group("prosody-tls")
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_UP_007_prosody_that_requires_starttls(prosody, site, mechanism):
    chat(f"127.0.0.1:{prosody.port} starttls", site, mechanism)


@pytest.mark.xdist_group("prosody-tls")
def test_UP_006_prosody_with_direct_tls(prosody, site):
    chat(f"127.0.0.1:{prosody.direct} tls", site, "SCRAM-SHA-256")


@pytest.mark.xdist_group("ejabberd-tls")
def test_UP_007_ejabberd_that_requires_starttls(ejabberd, site):
    chat(f"127.0.0.1:{ejabberd.port} starttls", site, "SCRAM-SHA-256")


def test_UP_007_jabberd2_with_starttls(site):
    with Jabberd2("edge.test", ACCOUNTS, pem=certificates() / "together.pem") as server:
        chat(f"127.0.0.1:{server.port} starttls", site, "PLAIN")
