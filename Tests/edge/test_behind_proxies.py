"""The example files of deploy/ for proxies in front and servers behind, each used as it is: login, chat, an idle minute with pings."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from prosody import Prosody, free_port

from harness.bosh import BOSHBrowser
from harness.browser import Browser, converse
from harness.edge import PROGRAM, Edge, eventually
from harness.ejabberd import Ejabberd
from harness.front import DEPLOY, Front
from harness.http import get
from harness.jabberd2 import Jabberd2

HERE = "127.0.0.5"  # the client; the proxies are 127.0.0.1
ACCOUNTS = {"alice": "secret", "bob": "secret"}
# What the comments of the example files ask for.
TRUSTING = {"XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1", "XMPP_EDGE_LOG_FORMAT": "json"}
FOR_JABBERD2 = {"XMPP_EDGE_LIMITS_STANZA": "64000"}
# Who is in front, and the server behind.
CHAINS = {
    "nginx": "prosody", "nginx-simple": "prosody", "haproxy": "jabberd2", "haproxy-tcp": "ejabberd", "caddy": "ejabberd",
}


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Ejabberd]:
    listeners = (DEPLOY / "ejabberd" / "ejabberd.yml").read_text()
    assert listeners.count("port: 5223") == 1
    port = free_port()
    with Ejabberd("edge.test", ACCOUNTS, listeners=listeners.replace("5223", f"{port}")) as server:
        server.proxy_port = port
        yield server


@pytest.fixture(scope="module")
def prosody() -> Iterator[Prosody]:
    with Prosody("edge.test", ACCOUNTS, more=(DEPLOY / "prosody" / "xmpp-edge.cfg.lua").read_text()) as server:
        yield server


@pytest.fixture(scope="module")
def jabberd2() -> Iterator[Jabberd2]:
    with Jabberd2("edge.test", ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def minutes(prosody, ejabberd, jabberd2, tmp_path_factory) -> Iterator[dict[str, Future]]:
    """An idle minute behind each proxy, all at the same time."""
    site = tmp_path_factory.mktemp("public")
    (site / "index.html").write_text("<!doctype html><title>Chat</title>\n")
    servers = {
        "prosody": (f"127.0.0.1:{prosody.port}", {}), "ejabberd": (f"127.0.0.1:{ejabberd.proxy_port} proxy-v2", {}),
        "jabberd2": (f"127.0.0.1:{jabberd2.port}", FOR_JABBERD2),
    }
    with ThreadPoolExecutor(3 * len(CHAINS)) as pool, ExitStack() as stack:
        running = {}
        for name, behind in CHAINS.items():
            upstream, settings = servers[behind]
            word = " proxy" if name == "haproxy-tcp" else ""
            edge = stack.enter_context(
                Edge(upstream, public=site, listen=(f"127.0.0.1:0{word}",), environment={**TRUSTING, **settings}))
            front = stack.enter_context(Front(name, edge.address))
            running[name] = pool.submit(minute, pool, name, front, edge)
        yield running


def minute(pool: ThreadPoolExecutor, name: str, front: Front, edge: Edge) -> None:
    """Nobody's times are shortened: only the edge's pings and answers keep proxies and servers from closing."""
    address = front.seen_from(HERE)
    assert get(address, method="HEAD").status == 200
    # nginx as its manual begins knows no WebSockets.
    alice = (BOSHBrowser if name == "nginx-simple" else Browser)(address)
    bob = BOSHBrowser(address)
    for user, browser in (("alice", alice), ("bob", bob)):
        browser.login(user, "secret", name)
    converse(alice, bob, "before")
    waits = pool.submit(bob.stay, 61)
    signs = alice.stay(64)
    assert signs >= (2 if type(alice) is Browser else 1), "pings are at most 30 seconds apart"
    assert waits.result() >= 1, "a request waits for less than a minute"
    converse(alice, bob, "after")
    alice.close()
    bob.close()
    if name.startswith("nginx"):
        assert not re.search(r'" 5\d\d ', front.requests())
    assert eventually(lambda: len(edge.ends()) == 2)
    assert {record["client"] for record in edge.records()} == {"127.0.0.1" if name == "nginx-simple" else HERE}


# What takes less than a minute


def test_ejabberd_is_told_the_browsers_address(ejabberd):
    for word in ("proxy-v2", "proxy-v1"):
        with Edge(f"127.0.0.1:{ejabberd.proxy_port} {word}", environment=TRUSTING) as edge:
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
        env={"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "6 s"})
    assert done.returncode == 1 and advice in done.stdout, done.stdout + done.stderr
    if word:
        with Edge(server, environment={"XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "6 s"}) as edge:
            assert eventually(lambda: advice in edge.log(), 60)


# And at the end


@pytest.mark.parametrize("name", CHAINS)
def test_login_chat_and_an_idle_minute_behind_a_proxy(minutes, name):
    minutes[name].result(120)
