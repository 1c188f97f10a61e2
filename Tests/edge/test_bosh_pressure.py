"""BOSH under pressure: who does not read is not read for, and memory stays flat."""

import time

import pytest

from harness.bosh import Poster, quick
from harness.edge import eventually
from harness.http import Response
from harness.table import Table
from harness.wire import fill, narrow


@pytest.mark.memory
def test_BO_066_BO_067_a_client_that_does_not_ask_stops_its_server_and_nothing_is_lost(edge, table):
    other, other_stream = table.bosh_logged_in()
    session, stream = table.bosh_logged_in()
    narrow(stream.wire.socket)
    before = edge.resident_kilobytes()
    stanza = b"<message id='%08d'><body>" + b"x" * 4000 + b"</body></message>"
    sent, _ = fill(stream.wire.socket, lambda number: stanza % number)
    assert edge.resident_kilobytes() - before < 2048
    other_stream.send("<message id='meanwhile'/>")
    assert other.send().answer().ids == ["meanwhile"]
    came: list[str | None] = []
    while len(came) < sent:
        answer = session.send("<r xmlns='urn:xmpp:sm:3'/>").answer()
        assert len(answer.text) < 80_000
        came += answer.ids
    assert came[:sent] == [f"{number:08d}" for number in range(sent)]
    assert edge.resident_kilobytes() - before < 3072


@pytest.mark.memory
def test_a_server_that_does_not_read_stops_its_client_and_nothing_is_lost(edge, table):
    session, stream = table.bosh_logged_in()
    narrow(stream.wire.socket)
    before = edge.resident_kilobytes()
    sent, requests = 0, []
    payload = "x" * 100_000
    while True:
        request = session.send(f"<message id='{sent}'><body>{payload}</body></message>")
        sent += 1
        requests.append(request)
        if len(requests) < 2:
            continue
        try:
            requests[0].answer(1)
            requests.pop(0)
        except TimeoutError:
            break
        assert sent < 300, "30 MiB were taken while the server read nothing"
    assert edge.resident_kilobytes() - before < 4096
    assert [stream.read_element().element.get("id") for _ in range(sent)] == [f"{number}" for number in range(sent)]
    assert requests[0].answer().type is None
    stream.send("<message id='after'/>")
    assert requests[1].answer().ids == ["after"]


def test_BO_058_a_request_that_a_slow_server_keeps_waiting_neither_outlives_its_wait_nor_ends_its_session(upstream, site):
    sent = 0

    def begin() -> tuple[float, Poster]:
        nonlocal sent
        sent += 1
        assert sent < 300, "30 MiB were taken while the server read nothing"
        return time.monotonic(), session.send(stanza(sent - 1))

    def stanza(number: int) -> str:
        return f"<message id='{number}'><body>{'x' * 100_000}</body></message>"

    def repeated() -> Poster:
        return session.connect().post(session.again(stanza(sent - 1)))

    def is_refused(response: Response) -> bool:
        assert response.status == 200 or response.body == b"" and response["retry-after"]
        return response.status == 503

    with quick(upstream, site, BOSH_INACTIVITY="4 s") as edge:
        session, stream = Table(edge, upstream).bosh_logged_in(wait=1)
        narrow(stream.wire.socket)
        began, last = begin()
        while True:
            before, since = last, began
            began, last = begin()
            assert before.answer().elements == []
            # Before its wait is over a request is released by the one behind it, which has been taken then.
            if time.monotonic() - since > 0.9:
                if is_refused(last.response()):
                    break
                began, last = begin()
        lasted = []
        while sum(lasted) < 5:  # for longer than the session may be idle
            began = time.monotonic()
            assert is_refused(repeated().response())
            lasted.append(time.monotonic() - began)
            assert len(lasted) < 20, f"they are refused before their wait is over: {lasted}"
        assert min(lasted) < 2, lasted
        last = repeated()
        assert [stream.read_element().element.get("id") for _ in range(sent - 1)] == [f"{number}" for number in range(sent - 1)]
        stream.send("<message id='after'/>")
        response = last.response()
        while is_refused(response):  # it came before there was room
            response = repeated().response()
        deadline = time.monotonic() + 15
        while b"after" not in response.body:
            assert time.monotonic() < deadline, response.body
            response = session.send().response()
        assert stream.read_element().element.get("id") == f"{sent - 1}"
        stream.expect_silence(0.1)


@pytest.mark.memory
def test_memory_stays_flat_over_many_sessions(edge, table):
    def one() -> None:
        session, stream = table.bosh_logged_in()
        session.send("<message><body>" + "x" * 10_000 + "</body></message>").close()
        stream.read_element()
        session.terminate()
        stream.close()

    for _ in range(30):
        one()
    before, descriptors = edge.resident_kilobytes(), edge.descriptors()
    for _ in range(100):
        one()
    assert edge.resident_kilobytes() - before < 1536
    assert eventually(lambda: edge.descriptors() <= descriptors + 4)


def test_sessions_whose_clients_vanish_are_gone_and_nothing_is_an_error(upstream, site):
    with quick(upstream, site, BOSH_INACTIVITY="3 s") as edge:
        table = Table(edge, upstream)
        descriptors = edge.descriptors()
        sessions = [table.bosh_logged_in() for _ in range(40)]
        for session, _ in sessions:
            session.send().close()
        for _, stream in sessions:
            stream.expect_eof()
            stream.close()
        assert eventually(lambda: edge.descriptors() <= descriptors + 2), edge.open_files()
        assert eventually(lambda: edge.log().count("reason=client-vanished") == 40), edge.log()
        assert " error " not in edge.log() and " warning " not in edge.log().replace("loopback", "")
