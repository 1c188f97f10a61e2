"""A server that sends a session on to another one: the edge goes there, and the browser sees one clean stream."""

import pytest

from harness.bosh import BOSHSession
from harness.browser import Browser
from harness.edge import Edge
from harness.families import needs_ipv6
from harness.stream import ERRORS, FRAMING, SASL, STREAMS
from harness.table import Table
from harness.tls import certificates, server
from harness.upstream import END, HEADER, TLS, TLS_FEATURES, Upstream
from harness.wire import Ended


def refer(stream, host: str, how: str = "whole", header: str = HEADER.format(id="first", domain="edge.test")) -> None:
    error = f"<stream:error><see-other-host xmlns='{ERRORS}'>{host}</see-other-host></stream:error>"
    stream.send(header + error + END, how)


@pytest.mark.parametrize("how", ["whole", "bytes", "random"])
def test_XS_021_the_edge_follows_and_the_browser_sees_one_stream(how):
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        browser = Browser(edge.address)
        browser.open(**{"from": "alice@edge.test", "xml_lang": "ru"})
        browser.send(f"<auth xmlns='{SASL}' n='1'/>")
        stream = first.accept()
        header = stream.read_header()
        stream.read_element(f"{{{SASL}}}auth")
        refer(stream, second.address, how)
        stream.read_end()
        follower = second.accept()
        again = follower.read_header()
        assert again.attributes == header.attributes, "the same words, to the same domain"
        assert follower.read_element(f"{{{SASL}}}auth").element.get("n") == "1"
        follower.send_header("second")
        answer = browser.expect(f"{{{FRAMING}}}open")
        assert answer["id"] == "second"
        browser.expect(f"{{{STREAMS}}}features")
        assert all(b"first" not in frame.payload for frame in browser.socket.frames)
        first.expect_no_connection()


def test_XS_021_a_header_without_version_refers_as_well():
    header = "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>"
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.read_header()
        refer(stream, second.address, header=header)
        follower = second.accept()
        follower.read_header()
        follower.send_header("second")
        assert browser.expect(f"{{{FRAMING}}}open")["id"] == "second"


def test_XS_021_it_works_over_bosh():
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        session = BOSHSession(edge.address)
        creation = session.ask()
        stream = first.accept()
        stream.read_header()
        refer(stream, second.address)
        follower = second.accept()
        follower.read_header()
        follower.send_header()
        answer = session.take(creation.answer())
        assert [element.tag for element in answer.elements] == [f"{{{STREAMS}}}features"], answer


def test_XS_021_circles_end_and_no_address_reaches_the_browser():
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        browser = Browser(edge.address)
        browser.open()
        for here, there in [(first, second), (second, first), (first, second), (second, first)]:
            stream = here.accept()
            stream.read_header()
            refer(stream, there.address)
        browser.expect(f"{{{FRAMING}}}open")
        error = browser.expect_stream_error("internal-server-error")
        assert "127.0.0.1" not in error.text
        first.expect_no_connection()


@needs_ipv6
def test_XS_021_an_ipv6_address_with_a_port_is_followed():
    with Upstream() as first, Upstream(host="::1") as second, Edge(first.address) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.read_header()
        refer(stream, f"[::1]:{second.port}")
        follower = second.accept()
        follower.read_header()
        follower.send_header("second")
        assert browser.expect(f"{{{FRAMING}}}open")["id"] == "second"


@pytest.mark.parametrize("host", ["", "  ", "bad host", "127.0.0.1:0", "127.0.0.1:99999", "[a:b.example]:{port}", "x" * 400, "0.0.0.0:{port}", "[::]:{port}", "<a/>"])
def test_XS_021_where_nobody_can_go_the_browser_is_told(host):
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.read_header()
        refer(stream, host.format(port=second.port))
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("internal-server-error")
        second.expect_no_connection()


def test_XS_021_a_dead_host_is_told_without_its_name():
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        second.stop_listening()
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.read_header()
        refer(stream, second.address)
        browser.expect(f"{{{FRAMING}}}open")
        assert "127.0.0.1" not in browser.expect_stream_error("internal-server-error").text


def expect_left(browser, follower, certificate):
    """Whoever cannot prove to be the domain gets no stream, and the browser is told."""
    with pytest.raises((OSError, Ended)):
        follower.serve_starttls(server(certificate))
        follower.read_header()
    browser.expect(f"{{{FRAMING}}}open")
    browser.expect_stream_error("internal-server-error")


@pytest.mark.parametrize("certificate", ["good", "wrong-name"])
def test_XS_021_what_was_protected_stays_so_and_the_certificate_is_that_of_the_domain(certificate):
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with Upstream() as first, Upstream() as second, Edge(f"{first.address} starttls", environment=trust) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.serve_starttls(server())
        stream.read_header()
        refer(stream, second.address)
        follower = second.accept()
        if certificate == "good":
            follower.serve_starttls(server())
            follower.read_header()
            follower.send_header("second")
            assert browser.expect(f"{{{FRAMING}}}open")["id"] == "second"
        else:
            expect_left(browser, follower, certificate)


@pytest.mark.parametrize("certificate", ["good", "wrong-name"])
@pytest.mark.parametrize("asked", [False, True])
def test_XS_021_a_word_from_before_tls_is_followed_to_whoever_can_prove_to_be_the_domain(certificate, asked):
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with Upstream() as first, Upstream() as second, Edge(f"{first.address} starttls", environment=trust) as edge:
        browser = Browser(edge.address)
        browser.open()
        browser.send(f"<auth xmlns='{SASL}' n='1'/>")
        stream = first.accept()
        stream.read_header()
        if asked:
            stream.send_header("clear", TLS_FEATURES)
            stream.read_element(f"{{{TLS}}}starttls")
            refer(stream, second.address, header="")
        else:
            refer(stream, second.address)
        follower = second.accept()
        if certificate == "good":
            follower.serve_starttls(server())
            follower.read_header()
            assert follower.read_element(f"{{{SASL}}}auth").element.get("n") == "1"
            follower.send_header("second")
            assert browser.expect(f"{{{FRAMING}}}open")["id"] == "second"
        else:
            expect_left(browser, follower, certificate)
        assert b"auth" not in stream.wire.received


def test_XS_021_circles_before_tls_end_too():
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with Upstream() as first, Upstream() as second, Edge(f"{first.address} starttls", environment=trust) as edge:
        browser = Browser(edge.address)
        browser.open()
        for here, there in [(first, second), (second, first), (first, second), (second, first)]:
            stream = here.accept()
            stream.read_header()
            refer(stream, there.address)
        browser.expect(f"{{{FRAMING}}}open")
        assert "refers to another host" in browser.expect_stream_error("internal-server-error").text
        first.expect_no_connection()


def test_XS_021_a_host_that_offers_no_tls_gets_nothing_in_clear():
    trust = {"XMPP_EDGE_UPSTREAM_TLS_CA_FILE": str(certificates() / "ca.pem")}
    with Upstream() as first, Upstream() as second, Edge(f"{first.address} tls", environment=trust) as edge:
        browser = Browser(edge.address)
        browser.open()
        stream = first.accept()
        stream.start_tls(server())
        stream.read_header()
        refer(stream, second.address)
        follower = second.accept()
        assert follower.wire.take(1) == b"\x16", "a ClientHello"
        follower.close()
        browser.expect(f"{{{FRAMING}}}open")
        browser.expect_stream_error("internal-server-error")


def test_XS_020_after_login_it_is_passed_on_as_it_is():
    with Upstream() as first, Upstream() as second, Edge(first.address) as edge:
        browser, stream = Table(edge, first).logged_in()
        stream.send(f"<stream:error><see-other-host xmlns='{ERRORS}'>{second.address}</see-other-host></stream:error>{END}")
        assert browser.expect_stream_error("see-other-host").element[0].text == second.address
        second.expect_no_connection()
