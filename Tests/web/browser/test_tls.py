"""The page over https and wss in front of servers that insist on TLS. jabberd2 knows little of what the page can do with."""

import base64
import hashlib
import subprocess
from collections.abc import Iterator

import pytest
from conftest import ACCOUNTS, CHROMIUM, DOMAIN, ROOT, Person
from playwright.sync_api import Browser, expect

from harness import secured
from harness.edge import Edge
from harness.tls import certificates, pair

# Servers, and the edge's way to them.
SERVERS = {"prosody": (secured.prosody, "starttls"), "ejabberd": (secured.ejabberd, "tls"), "jabberd2": (secured.jabberd2, "starttls")}


@pytest.fixture(params=SERVERS)
def page(request: pytest.FixtureRequest) -> Iterator[str]:
    secured_server, way = SERVERS[request.param]
    settings = {
        "XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem"), "XMPP_EDGE_TLS_STRICT_TRANSPORT": "24 h",
        "XMPP_EDGE_LIMITS_STANZA": "64000",
    }
    with secured_server(DOMAIN, ACCOUNTS, contacts=("alice", "bob")) as server, Edge(
        server.ways[way], domain=DOMAIN, public=ROOT / "public", listen=("127.0.0.1:0 tls",), options=pair("good"),
        environment=settings,
    ) as edge:
        host, port = edge.address
        yield f"https://{host}:{port}/"


@pytest.fixture(scope="module")
def trusting(chromium: Browser) -> Iterator[Browser]:
    """A browser that takes the tests' certificate and no other. There is one Playwright at a time, so it comes from the others'."""
    command = ["openssl", "pkey", "-in", str(certificates() / "good.key"), "-pubout", "-outform", "der"]
    key = subprocess.run(command, capture_output=True, check=True).stdout
    pin = base64.b64encode(hashlib.sha256(key).digest()).decode()
    browser = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium", args=[*CHROMIUM, f"--ignore-certificate-errors-spki-list={pin}"])
    yield browser
    browser.close()


def test_two_people_talk_over_https_and_leave(page, trusting):
    alice, bob = (Person(trusting.new_context(locale="en-GB"), page).log_in(name) for name in ("alice", "bob"))
    alice.start_chat("bob@edge.test").say("is this private?")
    bob.open_chat("alice").sees("is this private?")
    bob.say("it is")
    alice.sees("it is")
    assert alice.page.evaluate("isSecureContext")
    assert alice.received and "/bosh" not in alice.requests
    for person in (alice, bob):
        person.page.get_by_role("button", name="My account").click()
        person.page.get_by_role("button", name="Sign out").click()
        expect(person.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert alice.complaints == bob.complaints == []
    for person in (alice, bob):
        person.context.close()
