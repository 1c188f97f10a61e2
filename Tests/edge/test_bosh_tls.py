"""BOSH sessions that were created over TLS are used over TLS only (XEP-0124 section 19.1)."""

import pytest

from harness.bosh import BOSHSession, Poster, body
from harness.edge import Edge
from harness.stream import CLIENT
from harness.tls import pair, secure
from harness.wire import Ended

MESSAGE = f"<message xmlns='{CLIENT}' to='a@edge.test'/>"


def create(session: BOSHSession, upstream, *headers: str):
    """A session with its stream at the server."""
    poster = session.connect().post(body(rid=session.rid, to="edge.test", wait=30, hold=1, ver="1.11"), *headers)
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    session.take(poster.answer())
    return stream


def goes_on(session: BOSHSession, stream, *headers: str) -> None:
    """A request waits, and what the server says comes with it."""
    waiting = session.connect().post(session.next(), *headers)
    stream.send("<message id='m'/>")
    assert waiting.answer().ids == ["m"]


def is_cut(poster: Poster) -> bool:
    with pytest.raises(Ended):
        poster.client.wire.more()
    return True


def test_BO_133_a_request_in_clear_closes_its_connection_and_touches_nothing(upstream):
    with Edge(upstream.address, listen=("127.0.0.1:0 tls", "127.0.0.1:0"), options=pair("good")) as edge:
        session = BOSHSession(secure(edge.address))
        stream = create(session, upstream)
        for number in range(8):  # whichever worker takes it
            text = session.again(MESSAGE if number % 2 else "", rid=session.rid + 1, **({"type": "terminate"} if number % 3 else {}))
            assert is_cut(Poster(edge.addresses()[1]).post(text))
        waiting = session.send()
        assert is_cut(Poster(edge.addresses()[1]).post(session.again()))  # nor does a repeat get at the answer
        waiting.expect_held()
        stream.send("<message id='m'/>")
        assert waiting.answer().ids == ["m"]
        goes_on(session, stream)
        session.terminate()
        stream.read_end()


def test_BO_133_a_session_that_was_created_in_clear_may_go_on_in_tls(upstream):
    with Edge(upstream.address, listen=("127.0.0.1:0 tls", "127.0.0.1:0"), options=pair("good")) as edge:
        session = BOSHSession(edge.addresses()[1])
        stream = create(session, upstream)
        session.address = secure(edge.address)
        goes_on(session, stream)
        session.address = edge.addresses()[1]
        goes_on(session, stream)
        upstream.close_streams()


@pytest.mark.parametrize("proxies, cut", [("127.0.0.1", True), ("10.0.0.0/8", False)])
def test_BO_133_FW_010_behind_a_proxy_its_word_decides(upstream, proxies, cut):
    with Edge(upstream.address, environment={"XMPP_EDGE_TRUSTED_PROXIES": proxies}) as edge:
        session = BOSHSession(edge.address)
        stream = create(session, upstream, "X-Forwarded-Proto: https")
        clear = session.connect().post(session.again(rid=session.rid + 1), "X-Forwarded-Proto: http")
        if cut:
            assert is_cut(clear)
            assert is_cut(session.connect().post(session.again(rid=session.rid + 1)))  # it does not say
        else:
            stream.send("<message id='clear'/>")
            assert clear.answer().ids == ["clear"]
            session.rid += 1
        goes_on(session, stream, "X-Forwarded-Proto: https")
        upstream.close_streams()
