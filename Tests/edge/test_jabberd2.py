"""jabberd2 behind the edge, with the example of deploy/: the login of XEP-0078 over both transports."""

import hashlib
from collections.abc import Iterator

import pytest

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.edge import Edge
from harness.jabberd2 import Jabberd2
from harness.stream import CLIENT


@pytest.fixture(scope="module")
def jabberd2() -> Iterator[Jabberd2]:
    with Jabberd2("edge.test", {"alice": "secret", "bob": "secret"}) as server:
        yield server


@pytest.fixture
def edge(jabberd2) -> Iterator[Edge]:
    with Edge(f"127.0.0.1:{jabberd2.port}", environment={"XMPP_EDGE_LIMITS_STANZA": "64000"}) as running:
        yield running


@pytest.mark.parametrize("kind", ["plain", "digest"])
@pytest.mark.parametrize("transport", [Browser, BOSHBrowser])
def test_the_login_of_XEP_0078(edge, transport, kind):
    browser = transport(edge.address)
    opened, _ = browser.opened()
    identity = opened["id"] if transport is Browser else browser.session.created["authid"]
    fields = browser.query("<query xmlns='jabber:iq:auth'><username>alice</username></query>")
    assert fields.element.find(f".//{{jabber:iq:auth}}{'digest' if kind == 'digest' else 'password'}") is not None, fields
    secret = f"<digest>{hashlib.sha1((identity + 'secret').encode()).hexdigest()}</digest>" if kind == "digest" else "<password>secret</password>"
    answer = browser.query(f"<query xmlns='jabber:iq:auth'><username>alice</username>{secret}<resource>old</resource></query>", kind="set")
    assert answer["type"] == "result", answer
    browser.jid = "alice@edge.test/old"
    browser.send(f"<message xmlns='{CLIENT}' to='{browser.jid}' id='self'><body>me</body></message>")
    assert browser.receive_until(lambda message: message["id"] == "self")["from"] == browser.jid
    browser.close()
