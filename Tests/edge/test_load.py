"""The load tester on the edge: each scenario over each transport, against a real Prosody and against its own sink."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prosody import Prosody

from harness import secured
from harness.edge import PROGRAM, Edge
from harness.tls import certificates, pair

LOAD = str(Path(os.environ.get("XMPP_LOAD") or PROGRAM.with_name("xmpp-load")))
TRANSPORTS = ["ws", "http"]


def url(edge: Edge, transport: str) -> str:
    if transport == "tcp":  # beside the edge
        return f"tcp://{edge.upstream}"
    host, port = edge.address
    return f"{transport}://{host}:{port}/{'ws' if transport.startswith('ws') else 'http-bind'}"


def load(tmp_path: Path, *words: str, code: int = 0) -> dict:
    """One short run; gives what it wrote. It records from the first message on: however long the machine pauses, there is one."""
    report = tmp_path / "result.json"
    done = subprocess.run(
        [LOAD, *words, "--sessions", "4", "--warm-up", "0s", "--duration", "700ms", "--quiet", "--json", report],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == code, done.stdout + done.stderr
    return {**json.loads(report.read_text()), "text": done.stdout, "errors": done.stderr}


@pytest.fixture(scope="module")
def prosody() -> Iterator[Prosody]:
    """One that keeps no messages: each 10,000 in an archive it stops for a second and cuts the file, longer than a run here."""
    with Prosody("edge.test", {"alice": "secret"}, more="default_archive_policy = false; muc_log_by_default = false") as server:
        yield server


@pytest.fixture
def sink(request) -> Iterator[str]:
    """Address of a sink; its options are the fixture's parameters."""
    options = getattr(request, "param", ())
    with subprocess.Popen(
            [LOAD, "sink", "--tcp", "127.0.0.1:0", "--domain", "edge.test", *options], stdout=subprocess.PIPE, text=True) as process:
        yield "127.0.0.1:" + process.stdout.readline().removeprefix("ready: tcp ").strip()
        process.terminate()


@pytest.mark.parametrize("transport", [*TRANSPORTS, "tcp"])
@pytest.mark.parametrize("scenario", ["echo", "chat", "room", "idle", "connect", "churn", "reconnect-storm"])
def test_every_scenario_runs_through_the_edge_without_a_failure(edge_on_prosody, tmp_path, scenario, transport):
    result = load(
        tmp_path, scenario, url(edge_on_prosody, transport), "--domain", "edge.test", "--user", "alice", "--presence",
        "--room-service", "rooms.edge.test", "--room-size", "4", "--connect-rate", "20")
    assert result["failures"] == {}
    assert result["sessionsStanding"] == 4
    if scenario != "connect":
        assert result["latency"]["count"] > 0
    if scenario == "room":
        assert result["latency"]["count"] == 4 * result["sent"]


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "ANONYMOUS"])
@pytest.mark.parametrize("transport", [*TRANSPORTS, "tcp"])
def test_every_mechanism_logs_in(sink, tmp_path, transport, mechanism):
    user = () if mechanism == "ANONYMOUS" else ("--user", "user%d", "--password", "secret")
    with Edge(sink) as edge:
        target = url(edge, transport)
        result = load(tmp_path, "echo", target, "--domain", "edge.test", "--mechanism", mechanism, *user)
    assert result["failures"] == {} and result["sessionsReady"] == 4
    assert "secret" not in json.dumps(result)


@pytest.mark.parametrize("transport", [*TRANSPORTS, "tcp"])
def test_a_wrong_password_is_told_in_the_servers_words(edge_on_prosody, tmp_path, transport):
    result = load(
        tmp_path, "echo", url(edge_on_prosody, transport), "--domain", "edge.test", "--user", "alice", "--password", "wrong", code=2)
    assert result["failures"] == {"login": 4}
    assert result["causes"] == {"login": "not-authorized"}
    assert "4 x login refused (not-authorized)" in result["text"]


@pytest.mark.parametrize("transport", [*TRANSPORTS, "tcp"])
def test_more_messages_under_way_than_a_body_holds_are_no_failure(sink, tmp_path, transport):
    with Edge(sink) as edge:
        result = load(tmp_path, "echo", url(edge, transport), "--domain", "edge.test", "--window", "600")
    assert result["failures"] == {} and result["sessionsStanding"] == 4
    assert result["sent"] >= 600, "the window of one session"
    assert result["delivered"] > 0, "how many is the machine's business"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("sink", [("--mode", "push", "--rate", "20")], indirect=True)
def test_pushed_messages_arrive_through_the_edge(sink, tmp_path, transport):
    with Edge(sink) as edge:
        begun = time.monotonic()
        result = load(tmp_path, "push", url(edge, transport), "--domain", "edge.test")
    # 4 sessions, 20 a second to each; a busy machine may delay some until the run is over, or earlier ones until it begins.
    assert 1 <= result["delivered"] <= 4 * 20 * (time.monotonic() - begun)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_expectation_that_is_not_met_gives_exit_code_3(sink, tmp_path, transport):
    page = tmp_path / "report.html"
    with Edge(sink) as edge:
        result = load(
            tmp_path, "echo", url(edge, transport), "--domain", "edge.test", "--expect", "p99<1us", "--expect", "failures=0",
            "--html", str(page), code=3)
    assert result["errors"].startswith("xmpp-load: not met: p99<1us, ")
    assert result["errors"].count("not met") == 1
    assert [(outcome["condition"], outcome["isMet"]) for outcome in result["expectations"]] == [("p99<1us", False), ("failures=0", True)]
    assert result["tool"]["version"] and result["tool"]["date"] and result["tool"]["machine"]
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_a_run_that_only_fails_is_given_up_with_exit_code_2(tmp_path):
    result = load(tmp_path, "echo", "tcp://127.0.0.1:1", code=2)
    assert result["failures"] == {"connect": 4}
    assert result["stopReason"] == "no session could log in"
    assert result["causes"] == {"connect": "Connection refused"}


@pytest.mark.parametrize("transport, cause", [("ws", "HTTP status 404"), ("http", "HTTP status 405")])
def test_a_wrong_path_is_told(sink, tmp_path, transport, cause):
    with Edge(sink) as edge:
        result = load(tmp_path, "echo", url(edge, transport) + "/nothing", "--domain", "edge.test", code=2)
    assert result["failures"] == {"handshake": 4}
    assert result["causes"] == {"handshake": cause}


# What cannot work is told before anything is connected

@pytest.mark.parametrize("words, sentence", [
    (["--sessions", "0"], "--sessions must be more than 0"),
    (["--sessions", "900000"], "--sessions 900000: this process may have "),
    (["--sessions", "many"], "Error: The value 'many' is invalid for '--sessions <sessions>'"),
    (["--size", "99999999999999"], "--size 99999999999999: more than 1,048,576 is too much"),
    (["--window", "100000"], "--window 100000 of --size 200: one session can have 5242 of them under way at most"),
    (["--rate", "inf"], "--rate inf: more than 10,000,000 a second is too much"),
    (["--rate", "5", "--window", "5"], "either --rate (open loop) or --window (closed loop)"),
    (["--ramp", "5s"], "--ramp goes with --rate"),
    (["--duration", "soon"], "--duration: soon is no time such as 500ms, 10s or 2m"),
    (["--expect", "p98<5ms"], "--expect p98<5ms: p98 is none of p50, p90, "),
    (["--mechanism", "PLAIN"], "--mechanism PLAIN needs accounts: --user, and --password"),
    (["--user", "alice@edge.test"], "--user alice@edge.test: expected the part before the @ alone"),
    (["--source", "192.0.2.1"], "--source 192.0.2.1 cannot be used: Cannot assign requested address"),
    (["--watch", "99999999"], "--watch 99999999: there is no such process on this machine"),
    (["--json", "/nowhere/at/all.json"], "/nowhere/at/all.json cannot be written: No such file or directory"),
    (["--html", "/nowhere/at/all.html"], "/nowhere/at/all.html cannot be written: No such file or directory"),
    (["--json", "one", "--html", "one"], "--json and --html name the same file, one"),
])
def test_what_cannot_work_is_told_at_the_start(words, sentence):
    done = subprocess.run([LOAD, "echo", "tcp://127.0.0.1:1", *words], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.removeprefix("xmpp-load: ").startswith(sentence)


def test_flags_that_would_do_nothing_are_refused():
    done = subprocess.run([LOAD, "idle", "tcp://127.0.0.1:1", "--rate", "5"], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (1, "xmpp-load: --rate does nothing for idle, which sends no messages\n")


def test_a_name_that_does_not_resolve_is_told():
    done = subprocess.run([LOAD, "echo", "tcp://nobody.invalid"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("xmpp-load: nobody.invalid has no address: ")


def test_a_full_disk_is_told_and_the_summary_is_there(sink):
    done = subprocess.run(
        [LOAD, "echo", f"tcp://{sink}", "--domain", "edge.test", "--sessions", "1", "--warm-up", "0s", "--duration", "100ms", "--quiet",
         "--json", "/dev/full"], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (1, "xmpp-load: /dev/full cannot be written: No space left on device\n")
    assert "1 of 1 logged in" in done.stdout


# In the middle

@contextlib.contextmanager
def long_run(tmp_path: Path, *words: str) -> Iterator[subprocess.Popen]:
    """A run of a minute that is under load when this is entered: it says so once a second where it finds a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
            [LOAD, *words, "--domain", "edge.test", "--sessions", "4", "--warm-up", "0s", "--duration", "60s",
             "--json", tmp_path / "result.json", "--html", tmp_path / "report.html"],
            stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        try:
            said = b""
            while not re.search(rb"[2-9] s  sessions 4  ", said):
                said += os.read(ours, 1000)
            yield process
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_interrupted_run_reports_what_it_has(sink, tmp_path, transport):
    with Edge(sink) as edge, long_run(tmp_path, "echo", url(edge, transport), "--rate", "100") as process:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=40)
    assert process.returncode == 2
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["stopReason"] == "interrupted" and "ended early       interrupted" in output
    assert 1 < result["recordedSeconds"] < 15
    # Of the time that was recorded, not of the minute that was planned.
    assert 10 < result["deliveredPerSecond"] < 150
    assert "<strong>Ended early:</strong> interrupted" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("transport", [*TRANSPORTS, "tcp"])
def test_a_run_whose_server_is_gone_ends_soon(tmp_path, transport):
    with subprocess.Popen(
            [LOAD, "sink", "--tcp", "127.0.0.1:0", "--domain", "edge.test"], stdout=subprocess.PIPE, text=True) as server:
        address = "127.0.0.1:" + server.stdout.readline().removeprefix("ready: tcp ").strip()
        with Edge(address) as edge, long_run(tmp_path, "echo", url(edge, transport)) as process:
            server.kill()
            output, _ = process.communicate(timeout=40)
    assert process.returncode == 2
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["stopReason"] == "all sessions were lost"
    assert sum(result["failures"].get(kind, 0) for kind in ("dropped", "stream-error")) == 4 and result["causes"]


# The line of progress

def watched(sink: str, stderr, *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [LOAD, "echo", f"tcp://{sink}", "--domain", "edge.test", "--sessions", "4", "--rate", "100", "--warm-up", "0s", *words],
        stdout=subprocess.DEVNULL, stderr=stderr, text=True)


def test_a_pipe_gets_a_line_now_and_then(sink):
    with watched(sink, subprocess.PIPE, "--duration", "6500ms") as process:
        lines = process.stderr.read().splitlines()
    assert len(lines) == 1
    assert re.match("[5-7] s  sessions 4  ", lines[0]) and "msg/s  p50 " in lines[0] and "p99 " in lines[0]


def test_a_terminal_gets_one_line_that_never_wraps(sink):
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    with watched(sink, theirs, "--duration", "3500ms") as process:
        process.wait(20)
    os.close(theirs)
    seen = os.read(ours, 10000).decode()
    os.close(ours)
    lines = seen.rstrip("\r\n").split("\r")[1:]
    assert len(lines) >= 2 and "\n" not in seen.rstrip("\r\n")
    assert all(line.endswith("\x1b[K") and len(line) < 80 + 3 for line in lines)


# With TLS

@pytest.fixture
def secure_edge(sink: str) -> Iterator[Edge]:
    with Edge(sink, listen=("127.0.0.1:0 tls",), options=pair("good")) as edge:
        yield edge


@pytest.mark.parametrize("transport", ["wss", "https"])
@pytest.mark.parametrize("scenario", ["echo", "chat", "idle", "churn", "reconnect-storm"])
def test_scenarios_run_with_tls_without_a_failure(secure_edge, tmp_path, scenario, transport):
    result = load(
        tmp_path, scenario, url(secure_edge, transport), "--domain", "edge.test", "--connect-rate", "20",
        "--ca", str(certificates() / "ca.pem"))
    assert result["failures"] == {}
    assert result["sessionsStanding"] == 4
    assert result["latency"]["count"] > 0
    assert result["plan"]["target"]["layer"] == "tls"


@pytest.mark.parametrize("transport", ["wss", "https"])
def test_a_certificate_that_does_not_hold_is_a_failure_of_its_own_kind(secure_edge, tmp_path, transport):
    trusts = ("--ca", str(certificates() / "other-ca.pem"))
    assert load(tmp_path, "echo", url(secure_edge, transport), *trusts, code=2)["failures"] == {"tls": 4}
    result = load(tmp_path, "echo", url(secure_edge, transport), "--domain", "edge.test", "--insecure")
    assert result["failures"] == {} and result["sent"] > 0


def test_a_server_without_tls_is_told_apart(sink, tmp_path):
    for scheme in ("tls", "starttls"):
        assert load(tmp_path, "echo", f"{scheme}://{sink}", "--domain", "edge.test", code=2)["failures"] == {"tls": 4}


def test_a_file_without_authorities_is_a_mistake_in_the_flags(tmp_path):
    for path, words in ((str(tmp_path / "none"), "cannot be read"), (str(certificates() / "ca.key"), "no authority's certificate")):
        done = subprocess.run([LOAD, "echo", "wss://127.0.0.1:1", "--ca", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and words in done.stderr


@pytest.mark.parametrize("scheme", ["starttls", "tls"])
def test_a_real_server_is_reached_with_each_kind_of_tls(tmp_path, scheme):
    with secured.prosody("edge.test", {"alice": "secret"}) as prosody:
        result = load(
            tmp_path, "echo", f"{scheme}://{prosody.ways[scheme].split()[0]}", "--domain", "edge.test", "--user", "alice", "--presence",
            "--ca", str(certificates() / "ca.pem"))
    assert result["failures"] == {}
    assert result["sent"] > 0
