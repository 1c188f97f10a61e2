"""A private Prosody on loopback: its configuration, its data and its life. Everything is in one folder that goes with it."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

MODULES = [
    "roster", "saslauth", "disco", "presence", "message", "iq", "ping", "version", "time", "private", "register",
    "pep", "bookmarks", "blocklist", "vcard4", "vcard_legacy", "carbons", "mam", "smacks", "csi", "csi_simple", "offline",
]

CONFIGURATION = """
-- A private server for demonstrations and tests: loopback only, no federation, no encryption.
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
log = {{ {{ levels = {{ min = "{log_level}" }}, to = "file", filename = "{folder}/prosody.log" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
http_ports = {{ {http_port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
modules_enabled = {{ {modules} }}
modules_disabled = {{ "s2s", "tls" }}
authentication = "internal_hashed"
password_hash = "{password_hash}"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
consider_bosh_secure = true
smacks_hibernation_time = {hibernation}
archive_expires_after = "never"
default_archive_policy = true
{more}

VirtualHost "{domain}"
    http_host = "127.0.0.1"
    disco_items = {{ {{ "rooms.{domain}", "Rooms" }}, {{ "upload.{domain}", "Upload" }} }}

Component "rooms.{domain}" "muc"
    name = "Rooms"
    modules_enabled = {{ "muc_mam" }}
    muc_room_default_public = true
    restrict_room_creation = false
    muc_room_locking = false

Component "upload.{domain}" "http_file_share"
    http_host = "127.0.0.1"
    http_external_url = "http://127.0.0.1:{http_port}/"
    http_file_share_size_limit = 10 * 1024 * 1024
    http_file_share_expires_after = 24 * 60 * 60
    http_file_share_access = {{ "{domain}" }}

VirtualHost "guest.{domain}"
    authentication = "anonymous"
"""

ROSTER = """return {{
    [false] = {{ version = 1; }};
    ["{other}@{domain}"] = {{ subscription = "both"; groups = {{}}; name = "{name}"; }};
}};
"""


def reserve_port(host: str = "127.0.0.1") -> socket.socket:
    """Holds a TCP port for as long as it is open: the system gives it to nobody who leaves the choice to it, connections are
    refused, and whoever is told the number can listen there (with SO_REUSEADDR, as servers do) and cease to as often as need be."""
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((host, 0))
    return holder


_kept: list[socket.socket] = []


def free_port() -> int:
    """A TCP port of loopback that nobody listens on, kept for those whom this process tells it until the process ends."""
    _kept.append(reserve_port())
    return _kept[-1].getsockname()[1]


def end_with_parent() -> None:
    """Runs in a child before its program starts: its own group, so that Ctrl-C reaches only us, and no life without us."""
    os.setsid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Prosody:
    """`accounts` maps names to passwords. `contacts` are two accounts that have each other in their rosters."""

    def __init__(
        self, domain: str, accounts: dict[str, str], contacts: tuple[str, str] | None = None,
        modules: tuple[str, ...] = (), hibernation: int = 300, log_level: str = "info", more: str = "",
        password_hash: str = "SHA-256",
    ):
        self.domain, self.accounts, self.contacts = domain, accounts, contacts
        self.modules, self.hibernation, self.log_level, self.more = modules, hibernation, log_level, more
        self.password_hash = password_hash  # accounts can use SCRAM with this hash, and PLAIN
        self.folder = Path(tempfile.mkdtemp(prefix="xmpp-edge-prosody."))
        self.process: subprocess.Popen | None = None
        self.port = self.http_port = 0

    def start(self) -> "Prosody":
        try:
            (self.folder / "data").mkdir()
            self._choose_ports()
            for name, password in self.accounts.items():
                self._control("register", name, self.domain, password)
            if self.contacts:
                self._make_contacts(*self.contacts)
            self._run()
        except BaseException:
            self.stop()
            raise
        return self

    def _choose_ports(self) -> None:
        self.port, self.http_port = free_port(), free_port()
        text = CONFIGURATION.format(
            folder=self.folder, port=self.port, http_port=self.http_port, domain=self.domain,
            modules=", ".join(f'"{name}"' for name in [*MODULES, *self.modules]),
            hibernation=self.hibernation, log_level=self.log_level, more=self.more,
            password_hash=self.password_hash,
        )
        (self.folder / "prosody.cfg.lua").write_text(text)

    def _control(self, *words: str) -> None:
        command = ["prosodyctl", "--config", str(self.folder / "prosody.cfg.lua"), *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"prosodyctl {words[0]} failed:\n{done.stdout}{done.stderr}")

    def _make_contacts(self, one: str, other: str) -> None:
        escaped = self.domain.replace(".", "%2e").replace("-", "%2d")
        folder = self.folder / "data" / escaped / "roster"
        folder.mkdir(parents=True, exist_ok=True)
        for owner, contact in ((one, other), (other, one)):
            text = ROSTER.format(other=contact, domain=self.domain, name=contact.capitalize())
            (folder / f"{owner}.dat").write_text(text)

    def _run(self) -> None:
        self.process = subprocess.Popen(
            ["prosody", "--config", str(self.folder / "prosody.cfg.lua"), "-F"], cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent,
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"Prosody ended at once:\n{self.log()[-3000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Prosody does not answer:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        header = (
            f"<?xml version='1.0'?><stream:stream to='{self.domain}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(header.encode())
                answer = b""
                while b"</stream:features>" not in answer:
                    piece = connection.recv(4096)
                    if not piece:
                        return False
                    answer += piece
                return True
        except OSError:
            return False

    @property
    def upload_origin(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def log(self) -> str:
        path = self.folder / "prosody.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def kill(self) -> None:
        """Ends it without a chance to say goodbye to its clients."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Prosody":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
