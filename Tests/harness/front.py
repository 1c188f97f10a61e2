"""nginx, HAProxy and Caddy from Debian on loopback, with their files of deploy/; only addresses in them are replaced."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from prosody import end_with_parent, free_port

from harness import tls
from harness.wire import Address, connect

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
EDGE = "127.0.0.1:5280"  # in each of the files
NAME = "chat.example.org"
# Whoever follows the first page of nginx's manual writes no more than this.
SIMPLE = """
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:5280;
    }
}
"""
# What the text of the file stands in, with everything else in a folder that goes with it.
AROUND_NGINX = """
pid FOLDER/pid;
error_log stderr info;
USER
events { worker_connections 512; }
http {
    access_log FOLDER/access.log;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    TEXT
}
"""
# It is its own authority for the name in the file, and its own pages for administrators have no port.
AROUND_CADDY = """{
	admin off
	default_bind 127.0.0.1
	http_port OTHER
	https_port PORT
	local_certs
	skip_install_trust
}
TEXT
"""


@dataclass(frozen=True)
class Kind:
    text: str
    command: list[str]
    here: tuple[str, str] | None = None  # what stands for the public address in the file, and how it is written here
    around: str = "TEXT"
    authority: str | None = None  # the file with it, when it speaks TLS


def example(name: str) -> str:
    return (DEPLOY / name).read_text()


HAPROXY = ["haproxy", "-db", "-f", "FILE"]
NGINX = ["nginx", "-p", "FOLDER", "-c", "FILE", "-e", "stderr", "-g", "daemon off;"]
CADDY = ["caddy", "run", "--adapter", "caddyfile", "--config", "FILE"]
LISTEN = ("listen 80;", "listen 127.0.0.1:PORT;")
BIND = ("bind :80", "bind 127.0.0.1:PORT")
KINDS = {
    "nginx": Kind(example("nginx/xmpp-edge.conf"), NGINX, LISTEN, AROUND_NGINX),
    "nginx-simple": Kind(SIMPLE, NGINX, LISTEN, AROUND_NGINX),
    "haproxy": Kind(example("haproxy/haproxy.cfg"), HAPROXY, BIND),
    "haproxy-tcp": Kind(example("haproxy/haproxy-tcp.cfg"), HAPROXY, BIND),
    "caddy": Kind(example("caddy/Caddyfile"), CADDY, around=AROUND_CADDY, authority="caddy/pki/authorities/local/root.crt"),
}


def replaced(text: str, old: str, new: str) -> str:
    """In the one line that is no comment and has it."""
    lines = text.splitlines(keepends=True)
    [place] = [number for number, line in enumerate(lines) if old in line and not line.lstrip().startswith("#")]
    lines[place] = lines[place].replace(old, new)
    return "".join(lines)


class Front:
    """`name` is one of KINDS."""

    def __init__(self, name: str, edge: Address):
        self.kind = KINDS[name]
        self.folder = Path(tempfile.mkdtemp(prefix=f"xmpp-edge-{name}."))
        self.port = free_port()
        text = replaced(self.kind.text, EDGE, f"{edge[0]}:{edge[1]}")
        if self.kind.here:
            place, written = self.kind.here
            text = replaced(text, place, written.replace("PORT", str(self.port)))
        file = self.folder / "configuration"
        # Whoever starts nginx as root names the user whose folder this is.
        words = {"USER": "user root;" if os.geteuid() == 0 else "", "FOLDER": str(self.folder), "FILE": str(file)}
        ports = {"OTHER": str(free_port()), "PORT": str(self.port)}
        file.write_text(self._filled(self.kind.around, {**words, **ports}).replace("TEXT", text))
        self.command = [self._filled(word, words) for word in self.kind.command]
        self.process: subprocess.Popen | None = None

    @staticmethod
    def _filled(text: str, words: dict[str, str]) -> str:
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    @property
    def address(self) -> Address:
        return self.seen_from("")

    def seen_from(self, source: str) -> Address:
        """Its address for somebody at another one. With TLS, known once it runs."""
        if self.kind.authority is None:
            return ("127.0.0.1", self.port, source)
        return tls.Secure("127.0.0.1", self.port, tls.client(self.folder / self.kind.authority), NAME, source)

    def start(self) -> "Front":
        homes = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=end_with_parent,
                env={**os.environ, **homes})
        deadline = time.monotonic() + 30
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.command[0]} does not come up:\n{self.log()[-3000:]}")
            time.sleep(0.02)
        return self

    def _listens(self) -> bool:
        try:
            connect(self.address, timeout=5).close()
            return True
        except OSError:  # no certificate yet is one, too
            return False

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def requests(self) -> str:
        """nginx's access log."""
        return (self.folder / "access.log").read_text()

    def kill(self) -> None:
        """kill -9, its workers too: they share the group it was started in. The last of them has gone when nobody listens."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            deadline = time.monotonic() + 30
            while self._is_open():
                assert time.monotonic() < deadline, f"somebody still listens in place of {self.command[0]}"
                time.sleep(0.01)

    def _is_open(self) -> bool:
        try:
            connect(("127.0.0.1", self.port), timeout=5).close()
            return True
        except ConnectionRefusedError:
            return False
        except OSError:
            return True

    def __enter__(self) -> "Front":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
