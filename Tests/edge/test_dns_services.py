"""Servers that SRV records name: which one a session gets, how it is spoken to, and when there is none (RFC 6120, XEP-0368)."""

import os
import select
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from prosody import free_port

from harness.bosh import BOSHSession
from harness.edge import PROGRAM, Edge, eventually
from harness.names import Names
from harness.stream import FRAMING, STREAMS
from harness.table import Table
from harness.tls import certificates, server
from harness.upstream import Upstream

PLAIN, DIRECT = "_xmpp-client._tcp.edge.test", "_xmpps-client._tcp.edge.test"
QUICK = {"XMPP_EDGE_LIMITS_UPSTREAM_CONNECT": "3 s", "XMPP_EDGE_LIMITS_DNS_RETRY": "200 ms"}


@pytest.fixture
def names() -> Iterator[Names]:
    with Names() as running:
        running.add("xmpp.test", "A", "127.0.0.1")
        yield running


def edge_of(names: Names, upstream: str | None, **settings: str) -> Edge:
    return Edge(upstream, environment={
        **QUICK, "XMPP_EDGE_NAME_SERVER": names.address, "XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem"),
        **settings})


def serve(browser, stream) -> None:
    stream.read_header()
    stream.send_header()
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect(f"{{{STREAMS}}}features")


def opened(edge: Edge, upstream: Upstream, context=None, direct: bool = False):
    """A session that has come to `upstream`."""
    browser = Table(edge, upstream).connect()
    browser.open()
    stream = upstream.accept()
    if direct:
        stream.start_tls(context or server())
    elif context:
        stream.serve_starttls(context)
    serve(browser, stream)
    return browser, stream


def expect_error(edge: Edge, condition: str = "internal-server-error"):
    browser = Table(edge, None).connect()
    browser.open()
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect_stream_error(condition)


def test_UP_002_UP_006_a_service_record_says_host_and_port_and_starttls_comes_first(names, upstream):
    names.add(PLAIN, "SRV", f"0 0 {upstream.port} xmpp.test")
    with edge_of(names, "srv") as edge:
        browser, stream = opened(edge, upstream, server())
        browser.vanish()
        stream.close()


def test_UP_005_UP_006_a_service_record_for_direct_tls_means_tls_at_once_for_the_domain(names, upstream):
    names.add(DIRECT, "SRV", f"0 0 {upstream.port} xmpp.test")
    asked, context = [], server()
    context.set_alpn_protocols(["xmpp-client"])
    context.sni_callback = lambda connection, name, _: asked.append(name)
    with edge_of(names, "srv") as edge:
        browser, stream = opened(edge, upstream, context, direct=True)
        assert stream.wire.socket.selected_alpn_protocol() == "xmpp-client" and asked == ["edge.test"]
        browser.vanish()
        stream.close()


def test_UP_005_both_kinds_are_one_set_by_priority(names, upstream):
    with Upstream() as other:
        names.add(PLAIN, "SRV", f"20 0 {upstream.port} xmpp.test").add(DIRECT, "SRV", f"10 0 {other.port} xmpp.test")
        with edge_of(names, "srv", XMPP_EDGE_LIMITS_DNS_MIN_LIFE="0") as edge:
            _, first = opened(edge, other, server(), direct=True)
            upstream.expect_no_connection(0.1)
            names.set(PLAIN, "SRV", f"5 0 {upstream.port} xmpp.test", life=0).set(
                DIRECT, "SRV", f"10 0 {other.port} xmpp.test", life=0)
            edge.process.send_signal(1)
            assert eventually(lambda: "configuration reloaded" in edge.log())
            _, second = opened(edge, upstream, server())
            other.expect_no_connection(0.1)
            first.close()
            second.close()


def test_UP_002_UP_004_the_next_target_follows_one_that_fails_and_the_domains_own_address_never_does(names, upstream):
    names.add(PLAIN, "SRV", f"10 0 {free_port()} xmpp.test", f"20 0 {upstream.port} xmpp.test")
    names.add("edge.test", "A", "127.0.0.1")
    with edge_of(names, "srv plain") as edge:
        _, stream = opened(edge, upstream)
        stream.close()
        upstream.stop_listening()
        expect_error(edge)
        assert names.asked("edge.test", "A") == 0


def test_UP_002_sessions_spread_by_weight(names, upstream):
    with Upstream() as other:
        names.add(PLAIN, "SRV", f"10 90 {upstream.port} xmpp.test", f"10 10 {other.port} xmpp.test")
        with edge_of(names, "srv plain") as edge:
            browsers = []
            for _ in range(60):
                browser = Table(edge, upstream).connect()
                browser.open()
                browsers.append(browser)
            came = Counter()
            places = {upstream.listener: ("much", upstream), other.listener: ("little", other)}
            while came.total() < 60:
                ready = select.select(list(places), [], [], 20)[0]
                assert ready, f"only these came: {came}"
                for listener in ready:
                    name, server_there = places[listener]
                    server_there.accept()
                    came[name] += 1
            # Nine of ten on average; below 40 is more than six standard deviations away.
            assert came["much"] >= 40, came
            other.close_streams()
            upstream.close_streams()


@pytest.mark.parametrize("direct", [".", None])
def test_UP_003_UP_019_a_target_of_dot_means_that_there_is_no_service(names, upstream, direct):
    names.add(PLAIN, "SRV", "0 0 0 .").add("edge.test", "A", "127.0.0.1")
    if direct:
        names.add(DIRECT, "SRV", f"0 0 0 {direct}")
    with edge_of(names, "srv") as edge:
        expect_error(edge)
        BOSHSession(edge.address).ask().answer().expect_terminate("remote-connection-failed")
        assert names.asked("edge.test", "A") == 0
        assert eventually(lambda: "say that there is no such service" in edge.log())


def test_UP_005_a_dot_for_direct_tls_leaves_the_other_kind(names, upstream):
    names.add(DIRECT, "SRV", "0 0 0 .").add(PLAIN, "SRV", f"0 0 {upstream.port} xmpp.test")
    with edge_of(names, "srv") as edge:
        opened(edge, upstream, server())[1].close()


def test_UP_005_a_dot_for_direct_tls_alone_is_no_reason_to_guess(names):
    names.add(DIRECT, "SRV", "0 0 0 .").add("edge.test", "A", "127.0.0.1")
    with edge_of(names, "srv") as edge:
        expect_error(edge)
        assert names.asked("edge.test", "A") == 0


def test_UP_004_without_service_records_the_domains_own_address_is_asked_for(names):
    # Port 5222 of an address where nobody listens: what counts is that it is tried, and with which question.
    names.add("edge.test", "A", "127.99.99.99")
    with edge_of(names, "srv") as edge:
        expect_error(edge)
        assert names.asked("edge.test", "A") == 1 and names.asked(DIRECT, "SRV") == 1


@pytest.mark.parametrize("word, direct", [("starttls", False), ("tls", True)])
def test_a_word_behind_srv_takes_one_kind_only(names, upstream, word, direct):
    with Upstream() as other:
        ports = (other.port, upstream.port) if direct else (upstream.port, other.port)
        names.add(PLAIN, "SRV", f"0 0 {ports[0]} xmpp.test").add(DIRECT, "SRV", f"0 0 {ports[1]} xmpp.test")
        with edge_of(names, f"srv {word}") as edge:
            opened(edge, upstream, server(), direct=direct)[1].close()
            assert names.asked(PLAIN if direct else DIRECT, "SRV") == 0


def test_UP_002_aliases_on_the_way_to_a_target_are_followed(names, upstream):
    names.add(PLAIN, "CNAME", "srv.hosting.test").add("srv.hosting.test", "SRV", f"0 0 {upstream.port} alias.hosting.test")
    names.add("alias.hosting.test", "CNAME", "xmpp.test")
    with edge_of(names, "srv") as edge:
        opened(edge, upstream, server())[1].close()


def test_answers_too_long_for_a_datagram_come_over_tcp(names, upstream):
    names.add(PLAIN, "SRV", *(f"{50 + n} 0 1 a-rather-long-name-{n}.hosting.test" for n in range(29)))
    names.add(PLAIN, "SRV", f"1 0 {upstream.port} xmpp.test")
    with edge_of(names, "srv") as edge:
        opened(edge, upstream, server())[1].close()
        assert names.over_tcp >= 1


def test_every_browser_may_not_say_where_to_connect():
    run = subprocess.run([str(PROGRAM), "--domain", "*", "--upstream", "srv"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 1 and "wherever a browser says" in run.stderr, run.stderr


def check(names: Names, upstream: str, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(PROGRAM), "check", "--domain", "edge.test", "--upstream", upstream, "--listen", "127.0.0.1:0", *more],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, **QUICK, "XMPP_EDGE_NAME_SERVER": names.address,
             "XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")})


def test_check_says_what_was_found_and_tries_every_server(names, upstream):
    gone = free_port()
    names.add(PLAIN, "SRV", f"10 5 {upstream.port} xmpp.test", f"20 0 {gone} xmpp.test")

    def serve_once() -> None:
        stream = upstream.accept()
        stream.serve_starttls(server())
        stream.read_header()
        stream.send_header()

    serving = threading.Thread(target=serve_once, daemon=True)
    serving.start()
    run = check(names, "srv")
    serving.join()
    lines = [line.strip() for line in run.stdout.splitlines()]
    assert f"{PLAIN}: xmpp.test:{upstream.port} (priority 10, weight 5), xmpp.test:{gone} (priority 20, weight 0)" in lines
    assert f"{DIRECT}: no records" in lines and f"xmpp.test:{upstream.port}: 127.0.0.1" in lines
    assert any(line.startswith(f"ok   edge.test: xmpp.test:{upstream.port} (STARTTLS) answers") for line in lines), run.stdout
    assert any(line.startswith(f"FAIL edge.test: xmpp.test:{gone} (STARTTLS) cannot be reached") for line in lines)
    assert run.returncode == 1


def test_check_says_why_nothing_was_found(names):
    names.add(PLAIN, "SRV", "0 0 0 .")
    run = check(names, "srv")
    assert run.returncode == 1 and "FAIL edge.test: srv:edge.test cannot be found: the domain's SRV records say" in run.stdout
    run = check(names, "nowhere.test")
    assert run.returncode == 1 and "FAIL edge.test: nowhere.test:5222 cannot be found: there is no such name" in run.stdout
