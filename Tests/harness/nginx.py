"""nginx from Debian on loopback: the site file it is given, everything else in a folder that goes with it."""

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

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "xmpp-edge.conf"
# Whoever follows the first page of nginx's manual writes no more than this.
SIMPLE = """
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:5280;
    }
}
"""
MAIN = """
pid {folder}/pid;
error_log {folder}/error.log info;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """`site` is the text of a site file for port 80 with the edge on 127.0.0.1:5280; only these two addresses are replaced."""

    def __init__(self, edge: Address, site: str):
        self.folder = Path(tempfile.mkdtemp(prefix="xmpp-edge-nginx."))
        self.address = ("127.0.0.1", free_port())
        assert site.count("listen 80;") == 1 and site.count("127.0.0.1:5280") == 1
        text = site.replace("listen 80;", f"listen 127.0.0.1:{self.address[1]};").replace("127.0.0.1:5280", f"{edge[0]}:{edge[1]}")
        (self.folder / "site.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""  # who may write into the folder
        (self.folder / "nginx.conf").write_text(user + MAIN.format(folder=self.folder))
        self.process: subprocess.Popen | None = None

    def start(self) -> "Nginx":
        self.process = subprocess.Popen(
            ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log"), "-g", "daemon off;"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent,
        )
        deadline = time.monotonic() + 15
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"nginx does not come up:\n{(self.folder / 'error.log').read_text()[-3000:]}")
            time.sleep(0.02)
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(self.address, timeout=5).close()
            return True
        except OSError:
            return False

    def requests(self) -> str:
        """Its access log."""
        return (self.folder / "access.log").read_text()

    def kill(self) -> None:
        """kill -9, its workers too: they share the group it was started in."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self) -> "Nginx":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
