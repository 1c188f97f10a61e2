"""The load tester on the edge: each scenario over each transport, against a real Prosody and against its own sink."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.edge import PROGRAM, Edge

LOAD = str(Path(os.environ.get("XMPP_LOAD") or PROGRAM.with_name("xmpp-load")))
TRANSPORTS = ["ws", "http"]


def url(edge: Edge, transport: str) -> str:
    host, port = edge.address
    return f"{transport}://{host}:{port}/{'ws' if transport == 'ws' else 'http-bind'}"


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


@pytest.mark.xdist_group("prosody")
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
