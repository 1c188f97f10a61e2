#!/usr/bin/env python3
"""Runs the Autobahn test cases for WebSocket servers against the echo server of this project.

Every case must be OK, or be one that the suite itself calls informational. The runner, kosoku, comes from the project's
Python environment; VENV names another one.

Usage: Tests/autobahn/run.py [CASE...]     for example: Tests/autobahn/run.py 5.* 12.1.1
"""

import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
# The suite has no cases in 8 and 11; 12 and 13 are the 216 of compression.
GROUPS = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.*", "13.*"]
# Seconds for all cases; the compression groups take most of it on a slow machine.
LIMIT = 1200
# Cases at one time: runner and server take turns in one case, and use both cores in several.
PARALLEL = "4"


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


def run_cases(runner, server, wanted):
    """What the runner reports for each case: identifier to result."""
    process = subprocess.Popen([server], stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        with tempfile.TemporaryDirectory() as reports:
            command = [runner, "--parallelism", PARALLEL, "--outdir", reports, f"127.0.0.1:{port}"]
            for name in wanted:
                command += ["--include", name]
            # The exit code says less than the reports: it does not tell what is merely not strict.
            try:
                run = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                sys.exit(f"the cases did not come to an end in {LIMIT} s")
            index = pathlib.Path(reports) / "index.json"
            if not index.exists():
                sys.exit(f"the runner wrote no report:\n{run.stderr}")
            servers = json.loads(index.read_text())
        if process.poll() is not None:
            sys.exit(f"the echo server ended with status {process.returncode}")
        return next(iter(servers.values()), {})
    finally:
        process.kill()
        process.wait()


def main():
    wanted = sys.argv[1:] or GROUPS
    results = run_cases(install(), build(), wanted)
    good = {"OK", "INFORMATIONAL"}
    wrong = []
    for case, result in results.items():
        if not {result["behavior"], result["behaviorClose"]} <= good:
            wrong.append(f"{case}: behaviour {result['behavior']}, close {result['behaviorClose']}")
    passed = len(results) - len(wrong)
    for name in wanted:
        if not any(fnmatch.fnmatch(case, name) for case in results):
            wrong.append(f"{name}: no case ran")
    print("\n".join(wrong + [f"{passed} passed, {len(wrong)} failed"]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
