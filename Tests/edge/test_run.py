"""`make run` as a newcomer types it."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from prosody import Prosody, free_port

from harness.browser import Browser
from harness.edge import ROOT, eventually
from harness.http import get



class Run:
    """A `make run` in the background, with everything it prints."""

    def __init__(self, **settings: str):
        self.process = subprocess.Popen(
            ["make", "--no-print-directory", "run", *(f"{name}={value}" for name, value in settings.items())], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        )
        self.output = ""

    def read_until(self, pattern: str, timeout: float = 600) -> re.Match[str]:
        assert self.process.stdout
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            self.output += line
            match = re.search(pattern, self.output)
            if match:
                return match
            assert line, self.output
        raise AssertionError(self.output)

    def children(self) -> list[int]:
        """The programs that this run has started, however deep."""
        parents = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        found, queue = [], [self.process.pid]
        while queue:
            parent = queue.pop()
            below = [pid for pid, of in parents.items() if of == parent]
            found += below
            queue += below
        return found


@pytest.mark.parametrize("stop", ["Ctrl-C", "SIGTERM"])
def test_make_run_gives_a_page_and_two_accounts_and_takes_everything_down(stop):
    port = free_port()
    run = Run(PORT=str(port))
    accounts = run.read_until(r"(alice@\S+)\s+password (\S+)\s+(bob@\S+)\s+password (\S+)")
    assert f"http://127.0.0.1:{port}/" in run.output
    address = ("127.0.0.1", port)
    assert get(address).status == 200
    domain = accounts[1].partition("@")[2]
    assert Browser(address, domain).login("alice", accounts[2]).startswith("alice@")
    assert Browser(address, domain).login("bob", accounts[4]).startswith("bob@")
    children = run.children()
    folders = [folder for pid in children if "prosody." in str(folder := Path(f"/proc/{pid}/cwd").resolve())]
    assert folders and all(folder.exists() for folder in folders)
    if stop == "Ctrl-C":
        os.killpg(run.process.pid, signal.SIGINT)
    else:
        run.process.terminate()
    run.process.wait(30)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    assert eventually(lambda: not any(folder.exists() for folder in folders))


def test_make_run_says_when_the_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = Run(PORT=str(port))
        output, _ = run.process.communicate(timeout=600)
    assert run.process.returncode != 0
    assert f"Port {port}" in output and "PORT=" in output


def test_make_run_in_front_of_a_server_of_ones_own():
    port = free_port()
    with Prosody("own.test", {"carol": "secret"}) as server:
        run = Run(PORT=str(port), UPSTREAM=f"127.0.0.1:{server.port}", DOMAIN="own.test")
        run.read_until(rf"http://127\.0\.0\.1:{port}/ and log in")
        assert Browser(("127.0.0.1", port), "own.test").login("carol", "secret").startswith("carol@own.test/")
        assert "Prosody" not in run.output
        run.process.terminate()
        run.process.wait(30)


def test_make_run_says_when_a_server_of_ones_own_does_not_answer():
    port, nobody = free_port(), free_port()
    run = Run(PORT=str(port), UPSTREAM=f"127.0.0.1:{nobody}", DOMAIN="own.test")
    run.read_until(rf"FAIL own\.test: 127\.0\.0\.1:{nobody} cannot be reached")
    run.read_until(rf"http://127\.0\.0\.1:{port}/ and log in")
    assert get(("127.0.0.1", port)).status == 200
    run.process.terminate()
    run.process.wait(30)
