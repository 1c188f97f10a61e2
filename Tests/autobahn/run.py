#!/usr/bin/env python3
"""Runs the Autobahn test cases for WebSocket servers against the echo server of this project.

Every case must be OK, or be one that the suite itself calls informational. The runner, kosoku, is installed into the
environment that VENV names, or into .venv in the project.

Usage: Tests/autobahn/run.py [GROUP...]     for example: Tests/autobahn/run.py 5 6.4
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
# 8 does not exist in the suite; 11 is reserved; 12 and 13 are about compression, which is not offered.
GROUPS = ["1", "2", "3", "4", "5", "6", "7", "9", "10"]
# Seconds for all cases; the longest groups take some on a slow machine.
LIMIT = 600


def install():
    """The runner's program, installed when it is missing."""
    venv = pathlib.Path(os.environ.get("VENV") or PROJECT / ".venv")
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    program = venv / "bin" / "kosoku"
    if not program.exists():
        wanted = HERE / "requirements.txt"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
    return program


def build():
    """The echo server's program, with all run-time checks in it."""
    command = ["swift", "build", "--package-path", PROJECT, "--product", "EchoServer"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    place = subprocess.run(command + ["--show-bin-path"], check=True, capture_output=True, text=True)
    return pathlib.Path(place.stdout.strip()) / "EchoServer"


def run_cases(runner, server, groups):
    """What the runner reports for each case: identifier to result."""
    process = subprocess.Popen([server], stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        with tempfile.TemporaryDirectory() as reports:
            command = [runner, "--outdir", reports, f"127.0.0.1:{port}"]
            for group in groups:
                command += ["--include", f"{group}.*"]
            # The exit code says less than the reports: it does not tell what is merely not strict.
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
            index = pathlib.Path(reports) / "index.json"
            servers = json.loads(index.read_text()) if index.exists() else {}
        if process.poll() is not None:
            sys.exit(f"the echo server ended with status {process.returncode}")
        return next(iter(servers.values()), {})
    finally:
        process.kill()
        process.wait()


def main():
    groups = sys.argv[1:] or GROUPS
    results = run_cases(install(), build(), groups)
    good = {"OK", "INFORMATIONAL"}
    wrong = []
    for case, result in results.items():
        if not {result["behavior"], result["behaviorClose"]} <= good:
            wrong.append(f"{case}: behaviour {result['behavior']}, close {result['behaviorClose']}")
    passed = len(results) - len(wrong)
    for group in groups:
        if not any(case.startswith(group + ".") for case in results):
            wrong.append(f"{group}: no case ran")
    print("\n".join(wrong + [f"{passed} passed, {len(wrong)} failed"]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
