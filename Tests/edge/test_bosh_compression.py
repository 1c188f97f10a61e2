"""gzip of BOSH's bodies, both ways (XEP-0124 sections 5 and 7.2): on request, bounded, and not before login."""

import gzip
import time
import xml.etree.ElementTree as ET
import zlib

import pytest

from harness.bosh import BOSHSession, body
from harness.edge import Edge
from harness.stream import CLIENT, SASL
from harness.upstream import BIND_FEATURES, SUCCESS

ACCEPT = "Accept-Encoding: gzip, deflate, br"
GZIP = "Content-Encoding: gzip"
LONG = "Wherefore art thou, Romeo? " * 100


def stanza(text: str, identity: str = "m") -> str:
    return f"<message xmlns='jabber:client' id='{identity}'><body>{text}</body></message>"


def opened(edge, upstream, success: str = SUCCESS, *headers: str):
    """A session that has logged in; what was answered up to there."""
    session = BOSHSession(edge.address)
    answers = []
    creation = session.connect().post(
        body(rid=session.rid, to="edge.test", wait=30, hold=1, ver="1.11", xmpp_version="1.0"), ACCEPT, *headers)
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    answers.append(creation.response())
    session.sid = ET.fromstring(answers[0].body).get("sid")
    login = session.connect().post(session.next(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>"), ACCEPT)
    stream.read_element()
    stream.send(success)
    answers.append(login.response())
    restart = session.connect().post(session.next(to="edge.test", xmpp_restart="true"), ACCEPT)
    stream.read_header()
    stream.send_header("s2", BIND_FEATURES)
    answers.append(restart.response())
    return session, stream, answers


@pytest.fixture
def logged_in(edge, upstream):
    session, stream, _ = opened(edge, upstream)
    return session, stream


# Answers


@pytest.mark.parametrize("headers, coding", [
    ((ACCEPT,), "gzip"), (("Accept-Encoding: x-gzip;q=0.5",), "gzip"), (("Accept-Encoding: *",), "gzip"),
    (("Accept-Encoding: gzip;q=0, *",), None), (("Accept-Encoding: identity, gzip;q=0.5",), None),
    (("Accept-Encoding: br",), None), (("Accept-Encoding:",), None), ((), None), (("Accept-Encoding: identity;q=0",), None),
])
def test_BO_005_a_large_answer_is_compressed_where_the_request_allows_it(logged_in, headers, coding):
    session, stream = logged_in
    for identity in "ab":
        request = session.connect().post(session.next(), *headers)
        stream.send(stanza(LONG, identity))
        response = request.response()
        assert (response.status, response["content-encoding"]) == (200, coding)
        assert "Accept-Encoding" in (response["vary"] or "")
        assert (len(response.body) < 500) == bool(coding)
        plain = gzip.decompress(response.body) if coding else response.body
        element = ET.fromstring(plain)[0]
        assert (element.get("id"), element.findtext(f"{{{CLIENT}}}body")) == (identity, LONG)


def test_BO_005_a_small_answer_and_one_that_would_grow_go_as_they_are(logged_in, upstream, site):
    session, stream = logged_in
    for text, packed in (("x" * 100, False), ("x" * 600, True)):
        request = session.connect().post(session.next(), ACCEPT)
        stream.send(stanza(text))
        assert (request.response()["content-encoding"] == "gzip") == packed
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_COMPRESSION_THRESHOLD": "0"}) as eager:
        session, stream, _ = opened(eager, upstream)
        first = session.connect().post(session.next(), ACCEPT)
        session.connect().post(session.next(), ACCEPT)
        response = first.response()  # empty, released by the second request
        assert response["content-encoding"] is None and response.body.startswith(b"<body")
        upstream.close_streams()


def test_BO_005_PM_015_PT_017_nothing_is_compressed_before_login_nor_what_belongs_to_it(edge, upstream):
    success = f"<success xmlns='{SASL}'>{'A' * 4000}</success>"
    session, stream, answers = opened(edge, upstream, success)
    assert [response["content-encoding"] for response in answers] == [None, None, None]
    assert len(answers[1].body) > 4000
    again = session.connect().post(session.again(rid=session.rid - 1), ACCEPT).response()
    assert again["content-encoding"] is None and again.body == answers[1].body
    request = session.connect().post(session.next(), ACCEPT)
    stream.send(stanza(LONG))
    assert request.response()["content-encoding"] == "gzip"


def test_PM_015_PT_017_what_belongs_to_the_login_goes_plain_even_when_it_leaves_late(edge, upstream):
    session = BOSHSession(edge.address)
    creation = session.ask()
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    session.take(creation.answer())
    login = session.connect().post(session.next(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGEAYg==</auth>"), ACCEPT)
    stream.read_element()
    # More than one answer holds, so the success waits for the next one.
    stream.send(f"<challenge xmlns='{SASL}'>{'A' * 60_000}</challenge><success xmlns='{SASL}'>{'B' * 30_000}</success>")
    responses = [login.response()]
    time.sleep(0.3)  # by now the edge has read the success as well, and holds it
    responses.append(session.connect().post(session.next(), ACCEPT).response())
    assert [response["content-encoding"] for response in responses] == [None, None]
    assert all(len(response.body) > 30_000 for response in responses)


def test_BO_005_over_many_connections_and_workers_the_answer_follows_its_request(logged_in):
    session, stream = logged_in
    for number in range(20):
        headers = (ACCEPT,) if number % 2 else ()
        request = session.connect().post(session.next(), *headers)
        stream.send(stanza(LONG, str(number)))
        response = request.response()
        assert (response["content-encoding"] == "gzip") == bool(headers)
        plain = gzip.decompress(response.body) if headers else response.body
        assert ET.fromstring(plain)[0].get("id") == str(number)


def test_BO_005_compression_can_be_turned_off_and_told_from_which_size(upstream, site):
    for environment, size, packed in (
        ({"XMPP_EDGE_COMPRESSION_BOSH": "false"}, 5000, False), ({"XMPP_EDGE_COMPRESSION_THRESHOLD": "8 KiB"}, 5000, False),
        ({"XMPP_EDGE_COMPRESSION_THRESHOLD": "8 KiB"}, 9000, True),
    ):
        with Edge(upstream.address, public=site, environment=environment) as edge:
            session, stream, answers = opened(edge, upstream)
            offers = ET.fromstring(answers[0].body).get("accept") == "gzip"
            assert offers == ("XMPP_EDGE_COMPRESSION_BOSH" not in environment)
            request = session.connect().post(session.next(), ACCEPT)
            stream.send(stanza("x" * size))
            response = request.response()
            assert (response["content-encoding"] == "gzip", "Accept-Encoding" in (response["vary"] or "")) == (packed, packed)
            upstream.close_streams()


# Requests


@pytest.mark.parametrize("coding", [GZIP, "Content-Encoding: X-GZip", "Content-Encoding: identity, gzip"])
def test_BO_038_what_is_advertised_is_read(edge, upstream, coding):
    session, stream, answers = opened(edge, upstream)
    assert ET.fromstring(answers[0].body).get("accept") == "gzip"
    for text in ("short", LONG * 50):
        whole = gzip.compress(session.next(stanza(text)).encode())
        session.connect().post(whole, coding)
        assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == text


def test_BO_038_chunks_members_and_names_inside_gzip(logged_in):
    session, stream = logged_in
    plain = session.next(stanza("in parts")).encode()
    parts = gzip.compress(plain[:20]) + gzip.compress(b"") + gzip.compress(plain[20:])
    client = session.connect().client
    client.send(f"POST /bosh HTTP/1.1\r\nHost: a\r\n{GZIP}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    for at in range(0, len(parts), 7):
        piece = parts[at:at + 7]
        client.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    client.send(b"0\r\n\r\n")
    assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == "in parts"
    named = zlib.compressobj(6, zlib.DEFLATED, -15)
    plain = session.next(stanza("named")).encode()
    header = b"\x1f\x8b\x08\x1c\0\0\0\0\0\xff\x03\0abcname\0comment\0"  # an extra field, a name and a comment
    trailer = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    session.connect().post(header + named.compress(plain) + named.flush() + trailer, GZIP)
    assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == "named"


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "compress", "gzip;q=1", "*"])
def test_BO_039_an_unknown_coding_is_refused_with_those_that_are_known(edge, upstream, coding):
    session = BOSHSession(edge.address)
    response = session.connect().post(b"x" * 100, f"Content-Encoding: {coding}").response()
    assert (response.status, response["accept-encoding"]) == (415, "gzip")
    upstream.expect_no_connection(0.1)


def test_BO_038_BO_039_what_is_turned_off_is_refused(upstream, site):
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_COMPRESSION_BOSH": "false"}) as edge:
        response = BOSHSession(edge.address).connect().post(gzip.compress(b"<body/>"), GZIP).response()
        assert (response.status, response["accept-encoding"]) == (415, "identity")


def damaged() -> dict[str, bytes]:
    whole = gzip.compress(body(rid=1, to="edge.test", wait=1, hold=1).encode())
    return {
        "nothing": b"", "plain": b"<body/>", "half": whole[:len(whole) // 2], "without the last byte": whole[:-1],
        "garbage behind": whole + b"garbage", "zeros behind": whole + b"\0" * 8, "half a member behind": whole + whole[:9],
        "wrong sum": whole[:-8] + b"\0\0\0\0" + whole[-4:], "wrong size": whole[:-4] + b"\0\0\0\1", "zlib": zlib.compress(b"<body/>"),
        "reserved flags": whole[:3] + b"\xe0" + whole[4:], "bad block": whole[:10] + b"\x07" + whole[11:],
    }


@pytest.mark.parametrize("name", damaged())
def test_BO_039_damaged_bodies_are_refused_and_harm_nobody_else(edge, upstream, name):
    poster = BOSHSession(edge.address).connect()
    answer = poster.post(damaged()[name], GZIP).answer()
    assert (answer.status, answer.type, answer.condition) == (200, "terminate", "bad-request")
    upstream.expect_no_connection(0.1)
    session, stream, _ = opened(edge, upstream)
    poster.post(gzip.compress(session.next(stanza("fine")).encode()), GZIP)
    assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == "fine"


@pytest.mark.memory
@pytest.mark.parametrize("members", [1, 400])
def test_BO_039_a_bomb_ends_at_the_limit(edge, members):
    packed = gzip.compress(b"<body>" + b" " * (128 << 20), 9) if members == 1 else gzip.compress(b" " * 100_000, 9) * members

    def explode() -> None:
        begun = time.monotonic()
        answer = BOSHSession(edge.address).connect().post(packed, GZIP).answer()
        assert (answer.type, answer.condition) == ("terminate", "policy-violation")
        assert time.monotonic() - begun < 5

    for _ in range(24):  # whichever worker takes it, both have been hit then
        explode()
    before = edge.resident_kilobytes()
    for _ in range(20):
        explode()
    assert edge.resident_kilobytes() - before < 2048
