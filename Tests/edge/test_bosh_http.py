"""BOSH as HTTP: methods, versions, header fields, order on a connection, and what other pages may see (CORS)."""

import random

import pytest

from harness.bosh import BIND, BOSHSession, Poster, body
from harness.edge import Edge, eventually
from harness.http import HTTPClient, get
from harness.wire import Ended

PAGE = "https://chat.example.org"
UNKNOWN = body(rid=1, sid="A" * 30)


@pytest.fixture
def open_edge(upstream, site):
    """Pages of PAGE may connect."""
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_ALLOWED_ORIGINS": f"same-host,no-origin,{PAGE}"}) as running:
        yield running
        upstream.close_streams()


# Requests


def test_BO_001_a_session_is_made_by_POST_only(edge, upstream):
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        client = HTTPClient(edge.address)
        response = client.request(method, "/bosh", ("Content-Length: 0",))
        assert response.status == 405 and "POST" in response["allow"], method
    upstream.expect_no_connection(0.2)
    answer = Poster(edge.address).post(UNKNOWN).answer()
    assert answer.status == 200 and answer.text.count("<body") == 1


def test_BO_001_both_usual_paths_are_served_with_and_without_a_slash(edge):
    for path in ("/bosh", "/bosh/", "/http-bind", "/http-bind/", "/http-bind?x=1"):
        Poster(edge.address, path).post(UNKNOWN).answer().expect_terminate("item-not-found")


def test_BO_138_a_body_in_the_query_makes_no_session(edge, upstream):
    assert get(edge.address, "/http-bind/?%3Cbody%20rid='1'%20to='edge.test'%20xmlns='" + BIND + "'/%3E").status in (404, 405)
    upstream.expect_no_connection(0.2)


@pytest.mark.parametrize("field", [
    "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "Content-Type: nonsense", "X-Foo: 1",
])
def test_BO_002_BO_003_header_fields_that_mean_nothing_are_ignored(edge, field):
    client = HTTPClient(edge.address)
    response = client.request("POST", "/bosh", (field, f"Content-Length: {len(UNKNOWN)}"), UNKNOWN.encode())
    assert response.status == 200 and b"item-not-found" in response.body


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_BO_004_H1_030_requests_may_be_chunked_and_answers_are_not(edge, chunk):
    client = HTTPClient(edge.address)
    data = UNKNOWN.encode()
    client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for at in range(0, len(data), chunk):
        piece = data[at:at + chunk]
        client.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    client.send(b"0\r\n\r\n")
    response = client.read("POST")
    assert response.status == 200 and b"item-not-found" in response.body
    assert response["content-length"] and not response["transfer-encoding"]


def test_a_body_in_pieces_is_taken_together(edge, table):
    session, stream = table.bosh_logged_in()
    text = session.next("<message><body>" + "x" * 50_000 + "</body></message>").encode()
    poster = session.connect()
    poster.client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(text))
    for at in range(0, len(text), 10_000):
        poster.client.send(text[at:at + 10_000])
    assert len(stream.read_element().element[0].text) == 50_000


def test_BO_006_a_client_of_HTTP_1_0_needs_no_Host_and_gets_its_answer_before_the_end(edge, table):
    session, stream = table.bosh_logged_in()
    text = session.next().encode()
    client = HTTPClient(edge.address)
    client.send(b"POST /bosh HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
    client.wire.expect_silence()
    stream.send("<message id='a'/>")
    response = client.read("POST")
    assert response.status == 200 and b"id='a'" in response.body
    client.expect_end()


def test_BO_006_HTTP_1_0_with_keep_alive_is_kept(edge):
    poster = Poster(edge.address)
    for _ in range(3):
        response = poster.post(UNKNOWN, "Connection: keep-alive", version="HTTP/1.0").response()
        assert response["connection"] == "keep-alive"


def test_H1_033_the_connection_closes_after_the_answer_when_the_client_wants_it(table):
    session, stream = table.bosh_logged_in()
    poster = session.connect().post(session.next(), "Connection: close")
    poster.expect_held()
    stream.send("<message id='a'/>")
    response = poster.response()
    assert response.closes and b"id='a'" in response.body
    poster.client.expect_end()


def test_a_client_that_waits_for_100_gets_it(edge):
    client = HTTPClient(edge.address)
    client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(UNKNOWN))
    assert client.read("POST").status == 100
    client.send(UNKNOWN.encode())
    assert client.read("POST").status == 200


@pytest.mark.parametrize("data", [
    "", "x", "<body", "<html/>", body(ver="1.11"), body("<a>", ver="1.11", rid=1, to="edge.test"), "\0" * 100, "<!DOCTYPE a><body/>",
])
def test_what_is_no_body_is_a_bad_request_and_the_connection_goes_on(edge, data):
    poster = Poster(edge.address)
    poster.post(data).answer().expect_terminate("bad-request")
    poster.post(UNKNOWN).answer().expect_terminate("item-not-found")


def test_a_body_over_the_limit_is_refused(edge):
    client = HTTPClient(edge.address)
    client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n")
    assert client.read("POST").status == 413


def test_BO_039_a_coding_that_nobody_knows_is_refused_with_those_that_are_known(edge):
    client = HTTPClient(edge.address)
    response = client.request("POST", "/bosh", ("Content-Encoding: br", "Content-Length: 3"), b"abc")
    assert response.status == 415 and response["accept-encoding"]


# Answers


def test_BO_019_no_answer_is_stored_and_no_type_is_guessed(edge, table):
    session, stream = table.bosh_logged_in()
    responses = [session.created.response]
    stream.send("<message/>")
    responses.append(session.send().response())
    responses.append(session.connect().post(session.again()).response())
    responses.append(session.connect().post(session.next(type="terminate")).response())
    responses.append(Poster(edge.address).post("nonsense").response())
    responses.append(Poster(edge.address).post(UNKNOWN).response())
    for response in responses:
        assert response.status == 200
        assert response["cache-control"] == "no-store"
        assert response["content-type"] == "text/xml; charset=utf-8"
        assert response["x-content-type-options"] == "nosniff"


def test_BO_064_a_connection_carries_several_sessions_and_a_session_several_connections(table):
    (one, one_stream), (two, two_stream) = table.bosh_logged_in(), table.bosh_logged_in()
    first, second = one.connect(), one.connect()
    for number in range(6):
        over = (first, second)[number % 2]
        session, stream = ((one, one_stream), (two, two_stream))[number // 2 % 2]
        session.send(f"<message id='{number}'/>", over=over)
        assert stream.read_element().element.get("id") == f"{number}"
        stream.send(f"<message id='a{number}'/>")
        assert over.answer().ids == [f"a{number}"]


def test_BO_065_pipelined_requests_release_each_other_in_order(table):
    session, stream = table.bosh_logged_in()
    poster = session.connect()
    session.send(over=poster)
    session.send("<message id='x'/>", over=poster)
    assert poster.answer().elements == []  # released by the second
    stream.read_element()
    poster.expect_held()
    stream.send("<message id='y'/>")
    assert poster.answer().ids == ["y"]


def test_BO_065_answers_of_two_sessions_on_one_connection_keep_the_order_of_the_requests(table):
    (one, one_stream), (two, two_stream) = table.bosh_logged_in(), table.bosh_logged_in()
    poster = one.connect()
    one.send(over=poster)
    two.send(over=poster)
    two_stream.send("<message id='second'/>")
    poster.expect_held()
    one_stream.send("<message id='first'/>")
    assert poster.answer().ids == ["first"]
    assert poster.answer().ids == ["second"]


def test_a_page_asked_for_behind_a_held_request_waits_for_its_turn(table):
    session, stream = table.bosh_logged_in()
    poster = session.connect()
    session.send(over=poster)
    poster.client.send(b"GET /plain.js HTTP/1.1\r\nHost: a\r\n\r\n")
    poster.expect_held()
    stream.send("<message id='a'/>")
    assert poster.answer().ids == ["a"]
    assert poster.client.read().body == b"let a = 1\n"
    session.send(over=poster)
    stream.send("<message id='b'/>")
    assert poster.answer().ids == ["b"]


def test_what_is_no_HTTP_behind_a_held_request_is_told_so_after_the_answer(table):
    session, stream = table.bosh_logged_in()
    poster = session.connect()
    session.send(over=poster)
    poster.client.send(b"nonsense\r\n\r\n")
    poster.expect_held()
    stream.send("<message id='a'/>")
    assert poster.answer().ids == ["a"]
    assert poster.client.read().status == 400
    poster.client.expect_end()


def test_many_requests_behind_a_held_one_wait_unread(table):
    session, stream = table.bosh_logged_in()
    poster = session.connect()
    session.send(over=poster)
    for _ in range(50):
        poster.post(UNKNOWN)
    poster.expect_held()
    stream.send("<message id='a'/>")
    assert poster.answer().ids == ["a"]
    for _ in range(50):
        poster.answer().expect_terminate("item-not-found")


def test_a_body_that_ends_in_the_middle_is_none(edge, table):
    session, stream = table.bosh_logged_in()
    text = session.next("<message id='half'/>").encode()
    poster = session.connect()
    poster.client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(text) + text[:-3])
    poster.close()
    stream.expect_silence(0.2)
    session.connect().post(text)
    assert stream.read_element().element.get("id") == "half"


@pytest.mark.memory
def test_bodies_that_come_in_part_are_bounded_in_all(upstream, site):
    limits = {"XMPP_EDGE_LIMITS_BOSH_BODIES": "1 MiB"}
    with Edge(upstream.address, public=site, environment=limits, workers=1) as edge:
        before = edge.resident_kilobytes()
        clients = []
        for _ in range(40):
            client = HTTPClient(edge.address)
            clients.append(client)
            try:
                client.send(b"POST /bosh HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n" + b" " * 390_000)
            except Ended:
                pass
        assert edge.resident_kilobytes() - before < 8192
        for client in clients:
            client.close()
        assert eventually(lambda: is_taken(edge.address, " " * 400_000))


def is_taken(address, text: str) -> bool:
    try:
        return Poster(address).post(text).response().status == 200
    except Ended:
        return False


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_to_requests_harm_nobody_else(edge, table, seed):
    dice = random.Random(seed)
    other, other_stream = table.bosh_logged_in()
    for _ in range(15):
        session, stream = table.bosh_logged_in()
        for _ in range(8):
            text = bytearray(session.next("<message to='a@b'><body>x &amp; y</body></message>").encode())
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(text))
                text[at:at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
            request = session.connect().post(bytes(text))
            if dice.random() < 0.3:
                request.reset()
        stream.close()
    other.send("<message id='1'/>")
    assert other_stream.read_element().element.get("id") == "1"
    assert " error " not in edge.log()


# Other pages


def preflight(address, origin: str):
    client = HTTPClient(address)
    return client.request("OPTIONS", "/bosh", (
        f"Origin: {origin}", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"))


def test_BO_135_a_preflight_of_an_allowed_page_is_answered_and_touches_no_session(open_edge, upstream):
    response = preflight(open_edge.address, PAGE)
    assert response.status in (200, 204)
    assert response["access-control-allow-origin"] == PAGE
    assert "POST" in response["access-control-allow-methods"]
    assert "content-type" in response["access-control-allow-headers"].lower()
    assert int(response["access-control-max-age"]) > 0
    upstream.expect_no_connection(0.2)


def test_BO_137_a_page_that_is_not_allowed_gets_nothing(open_edge, upstream):
    response = preflight(open_edge.address, "https://evil.example")
    assert response.status == 403 and response["access-control-allow-origin"] is None
    text = body(rid=1, to="edge.test", ver="1.11")
    response = Poster(open_edge.address).post(text, "Origin: https://evil.example").response()
    assert response.status == 403 and response["access-control-allow-origin"] is None
    response = Poster(open_edge.address).post(text, f"Origin: {PAGE}", "Origin: https://evil.example").response()
    assert response.status in (400, 403)
    upstream.expect_no_connection(0.2)


def test_BO_136_BO_137_every_answer_to_an_allowed_page_says_so_errors_too(open_edge, upstream):
    def says_so(response, status):
        assert response.status == status, response
        assert response["access-control-allow-origin"] == PAGE, response
        assert response["vary"] == "Origin"
        assert response["access-control-allow-credentials"] is None

    origin = f"Origin: {PAGE}"
    says_so(Poster(open_edge.address).post(UNKNOWN, origin).response(), 200)
    says_so(Poster(open_edge.address).post("nonsense", origin).response(), 200)
    says_so(Poster(open_edge.address).post(body("<a>", rid=1, to="edge.test"), origin).response(), 400)
    says_so(HTTPClient(open_edge.address).request("GET", "/bosh", (origin,)), 405)
    says_so(HTTPClient(open_edge.address).request("POST", "/bosh", (origin, "Content-Length: 600000")), 413)
    says_so(HTTPClient(open_edge.address).request("POST", "/bosh", (origin, "Content-Encoding: br", "Content-Length: 9")), 415)
    says_so(HTTPClient(open_edge.address).request("POST", "/bosh", (origin, "Transfer-Encoding: chunked"), b"x\r\n"), 400)
    session = BOSHSession(open_edge.address)
    creation = session.connect().post(body(rid=1, to="edge.test", ver="1.11", hold=1, wait=30), origin)
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    says_so(creation.response(), 200)


def test_BO_136_a_server_that_is_full_says_so_to_the_page(upstream, site):
    settings = {"XMPP_EDGE_LIMITS_SESSIONS": "1", "XMPP_EDGE_ALLOWED_ORIGINS": PAGE + ",no-origin"}
    with Edge(upstream.address, public=site, environment=settings) as edge:
        BOSHSession(edge.address).ask()
        upstream.accept().read_header()
        response = Poster(edge.address).post(body(rid=1, to="edge.test", ver="1.11"), f"Origin: {PAGE}").response()
        assert response.status == 503 and response["retry-after"] and response["access-control-allow-origin"] == PAGE
        upstream.close_streams()


def test_BO_137_a_star_lets_every_page_in_without_credentials(upstream, site):
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_ALLOWED_ORIGINS": "*"}) as edge:
        response = Poster(edge.address).post(UNKNOWN, "Origin: null").response()
        assert response["access-control-allow-origin"] == "*" and response["access-control-allow-credentials"] is None
        assert preflight(edge.address, "https://any.example")["access-control-allow-origin"] == "*"


def test_the_page_of_this_host_is_allowed(edge):
    poster = Poster(edge.address, host="chat.example.org")
    response = poster.post(UNKNOWN, "Origin: https://chat.example.org").response()
    assert response.status == 200 and response["access-control-allow-origin"] == "https://chat.example.org"
