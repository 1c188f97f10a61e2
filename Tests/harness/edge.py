"""Starts the edge on ports from the kernel, knows its addresses and what it uses, and sees to it that it ends well."""

import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
from pathlib import Path

from prosody import end_with_parent

from harness.wire import leave

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("XMPP_EDGE") or ROOT / ".build" / "debug" / "xmpp-edge")


class Edge:
    """`options` are further flags, `environment` further settings."""

    def __init__(
        self, upstream: str | None = None, domain: str = "edge.test", public: Path | None = None,
        listen: tuple[str, ...] = ("127.0.0.1:0",), options: tuple[str, ...] = (), environment: dict[str, str] | None = None,
        fd_limit: int | None = None, workers: int | None = 2,
    ):
        self.upstream = upstream
        command = [str(PROGRAM)]
        for address in listen:
            command += ["--listen", address]
        if upstream:
            command += ["--domain", domain, "--upstream", upstream]
        if public:
            command += ["--public", str(public)]
        if workers:
            command += ["--workers", str(workers)]
        self.command = [*command, "--admin", "127.0.0.1:0", *options]
        self.environment = environment or {}  # XMPP_EDGE_LIMITS_STANZA=... sets limits.stanza
        self.fd_limit = fd_limit
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self.was_asked_to_end = False

    def start(self) -> "Edge":
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env={**os.environ, **self.environment}, preexec_fn=self._in_child,
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if not self._ready.wait(30) or not self.addresses():
            code = self.process.poll()
            self.kill()
            raise RuntimeError(f"the edge did not come up (exit code {code}):\n{self.log()}")
        return self

    def _in_child(self) -> None:
        end_with_parent()
        if self.fd_limit:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.fd_limit, self.fd_limit))

    def _read_log(self) -> None:
        assert self.process and self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if re.search(r"\bready\b", line):
                self._ready.set()
        self._ready.set()

    def log(self) -> str:
        return "".join(self.lines)

    def records(self) -> list[dict]:
        """What it logged of sessions, with --log-format json."""
        lines = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [record for record in lines if "session" in record]

    def ends(self) -> list[dict]:
        """What it logged of sessions that ended. Lines come a moment after what they tell of."""
        return [record for record in self.records() if "reason" in record]

    # Where it listens

    def ready_line(self) -> str:
        return next((line for line in self.lines if re.search(r"\bready\b", line)), "")

    def addresses(self) -> list[tuple[str, int]]:
        """The addresses of the ready line, in order: the public ones first."""
        return [
            (host.strip("[]"), int(port))
            for host, port in re.findall(r"https?://(\[[0-9a-f:]+\]|[\w.]+):(\d+)", self.ready_line())
        ]

    @property
    def address(self) -> tuple[str, int]:
        return self.addresses()[0]

    @property
    def admin(self) -> tuple[str, int]:
        return self.addresses()[-1]

    # What it uses

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def resident_kilobytes(self) -> int:
        match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert match
        return int(match[1])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def open_files(self) -> list[str]:
        folder = Path(f"/proc/{self.pid}/fd")
        return sorted(os.readlink(entry) for entry in folder.iterdir())

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    # Its end

    def ask_to_end(self) -> None:
        """SIGTERM"""
        assert self.process
        self.was_asked_to_end = True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def terminate(self, timeout: float = 20) -> int:
        """SIGTERM, and the wait for the end and for the last words; gives the exit code."""
        assert self.process
        self.ask_to_end()
        try:
            return self.process.wait(timeout)
        finally:
            self.kill()

    def kill(self) -> None:
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._reader.join(10)

    def __enter__(self) -> "Edge":
        return self.start()

    def __exit__(self, kind: object, *_: object) -> None:
        """Whatever the test did to it, the edge is still alive and ends cleanly when it is asked to."""
        assert self.process
        crashed = self.process.poll()
        if kind is not None:
            self.kill()
            if crashed is not None:
                print(f"the edge ended by itself with {crashed}:\n{self.log()[-4000:]}")
            return
        assert crashed is None or self.was_asked_to_end, f"the edge ended by itself with {crashed}:\n{self.log()[-4000:]}"
        if not self.was_asked_to_end:  # or the end would wait for browsers that do not answer
            for _, port in self.addresses():
                leave(port)
        code = self.terminate()
        assert code == 0, f"exit code {code}:\n{self.log()[-4000:]}"


def eventually(holds, timeout: float = 10, every: float = 0.02) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
