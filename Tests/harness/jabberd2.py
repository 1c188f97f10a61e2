"""A private jabberd2 on loopback, with Debian's files and those elements of deploy/jabberd2 that stand for others in them."""

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from prosody import end_with_parent, free_port

from harness.tls import secure
from harness.wire import Address, Wire, connect

DEBIAN = Path("/etc/jabberd2")
EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "jabberd2" / "c2s.xml"


def without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


class Jabberd2:
    """`accounts` maps names to passwords; `pem` is a file with certificate and key: with it TLS is required, by STARTTLS or at
    once on a port of its own."""

    def __init__(self, domain: str, accounts: dict[str, str], pem: Path | None = None):
        self.domain, self.accounts, self.pem = domain, accounts, pem
        self.folder = Path(tempfile.mkdtemp(prefix="xmpp-edge-jabberd2."))
        self.port, self.secure_port, self.router_port = free_port(), free_port(), free_port()
        self.processes: list[subprocess.Popen] = []

    def _configure(self, part: str) -> Path:
        text = without_comments((DEBIAN / f"{part}.xml").read_text())
        if part == "c2s":
            example = without_comments(EXAMPLE.read_text())
            for name in ("local", "io"):
                element = re.search(rf"<{name}>.*?</{name}>", example, re.DOTALL)[0]
                text, count = re.subn(rf"<{name}>.*?</{name}>", lambda _, new=element: new, text, count=1, flags=re.DOTALL)
                assert count == 1
            if self.pem:
                text = text.replace("<id register-enable='mu'>", f"<id register-enable='mu' pemfile='{self.pem}' require-starttls='mu'>")
                text = text.replace("5222</port>", f"5222</port><ssl-port>{self.secure_port}</ssl-port><pemfile>{self.pem}</pemfile>")
                assert text.count(f"{self.pem}") == 2
            text = text.replace("example.org", self.domain).replace("<port>5222<", f"<port>{self.port}<")
        text = text.replace("<module>sqlite</module>", "<module>db</module>").replace("<driver>sqlite</driver>", "<driver>db</driver>")
        text = text.replace("localhost.localdomain", self.domain).replace("0.0.0.0", "127.0.0.1").replace("<port>5347<", f"<port>{self.router_port}<")
        # Two of them that open one data base at the same time find it broken now and then.
        data = self.folder / f"{part}-data"
        data.mkdir(exist_ok=True)
        text = text.replace("/var/lib/jabberd2", str(data))
        for old in ("/var/run/jabberd2", "/var/log/jabberd2"):
            text = text.replace(old, str(self.folder))
        path = self.folder / f"{part}.xml"
        path.write_text(text)
        return path

    def start(self) -> "Jabberd2":
        try:
            for part in ("router", "sm", "c2s"):
                file = self._configure(part)
                self.processes.append(subprocess.Popen(
                    [f"jabberd2-{part}", "-c", str(file)], cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=(self.folder / f"{part}.out").open("wb"), stderr=subprocess.STDOUT, preexec_fn=end_with_parent))
                if part == "router":
                    self._wait_for(self.router_port)
            self._wait_for(self.port)
            if self.pem:
                self._wait_for(self.secure_port)
            deadline = time.monotonic() + 30
            for name, password in self.accounts.items():
                while not self._register(name, password):
                    assert time.monotonic() < deadline, self.log()
                    time.sleep(0.2)
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_for(self, port: int) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=5).close()
            except OSError:
                if time.monotonic() > deadline or any(process.poll() is not None for process in self.processes):
                    raise RuntimeError(f"jabberd2 does not come up:\n{self.log()}") from None
                time.sleep(0.05)

    def _register(self, name: str, password: str) -> bool:
        """In its stream (XEP-0077); false while its parts have not found each other."""
        address: Address = ("127.0.0.1", self.port)
        wire = Wire(connect(secure(("127.0.0.1", self.secure_port), self.domain) if self.pem else address))
        try:
            wire.send((f"<?xml version='1.0'?><stream:stream to='{self.domain}' version='1.0' xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams'>").encode())
            wire.take_until(b"</stream:features>", 5)
            wire.send((f"<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}</username>"
                       f"<password>{password}</password></query></iq>").encode())
            # As one that is there already when the answer to an earlier try got lost.
            while not re.search(rb"type='result'|</iq>", wire.received):
                wire.more(5)
            return b"type='result'" in wire.received or b"<conflict" in wire.received
        except Exception:  # it closes, resets or is silent
            return False
        finally:
            wire.close()

    def log(self) -> str:
        return "".join(f"{path.name}: {path.read_text(errors='replace')[-1000:]}\n" for path in sorted(self.folder.glob("*.[lo][ou][gt]")))

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Jabberd2":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
