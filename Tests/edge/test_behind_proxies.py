"""The example files of deploy/ for proxies in front and servers behind, each used as it is: login, chat, idle time with pings."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prosody import Prosody, free_port

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.edge import PROGRAM, Edge, eventually
from harness.ejabberd import Ejabberd
from harness.front import Front
from harness.http import get
from harness.nginx import EXAMPLE, Nginx
from harness.stream import CLIENT

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
HERE = "127.0.0.5"  # the client; the proxies are 127.0.0.1
# The proxies' minute of patience and the edge's half minute between pings, in proportion.
ENVIRONMENT = {
    "XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1", "XMPP_EDGE_LIMITS_PING_MIN": "1 s", "XMPP_EDGE_LIMITS_PING_MAX": "1 s",
    "XMPP_EDGE_LOG_FORMAT": "json",
}
TIMES = {"65s": "3s", "90s": "3s"}
SHORT = "proxy_http_version 1.1;"


@pytest.fixture(params=["nginx", "haproxy", "haproxy-tcp", "caddy"])
def behind(request, prosody, site) -> Iterator[tuple[tuple[str, int], Edge]]:
    word = " proxy" if request.param == "haproxy-tcp" else ""
    with Edge(f"127.0.0.1:{prosody.port}", public=site, listen=(f"127.0.0.1:0{word}",), environment=ENVIRONMENT) as edge:
        if request.param == "nginx":
            text = EXAMPLE.read_text()
            assert SHORT in text
            front = Nginx(edge.address, text.replace(SHORT, f"{SHORT} proxy_read_timeout 3s;"))
        else:
            front = Front(request.param, edge.address, TIMES)
        with front as running:
            yield running.address, edge


def converse(one: Browser, other: Browser, words: str) -> None:
    for sender, receiver in ((one, other), (other, one)):
        sender.send(f"<message xmlns='{CLIENT}' to='{receiver.jid}' type='chat'><body>{words} ✓</body></message>")
        got = receiver.receive_until(lambda stanza: stanza.element.findtext(f"{{{CLIENT}}}body") == f"{words} ✓")
        assert got["from"] == sender.jid


def test_page_login_chat_and_idle_time_through_a_proxy_in_front(behind):
    address, edge = behind
    client = (*address, HERE)
    assert get(client, "/app.mjs", method="HEAD").status == 200
    alice = Browser(client)
    alice.login("alice", "secret", "front", "SCRAM-SHA-256")
    bob = BOSHBrowser(client, wait=1)
    bob.login("bob", "secret", "front")
    converse(alice, bob, "before")
    with ThreadPoolExecutor() as pool:
        pings = pool.submit(alice.stay, 7)
        bob.stay(6.5)
        assert pings.result() >= 4
    converse(alice, bob, "after")
    alice.close()
    bob.close()
    assert eventually(lambda: sum("reason" in record for record in edge.records()) == 2)
    assert {record["client"] for record in edge.records()} == {HERE}


# Servers behind


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Ejabberd]:
    listeners = (DEPLOY / "ejabberd" / "ejabberd.yml").read_text()
    assert listeners.count("port: 5223") == 1
    port = free_port()
    with Ejabberd("edge.test", {"alice": "secret", "bob": "secret"}, listeners=listeners.replace("5223", f"{port}")) as server:
        server.proxy_port = port
        yield server


def test_ejabberd_is_told_the_browsers_address(ejabberd, site):
    for word in ("proxy-v2", "proxy-v1"):
        with Edge(f"127.0.0.1:{ejabberd.proxy_port} {word}", public=site, environment=ENVIRONMENT) as edge:
            alice = Browser((*edge.address, "127.0.0.1"), more=("X-Forwarded-For: 198.51.100.7",))
            alice.login("alice", "secret", "one", "SCRAM-SHA-256")
            bob = BOSHBrowser((*edge.address, "127.0.0.6"))
            bob.login("bob", "secret", "two")
            converse(alice, bob, word)
            alice.close()
            bob.close()
            assert "PROXY" not in edge.log() and "closes the connection" not in edge.log()
        assert eventually(lambda: "198.51.100.7" in ejabberd.log() and "127.0.0.6" in ejabberd.log())


@pytest.mark.parametrize(("word", "advice"), [("proxy-v2", "take proxy-v2 away"), ("", "write proxy-v2 behind it")])
def test_a_wrong_PROXY_setting_is_found_and_explained(ejabberd, word, advice):
    port = ejabberd.port if word else ejabberd.proxy_port
    server = f"127.0.0.1:{port} {word}".strip()
    done = subprocess.run(
        [str(PROGRAM), "check", "--domain", "edge.test", "--upstream", server], capture_output=True, text=True, timeout=90,
        env={"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "3 s"})
    assert done.returncode == 1 and advice in done.stdout, done.stdout + done.stderr
    if word:
        with Edge(server, environment={"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "3 s"}) as edge:
            assert eventually(lambda: advice in edge.log(), 30)


def test_Prosody_takes_the_edges_clients_with_its_example(site):
    lines = (DEPLOY / "prosody" / "xmpp-edge.cfg.lua").read_text()
    with Prosody("edge.test", {"alice": "secret", "bob": "secret"}, more=lines) as server:
        with Edge(f"127.0.0.1:{server.port}", public=site) as edge:
            alice = Browser(edge.address)
            alice.login("alice", "secret", "one", "SCRAM-SHA-256")
            bob = BOSHBrowser(edge.address)
            bob.login("bob", "secret", "two")
            converse(alice, bob, "hello")
