"""The load tester on the edge: each scenario over each transport, against a real Prosody and against its own sink."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import secured
from harness.edge import PROGRAM, Edge
from harness.tls import certificates, pair

LOAD = str(Path(os.environ.get("XMPP_LOAD") or PROGRAM.with_name("xmpp-load")))
TRANSPORTS = ["ws", "http"]


def url(edge: Edge, transport: str) -> str:
    host, port = edge.address
    return f"{transport}://{host}:{port}/{'ws' if transport.startswith('ws') else 'http-bind'}"


def load(tmp_path: Path, *words: str, code: int = 0) -> dict:
    """One short run; gives what it wrote."""
    report = tmp_path / "result.json"
    done = subprocess.run(
        [LOAD, *words, "--sessions", "4", "--warm-up", "200ms", "--duration", "500ms", "--quiet", "--json", report],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return {**json.loads(report.read_text()), "text": done.stdout, "errors": done.stderr}


@pytest.fixture
def sink(request) -> Iterator[str]:
    """Address of a sink; its options are the fixture's parameters."""
    options = getattr(request, "param", ())
    with subprocess.Popen(
            [LOAD, "sink", "--tcp", "127.0.0.1:0", "--domain", "edge.test", *options], stdout=subprocess.PIPE, text=True) as process:
        yield "127.0.0.1:" + process.stdout.readline().removeprefix("ready: tcp ").strip()
        process.terminate()


@pytest.mark.parametrize("transport", TRANSPORTS)
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


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("sink", [("--mode", "push", "--rate", "20")], indirect=True)
def test_pushed_messages_arrive_through_the_edge(sink, tmp_path, transport):
    with Edge(sink) as edge:
        result = load(tmp_path, "push", url(edge, transport), "--domain", "edge.test")
    # 4 sessions, 20 a second to each, half a second; a busy machine may delay some beyond it.
    assert 20 <= result["delivered"] <= 60


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_an_expectation_that_is_not_met_gives_exit_code_3(sink, tmp_path, transport):
    page = tmp_path / "report.html"
    with Edge(sink) as edge:
        result = load(
            tmp_path, "echo", url(edge, transport), "--domain", "edge.test", "--expect", "p99<1us", "--expect", "failures=0",
            "--html", str(page), code=3)
    assert result["errors"].startswith("xmpp-load: not met: p99<1us, it is ")
    assert result["errors"].count("not met") == 1
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_a_run_that_only_fails_is_given_up_with_exit_code_2(tmp_path):
    result = load(tmp_path, "echo", "tcp://127.0.0.1:1", code=2)
    assert result["failures"] == {"connect": 4}
    assert result["stopReason"] == "no session could log in"


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
