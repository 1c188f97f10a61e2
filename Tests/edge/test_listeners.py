"""Where the edge listens, how it starts, and how it ends."""

import contextlib
import os
import socket
import subprocess
import time

import pytest
from harness.browser import CLOSING_FRAME, Browser
from harness.edge import PROGRAM, Edge, eventually
from harness.families import needs_ipv6
from harness.http import get
from harness.stream import CLIENT
from harness.table import Table
from harness.upstream import END
from harness.wire import Ended


def test_a_unix_domain_socket_serves_a_proxy_on_the_same_machine(upstream, site, tmp_path):
    path = str(tmp_path / "edge.sock")
    with Edge(upstream.address, public=site, listen=("127.0.0.1:0", f"unix:{path}")):
        assert get(path).status == 200
        browser = Browser(path)
        browser.open()
        upstream.accept().read_header()


@needs_ipv6
def test_ipv6_and_ipv4_are_served_side_by_side(upstream, site):
    with Edge(upstream.address, public=site, listen=("127.0.0.1:0", "[::1]:0")) as edge:
        public = [address for address in edge.addresses() if get_status(address, "/") == 200]
        assert {host for host, _ in public} >= {"127.0.0.1", "::1"}


def get_status(address, target):
    return get(address, target).status


def test_health_is_on_the_admin_listener_only(edge):
    for target in ("/healthz", "/readyz"):
        assert get(edge.admin, target).status == 200
        assert get(edge.address, target).status == 404


def test_SIGTERM_ends_sessions_with_going_away_and_the_program_with_0(edge, upstream):
    table = Table(edge, upstream)
    browser, stream = table.logged_in()
    edge.ask_to_end()
    frame = browser.socket.receive_frame()
    while frame.opcode != 8:
        frame = browser.socket.receive_frame()
    assert frame.close_code == 1001
    browser.socket.close(1001)
    stream.expect_eof()
    assert edge.terminate() == 0


def test_a_stop_does_not_wait_for_a_browser_that_does_not_answer(edge, upstream):
    Table(edge, upstream).logged_in()
    assert edge.terminate(timeout=20) == 0


def test_a_stop_does_not_wait_for_a_server_that_does_not_close_its_side(upstream):
    def seconds() -> float:
        with Edge(upstream.address) as edge:
            browser, _ = Table(edge, upstream).logged_in()
            begun = time.monotonic()
            edge.ask_to_end()
            browser.socket.expect_close(1001)
            browser.socket.close(1001)
            browser.socket.expect_end()
            browser.vanish()
            assert edge.terminate() == 0
            return time.monotonic() - begun

    # Whoever waited would need the three seconds of a stop each time; a busy machine may once.
    assert any(seconds() < 2.5 for _ in range(3))


def test_readiness_says_that_the_edge_is_ending_for_as_long_as_sessions_take_their_leave(edge, upstream):
    browser, _ = Table(edge, upstream).logged_in()
    edge.ask_to_end()
    browser.socket.expect_close(1001)
    response = get(edge.admin, "/readyz")
    assert response.status == 503 and b"draining" in response.body
    assert get(edge.admin, "/healthz").status == 200
    browser.socket.close(1001)
    upstream.close_streams()
    assert edge.terminate() == 0


def test_no_listener_is_open_without_a_worker_behind_it(upstream):
    ups = 0
    for limit in range(12, 40, 2):  # somewhere there the descriptors are enough for some workers and not for others
        # Whoever is not let in or refused at once waits for those who were let in and say nothing.
        edge = Edge(upstream.address, workers=3, fd_limit=limit, environment={"XMPP_EDGE_LIMITS_TIME_TO_HEAD": "1 s"})
        try:
            edge.start()
        except RuntimeError as failure:
            assert "Too many open files" in str(failure)
            continue
        ups += 1
        connections = [socket.create_connection(edge.address) for _ in range(12)]
        for connection in connections:  # answered, or closed because descriptors have run out: never left alone
            connection.settimeout(15)
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                connection.recv(1)
            connection.close()
        edge.kill()
    assert 0 < ups < 14


def answers(path: str) -> bool:
    """The socket's file is there a moment before anybody listens on it."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


@pytest.mark.parametrize("output", ["a pipe nobody reads", "a full disk", "none"])
def test_it_serves_although_nobody_can_read_its_ready_line(upstream, tmp_path, output):
    path = str(tmp_path / "edge.sock")
    command = [str(PROGRAM), "--listen", f"unix:{path}", "--admin", "off", "--domain", "a", "--upstream", upstream.address]
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=full if output == "a full disk" else writer, stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: os.close(1)) if output == "none" else None)
    os.close(writer)
    try:
        assert eventually(lambda: answers(path))
        assert get(path).status == 404
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_taken_port_is_a_clear_message_and_no_start(upstream, site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [str(PROGRAM), "--listen", f"127.0.0.1:{port}", "--domain", "a", "--upstream", upstream.address, "--admin", "127.0.0.1:0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert str(port) in done.stderr + done.stdout


CLEAR = "0.0.0.0:0 would take browsers' passwords in clear from the network: write tls behind it and name a certificate"


def test_a_listener_that_others_can_reach_without_tls_takes_a_word_and_gives_a_warning(upstream):
    settings = ["--listen", "*:0", "--domain", "a", "--upstream", upstream.address, "--admin", "off"]
    for command in ([], ["check"]):
        done = subprocess.run([str(PROGRAM), *command, *settings], capture_output=True, text=True, timeout=30)
        assert done.returncode == 1 and f"--listen: {CLEAR}" in done.stderr
    with Edge(upstream.address, listen=("127.0.0.1:0", "*:0 plain")) as edge:
        assert eventually(lambda: "0.0.0.0:0 is open to the network without TLS" in edge.log())
        assert get(edge.addresses()[1]).status == 404
    with Edge(upstream.address, listen=("localhost:0",)) as edge:
        assert "without TLS" not in edge.log()


def test_a_reload_cannot_open_a_listener_to_passwords_in_clear_without_the_word(upstream, tmp_path):
    def reload(listen: str, redirect: str, proxies: str = "") -> None:
        (tmp_path / "edge.yaml").write_text(
            f"listen: ['127.0.0.1:0', {listen}]\nadmin: off\ntrusted-proxies: [{proxies}]\n"
            f"tls: {{redirect-to-port: {redirect}}}\nupstreams: ['edge.test={upstream.address}']\n")
        if edge.process:
            edge.process.send_signal(1)

    def refused(count: int) -> bool:
        return eventually(lambda: edge.log().count("reload failed, the old configuration stays: ") == count and CLEAR in edge.log())

    edge = Edge()
    edge.command = [str(PROGRAM), "--config", str(tmp_path / "edge.yaml")]
    reload("'*:0'", "443")
    with edge:
        address = edge.addresses()[1]
        assert get(address).status == 308
        reload("'*:0'", "off")
        assert refused(1)
        reload("'127.0.0.1:1'", "off")  # the file is right by itself, but not for the listener that runs
        assert refused(2)
        reload("'*:0'", "443", "192.0.2.1")
        assert refused(3)
        assert get(address).status == 308
        reload("'*:0 plain'", "off")
        assert eventually(lambda: get(address).status == 404), edge.log()
        reload("'*:0'", "off")
        assert refused(4)


def test_check_opens_a_stream_and_says_what_is_wrong(upstream):
    command = [str(PROGRAM), "check", "--domain", "edge.test", "--upstream", upstream.address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stream = upstream.accept()
    assert stream.read_header().attributes["to"] == "edge.test"
    stream.send_header()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    upstream.stop_listening()
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0


def test_help_explains_every_flag():
    done = subprocess.run([str(PROGRAM), "--help"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    for flag in ("--listen", "--domain", "--upstream", "--public", "--workers", "--log-format", "--admin", "--config"):
        assert flag in done.stdout


def test_who_said_goodbye_first_is_in_the_log_whatever_the_browser_did_after(upstream):
    with Edge(upstream.address, options=("--log-format", "json")) as edge:
        browser, stream = Table(edge, upstream).logged_in()
        browser.send(CLOSING_FRAME)
        browser.vanish()
        stream.read_end()
        assert eventually(lambda: [end["reason"] for end in edge.ends()] == ["client-closed"]), edge.log()
        browser, stream = Table(edge, upstream).logged_in()
        stream.send(END)
        assert browser.socket.receive_text() == CLOSING_FRAME
        browser.vanish()
        assert eventually(lambda: [end["reason"] for end in edge.ends()] == ["client-closed", "upstream-closed"]), edge.log()


def test_a_session_is_logged_at_its_begin_and_end_with_reason_and_counts(upstream, site):
    with Edge(upstream.address, public=site, options=("--log-format", "json")) as edge:
        browser, stream = Table(edge, upstream).logged_in()
        stream.send("<message/>")
        browser.expect(f"{{{CLIENT}}}message")
        browser.vanish()
        stream.expect_eof()
        assert eventually(lambda: len(edge.records()) >= 2), edge.log()
        began, ended = edge.records()
        assert began["message"] == "session began" and ended["message"] == "session ended"
        assert (ended["domain"], ended["reason"], ended["messages_sent"]) == ("edge.test", "client-vanished", 1)
        assert ended["bytes_sent"] > 0 and ended["bytes_received"] > 0 and ended["total_ms"] >= 0


def test_an_upstream_that_dies_under_its_sessions_leaves_a_live_edge(edge, upstream):
    table = Table(edge, upstream)
    sessions = [table.logged_in() for _ in range(100)]
    upstream.close()
    for browser, _ in sessions:
        try:
            while browser.socket.receive_frame().opcode != 8:
                pass
        except Ended:
            raise AssertionError("the socket was dropped without Close") from None
    assert edge.is_alive() and get(edge.address).status == 200
