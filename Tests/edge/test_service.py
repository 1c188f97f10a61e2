"""What a service manager sees of the edge: sockets it passes on, news it gets, and a watchdog that is kept content."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness.browser import Browser
from harness.edge import PROGRAM, Edge, eventually
from harness.families import needs_ipv6
from harness.http import get
from harness.proxy_header import LOCAL

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"


class Manager:
    """Listens to the news of a service, as systemd does."""

    def __init__(self, path: str):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + path[1:] if path.startswith("@") else path)
        self.news: list[tuple[float, str]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            self.news.append((time.monotonic(), self.socket.recv(4096).decode()))

    def stand(self) -> None:
        """Returns when everything that was said before has been heard."""
        word = f"MARK={len(self.news)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.sendto(word.encode(), self.socket.getsockname())
        assert eventually(lambda: self.heard(word) == 1)

    def heard(self, word: str) -> int:
        return sum(word in text.split("\n") for _, text in self.news)


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    path = str(tmp_path / "notify") if request.param == "path" else f"@xmpp-edge-{os.getpid()}-{id(request)}"
    running = Manager(path)
    running.path = path
    return running


def test_readiness_reload_and_stop_are_told(upstream, manager):
    with Edge(upstream.address, environment={"NOTIFY_SOCKET": manager.path}) as edge:
        assert eventually(lambda: manager.heard("READY=1") == 1)
        os.kill(edge.pid, signal.SIGHUP)
        assert eventually(lambda: manager.heard("READY=1") == 2)
        assert manager.heard("RELOADING=1") == 1
        assert any(re.search(r"^MONOTONIC_USEC=\d+$", text, re.MULTILINE) for _, text in manager.news)
        assert not manager.heard("STOPPING=1") and not manager.heard("WATCHDOG=1")
        edge.terminate()
        assert eventually(lambda: manager.heard("STOPPING=1") == 1)


def test_the_watchdog_hears_that_all_workers_work_and_nothing_when_they_do_not(upstream, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
    with Edge(upstream.address, environment=environment) as edge:
        assert eventually(lambda: manager.heard("WATCHDOG=1") >= 5)
        os.kill(edge.pid, signal.SIGSTOP)
        threads = list(Path(f"/proc/{edge.pid}/task").iterdir())
        assert eventually(lambda: all((thread / "stat").read_text().rpartition(")")[2].split()[0] == "T" for thread in threads))
        manager.stand()
        before = manager.heard("WATCHDOG=1")
        time.sleep(0.6)
        manager.stand()
        assert manager.heard("WATCHDOG=1") == before
        os.kill(edge.pid, signal.SIGCONT)
        assert eventually(lambda: manager.heard("WATCHDOG=1") >= before + 3)


def activated(listeners: dict[str, socket.socket], *options: str) -> subprocess.Popen:
    """The edge as systemd starts it: sockets from descriptor 3 on, named by variables that hold its process id."""
    script = 'export LISTEN_PID=$$; exec "$@"'
    environment = {**os.environ, "LISTEN_FDS": str(len(listeners)), "LISTEN_FDNAMES": ":".join(listeners),
                   "XMPP_EDGE_TRUSTED_PROXIES": "127.0.0.1"}
    numbers = [listener.fileno() for listener in listeners.values()]

    def place() -> None:
        high = [os.dup2(number, 100 + index) for index, number in enumerate(numbers)]
        for index, number in enumerate(high):
            os.dup2(number, 3 + index)
            os.close(number)

    return subprocess.Popen(
        ["bash", "-c", script, "bash", str(PROGRAM), "--domain", "edge.test", *options], env=environment, preexec_fn=place,
        close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_sockets_that_were_passed_on_are_served_by_name(upstream, tmp_path):
    plain, proxied = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(tmp_path / "web.sock"))
    local.listen()
    waiting = socket.create_connection(plain.getsockname())  # before the edge runs: nobody is refused at a restart
    waiting.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    edge = activated(
        {"web": plain, "lb": proxied, "local": local}, "--upstream", upstream.address, "--listen", "systemd:web", "--listen",
        "systemd:lb proxy", "--listen", "systemd:local", "--admin", "off", "--workers", "2")
    try:
        waiting.settimeout(30)
        assert waiting.recv(100).startswith(b"HTTP/1.1 404")
        for _ in range(8):  # whichever worker takes it
            assert get(plain.getsockname()).status == 404
        assert get(str(tmp_path / "web.sock")).status == 404
        assert Browser(proxied.getsockname(), prefix=LOCAL), "a word behind the name counts"
    finally:
        edge.terminate()
        assert edge.wait(20) == 0, edge.stdout.read()


@needs_ipv6
def test_a_socket_of_systemd_that_is_open_to_the_network_in_clear_takes_a_word(upstream):
    for host, family in (("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6)):
        with socket.create_server((host, 0), family=family) as plain:
            edge = activated({"web": plain}, "--upstream", upstream.address, "--listen", "systemd:web", "--admin", "off")
            said, _ = edge.communicate(timeout=20)
            place = f"[::]:{plain.getsockname()[1]}" if host == "::" else f"{host}:{plain.getsockname()[1]}"
        assert edge.returncode == 1
        assert f"listen: systemd:web ({place}) would take browsers' passwords in clear from the network: write tls" in said


@pytest.mark.parametrize("host, word, warns", [("0.0.0.0", " plain", True), ("127.0.0.1", "", False), ("127.0.0.1", " plain", False)])
def test_a_socket_of_systemd_that_is_open_to_the_network_in_clear_gives_a_warning(upstream, host, word, warns):
    with socket.create_server((host, 0)) as plain:
        edge = activated({"web": plain}, "--upstream", upstream.address, "--listen", f"systemd:web{word}", "--admin", "off")
        lines = [edge.stdout.readline()]
        while lines[-1] and "ready" not in lines[-1]:
            lines.append(edge.stdout.readline())
        edge.terminate()
        text = "".join(lines) + edge.stdout.read()
        assert edge.wait(20) == 0, text
    assert "ready" in text and ("systemd:web (0.0.0.0:" in text and "open to the network without TLS" in text) == warns


def test_a_socket_that_was_not_passed_on_is_missed_at_the_start(upstream):
    with pytest.raises(RuntimeError, match="systemd:web"):
        Edge(upstream.address, listen=("systemd:web",)).start()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd judges its own unit files, and containers are without it")
def test_systemd_understands_the_units(tmp_path):
    service = (UNITS / "xmpp-edge.service").read_text()
    assert service.count("/usr/local/bin/xmpp-edge") >= 1
    (tmp_path / "xmpp-edge.service").write_text(service.replace("/usr/local/bin/xmpp-edge", "/bin/true"))
    shutil.copy(UNITS / "xmpp-edge.socket", tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(str(path) for path in tmp_path.glob("xmpp-edge.*"))],
        capture_output=True, text=True, timeout=60)
    lines = [line for line in done.stderr.splitlines() if "xmpp-edge" in line]
    assert not lines, done.stderr
