"""nginx in front of the edge: as its manual begins, with a new HTTP/1.0 connection for each request, and as deploy/nginx has it."""

import re
from collections.abc import Iterator

import pytest

from harness.bosh import BOSHSession, Poster
from harness.edge import Edge
from harness.front import Front
from harness.http import HTTPClient
from harness.stream import CLIENT
from harness.upstream import Upstream, UpstreamStream


@pytest.fixture(params=["nginx-simple", "nginx"])
def nginx(request: pytest.FixtureRequest, edge: Edge) -> Iterator[Front]:
    with Front(request.param, edge.address) as running:
        yield running


def created(nginx: Front, upstream: Upstream) -> tuple[BOSHSession, UpstreamStream]:
    session = BOSHSession(nginx.address)
    creation = session.ask(wait=60)
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    session.take(creation.answer())
    return session, stream


def message(identity: str) -> str:
    return f"<message xmlns='{CLIENT}' id='{identity}'/>"


def test_stanzas_go_both_ways_and_nginx_closes_nothing_early(nginx, upstream):
    session, stream = created(nginx, upstream)
    over = Poster(nginx.address)
    for number in range(20):
        request = session.send(message(f"up{number}"), over=over)
        assert stream.read_element(f"{{{CLIENT}}}message").element.get("id") == f"up{number}"
        stream.send(f"<message id='down{number}'/>")
        assert request.answer().ids == [f"down{number}"]
    session.terminate().expect_terminate(None)
    stream.read_end()
    assert not re.search(r'" 5\d\d ', nginx.requests())


def test_a_killed_nginx_loses_nothing_in_either_direction(nginx, upstream):
    session, stream = created(nginx, upstream)
    for round_number in range(3):
        held = session.send()  # in mid-poll
        sending = session.send(message(f"up{round_number}"))
        assert stream.read_element(f"{{{CLIENT}}}message").element.get("id") == f"up{round_number}"
        held.answer()
        nginx.kill()
        stream.send(f"<message id='down{round_number}'/>")  # to a request that nobody will read the answer of
        nginx.start()
        again = session.connect().post(session.again(message(f"up{round_number}"))).answer()
        assert again.ids == [f"down{round_number}"]
        sending.close()
    session.terminate(message("last"))
    assert stream.read_element(f"{{{CLIENT}}}message").element.get("id") == "last", "a request that came twice counted twice"
    stream.read_end()


def test_FW_006_what_a_client_says_of_its_host_does_not_come_through(upstream, site):
    """nginx passes on every header field that it was not told about."""
    trusting = {"XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1", "XMPP_EDGE_TLS_REDIRECT_TO_PORT": "443"}
    with Edge(upstream.address, public=site, environment=trusting) as edge, Front("nginx", edge.address) as nginx:
        for target in ("/", "/ws"):
            answer = HTTPClient(nginx.address).request(target=target, host="edge.test", headers=("X-Forwarded-Host: evil.test",))
            assert answer.status == 308 and answer["location"] == f"https://edge.test{target}"
