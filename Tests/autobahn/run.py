#!/usr/bin/env python3
"""Runs the Autobahn test cases for WebSocket servers against the echo server of this project.

Every case must be OK, or be one that the suite itself calls informational. The runner, kosoku, comes from the project's
Python environment; VENV names another one.

Usage: Tests/autobahn/run.py [CASE...]     for example: Tests/autobahn/run.py 5.* 12.1.1
"""

import contextlib
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
# The suite has no cases in 8 and 11; 12 and 13 are the 216 of compression.
GROUPS = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.*", "13.*"]
# Seconds for all cases; the compression groups take most of it on a slow machine.
LIMIT = 1200
# Cases at one time: runner and server take turns in one case, and use both cores in several.
PARALLEL = 4
# How often cases are run again that the runner ended by its clock.
ROUNDS = 5


def install():
    """The runner's program, installed when it is missing."""
    venv = os.environ.get("VENV")
    if not venv:
        subprocess.run([PROJECT / "Tests" / "venv"], check=True)
        venv = PROJECT / ".venv"
    return pathlib.Path(venv) / "bin" / "kosoku"


def build():
    """The echo server's program, with all run-time checks in it."""
    command = ["swift", "build", "--package-path", PROJECT, "--product", "EchoServer"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    place = subprocess.run(command + ["--show-bin-path"], check=True, capture_output=True, text=True)
    return pathlib.Path(place.stdout.strip()) / "EchoServer"


@contextlib.contextmanager
def serving(server):
    """The echo server's port, while it has to run."""
    process = subprocess.Popen([server], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
        if process.poll() is not None:
            sys.exit(f"the echo server ended with status {process.returncode}")
    finally:
        process.kill()
        process.wait()


def run_cases(runner, port, wanted, parallel, until):
    """What the runner reports for each case: identifier to report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [runner, "--parallelism", str(parallel), "--outdir", folder, f"127.0.0.1:{port}"]
        for name in wanted:
            command += ["--include", name]
        try:
            # The exit code says less than the reports: it does not tell what is merely not strict.
            run = subprocess.run(command, capture_output=True, text=True, timeout=max(1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            sys.exit(f"the cases did not come to an end in {LIMIT} s")
        reports = pathlib.Path(folder)
        index = reports / "index.json"
        if not index.exists():
            sys.exit(f"the runner wrote no report:\n{run.stderr}")
        cases = next(iter(json.loads(index.read_text()).values()), {})
        return {case: json.loads((reports / entry["reportfile"]).read_text()) for case, entry in cases.items()}


def is_good(report):
    return {report["behavior"], report["behaviorClose"]} <= {"OK", "INFORMATIONAL"}


def is_late(report):
    # Not strict is who refuses text that is no UTF-8 later than at once.
    return not is_good(report) and (report["droppedByMe"] or report["behavior"] == "NON-STRICT")


def run_all(runner, port, wanted):
    """The reports of all cases. Most give a server half a second or one, by the runner's clock: where a busy machine took
    that away the runner drops the connection, or finds the server late, and the case has said nothing. It is run again, alone;
    a server that does not answer, or answers late, does so each time."""
    until = time.monotonic() + LIMIT
    reports = run_cases(runner, port, wanted, PARALLEL, until)
    for _ in range(ROUNDS):
        late = [case for case, report in reports.items() if is_late(report)]
        if not late:
            break
        print(f"without an answer in time, run again: {' '.join(late)}", flush=True)
        reports |= run_cases(runner, port, late, 1, until)
    return reports


def main():
    wanted = sys.argv[1:] or GROUPS
    runner = install()
    with serving(build()) as port:
        reports = run_all(runner, port, wanted)
    wrong = [
        f"{case}: behaviour {report['behavior']}, close {report['behaviorClose']}"
        for case, report in reports.items()
        if not is_good(report)
    ]
    passed = len(reports) - len(wrong)
    for name in wanted:
        if not any(fnmatch.fnmatch(case, name) for case in reports):
            wrong.append(f"{name}: no case ran")
    print("\n".join(wrong + [f"{passed} passed, {len(wrong)} failed"]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
