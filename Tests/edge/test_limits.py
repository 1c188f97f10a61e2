"""Everything is bounded: time, sizes, descriptors, and what waits for somebody who does not read."""

import random
import time

import pytest

from harness.browser import Browser
from harness.edge import Edge, eventually
from harness.http import HTTPClient, get
from harness.stream import CLIENT, ERRORS, STREAMS
from harness.table import Table
from harness.websocket import CLOSE, PING, PONG, TEXT, WebSocket, encode, request
from harness.wire import Ended, Wire, connect, fill, narrow


@pytest.fixture
def quick(request, upstream, site):
    """An edge with the short times of a test: only those that it waits for, so that a busy machine runs into no other."""
    environment = {f"XMPP_EDGE_LIMITS_{name}": value for name, value in request.param.items()}
    with Edge(upstream.address, public=site, environment=environment) as running:
        yield running
        upstream.close_streams()


def short(**limits: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("quick", [limits], indirect=True, ids=[""])


@pytest.fixture
def quick_table(quick, upstream):
    return Table(quick, upstream)


# Time


@short(TIME_TO_HEAD="1 s")
def test_H1_037_a_head_that_trickles_ends(quick):
    client = HTTPClient(quick.address)
    begun = time.monotonic()
    try:
        for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"a" * 100:
            client.send(bytes([byte]))
            time.sleep(0.1)
    except Ended:
        pass
    rest = client.wire.drain()
    assert rest == b""
    assert time.monotonic() - begun < 8


@short(TIME_TO_HEAD="1 s", TIME_TO_BODY="1 s")
@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"])
def test_H1_037_a_connection_that_stops_in_the_middle_ends(quick, data):
    client = HTTPClient(quick.address)
    client.send(data)
    client.wire.drain(8)


@short(KEEP_ALIVE_IDLE="3 s")
def test_H1_037_an_idle_connection_is_kept_for_a_while_and_then_closed(quick):
    client = HTTPClient(quick.address)
    assert client.request().status == 200
    time.sleep(0.5)
    begun = time.monotonic()
    assert client.request().status == 200
    client.expect_end()
    assert 2.9 < time.monotonic() - begun


@short(TIME_TO_OPEN="1 s", CLOSE_TIMEOUT="1 s")
def test_XS_027_a_websocket_without_open_ends_in_time(quick):
    socket_ = WebSocket(quick.address)
    frames = []
    while not frames or frames[-1].opcode != CLOSE:
        frames.append(socket_.receive_frame(8))
    assert frames[0].payload.startswith(b"<open")
    assert b"<connection-timeout" in frames[1].payload


@short(TIME_TO_OPEN="3 s", TIME_TO_LOGIN="3 s")
def test_XS_027_a_login_that_takes_too_long_ends(quick_table):
    browser, stream = quick_table.opened()
    error = browser.expect(f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}connection-timeout") is not None
    stream.wire.drain()


@pytest.mark.parametrize("interval, sends", [("0", False), ("1 s", True)])
def test_XS_027_whitespace_keeps_the_way_to_the_server_open_unless_that_is_turned_off(upstream, interval, sends):
    with Edge(upstream.address, environment={"XMPP_EDGE_LIMITS_UPSTREAM_KEEPALIVE": interval}) as edge:
        browser, stream = Table(edge, upstream).logged_in()
        browser.send(f"<presence xmlns='{CLIENT}'/>")
        stream.read_element()
        if sends:
            assert stream.wire.take(1) == b" "
        else:
            stream.expect_silence(2)
        upstream.close_streams()


@short(CLOSE_TIMEOUT="1 s")
def test_WS_026_a_peer_that_never_answers_close_is_cut(quick_table):
    browser, stream = quick_table.logged_in()
    begun = time.monotonic()
    stream.send("</stream:stream>")
    while True:
        try:
            browser.socket.receive_frame()
        except Ended:
            break
    assert 0.9 < time.monotonic() - begun


@short(CLOSE_TIMEOUT="1 s")
def test_WX_017_the_wait_for_the_peers_close_ends_as_well(quick_table):
    browser, stream = quick_table.logged_in()
    stream.send("</stream:stream>")
    browser.expect_closing(close_code=None)
    browser.socket.expect_close(1000)


@short(PING_MIN="1500 ms", PING_MAX="2 s")
def test_WX_023_pings_come_and_their_answer_keeps_the_session(quick_table):
    browser, stream = quick_table.logged_in()
    for _ in range(3):
        frame = browser.socket.receive_frame()
        assert frame.opcode == PING
        browser.socket.send_frame(PONG, frame.payload)
    stream.send("<message/>")
    browser.expect(f"{{{CLIENT}}}message")


@short(PING_MIN="1 s", PING_MAX="2 s")
def test_WX_023_PT_010_a_browser_that_answers_no_ping_is_gone_without_an_end_tag(quick_table):
    _, stream = quick_table.logged_in()
    stream.expect_eof()


# Sizes


def test_WS_029_an_oversized_stanza_ends_the_stream_before_the_socket(table):
    browser, stream = table.logged_in()
    try:
        browser.send("<message xmlns='jabber:client'>" + "x" * (300 * 1024) + "</message>")
    except Ended:
        pass
    browser.expect(f"{{{STREAMS}}}error")
    assert browser.socket.receive_text().startswith("<close ")
    frame = browser.socket.receive_frame()
    assert frame.opcode == CLOSE and frame.close_code == 1009
    stream.read_end()


def test_XS_023_before_login_less_is_allowed(table):
    browser, _ = table.opened()
    browser.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + "x" * (17 * 1024) + "</auth>")
    error = browser.expect(f"{{{STREAMS}}}error")
    assert "policy-violation" in error.text


def test_XS_024_before_login_there_is_a_budget_of_elements(table):
    browser, stream = table.opened()
    try:
        for _ in range(100):
            browser.send("<iq xmlns='jabber:client' type='get' id='1'/>")
    except Ended:
        pass
    error = browser.expect(f"{{{STREAMS}}}error")
    assert "policy-violation" in error.text


def test_H1_027_small_chunks_do_not_get_around_the_limit_of_the_body(edge):
    client = HTTPClient(edge.address)
    client.send(b"POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(2000):
            client.send(b"200\r\n" + b"x" * 512 + b"\r\n")
    except Ended:
        pass
    assert client.read().status == 405


# Descriptors


def test_H1_040_running_out_of_descriptors_neither_spins_nor_kills(upstream, site):
    with Edge(upstream.address, public=site, fd_limit=100) as edge:
        clients = []
        for _ in range(200):
            try:
                clients.append(connect(edge.address, timeout=5))
            except OSError:
                break
        time.sleep(0.5)
        before = edge.cpu_seconds()
        time.sleep(2)
        assert edge.cpu_seconds() - before < 0.8
        for client in clients:
            client.close()
        assert eventually(lambda: answers(edge), timeout=15)


def answers(edge) -> bool:
    try:
        return get(edge.address).status == 200
    except (OSError, Ended, AssertionError):
        return False


def test_H1_044_more_sessions_than_allowed_are_told_to_come_back(upstream, site):
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_LIMITS_SESSIONS": "3"}) as edge:
        browsers = [Browser(edge.address) for _ in range(3)]
        client = HTTPClient(edge.address)
        client.send(request())
        response = client.read()
        assert response.status == 503 and response["retry-after"]
        browsers.pop().vanish()
        assert eventually(lambda: takes_a_session(edge))


def takes_a_session(edge) -> bool:
    client = HTTPClient(edge.address)
    client.send(request())
    try:
        return client.read().status == 101
    finally:
        client.close()


# Back-pressure


@pytest.mark.memory
def test_WS_030_a_browser_that_stops_reading_stops_its_server_and_nothing_is_lost(table, edge):
    other, other_stream = table.logged_in()
    browser, stream = table.logged_in()
    narrow(browser.socket.wire.socket)
    narrow(stream.wire.socket)
    before = edge.resident_kilobytes()
    connection = stream.wire.socket
    stanza = b"<message id='%08d'><body>" + b"x" * 4000 + b"</body></message>"
    sent, pending = fill(connection, lambda number: stanza % number)
    assert edge.resident_kilobytes() - before < 2048
    other_stream.send("<message id='meanwhile'/>")
    assert other.receive()["id"] == "meanwhile"
    for number in range(sent):
        assert browser.receive()["id"] == f"{number:08d}"
    connection.settimeout(10)
    connection.sendall(pending + b"<message id='end'/>")
    assert browser.receive()["id"] == f"{sent:08d}"
    assert browser.receive()["id"] == "end"
    assert edge.resident_kilobytes() - before < 2048


@pytest.mark.memory
def test_WS_030_a_server_that_stops_reading_stops_its_browser_and_nothing_is_lost(table, edge):
    other, other_stream = table.logged_in()
    browser, stream = table.logged_in()
    narrow(browser.socket.wire.socket)
    narrow(stream.wire.socket)
    before = edge.resident_kilobytes()
    connection = browser.socket.wire.socket
    stanza = b"<message xmlns='jabber:client' id='%08d'>" + b"x" * 4000 + b"</message>"
    sent, pending = fill(connection, lambda number: encode(TEXT, stanza % number))
    assert edge.resident_kilobytes() - before < 2048
    other.send("<presence xmlns='jabber:client'/>")
    other_stream.read_element(f"{{{CLIENT}}}presence")
    for number in range(sent):
        assert stream.read_element().element.get("id") == f"{number:08d}"
    connection.settimeout(10)
    connection.sendall(pending)
    browser.send("<message xmlns='jabber:client' id='end'/>")
    stream.read_element()
    assert stream.read_element().element.get("id") == "end"


@pytest.mark.memory
def test_memory_stays_flat_over_many_sessions(table, edge):
    def session() -> None:
        browser, stream = table.logged_in()
        browser.send("<message xmlns='jabber:client'><body>" + "x" * 10_000 + "</body></message>")
        stream.read_element()
        browser.vanish()
        stream.expect_eof()
        stream.close()

    for _ in range(50):
        session()
    before, descriptors = edge.resident_kilobytes(), edge.descriptors()
    for _ in range(200):
        session()
    assert edge.resident_kilobytes() - before < 1024
    assert eventually(lambda: edge.descriptors() <= descriptors)


def test_random_bytes_on_every_layer_do_no_harm(edge, table):
    dice = random.Random(7)
    for round_ in range(60):
        noise = dice.randbytes(dice.randint(1, 400))
        wire = Wire(connect(edge.address))
        try:
            wire.send([b"", request(), request() + b"\x81\xfe"][round_ % 3] + noise)
        except Ended:
            pass
        wire.close()
    browser, stream = table.logged_in()
    browser.send("<presence xmlns='jabber:client'/>")
    stream.read_element(f"{{{CLIENT}}}presence")
