"""BOSH through the whole edge, on requests made by hand: whatever the connection and the worker they come to."""

import pytest

from harness.bosh import BOSHBrowser, BOSHSession
from harness.edge import eventually
from harness.stream import CLIENT


def test_a_session_from_its_creation_to_its_end(edge, upstream):
    session = BOSHSession(edge.address)
    creation = session.ask()
    stream = upstream.accept()
    stream.read_header()
    stream.send_header()
    assert len(session.take(creation.answer()).elements) == 1
    request = session.send()
    request.expect_held()
    stream.send("<message id='a'/>")
    assert request.answer().ids == ["a"]
    session.terminate("<presence/>").expect_terminate(None)
    stream.read_element(f"{{{CLIENT}}}presence")
    stream.read_end()


@pytest.mark.parametrize("spread", [False, True])
def test_a_login_on_a_real_server(edge_on_prosody, spread):
    browser = BOSHBrowser(edge_on_prosody.address, spread=spread)
    assert browser.login("alice", "secret", "one") == "alice@edge.test/one"
    browser.close()
    assert eventually(lambda: "transport=bosh" in edge_on_prosody.log())
