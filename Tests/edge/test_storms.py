"""Everybody at once: a server gets as many logins as it can take, the rest waits in line, and all are told what comes of it."""

import time

from harness.bosh import BOSHSession
from harness.browser import Browser
from harness.crowd import Crowd
from harness.edge import Edge, eventually
from harness.http import get
from harness.service import Service
from harness.stream import FRAMING, STREAMS
from harness.upstream import Upstream


def limited(upstream: str, **limits: str) -> Edge:
    return Edge(upstream, environment={f"XMPP_EDGE_LIMITS_UPSTREAM_{name}": value for name, value in limits.items()})


def test_XS_028_a_thousand_that_come_at_once_never_exceed_the_rate_and_all_get_in():
    """First when there was nobody, then because their server was started again."""
    rate = 200
    with Service() as server, limited(server.address, LOGINS_PER_SECOND=f"{rate}") as edge, Crowd(edge.address) as crowd:
        begun = time.monotonic()
        assert sum(member.is_in for member in crowd.come(1_000)) == 1_000
        assert time.monotonic() - begun < 60
        server.kill()
        with Service(server.port) as again:
            crowd.wait(lambda: len(crowd.lost) == 1_000)
            assert all(b"<stream:error" in member.heard for member in crowd.members)
            assert sum(member.is_in for member in crowd.come(1_000)) == 1_000
        for one in (server, again):
            # The edge keeps to the rate when it begins to connect; how late that happens is the machine's business.
            assert len(one.arrivals) == 1_000 and one.most_in_a_second() <= rate * 1.1, one.most_in_a_second()


def test_XS_028_connections_under_way_are_bounded_and_the_rest_waits_in_order():
    with Upstream() as server, limited(server.address, OPENING="3") as edge:
        browsers = []
        for _ in range(6):
            browsers.append(Browser(edge.address))
            browsers[-1].open()
        under_way = [server.accept() for _ in range(3)]
        server.expect_no_connection()
        for stream in under_way:
            stream.read_header()
        under_way[0].send_header()
        following = server.accept()
        server.expect_no_connection()
        following.read_header()
        for stream in [*under_way[1:], following]:
            stream.send_header()
        for _ in range(2):
            stream = server.accept()
            stream.read_header()
            stream.send_header()
        for browser in browsers:
            browser.expect(f"{{{FRAMING}}}open")
            browser.expect(f"{{{STREAMS}}}features")


def test_UP_016_a_browser_that_leaves_gives_up_its_place_in_line():
    with Upstream() as server, limited(server.address, OPENING="1") as edge:
        first = Browser(edge.address)
        first.open()
        stream = server.accept()
        stream.read_header()
        before = edge.descriptors()
        leaving = [Browser(edge.address) for _ in range(5)]
        for browser in leaving:
            browser.open()
        last = Browser(edge.address)
        last.open()
        for browser in leaving[:3]:
            browser.vanish()
        for browser in leaving[3:]:
            browser.close()
        assert eventually(lambda: edge.descriptors() <= before + 1)
        stream.send_header()
        stream = server.accept()
        stream.read_header()
        stream.send_header("last")
        assert last.expect(f"{{{FRAMING}}}open")["id"] == "last"
        server.expect_no_connection()


def test_XS_028_who_waits_too_long_is_told_to_come_back_later():
    with Upstream() as server, limited(server.address, OPENING="1", WAIT="1 s") as edge:
        first = Browser(edge.address)
        first.open()
        server.accept().read_header()
        begun = time.monotonic()
        late = [Browser(edge.address) for _ in range(10)]
        for browser in late:
            browser.open()
        for browser in late:
            browser.expect(f"{{{FRAMING}}}open")
            browser.expect_stream_error("resource-constraint")
        assert 0.9 < time.monotonic() - begun < 12, "otherwise anybody waits half a minute"
        assert eventually(lambda: "sessions are sent away" in edge.log()), edge.log()
        assert edge.log().count("sessions are sent away") == 1, edge.log()


def test_XS_028_a_full_line_is_told_at_once_over_both_transports():
    with Upstream() as server, limited(server.address, OPENING="1", WAITING="0") as edge:
        first = Browser(edge.address)
        first.open()
        server.accept().read_header()
        browser = Browser(edge.address)
        browser.open()
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("resource-constraint")
        BOSHSession(edge.address).ask().answer().expect_terminate("remote-connection-failed")


def test_XS_028_a_turn_comes_over_bosh_too_and_time_to_login_begins_with_it():
    settings = {"TIME_TO_LOGIN": "3 s", "TIME_TO_OPEN": "1 s", "UPSTREAM_OPENING": "1", "UPSTREAM_HEADER": "30 s"}
    with Upstream() as server, Edge(server.address, environment={f"XMPP_EDGE_LIMITS_{k}": v for k, v in settings.items()}) as edge:
        first = Browser(edge.address)
        first.open()
        stream = server.accept()
        stream.read_header()
        session = BOSHSession(edge.address)
        creation = session.ask()
        time.sleep(2.2)
        first.vanish()
        stream = server.accept()
        stream.read_header()
        time.sleep(1)  # past the time to login since the session began
        stream.send_header()
        answer = session.take(creation.answer())
        while not answer.elements:
            answer = session.send().answer()
        assert [element.tag for element in answer.elements] == [f"{{{STREAMS}}}features"], answer


def test_XS_028_a_dead_server_keeps_nobody_in_line():
    with Upstream() as server, limited(server.address, LOGINS_PER_SECOND="5") as edge:
        server.stop_listening()
        begun = time.monotonic()
        with Crowd(edge.address) as crowd:
            assert all(b"internal-server-error" in member.heard for member in crowd.come(100))
        assert time.monotonic() - begun < 14, "in line it would take them 20 seconds"
        assert get(edge.admin, "/healthz").status == 200
