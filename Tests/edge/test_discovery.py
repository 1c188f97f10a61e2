"""What a client finds that looks for this server by XEP-0156."""

import xml.etree.ElementTree as ET

import pytest

from harness.edge import Edge
from harness.http import get

XML, JSON = "/.well-known/host-meta", "/.well-known/host-meta.json"
ENVIRONMENT = {"XMPP_EDGE_PUBLIC_URL": "https://chat.example.org"}
HREFS = {"urn:xmpp:alt-connections:websocket": "wss://chat.example.org/ws", "urn:xmpp:alt-connections:xbosh": "https://chat.example.org/bosh"}


@pytest.fixture
def edge(upstream, site):
    with Edge(upstream.address, public=site, environment=ENVIRONMENT) as running:
        yield running


def test_DM_001_DM_005_DM_007_the_document_for_everybody(edge):
    answer = get(edge.address, XML, "Origin: https://elsewhere.example", "X-Forwarded-Host: evil")
    assert answer.status == 200 and answer["content-type"] == "application/xrd+xml"
    assert answer["access-control-allow-origin"] == "*"
    root = ET.fromstring(answer.body)
    assert root.tag == "{http://docs.oasis-open.org/ns/xri/xrd-1.0}XRD"
    assert {link.get("rel"): link.get("href") for link in root} == HREFS
    assert not get(edge.address, "/")["access-control-allow-origin"]


def test_DM_002_DM_006_in_JSON(edge):
    import json
    answer = get(edge.address, JSON)
    assert answer["content-type"] == "application/json" and answer["access-control-allow-origin"] == "*"
    assert {link["rel"]: link["href"] for link in json.loads(answer.body)["links"]} == HREFS
    asked = get(edge.address, XML, "Accept: application/json")
    assert asked.body == answer.body and asked["vary"] == "Accept"
    assert get(edge.address, XML, "Accept: application/json, application/xrd+xml")["content-type"] == "application/xrd+xml"
    assert get(edge.address, XML, "Accept: */*")["content-type"] == "application/xrd+xml"


def test_DM_002_without_a_public_URL_there_is_nothing(upstream, site):
    with Edge(upstream.address, public=site) as edge:
        assert get(edge.address, XML).status == get(edge.address, JSON).status == 404


def test_DM_003_anything_but_https_is_refused_at_the_start(upstream):
    with pytest.raises(RuntimeError, match="https://"):
        Edge(upstream.address, environment={"XMPP_EDGE_PUBLIC_URL": "http://chat.example.org"}).start()


def test_DM_004_the_way_it_is_asked_for_changes_nothing(upstream):
    with Edge(upstream.address, environment={**ENVIRONMENT, "XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1"}) as edge:
        plain, secure = (get(edge.address, XML, f"X-Forwarded-Proto: {scheme}") for scheme in ("http", "https"))
        assert plain.body == secure.body and plain.status == secure.status == 200


def test_DM_005_a_preflight_is_answered(edge):
    answer = get(edge.address, JSON, "Origin: https://a.example", "Access-Control-Request-Method: GET", method="OPTIONS")
    assert answer.status == 204
    assert answer["access-control-allow-origin"] == "*" and "GET" in answer["access-control-allow-methods"]
