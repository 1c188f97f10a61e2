"""Names of servers over time: how long an answer counts, what happens while no name server answers, and who asks."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from prosody import free_port
from test_dns_services import PLAIN, edge_of, expect_error, opened, serve

from harness.edge import Edge, eventually
from harness.families import needs_ipv6
from harness.http import figures
from harness.names import Names
from harness.table import Table
from harness.upstream import Upstream, twins

SHORT = {"XMPP_EDGE_LIMITS_DNS_MIN_LIFE": "0", "XMPP_EDGE_LIMITS_DNS_NEGATIVE": "200 ms"}


@pytest.fixture
def names() -> Iterator[Names]:
    with Names() as running:
        yield running


def test_UP_001_a_configured_host_is_asked_for_as_a_host_and_an_address_not_at_all(names, upstream):
    names.add("xmpp.test", "A", "127.0.0.1")
    with edge_of(names, f"xmpp.test:{upstream.port} plain") as edge:
        opened(edge, upstream)[1].close()
        assert {kind for _, kind in names.questions} == {"A", "AAAA"}
    names.questions.clear()
    with edge_of(names, upstream.address) as edge:
        opened(edge, upstream)[1].close()
    assert not names.questions


def test_one_question_serves_all_sessions_while_the_answer_counts(names, upstream):
    names.add("xmpp.test", "A", "127.0.0.1")
    with edge_of(names, f"xmpp.test:{upstream.port} plain") as edge:
        browsers = [Table(edge, upstream).connect() for _ in range(20)]
        for browser in browsers:
            browser.open()
        for _ in browsers:
            upstream.accept().close()
        assert names.asked("xmpp.test", "A") == 1


def test_UP_002_a_changed_address_is_used_when_the_old_answer_has_come_of_age(names):
    upstream, moved = twins("127.0.0.2")
    with upstream, moved:
        names.add("xmpp.test", "A", "127.0.0.1", life=1)
        with edge_of(names, f"xmpp.test:{upstream.port} plain", **SHORT) as edge:
            opened(edge, upstream)[1].close()
            names.set("xmpp.test", "A", "127.0.0.2", life=1)
            time.sleep(1.1)
            opened(edge, moved)[1].close()
            upstream.expect_no_connection(0.1)


@needs_ipv6
def test_UP_002_both_families_of_addresses_are_tried(names):
    upstream, newer = twins("::1")
    with upstream, newer:
        names.add("xmpp.test", "A", "127.0.0.1", life=1).add("xmpp.test", "AAAA", "::1", life=1)
        with edge_of(names, f"xmpp.test:{upstream.port} plain", **SHORT) as edge:
            opened(edge, newer)[1].close()
            newer.stop_listening()
            opened(edge, upstream)[1].close()


@pytest.mark.parametrize("how", ["refused", "silent", "SERVFAIL"])
def test_while_no_name_server_answers_the_old_address_serves(names, upstream, how):
    names.add("xmpp.test", "A", "127.0.0.1", life=1)
    with edge_of(names, f"xmpp.test:{upstream.port} plain", **SHORT) as edge:
        opened(edge, upstream)[1].close()
        found = lookups(edge)["found"]
        match how:
            case "refused":
                names.stop()
            case "silent":
                names.is_silent = True
            case _:
                names.failing.add("xmpp.test")
        time.sleep(1.1)
        began = time.monotonic()
        opened(edge, upstream)[1].close()
        assert time.monotonic() - began < 12, "somebody waited for a dead name server"
        assert eventually(lambda: "what was known before is used meanwhile" in edge.log(), 15), edge.log()
        opened(edge, upstream)[1].close()
        assert edge.log().count("cannot be found") == 1

        def are_right(counted: dict[str, int]) -> bool:
            rest = counted["asked"] - counted["found"] - counted["unanswered"]
            return counted["found"] == found and counted["unanswered"] == counted["stale"] >= 1 and rest in (0, 1)

        # One lookup may be under way, and half counted.
        assert eventually(lambda: are_right(lookups(edge))), lookups(edge)


def lookups(edge: Edge) -> Counter[str]:
    return Counter({name.split('"')[1]: value for name, value in figures(edge.admin).items() if name.startswith("lookups")})


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_UP_016_UP_019_without_any_answer_there_is_a_readable_error_in_time_and_a_session_later(names, upstream, how):
    names.add("xmpp.test", "A", "127.0.0.1", life=1)
    names.is_silent = True
    if how == "refused":
        names.stop()
    with edge_of(names, f"xmpp.test:{upstream.port} plain", XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="1 s") as edge:
        began = time.monotonic()
        expect_error(edge)
        assert time.monotonic() - began < 14
        assert eventually(lambda: "xmpp.test:" in edge.log() and "cannot be found: no name server answers" in edge.log(), 15)
        names.is_silent = False
        if how == "refused":
            names.start()
        assert eventually(lambda: comes(edge, upstream), 20)
        assert eventually(lambda: f"xmpp.test:{upstream.port} is found again" in edge.log())


def test_UP_016_who_leaves_while_the_name_is_looked_for_leaves_nothing_behind(names, upstream):
    names.add("xmpp.test", "A", "127.0.0.1")
    names.is_silent = True
    with edge_of(names, f"xmpp.test:{upstream.port} plain") as edge:
        before = edge.descriptors()
        browsers = [Table(edge, upstream).connect() for _ in range(10)]
        for browser in browsers:
            browser.open()
        for browser in browsers:
            browser.vanish()
        assert eventually(lambda: "sessions" not in figures(edge.admin))
        assert eventually(lambda: edge.descriptors() <= before + 2)
        names.is_silent = False
        opened(edge, upstream)[1].close()
        upstream.expect_no_connection(0.2)


def test_UP_017_what_the_browser_says_while_the_name_is_looked_for_is_not_lost(names, upstream):
    names.add("xmpp.test", "A", "127.0.0.1")
    names.is_silent = True
    with edge_of(names, f"xmpp.test:{upstream.port} plain", XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="20 s") as edge:
        browser = Table(edge, upstream).connect()
        browser.open()
        browser.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        time.sleep(0.2)
        names.is_silent = False
        stream = upstream.accept(15)
        stream.read_header()
        stream.read_element("{urn:ietf:params:xml:ns:xmpp-sasl}auth")
        stream.close()


def test_a_name_that_does_not_exist_yet_is_no_reason_not_to_start(names, upstream):
    with edge_of(names, f"xmpp.test:{upstream.port} plain", **SHORT) as edge:
        expect_error(edge)
        assert eventually(lambda: f"xmpp.test:{upstream.port} cannot be found: there is no such name" in edge.log())
        names.add("xmpp.test", "A", "127.0.0.1")
        time.sleep(0.3)
        opened(edge, upstream)[1].close()


def test_UP_004_without_an_answer_about_services_the_servers_that_were_known_are_kept(names, upstream):
    names.add(PLAIN, "SRV", f"0 0 {upstream.port} xmpp.test", life=1).add("xmpp.test", "A", "127.0.0.1")
    names.add("edge.test", "A", "127.99.99.99")  # the page's web server, say
    with edge_of(names, "srv plain", **SHORT) as edge:
        opened(edge, upstream)[1].close()
        names.failing.add("SRV")
        time.sleep(1.1)
        for _ in range(3):
            opened(edge, upstream)[1].close()
        assert eventually(lambda: "what was known before is used meanwhile" in edge.log(), 15), edge.log()


def test_UP_016_slow_name_servers_of_some_domains_keep_no_session_of_another_waiting(names, upstream):
    """Each of the slow ones has dozens of targets about which nobody says anything."""
    for domain in range(5):
        targets = [f"0 0 {upstream.port} t{domain}-{n}.slow.test" for n in range(25)]
        names.add(f"_xmpp-client._tcp.slow{domain}.test", "SRV", *targets)
        names.silent.update(f"t{domain}-{n}.slow.test" for n in range(25))
    names.add(PLAIN, "SRV", f"0 0 {upstream.port} xmpp.test").add("xmpp.test", "A", "127.0.0.1")
    upstreams = ",".join([*(f"slow{domain}.test=srv plain" for domain in range(5)), "edge.test=srv plain"])
    with edge_of(names, None, XMPP_EDGE_UPSTREAMS=upstreams, XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="20 s") as edge:
        began = time.monotonic()
        opened(edge, upstream)[1].close()
        # What is said of that domain is there when the first question about a slow name has to be repeated.
        assert time.monotonic() - began < 5
        # Nor does one name take for ever: what is not known after a while is not asked for any more.
        assert eventually(lambda: edge.log().count("cannot be found: no name server answers") == 5, 30), edge.log()


def spoilers() -> dict:
    return {
        "another id": lambda answer: bytes([answer[0] ^ 1]) + answer[1:],
        "cut": lambda answer: answer[:-3],
        "a circle": lambda answer: answer[:7] + b"\x01" + answer[8:-16 - 10] + b"\xc0" + bytes([len(answer) - 26]) + b"\0" * 24,
        "noise": lambda answer: answer[:12] + bytes(range(256)),
    }


@pytest.mark.parametrize("how", list(spoilers()))
def test_answers_that_are_none_count_as_none(names, upstream, how):
    names.add("xmpp.test", "A", "127.0.0.1")
    names.spoil = spoilers()[how]
    with edge_of(names, f"xmpp.test:{upstream.port} plain", XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="1 s") as edge:
        expect_error(edge)
        assert eventually(lambda: "cannot be found" in edge.log(), 20), edge.log()
        names.spoil = lambda answer: answer
        assert eventually(lambda: comes(edge, upstream), 20)


def comes(edge: Edge, upstream: Upstream) -> bool:
    """Whether a browser is led to the server."""
    browser = Table(edge, upstream).connect()
    browser.open()
    try:
        upstream.accept(0.3).close()
    except TimeoutError:
        return False
    return True


def test_old_name_servers_without_extensions_are_understood(names, upstream):
    names.understands_extensions = False
    names.add(PLAIN, "SRV", f"0 0 {upstream.port} xmpp.test").add("xmpp.test", "A", "127.0.0.1")
    with edge_of(names, "srv plain") as edge:
        opened(edge, upstream)[1].close()


def test_a_reload_asks_again_and_may_name_another_name_server(names, tmp_path):
    names.add("xmpp.test", "A", "127.0.0.1", life=3000)
    file = tmp_path / "edge.yaml"
    upstream, moved = twins("127.0.0.3")
    with upstream, moved, Names() as other:
        other.add("xmpp.test", "A", "127.0.0.3")

        def write(server: Names) -> None:
            file.write_text(
                f"upstreams: [\"edge.test=xmpp.test:{upstream.port} plain\"]\nname-server: \"{server.address}\"\n")

        write(names)
        with Edge(options=("--config", str(file))) as edge:
            browser, stream = opened(edge, upstream)
            write(other)
            edge.process.send_signal(1)
            assert eventually(lambda: "configuration reloaded" in edge.log())
            opened(edge, moved)[1].close()
            # The session from before is where it was.
            stream.send("<message xmlns='jabber:client'/>")
            browser.expect("{jabber:client}message")
            stream.close()


def servers(names: Names, *upstreams: str, **settings: str) -> Edge:
    return edge_of(names, None, **{"XMPP_EDGE_UPSTREAMS": ",".join(f"edge.test={one} plain" for one in upstreams), **settings})


def test_UP_018_a_server_whose_name_nobody_answers_for_keeps_no_session_from_the_other(names, upstream):
    names.add("good.test", "A", "127.0.0.1")
    names.silent.add("dead.test")
    upstreams = f"dead.test:{upstream.port} priority=1", f"good.test:{upstream.port} priority=2"
    with servers(names, *upstreams, XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="20 s") as edge:
        for _ in range(3):
            began = time.monotonic()
            opened(edge, upstream)[1].close()
            assert time.monotonic() - began < 5
            time.sleep(1)


def test_UP_018_a_name_that_is_found_late_still_helps_when_the_other_servers_fail(names, upstream):
    names.add("late.test", "A", "127.0.0.1").add("gone.test", "A", "127.0.0.1")
    names.silent.add("late.test")
    with servers(names, f"late.test:{upstream.port}", f"gone.test:{free_port()}", XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="20 s") as edge:
        browser = Table(edge, upstream).connect()
        browser.open()
        time.sleep(0.5)
        names.silent.clear()
        serve(browser, upstream.accept(15))
        browser.vanish()
