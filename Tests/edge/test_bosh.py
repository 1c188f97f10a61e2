"""BOSH sessions through the whole edge, on requests made by hand: each may come over another connection to another worker."""

import time

import pytest

from harness.bosh import BOSHSession, Poster, body, quick
from harness.browser import CLOSING_FRAME
from harness.edge import Edge, eventually
from harness.stream import CLIENT, ERRORS, SASL, STREAMS
from harness.table import NUDGE, Table, brought, held
from harness.upstream import BIND_FEATURES, END, SASL_FEATURES, SUCCESS

SM = "urn:xmpp:sm:3"


def unknown(session: BOSHSession) -> None:
    """The session is gone: what anybody hears who asks for it."""
    session.connect().post(session.next()).answer().expect_terminate("item-not-found")


# Creation


def test_a_session_from_its_creation_to_its_end(edge, table):
    session, stream = table.bosh_logged_in()
    request = session.send()
    request.expect_held()
    stream.send("<message id='a'/>")
    assert request.answer().ids == ["a"]
    session.terminate("<presence/>").expect_terminate(None)
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.read_end()
    stream.close()
    assert eventually(lambda: "reason=client-closed" in edge.log())
    assert edge.log().count("session began") == edge.log().count("session ended") == edge.log().count("transport=bosh") / 2 == 1


def test_BO_025_BO_026_the_terms_are_those_of_the_configuration(upstream, site):
    with quick(upstream, site, BOSH_WAIT="20 s", BOSH_HOLD="2", BOSH_INACTIVITY="7 s", BOSH_POLLING="3 s", BOSH_MAX_PAUSE="9 s") as edge:
        session = BOSHSession(edge.address)
        creation = session.ask(wait=60, hold=5)
        stream = upstream.accept()
        stream.read_header()
        stream.send_header()
        answer = session.take(creation.answer())
        terms = {name: answer[name] for name in ("wait", "hold", "requests", "inactivity", "polling", "maxpause", "ver")}
        assert terms == {"wait": "20", "hold": "2", "requests": "3", "inactivity": "7", "polling": "3", "maxpause": "9", "ver": "1.11"}
        stream.close()


def test_BO_028_sids_are_never_alike_and_never_the_stream_id(edge, upstream):
    sids = set()
    for number in range(50):
        session = BOSHSession(edge.address)
        creation = session.ask()
        stream = upstream.accept()
        stream.read_header()
        identity = f"the-identity-of-stream-{number}"  # too long to be in random letters by chance
        stream.send_header(identity)
        answer = session.take(creation.answer())
        assert answer["authid"] == identity and identity not in session.sid
        sids.add(session.sid)
    assert len(sids) == 50 and min(len(sid) for sid in sids) >= 22


def test_BO_020_stanzas_without_sid_and_to_make_no_session(edge, upstream):
    text = body(f"<iq xmlns='{CLIENT}' type='get' id='1'/>", rid=5, ver="1.11")
    Poster(edge.address).post(text).answer().expect_terminate("improper-addressing")
    upstream.expect_no_connection(0.2)


def test_BO_022_the_only_domain_is_meant_where_none_is_named(edge, upstream):
    session = BOSHSession(edge.address)
    session.ask(to=None)
    assert upstream.accept().read_header().attributes["to"] == "edge.test"


def test_BO_023_a_domain_that_is_not_served_is_unknown(edge, upstream):
    BOSHSession(edge.address).ask(to="elsewhere.test").answer().expect_terminate("host-unknown")
    upstream.expect_no_connection(0.2)


def test_BO_024_a_domain_that_was_served_once_is_gone(upstream, site):
    with Edge(upstream.address, public=site, environment={"XMPP_EDGE_RETIRED_DOMAINS": "old.test"}) as edge:
        BOSHSession(edge.address).ask(to="OLD.test").answer().expect_terminate("host-gone")
        upstream.expect_no_connection(0.2)


def test_BO_042_no_connection_is_made_on_the_clients_word(edge, upstream):
    BOSHSession(edge.address).ask(route="xmpp:127.0.0.1:1")
    assert upstream.accept().read_header().attributes["to"] == "edge.test"


def test_BO_044_BO_045_who_and_in_which_language_goes_to_the_server(edge, upstream):
    BOSHSession(edge.address).ask(**{"from": "alice@edge.test", "xml_lang": "de"})
    attributes = upstream.accept().read_header().attributes
    assert attributes["from"] == "alice@edge.test" and attributes["{http://www.w3.org/XML/1998/namespace}lang"] == "de"
    BOSHSession(edge.address).ask(**{"from": "@@"}).answer().expect_terminate("bad-request")


def test_BO_049_a_server_out_of_reach_is_told_of(edge, upstream):
    upstream.stop_listening()
    BOSHSession(edge.address).ask().answer().expect_terminate("remote-connection-failed")


def test_BO_048_a_slow_server_does_not_keep_the_session_waiting(edge, upstream):
    session = BOSHSession(edge.address)
    creation = session.ask()
    stream = upstream.accept()
    stream.read_header()
    assert session.take(creation.answer()).elements == []
    request = session.send()
    request.expect_held(0.2)
    stream.send_header("late")
    answer = request.answer()
    assert answer["authid"] == "late" and answer["xmpp:version"] == "1.0" and answer.elements[0].tag == f"{{{STREAMS}}}features"


def test_BO_050_too_many_sessions_are_refused_before_the_server_hears_of_them(upstream, site):
    with quick(upstream, site, SESSIONS="1") as edge:
        session = BOSHSession(edge.address)
        creation = session.ask()
        stream = upstream.accept()
        stream.read_header()
        stream.send_header()
        session.take(creation.answer())
        response = BOSHSession(edge.address).ask().response()
        assert response.status == 503 and response["retry-after"]
        upstream.expect_no_connection(0.2)
        session.terminate()
        stream.close()
        BOSHSession(edge.address).ask()
        upstream.accept().read_header()
        upstream.close_streams()


def test_BO_051_the_orphan_of_a_lost_creation_ends_by_itself(upstream, site):
    with quick(upstream, site, BOSH_INACTIVITY="1 s") as edge:
        orphan = BOSHSession(edge.address).ask()
        stream = upstream.accept()
        stream.read_header()
        stream.send_header()
        orphan.answer()
        orphan.close()
        stream.expect_eof()
        assert eventually(lambda: "reason=client-vanished" in edge.log())


# Requests on many connections


def test_BO_064_every_request_on_a_new_connection(edge, table):
    session, stream = table.bosh_logged_in()
    for number in range(40):
        request = session.send(f"<message id='{number}'/>")
        assert stream.read_element().element.get("id") == f"{number}"
        stream.send(f"<message id='a{number}'/>")
        assert request.answer().ids == [f"a{number}"]
        request.close()


def test_BO_052_an_early_request_waits_for_the_one_before(table):
    session, stream = table.bosh_logged_in()
    first, second = session.next("<message id='1'/>"), session.next("<message id='2'/>")
    late = session.connect().post(second)
    stream.expect_silence(0.2)
    early = session.connect().post(first)
    assert [stream.read_element().element.get("id") for _ in range(2)] == ["1", "2"]
    assert early.answer().type is None
    late.expect_held(0.2)


def test_BO_054_BO_132_a_rid_out_of_the_window_ends_the_session(edge, table):
    session, stream = table.bosh_logged_in()
    waiting = held(session, stream)
    beyond = session.connect().post(session.again(rid=session.rid + 5)).answer()
    beyond.expect_terminate("item-not-found")
    waiting.answer().expect_terminate("other-request")
    stream.expect_eof()  # no end tag: the client may resume its stream
    other = Poster(edge.address).post(body(rid=1, sid="A" * 30)).answer()
    assert other.text == beyond.text
    assert eventually(lambda: "reason=bosh-error detail=item-not-found" in edge.log())


def test_BO_119_BO_121_BO_122_only_clients_without_a_version_get_HTTP_errors(table):
    legacy, _ = table.bosh_logged_in(ver=None)
    legacy.connect().post(legacy.next("<a>")).answer().expect_terminate("bad-request", 400)
    legacy, _ = table.bosh_logged_in(ver=None)
    legacy.connect().post(legacy.again(rid=legacy.rid + 9)).answer().expect_terminate("item-not-found", 404)
    modern, _ = table.bosh_logged_in()
    modern.connect().post(modern.next("<a>")).answer().expect_terminate("bad-request", 200)


def test_BO_075_BO_076_a_repeat_gets_the_same_answer_and_its_stanza_goes_once(table):
    session, stream = table.bosh_logged_in()
    text = session.next("<message id='once'/>")
    request = session.connect().post(text)
    stream.read_element()
    stream.send("<message id='a'/>")
    answer = request.answer()
    again = session.connect().post(text).answer()
    assert again.text == answer.text and again.ids == ["a"]
    stream.expect_silence(0.2)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_BO_080_a_dead_connection_with_a_held_request_loses_nothing(table, how):
    session, stream = table.bosh_logged_in()
    for number in range(6):
        getattr(held(session, stream), how)()
        if number % 2:
            time.sleep(0.05)
        stream.send(f"<message id='{number}'/>")
        if number % 3 == 0:
            time.sleep(0.05)
        assert session.connect().post(session.again()).answer().ids == [f"{number}"]


def test_BO_079_a_held_request_that_comes_again_moves_to_the_new_connection(table):
    session, stream = table.bosh_logged_in()
    old = held(session, stream)
    new = session.connect().post(session.again())
    assert old.answer().type == "error"
    new.expect_held(0.1)
    stream.send("<message id='a'/>")
    assert new.answer().ids == ["a"]


def test_BO_081_an_answer_that_nobody_read_comes_again(table):
    session, stream = table.bosh_logged_in()
    request = held(session, stream)
    stream.send("<message id='lost'/>")
    time.sleep(0.2)
    request.reset()
    assert session.connect().post(session.again()).answer().ids == ["lost"]


def test_PT_021_connections_that_die_at_every_step_neither_lose_nor_double_a_stanza(table):
    session, stream = table.bosh_logged_in()
    came: list[str | None] = []
    sent = 0
    for step in range(60):
        time.sleep(0.1)  # ten repeats a second are taken for an attack
        text = session.next(f"<message id='u{step}'/>")
        request = session.connect().post(text)
        if step % 4 == 0:
            request.reset()  # perhaps before the edge has read it
            request = session.connect().post(text)
        assert stream.read_element().element.get("id") == f"u{step}"
        for _ in range(step % 3 + 1):
            stream.send(f"<message id='d{sent}'/>")
            sent += 1
        if step % 3 == 0:
            time.sleep(0.02)
            request.reset()
            request = session.connect().post(text)
        answer = request.answer()
        while answer.type == "error":
            answer = session.connect().post(text).answer()
        came += answer.ids
        request.close()
    stream.send("<message id='end'/>")
    while came[-1] != "end":
        came += session.send().answer().ids
    assert came == [f"d{number}" for number in range(sent)] + ["end"]
    stream.expect_silence(0.2)


def test_BO_074_with_acknowledgements_too_nothing_is_lost(table):
    session, stream = table.bosh_logged_in(ack=1)
    came = []
    for number in range(10):
        stream.send(f"<message id='{number}'/>")
        request = held(session, stream, ack=session.rid if number else None)
        if number % 3 == 0:
            time.sleep(0.05)
            request.reset()
            request = session.connect().post(session.again(ack=session.rid - 1 if number else None))
        came += request.answer().ids
    assert came == [f"{number}" for number in range(10)]


# Time


def test_BO_058_BO_087_wait_and_inactivity_are_what_was_said(upstream, site):
    with quick(upstream, site, BOSH_INACTIVITY="2 s") as edge:
        session, stream = Table(edge, upstream).bosh_logged_in(wait=2)
        began = time.monotonic()
        request = session.send()
        assert request.answer().is_empty
        assert 1.9 < time.monotonic() - began < 10, "the other wait is half a minute"
        stream.expect_eof()
        assert 3.9 < time.monotonic() - began, "the time of the wait and after it that of inactivity"
        unknown(session)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_BO_088_PT_010_a_client_that_vanished_in_a_held_request_is_gone_after_inactivity(upstream, site, how):
    with quick(upstream, site, BOSH_INACTIVITY="3 s") as edge:
        session, stream = Table(edge, upstream).bosh_logged_in()
        waiting = session.send()
        waiting.expect_held(3.2)
        began = time.monotonic()
        getattr(waiting, how)()
        stream.expect_eof()  # without an end tag: the stream may be resumed
        assert 2.9 < time.monotonic() - began
        unknown(session)


def test_XB_016_what_could_not_be_delivered_is_left_to_the_server_by_a_bare_end(upstream, site):
    with quick(upstream, site, BOSH_INACTIVITY="3 s") as edge:
        session, stream = Table(edge, upstream).bosh_logged_in()
        stream.send("<message id='undelivered'/><iq type='get' id='1'/>")
        stream.expect_eof()
        unknown(session)


def test_BO_089_BO_091_a_pause_answers_everything_and_lets_the_client_stay_away(upstream, site):
    with quick(upstream, site, BOSH_INACTIVITY="3 s") as edge:
        session, stream = Table(edge, upstream).bosh_logged_in()
        waiting = session.send()
        waiting.expect_held(0.1)
        pause = session.send(pause=30)
        assert waiting.answer().elements == [] and pause.answer().elements == []
        stream.send("<message id='kept'/>")
        stream.expect_silence(3.5)
        assert session.send().answer().ids == ["kept"]
        stream.expect_eof()


@pytest.fixture
def patient(upstream, site):
    """Whoever asks twice within a minute asks too fast, however busy the machine is."""
    with quick(upstream, site, BOSH_POLLING="1 min") as edge:
        yield Table(edge, upstream)
        upstream.close_streams()


def test_BO_098_a_client_that_asks_too_fast_is_ended(patient):
    session, stream = patient.bosh_logged_in()
    waiting = session.send()
    waiting.expect_held(0.1)
    session.send().answer().expect_terminate("policy-violation")
    waiting.answer().expect_terminate("other-request")
    stream.read_end()


def test_BO_101_BO_102_a_session_that_polls_is_answered_at_once(patient):
    session, stream = patient.bosh_logged_in(hold=0)
    stream.send("<message id='a'/>")
    assert brought(session, stream, session.send(NUDGE).answer()).ids == ["a"]
    assert session.send().answer().is_empty
    session.send().answer().expect_terminate("policy-violation")


def test_a_login_that_takes_too_long_ends_the_session(upstream, site):
    with quick(upstream, site, TIME_TO_LOGIN="3 s", TIME_TO_OPEN="1 s") as edge:
        session = BOSHSession(edge.address)
        creation = session.ask()
        stream = upstream.accept()
        stream.read_header()
        stream.send_header()
        session.take(creation.answer())
        session.send().answer().expect_terminate("policy-violation")
        stream.read_end()


# What crosses


def test_BO_012_BO_013_BO_014_stanzas_go_on_in_order_and_mean_the_same(table):
    session, stream = table.bosh_logged_in()
    session.rid += 1
    text = (f"<body xmlns='http://jabber.org/protocol/httpbind' xmlns:p='urn:p' rid='{session.rid}' sid='{session.sid}'>"
            "<message id='1'><p:x/></message><message xmlns='jabber:client' id='2'/><r xmlns='urn:xmpp:sm:3'/></body>")
    session.connect().post(text)
    first = stream.read_element(f"{{{CLIENT}}}message")
    assert first.element[0].tag == "{urn:p}x"
    stream.read_element(f"{{{CLIENT}}}message")
    stream.read_element(f"{{{SM}}}r")


def test_XB_006_XB_007_XB_008_a_restart_is_a_new_header_on_the_same_connection(edge, table):
    session, stream = table.bosh_opened()
    request = session.send(f"<auth xmlns='{SASL}'/>")
    stream.read_element()
    stream.send(SUCCESS)
    request.answer()
    request = session.send("<message id='ignored'/>", xmpp_restart="true", to="edge.test")
    stream.read_header()
    request.expect_held(0.2)
    stream.send_header("s2", BIND_FEATURES)
    answer = request.answer()
    assert answer["authid"] == "s2" and answer.elements[0].tag == f"{{{STREAMS}}}features"
    stream.expect_silence(0.2)


def test_a_restart_without_a_reason_ends_the_session(table):
    session, stream = table.bosh_opened()
    session.send(xmpp_restart="true").answer().expect_terminate("policy-violation")
    stream.read_end()


def test_XB_013_XB_014_STARTTLS_and_compression_are_neither_shown_nor_taken(table):
    features = SASL_FEATURES.replace("<stream:features>", (
        "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
        "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>"))
    session, stream = table.bosh_opened(features)
    [offered] = session.created.elements  # the letters of the sid are random
    assert f"{{{SASL}}}mechanisms" in [child.tag for child in offered.element]
    assert "tls" not in offered.text and "compress" not in offered.text
    session.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").answer().expect_terminate("bad-request")
    stream.read_end()


def test_frames_of_WebSockets_have_no_place_in_a_body(table):
    session, stream = table.bosh_opened()
    session.send(CLOSING_FRAME).answer().expect_terminate("bad-request")
    stream.read_end()


def test_XB_017_PT_013_features_right_after_a_success_without_restart_pass(table):
    session, stream = table.bosh_opened()
    request = session.send("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>")
    stream.read_element()
    stream.send(f"<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>a@edge.test/1</authorization-identifier></success>{BIND_FEATURES}")
    answer = request.answer()
    while len(answer.elements) < 2:
        answer.elements += session.send().answer().elements
    assert [element.tag for element in answer.elements] == ["{urn:xmpp:sasl:2}success", f"{{{STREAMS}}}features"]
    stream.expect_silence(0.1)
    session.send("<message id='1'/>")
    stream.read_element()


def test_bodies_before_login_are_small(table):
    session, stream = table.bosh_opened()
    session.send(f"<auth xmlns='{SASL}'>{'x' * 30_000}</auth>").answer().expect_terminate("policy-violation")
    stream.read_end()


def test_too_many_elements_before_login_end_the_session(table):
    session, stream = table.bosh_opened()
    session.send(f"<auth xmlns='{SASL}'/>" * 100).answer().expect_terminate("policy-violation")


# Ends


def test_BO_105_the_request_that_waits_hears_of_the_goodbye(table):
    session, stream = table.bosh_logged_in()
    waiting = session.send()
    waiting.expect_held(0.1)
    last = session.send("<presence type='unavailable'/>", type="terminate")
    waiting.answer().expect_terminate(None)
    assert last.answer().is_empty
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.read_end()


def test_XB_012_a_stream_error_comes_whole_behind_what_came_before(table):
    session, stream = table.bosh_logged_in()
    waiting = session.send()
    waiting.expect_held(0.1)
    stream.send(f"<message id='a'/><stream:error><conflict xmlns='{ERRORS}'/></stream:error>")
    answer = waiting.answer().expect_terminate("remote-stream-error")
    assert answer.elements[0]["id"] == "a" and answer.elements[1].find(f"{{{ERRORS}}}conflict") is not None
    assert "xmlns:stream" in answer.text
    stream.read_end()


def test_BO_108_what_the_server_said_before_it_left_is_kept_for_the_next_request(table):
    session, stream = table.bosh_logged_in()
    stream.send("<message id='last'/>" + END)
    stream.close()
    time.sleep(0.2)
    answer = session.send().answer().expect_terminate("remote-connection-failed")
    assert answer.ids == ["last"]


def test_BO_114_a_server_that_breaks_off_is_told_of(table):
    session, stream = table.bosh_logged_in()
    waiting = session.send()
    waiting.expect_held(0.1)
    stream.reset()
    waiting.answer().expect_terminate("remote-connection-failed")
    unknown_or_same = session.connect().post(session.again()).answer()
    assert unknown_or_same.type == "terminate"


def test_BO_116_a_stop_tells_every_client_and_leaves_streams_to_be_resumed(edge, table, upstream):
    sessions = [table.bosh_logged_in() for _ in range(6)]
    waiting = [held(session, stream) for session, stream in sessions]
    edge.ask_to_end()
    for request in waiting:
        request.answer().expect_terminate("system-shutdown")
        request.client.expect_end()
    for _, stream in sessions:
        stream.expect_eof()
        stream.close()
    assert edge.terminate() == 0
    assert edge.log().count("reason=shutdown") == 6
