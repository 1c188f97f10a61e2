"""Several servers for one domain: which one a session gets, what happens when one is gone, and that nobody notices."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from harness.browser import Browser
from harness.crowd import Crowd
from harness.edge import Edge, eventually
from harness.service import Service
from harness.stream import ERRORS, FRAMING, SASL, STREAMS
from harness.table import Table
from harness.tls import certificates, server
from harness.upstream import END, HEADER, Upstream, UpstreamStream
from harness.wire import Ended

QUICK = {"XMPP_EDGE_LIMITS_UPSTREAM_CONNECT": "3 s", "XMPP_EDGE_LIMITS_UPSTREAM_HEADER": "3 s"}  # for those who wait for it


def servers(*upstreams: str, domain: str = "edge.test", **settings: str) -> Edge:
    """The edge in front of servers as the configuration names them, such as `127.0.0.1:5222 priority=1`."""
    entries = ",".join(f"{domain}={upstream}" for upstream in upstreams)
    return Edge(environment={"XMPP_EDGE_UPSTREAMS": entries, **settings})


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that takes no connection and refuses none: nobody accepts, and the kernel's queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filling = []
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(listener.getsockname())
            filling.append(connection)
        time.sleep(0.1)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        for connection in filling:
            connection.close()


class Queue:
    """A server whose kernel has no room for a further connection, until it is emptied."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.filling: list[socket.socket] = []
        self.fill()

    def fill(self) -> None:
        self.filling = [socket.socket() for _ in range(4)]
        for connection in self.filling:
            connection.setblocking(False)
            connection.connect_ex(self.listener.getsockname())
        time.sleep(0.05)

    def empty(self) -> None:
        for connection in self.filling:
            connection.close()
        self.listener.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()

    def accept(self) -> UpstreamStream:
        self.listener.settimeout(12)
        return UpstreamStream(self.listener.accept()[0], "edge.test")

    def __enter__(self) -> "Queue":
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        for connection in self.filling:
            connection.close()


def opened(edge: Edge) -> tuple[Browser, float]:
    """A browser with an open stream, and the seconds that took."""
    browser = Browser(edge.address)
    begun = time.monotonic()
    browser.opened()
    return browser, time.monotonic() - begun


def test_UP_002_servers_of_a_lower_number_come_first():
    with Service() as first, Service() as second, servers(f"{second.address} priority=20", f"{first.address} priority=10") as edge:
        for _ in range(20):
            opened(edge)
        assert (len(first.arrivals), len(second.arrivals)) == (20, 0)


def test_UP_002_servers_of_one_priority_share_by_weight():
    with Service() as heavy, Service() as light, servers(f"{heavy.address} weight=9", f"{light.address} weight=1") as edge:
        for _ in range(200):
            opened(edge)
        assert len(heavy.arrivals) + len(light.arrivals) == 200
        assert 1 <= len(light.arrivals) <= 50, len(light.arrivals)  # fails by chance once in a billion runs


def test_UP_018_a_dead_server_is_left_out_and_nobody_sees_an_error():
    with Service() as dead, Service() as alive, servers(f"{dead.address} priority=1", f"{alive.address} priority=2") as edge:
        dead.kill()
        for _ in range(10):
            _, seconds = opened(edge)
            assert seconds < 4, "nobody waited for the time to connect"
        assert len(alive.arrivals) == 10
        assert eventually(lambda: "keep failing" in edge.log())
        assert edge.log().count("keep failing") == 1, edge.log()


def test_UP_018_one_of_two_is_killed_under_load_and_is_used_again_when_it_is_back():
    settings = {"XMPP_EDGE_LIMITS_UPSTREAM_EJECTION": "500 ms", "XMPP_EDGE_LIMITS_UPSTREAM_EJECTION_MAX": "1 s"}
    with Service() as one, Service() as other, servers(one.address, other.address, **settings) as edge, Crowd(edge.address) as crowd:
        crowd.come(100)
        with_one = len(one.connections)
        assert 10 <= with_one <= 90
        killer = threading.Timer(0.3, one.kill)
        killer.start()
        begun = time.monotonic()
        while time.monotonic() < begun + 1.5:  # it dies while they come, one burst after the other
            dead = not one.thread.is_alive()
            for member in crowd.come(10):
                # Only who was about to log in there at that moment is not in.
                assert member.took < 4 if member.is_in else not dead and b"<stream:error" in member.heard
        killer.join()
        crowd.talk()
        dropped = crowd.lost
        assert with_one <= len(dropped) <= len(one.arrivals)
        assert all(b"<stream:error" in member.heard for member in dropped)
        with Service(one.port) as back:
            # Its share grows back within 10 seconds.
            deadline = time.monotonic() + 40
            shares = [0]
            while shares[-1] < 8:
                before = len(back.arrivals)
                assert all(member.is_in and member.took < 4 for member in crowd.come(40))
                shares.append(len(back.arrivals) - before)
                assert time.monotonic() < deadline, shares
            crowd.talk()
            assert crowd.lost == dropped


def test_UP_018_when_all_fail_they_are_tried_all_the_same():
    with Upstream() as one, Upstream() as other, servers(one.address, other.address) as edge:
        one.stop_listening()
        other.stop_listening()
        for _ in range(8):
            browser = Browser(edge.address)
            browser.open()
            browser.expect(f"{{{FRAMING}}}open")
            browser.expect_stream_error("internal-server-error")
        with Service(one.port) as back:
            opened(edge)
            assert len(back.arrivals) == 1


def test_UP_002_an_address_that_does_not_answer_costs_a_quarter_of_a_second():
    with black_hole() as hole, Service() as good, servers(f"{hole} priority=1", f"{good.address} priority=2") as edge:
        seconds = min(opened(edge)[1] for _ in range(2))
        assert 0.2 < seconds < 1, seconds
        for _ in range(3):
            opened(edge)
        assert any(opened(edge)[1] < 0.2 for _ in range(10)), "it should have been left out by now"


def test_UP_016_attempts_side_by_side_leave_nothing_behind():
    with black_hole() as hole, Service() as good, servers(f"{hole} priority=1", f"{good.address} priority=2") as edge:
        before = edge.descriptors()
        for _ in range(10):
            browser, _ = opened(edge)
            browser.vanish()
        gone = Browser(edge.address)
        gone.open()
        gone.vanish()
        assert eventually(lambda: edge.descriptors() <= before), edge.open_files()


def test_UP_018_what_this_machine_lacks_is_no_fault_of_a_server():
    with ExitStack() as stack:
        holes = [stack.enter_context(black_hole()) for _ in range(6)]
        good = stack.enter_context(Service())
        entries = [f"edge.test={hole} priority={place + 1}" for place, hole in enumerate(holes)]
        upstreams = ",".join([*entries, f"edge.test={good.address} priority=9"])
        limits = {"XMPP_EDGE_UPSTREAMS": upstreams, "XMPP_EDGE_LIMITS_UPSTREAM_CONNECT": "4 s"}
        edge = stack.enter_context(Edge(environment=limits, fd_limit=150))
        browsers = [Browser(edge.address) for _ in range(30)]
        for browser in browsers:
            browser.open()
        assert eventually(lambda: "nothing left to connect to" in edge.log()), edge.log()
        heard = []
        for browser in browsers:
            browser.expect(f"{{{FRAMING}}}open")
            heard.append(browser.receive())
        errors = [message for message in heard if message.tag == f"{{{STREAMS}}}error"]
        assert all(error.find(f"{{{ERRORS}}}resource-constraint") is not None for error in errors), heard
        assert f"connections to {good.address} keep failing" not in edge.log()
        assert edge.log().count("nothing left to connect to") <= 2, "one line a worker"


def test_UP_010_one_domains_certificate_says_nothing_about_the_server_of_another():
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem"), "XMPP_EDGE_LIMITS_UPSTREAM_FAILURES": "2"}
    with Upstream() as shared:
        upstreams = f"edge.test={shared.address} starttls,elsewhere.test={shared.address} starttls"
        with Edge(environment={"XMPP_EDGE_UPSTREAMS": upstreams, **trust}) as edge:
            for _ in range(4):
                browser = Browser(edge.address)
                browser.open(to="elsewhere.test")
                with pytest.raises((OSError, Ended)):
                    stream = shared.accept()
                    stream.serve_starttls(server("good"))
                    stream.read_header()
                browser.expect(f"{{{FRAMING}}}open")
                browser.expect_stream_error("internal-server-error")
            assert "keep failing" not in edge.log()


def test_UP_016_black_holes_alone_are_given_up_within_the_time_to_connect():
    with black_hole() as one, black_hole() as other, servers(one, other, XMPP_EDGE_LIMITS_UPSTREAM_CONNECT="6 s") as edge:
        browser = Browser(edge.address)
        begun = time.monotonic()
        browser.open()
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("internal-server-error")
        assert 5.9 < time.monotonic() - begun < 11.5, "one after the other they would have it twice"


def test_UP_018_who_was_overtaken_a_moment_later_is_tried_when_the_faster_one_comes_to_nothing():
    with Queue() as slow, Queue() as other:
        upstreams = f"edge.test={slow.address} priority=1,edge.test={other.address} priority=2,edge2.test={other.address}"
        limits = {"XMPP_EDGE_LIMITS_UPSTREAM_OPENING": "1", "XMPP_EDGE_LIMITS_UPSTREAM_CONNECT": "14 s"}
        with Edge(environment={"XMPP_EDGE_UPSTREAMS": upstreams, **limits}) as edge:
            other.empty()
            before = Browser(edge.address)
            before.open(to="edge2.test")
            stream = other.accept()
            stream.read_header()
            other.fill()
            browser = Browser(edge.address)
            begun = time.monotonic()
            browser.open()  # connects to the slow one, and stands in line for the other from 0.25 s on
            time.sleep(0.5)
            slow.empty()  # it takes the connection when the kernel asks again, a second after the first time
            time.sleep(max(0.0, begun + 0.8 - time.monotonic()))
            stream.send_header()  # now it is the browser's turn to connect to the other
            stream = slow.accept()
            other.empty()
            stream.read_header()
            stream.close()
            stream = other.accept()
            stream.read_header()
            stream.send_header("other")
            assert browser.expect(f"{{{FRAMING}}}open")["id"] == "other"


def test_UP_017_what_the_browser_says_meanwhile_goes_to_the_chosen_server_once():
    with black_hole() as hole, Upstream() as good, servers(f"{hole} priority=1", f"{good.address} priority=2") as edge:
        browser = Browser(edge.address)
        browser.open()
        for number in range(5):
            browser.send(f"<auth xmlns='{SASL}' n='{number}'/>")
        stream = good.accept()
        stream.read_header()
        for number in range(5):
            assert stream.read_element(f"{{{SASL}}}auth").element.get("n") == str(number)
        stream.send_header()
        stream.expect_silence()
        browser.expect(f"{{{FRAMING}}}open")


def test_UP_018_a_server_that_takes_connections_and_says_nothing_is_passed_over():
    with Upstream() as silent, Upstream() as good, servers(f"{silent.address} priority=1", f"{good.address} priority=2", **QUICK) as edge:
        browser = Browser(edge.address)
        browser.open()
        mute = silent.accept()
        mute.read_header()
        stream = good.accept()
        stream.read_header()
        stream.send_header()
        browser.expect(f"{{{FRAMING}}}open")
        mute.expect_eof()


@pytest.mark.parametrize("end", ["", HEADER.format(id="x", domain="edge.test"), HEADER.format(id="x", domain="edge.test") + END])
def test_UP_018_a_server_that_hangs_up_is_passed_over_and_the_browser_sees_one_stream(end):
    with Upstream() as rude, Upstream() as good, servers(f"{rude.address} priority=1", f"{good.address} priority=2") as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = rude.accept()
        stream.read_header()
        stream.send(end)
        stream.close()
        stream = good.accept()
        stream.read_header()
        stream.send_header("good")
        assert browser.expect(f"{{{FRAMING}}}open")["id"] == "good"
        browser.expect(f"{{{STREAMS}}}features")


@pytest.mark.parametrize("condition, goes_on", [
    ("system-shutdown", True), ("resource-constraint", True), ("host-unknown", False), ("not-authorized", False),
])
def test_UP_018_a_server_that_stops_is_passed_over_and_other_errors_are_the_browsers(condition, goes_on):
    with Upstream() as first, Upstream() as good, servers(f"{first.address} priority=1", f"{good.address} priority=2") as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.read_header()
        error = f"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
        stream.send(HEADER.format(id="x", domain="edge.test") + error + END)
        if goes_on:
            stream = good.accept()
            stream.read_header()
            stream.send_header("good")
            assert browser.expect(f"{{{FRAMING}}}open")["id"] == "good"
        else:
            browser.expect(f"{{{FRAMING}}}open")
            browser.expect_stream_error(condition)
            good.expect_no_connection()


def test_UP_018_wrong_passwords_say_nothing_about_a_server():
    with Upstream() as first, Upstream() as second, servers(f"{first.address} priority=1", f"{second.address} priority=2") as edge:
        for _ in range(6):
            table = Table(edge, first)
            browser, stream = table.opened()
            browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHdyb25n</auth>")
            stream.read_element(f"{{{SASL}}}auth")
            stream.send(f"<failure xmlns='{SASL}'><not-authorized/></failure>{END}")
            stream.close()
            browser.expect(f"{{{SASL}}}failure")
            browser.expect_closing()
        second.expect_no_connection()


def test_UP_010_a_wrong_certificate_sends_a_session_on_but_never_into_the_clear():
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with (
        Upstream() as wrong, Upstream() as good,
        servers(f"{wrong.address} starttls priority=1", f"{good.address} tls priority=2", **trust) as edge,
    ):
        browser = Browser(edge.address)
        browser.open()
        browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
        stream = wrong.accept()
        with pytest.raises((OSError, Ended)):  # the edge does not like the certificate, and nothing was said before
            stream.serve_starttls(server("wrong-name"))
            stream.read_header()
        stream = good.accept()
        stream.start_tls(server("good"))
        stream.read_header()
        stream.read_element(f"{{{SASL}}}auth")
        stream.send_header("good")
        assert browser.expect(f"{{{FRAMING}}}open")["id"] == "good"


def test_UP_016_a_server_with_a_header_and_no_features_is_given_up():
    with Upstream() as upstream, servers(upstream.address, **QUICK) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = upstream.accept()
        stream.read_header()
        stream.send(HEADER.format(id="x", domain="edge.test"))
        browser.expect(f"{{{FRAMING}}}open")
        begun = time.monotonic()
        browser.expect_stream_error("internal-server-error")
        assert time.monotonic() - begun < 10, "otherwise it has 15 seconds"


def test_UP_016_no_features_are_fine_where_the_client_goes_on_without():
    with Upstream() as upstream, servers(upstream.address, **QUICK) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = upstream.accept()
        stream.read_header()
        stream.send(HEADER.format(id="x", domain="edge.test"))
        browser.expect(f"{{{FRAMING}}}open")
        browser.send("<iq xmlns='jabber:client' type='get' id='1'><query xmlns='jabber:iq:auth'/></iq>")
        stream.read_element()
        stream.send("<iq type='result' id='1'/>")
        assert browser.receive()["id"] == "1"
        browser.expect_nothing(4)


@pytest.mark.parametrize("stage", ["connecting", "connected"])
def test_UP_017_a_close_in_the_burst_of_the_open_ends_properly(stage):
    with black_hole() as hole, Upstream() as upstream, servers(hole if stage == "connecting" else upstream.address) as edge:
        before = edge.descriptors()
        browser = Browser(edge.address)
        browser.open()
        browser.send(f"<auth xmlns='{SASL}'/>")
        if stage == "connected":
            stream = upstream.accept()
            stream.read_header()
            stream.read_element()
        browser.close()
        if stage == "connected":
            stream.read_end()
            stream.close()
        assert eventually(lambda: edge.descriptors() <= before), edge.open_files()
