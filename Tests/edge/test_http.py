"""The HTTP/1.1 server of the edge, as a peer that is strict or hostile meets it."""

import re
import time

import pytest

from harness.edge import eventually
from harness.http import HTTPClient, get, once
from harness.wire import Ended

HOST = b"Host: a\r\n"


def raw(start: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return start + b"\r\n" + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body


GET = b"GET / HTTP/1.1"
POST = b"POST / HTTP/1.1"
A = b"Host: a"

# Requests whose grammar or framing is wrong: the answer, and then the connection is closed.
BAD_HEADS = {
    "H1-001-bare-LF": (b"GET / HTTP/1.1\nHost: a\n\n", {400}),
    "H1-001-bare-CR": (raw(GET, A, b"X: a\rb"), {400}),
    "H1-003-space-before-the-first-header": (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", {400}),
    "H1-004-two-spaces": (raw(b"GET  / HTTP/1.1", A), {400}),
    "H1-004-no-version": (raw(b"GET /", A), {400}),
    "H1-004-tab": (raw(b"GET\t/ HTTP/1.1", A), {400}),
    "H1-004-control": (raw(b"GET /\x01 HTTP/1.1", A), {400}),
    "H1-005-lower-case": (raw(b"GET / http/1.1", A), {400}),
    "H1-005-version-2": (raw(b"GET / HTTP/2.0", A), {505}),
    "H1-005-preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505, 400}),
    "H1-006-no-host": (raw(GET), {400}),
    "H1-006-two-hosts": (raw(GET, A, b"Host: b"), {400}),
    "H1-006-invalid-host": (raw(GET, b"Host: a b"), {400}),
    "H1-008-star-get": (raw(b"GET * HTTP/1.1", A), {400}),
    "H1-009-long-target": (raw(b"GET /" + b"a" * 20_000 + b" HTTP/1.1", A), {414, 431}),
    "H1-010-large-header": (raw(GET, A, b"X: " + b"a" * 100_000), {431}),
    "H1-010-many-headers": (raw(GET, A, *[b"X: a"] * 1000), {431}),
}
BAD_FIELDS_AND_FRAMING = {
    "H1-011-large-body": (raw(POST, A, b"Content-Length: 100000000"), {413, 405}),
    "H1-013-space-before-colon": (raw(GET, A, b"X : a"), {400}),
    "H1-014-folded": (raw(GET, A, b"X: a", b" b"), {400}),
    "H1-015-nul": (raw(GET, A, b"X: \x00"), {400}),
    "H1-016-empty-name": (raw(GET, A, b": x"), {400}),
    "H1-016-no-token": (raw(GET, A, b"Na(me: x"), {400}),
    "H1-017-both": (raw(POST, A, b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\nGET /x HTTP/1.1\r\n"), {400}),
    "H1-018-gzip": (raw(POST, A, b"Transfer-Encoding: gzip"), {400, 501}),
    "H1-018-unknown": (raw(POST, A, b"Transfer-Encoding: foo, chunked"), {501}),
    "H1-018-twice": (raw(POST, A, b"Transfer-Encoding: chunked, chunked"), {400}),
    "H1-019-xchunked": (raw(POST, A, b"Transfer-Encoding: xchunked"), {400, 501}),
    "H1-019-parameter": (raw(POST, A, b"Transfer-Encoding: chunked;x"), {400, 501}),
    "H1-019-control": (raw(POST, A, b"Transfer-Encoding: \x0bchunked"), {400, 501}),
    "H1-020-in-1.0": (raw(b"POST / HTTP/1.0", A, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {400, 405}),
    **{f"H1-021-length-{n}": (raw(POST, A, b"Content-Length: " + v), {400}) for n, v in enumerate(
        [b"+5", b"5x", b"0x5", b"-1", b"18446744073709551616", b"5, 6", b"5\r\nContent-Length: 6", b""])},
}


def expect_refusal(edge, data, statuses):
    response, closed = once(edge.address, data)
    assert response.status in statuses
    assert closed
    assert get(edge.address, "/").status == 200


@pytest.mark.parametrize("name", BAD_HEADS)
def test_H1_001_H1_003_H1_004_H1_005_H1_006_H1_008_H1_009_H1_010_bad_heads_are_refused(edge, name):
    expect_refusal(edge, *BAD_HEADS[name])


@pytest.mark.parametrize("name", BAD_FIELDS_AND_FRAMING)
def test_H1_011_H1_013_H1_014_H1_015_H1_016_H1_017_H1_018_H1_019_H1_020_H1_021_bad_fields_and_framing_are_refused(edge, name):
    expect_refusal(edge, *BAD_FIELDS_AND_FRAMING[name])


def test_H1_002_empty_lines_before_a_request_are_skipped_but_not_without_end(edge):
    assert once(edge.address, b"\r\n" + raw(GET, A))[0].status == 200
    client = HTTPClient(edge.address)
    try:
        client.send(b"\r\n" * 50_000)
        assert client.read().status in (400, 431)
    except Ended:
        pass


@pytest.mark.parametrize("data", [
    raw(b"GET / HTTP/1.2", A), raw(b"GET / HTTP/1.1", b"Host:"), raw(b"GET http://a/ HTTP/1.1", b"Host: b"),
    raw(GET, A, b"X: \xff\xfe"), raw(b"GET /?" + b"q" * 7900 + b" HTTP/1.1", A), raw(GET, A, b"Content-Length: 5, 5", body=b"12345"),
])
def test_H1_005_H1_006_H1_007_H1_009_H1_015_unusual_but_legal_requests_are_answered(edge, data):
    assert once(edge.address, data)[0].status == (400 if b"5, 5" in data else 200)


@pytest.mark.parametrize("method, target, status", [
    ("FOO", "/", 501), ("get", "/", 501), ("DELETE", "/", 405), ("PUT", "/", 405), ("TRACE", "/", 405), ("CONNECT", "a:80", 405),
    ("OPTIONS", "/", 204), ("OPTIONS", "*", 204),
])
def test_H1_008_H1_012_H1_032_methods(edge, method, target, status):
    response = get(edge.address, target, method=method)
    assert response.status == status
    if response.status == 405 or method == "OPTIONS":
        assert "GET" in (response["allow"] or "")


@pytest.mark.parametrize("chunks, status", [
    (b"A\r\n0123456789\r\n0\r\n\r\n", "ok"), (b"a;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "ok"),
    (b"0000a\r\n0123456789\r\n0\r\n\r\n", "ok"), (b"11111111111111111\r\n", 400), (b"0x5\r\n", 400), (b" 5\r\n", 400),
    (b"5 \r\n12345\r\n0\r\n\r\n", 400), (b"5\r\n12345xx0\r\n\r\n", 400), (b"5;" + b"a" * 65536 + b"\r\n", (400, 413, 431)),
])
def test_H1_024_H1_025_H1_026_H1_035_chunked_bodies_are_read_to_their_end_or_the_connection_is_closed(edge, chunks, status):
    client = HTTPClient(edge.address)
    client.send(raw(b"POST /nowhere HTTP/1.1", A, b"Transfer-Encoding: chunked") + chunks)
    response = client.read()
    if status == "ok":
        assert response.status == 405
        if not response.closes:
            assert client.request("GET", "/").status == 200
    else:
        assert response.closes
        client.expect_end()


def test_H1_022_half_a_body_is_nothing(edge):
    client = HTTPClient(edge.address)
    client.send(raw(POST, A, b"Content-Length: 10", body=b"half"))
    client.wire.half_close()
    client.wire.drain()
    assert get(edge.address).status == 200


def test_H1_023_a_post_without_a_length_has_no_body(edge):
    client = HTTPClient(edge.address)
    client.send(raw(b"POST /nowhere HTTP/1.1", A) + raw(GET, A))
    first = client.read()
    assert first.status == 405
    if not first.closes:
        assert client.read().status == 200


def test_H1_028_H1_029_expectations(edge):
    assert once(edge.address, raw(b"POST /nowhere HTTP/1.1", A, b"Content-Length: 5", b"Expect: 100-continue"))[0].status == 405
    assert once(edge.address, raw(POST, A, b"Content-Length: 5", b"Expect: foo", body=b"12345"))[0].status == 417


def test_H1_031_head_has_the_headers_of_get_and_no_body(edge):
    client = HTTPClient(edge.address)
    head = client.request("HEAD", "/")
    whole = client.request("GET", "/")
    assert head["content-length"] == str(len(whole.body))
    assert {k: v for k, v in head.headers.items() if k != "date"} == {k: v for k, v in whole.headers.items() if k != "date"}


@pytest.mark.parametrize("version, headers, closes", [
    (b"1.1", [], False), (b"1.1", [b"Connection: close"], True), (b"1.1", [b"Connection: foo, Close"], True),
    (b"1.0", [], True), (b"1.0", [b"Connection: keep-alive"], None),
])
def test_H1_033_keep_alive_and_close(edge, version, headers, closes):
    client = HTTPClient(edge.address)
    client.send(raw(b"GET / HTTP/" + version, A, *headers))
    response = client.read()
    assert response.status == 200
    if closes:
        client.expect_end()
    elif closes is False:
        assert not response.closes
        assert client.request().status == 200


def test_H1_034_pipelined_requests_are_answered_in_order(edge):
    client = HTTPClient(edge.address)
    targets = [b"/app.mjs", b"/nowhere", b"/css/style.css", b"/", b"/plain.js"] * 4
    client.send(b"".join(raw(b"GET " + target + b" HTTP/1.1", A) for target in targets))
    got = [client.read() for _ in targets]
    assert [response.status for response in got] == [200, 404, 200, 200, 200] * 4
    assert [response.body[:5] for response in got[:5:2]] == [b"expor", b"p { m", b"let a"]


def test_H1_036_the_answer_arrives_although_the_client_is_still_sending(edge):
    client = HTTPClient(edge.address)
    client.send(raw(POST, A, b"Content-Length: 100000000"))
    try:
        for _ in range(20):
            client.send(b"x" * 10_000)
    except Ended:
        pass
    assert client.read().status == 413


def test_H1_038_a_half_closed_client_gets_its_answer(edge):
    client = HTTPClient(edge.address)
    client.send(raw(b"GET /app.mjs HTTP/1.1", A))
    client.wire.half_close()
    assert client.read().status == 200
    client.expect_end()


def test_H1_039_resets_at_any_moment_harm_nobody_else(edge):
    before = edge.descriptors()
    data = raw(b"GET /app.mjs HTTP/1.1", A) * 20
    for end in range(0, len(data), 7):
        client = HTTPClient(edge.address)
        client.send(data[:end] or b"G")
        client.wire.reset()
    assert get(edge.address).status == 200
    assert eventually(lambda: edge.descriptors() <= before + 10), edge.open_files()


def test_H1_041_answers_have_a_date(edge):
    pattern = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
    for target in ("/", "/nowhere"):
        assert re.fullmatch(pattern, get(edge.address, target)["date"] or "")


def test_H1_042_no_answer_can_be_split(edge):
    response = get(edge.address, "/x%0d%0aSet-Cookie:%20a=b")
    assert response.status in (400, 404) and response["set-cookie"] is None


def test_requests_in_every_cut_get_the_same_answer(edge):
    data = raw(b"GET /plain.js HTTP/1.1", A, b"Accept: */*")
    for end in range(1, len(data), 5):
        client = HTTPClient(edge.address)
        client.send(data[:end])
        time.sleep(0.001)
        client.send(data[end:])
        assert client.read().body == b"let a = 1\n"
        client.close()
