"""A private ejabberd on loopback: one Erlang process without a node name, its whole life in one folder that goes with it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from prosody import end_with_parent, free_port

CONFIGURATION = """
hosts: ["{domain}"]
loglevel: info
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    access: all
    shaper: none
{listener}
{listeners}
access_rules: {{c2s: {{allow: all}}}}
shaper_rules: {{c2s_shaper: none}}
auth_method: internal
auth_password_format: plain
modules:
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_disco: {{}}
  mod_mam: {{default: always, request_activates_archiving: false}}
  mod_muc: {{host: "rooms.@HOST@"}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_pubsub: {{plugins: [flat, pep]}}
  mod_roster: {{}}
  mod_stream_mgmt: {{resend_on_timeout: true}}
  mod_vcard: {{}}
  mod_admin_extra: {{}}
"""


class Ejabberd:
    """`accounts` maps names to passwords. `contacts` are two accounts that have each other in their rosters."""

    def __init__(
        self, domain: str, accounts: dict[str, str], contacts: tuple[str, str] | None = None, listeners: str = "",
        listener: str = "",
    ):
        self.listener = listener  # further lines about the client port
        self.domain, self.accounts, self.contacts = domain, accounts, contacts
        self.listeners = listeners.partition("\nlisten:\n")[2]  # of a file that has more of them
        self.folder = Path(tempfile.mkdtemp(prefix="xmpp-edge-ejabberd."))
        self.process: subprocess.Popen | None = None
        self.port = 0

    def start(self) -> "Ejabberd":
        try:
            self.port = free_port()
            (self.folder / "ejabberd.yml").write_text(CONFIGURATION.format(
                domain=self.domain, port=self.port, listener=self.listener, listeners=self.listeners))
            self._run()
        except BaseException:
            self.stop()
            raise
        return self

    def _accounts(self) -> str:
        """Erlang that makes them, once the server runs."""
        def text(value: str) -> str:
            return "<<" + ",".join(str(byte) for byte in value.encode()) + ">>"

        calls = [f"ok = ejabberd_auth:try_register({text(name)}, {text(self.domain)}, {text(password)})"
                 for name, password in self.accounts.items()]
        for owner, other in ([self.contacts, self.contacts[::-1]] if self.contacts else []):
            words = (owner, self.domain, other, self.domain, other.capitalize(), "", "both")
            calls.append(f"ok = mod_admin_extra:add_rosteritem({','.join(text(word) for word in words)})")
        return ", ".join([*calls, f'file:write_file("{self.folder}/ready", "")']) + "."

    def _run(self) -> None:
        folder = self.folder
        self.process = subprocess.Popen(
            ["erl", "-noinput", "-mnesia", "dir", f'"{folder}/data"', "-s", "ejabberd", "-eval", self._accounts()],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=(folder / "out").open("wb"), stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent, env={
                **os.environ, "HOME": str(folder), "ERL_LIBS": f"/usr/lib/{os.uname().machine}-linux-gnu",
                "EJABBERD_CONFIG_PATH": f"{folder}/ejabberd.yml", "EJABBERD_LOG_PATH": f"{folder}/ejabberd.log",
                "EJABBERD_PID_PATH": f"{folder}/pid", "ERL_CRASH_DUMP": "/dev/null", "CONTRIB_MODULES_PATH": str(folder),
            },
        )
        deadline = time.monotonic() + 180
        ports = [int(port) for port in re.findall(r"^ *(?:- +)?port: (\d+)$", (folder / "ejabberd.yml").read_text(), re.MULTILINE)]
        assert self.port in ports
        while not ((folder / "ready").exists() and all(self._listens(port) for port in ports)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"ejabberd does not come up ({self.process.poll()}):\n{self.log()[-3000:]}")
            time.sleep(0.05)

    @staticmethod
    def _listens(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return True
        except OSError:
            return False

    def log(self) -> str:
        return "".join((self.folder / name).read_text(errors="replace") for name in ("out", "ejabberd.log") if (self.folder / name).exists())

    def stop(self) -> None:
        """Its helpers end with it: they read from a pipe that it holds."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Ejabberd":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
