"""HAProxy and Caddy from Debian on loopback, with the files of deploy/; only addresses and times in them are replaced."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from prosody import end_with_parent, free_port

from harness.wire import Address

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
# File, command, what stands for the public address in it, and how that address is written.
KINDS = {
    "haproxy": ("haproxy/haproxy.cfg", ["haproxy", "-db", "-f", "{file}"], "bind :80", "bind 127.0.0.1:{port}"),
    "haproxy-tcp": ("haproxy/haproxy-tcp.cfg", ["haproxy", "-db", "-f", "{file}"], "bind :80", "bind 127.0.0.1:{port}"),
    "caddy": ("caddy/Caddyfile", ["caddy", "run", "--adapter", "caddyfile", "--config", "{file}"], "chat.example.org {", "http://127.0.0.1:{port} {{"),
}
# Its own pages for administrators would have a port that cannot be chosen here.
BEFORE = {"caddy": "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n"}


class Front:
    """`times` are replaced too, so that an idle minute lasts seconds."""

    def __init__(self, kind: str, edge: Address, times: dict[str, str] | None = None):
        name, command, place, written = KINDS[kind]
        self.folder = Path(tempfile.mkdtemp(prefix=f"xmpp-edge-{kind}."))
        self.address = ("127.0.0.1", free_port())
        text = (DEPLOY / name).read_text()
        assert text.count(place) == 1
        head, mark, rest = text.partition("127.0.0.1:5280" if kind != "haproxy-tcp" else "server edge 127.0.0.1:5280")
        assert mark
        text = (head + mark.replace("127.0.0.1:5280", f"{edge[0]}:{edge[1]}") + rest).replace(place, written.format(port=self.address[1]))
        for old, new in (times or {}).items():
            text = text.replace(old, new)
        file = self.folder / Path(name).name
        file.write_text(BEFORE.get(kind, "") + text)
        self.command = [word.format(file=file) for word in command]
        self.process: subprocess.Popen | None = None

    def start(self) -> "Front":
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=(self.folder / "log").open("wb"), stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent, env={**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)})
        deadline = time.monotonic() + 30
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "log").read_text(errors="replace")[-3000:]
                self.kill()
                raise RuntimeError(f"{self.command[0]} does not come up:\n{log}")
            time.sleep(0.05)
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(self.address, timeout=5).close()
            return True
        except OSError:
            return False

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self) -> "Front":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
