"""The page over https and wss, in front of a server that insists on STARTTLS."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from prosody import Prosody

from conftest import ACCOUNTS, CHROMIUM, DOMAIN, ROOT, Person
from harness.edge import Edge
from harness.tls import certificates, pair


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    folder = certificates()
    more = f"""
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
allow_unencrypted_plain_auth = false
ssl = {{ certificate = "{folder}/good.pem"; key = "{folder}/good.key"; }}
c2s_ssl = {{ certificate = "{folder}/good.pem"; key = "{folder}/good.key"; }}
"""
    settings = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(folder / "ca.pem"), "XMPP_EDGE_TLS_STRICT_TRANSPORT": "24 h"}
    with Prosody(DOMAIN, ACCOUNTS, contacts=("alice", "bob"), modules=("tls",), more=more) as server:
        upstream = f"127.0.0.1:{server.port} starttls"
        with Edge(
            upstream, domain=DOMAIN, public=ROOT / "public", listen=("127.0.0.1:0 tls",), options=pair("good"), environment=settings
        ) as edge:
            host, port = edge.address
            yield f"https://{host}:{port}/"


@pytest.fixture
def trusting(chromium: Browser) -> Iterator[Browser]:
    """A browser that takes the certificate of the tests. There is one Playwright at a time, so it comes from the others'."""
    browser = chromium.browser_type.launch(executable_path="/usr/bin/chromium", args=[*CHROMIUM, "--ignore-certificate-errors"])
    yield browser
    browser.close()


def test_two_people_talk_over_https_by_way_of_starttls(page, trusting):
    alice, bob = (Person(trusting.new_context(locale="en-GB"), page).log_in(name) for name in ("alice", "bob"))
    alice.open_chat("bob").say("is this private?")
    bob.open_chat("alice").sees("is this private?")
    bob.say("it is")
    alice.sees("it is")
    assert alice.page.evaluate("isSecureContext") and alice.complaints == bob.complaints == []
