"""Starts and stops what is measured: each on loopback, with a temporary configuration, one thread but for ejabberd."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "bench.test"
EDGE = os.environ.get("XMPP_EDGE_BINARY", str(ROOT / ".build/release/xmpp-edge"))
# The servers of a measurement take logins as fast as they come: no line in front of them.
os.environ |= {"XMPP_EDGE_LIMITS_UPSTREAM_LOGINS_PER_SECOND": "0", "XMPP_EDGE_LIMITS_UPSTREAM_WAITING": "1000000",
               "XMPP_EDGE_LIMITS_UPSTREAM_WAIT": "10 min"}
LOAD = os.environ.get("XMPP_LOAD_BINARY", str(ROOT / ".build/release/xmpp-load"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 30):
    """Until somebody listens there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args[0]} does not listen on {port}")


@contextlib.contextmanager
def running(command: list, *, port: int = 0, log: Path | None = None, **options):
    """A process of our own, in its own group so that all its children end with it."""
    output = open(log, "ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.DEVNULL, start_new_session=True,
        **{"stdout": output, "stderr": output, **options})
    try:
        if port:
            wait_for(port, process)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@contextlib.contextmanager
def folder(name: str):
    path = Path(tempfile.mkdtemp(prefix=f"xmpp-edge-bench-{name}."))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def sink(*options):
    """Gives (process, tcp port, websocket port)."""
    with running([LOAD, "sink", "--tcp", "127.0.0.1:0", "--websocket", "127.0.0.1:0", "--domain", DOMAIN, *options],
                 stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        match = re.match(r"ready: tcp (\d+), websocket (\d+)", line)
        if not match:
            raise SystemExit(f"the sink did not start: {line!r}")
        yield process, int(match[1]), int(match[2])


@contextlib.contextmanager
def edge(upstream: int, **limits):
    """Gives (process, port). `limits` are those in their environment's spelling, less the prefix."""
    own = {**os.environ, **{f"XMPP_EDGE_LIMITS_{name}": str(value) for name, value in limits.items()}}
    with running(edge_command("127.0.0.1:0", upstream), stdout=subprocess.PIPE, text=True, env=own) as process:
        line = process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not match:
            raise SystemExit(f"the edge did not start: {line!r}")
        yield process, int(match[1])


def edge_command(listen: str, upstream: int) -> list[str]:
    return [EDGE, "--listen", listen, "--domain", DOMAIN, "--upstream", f"127.0.0.1:{upstream}", "--workers", "1", "--admin", "off",
            "--log-level", "warning"]


@contextlib.contextmanager
def edge_on(own: socket.socket, upstream: int):
    """An edge that takes a listening socket over as from systemd; gives its process."""
    number = own.fileno()
    # The socket has to be descriptor 3, and the process has to be named by its own number.
    script = f'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&{number} {number}<&-' if number != 3 else \
        'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
    with running(["bash", "-c", script, "edge", *edge_command("systemd", upstream)], stdout=subprocess.PIPE, text=True,
                 pass_fds=[number]) as process:
        if not process.stdout.readline().startswith("ready"):
            raise SystemExit("the edge did not start")
        yield process


NGINX = """
daemon off; master_process off; worker_processes 1; error_log {folder}/error.log; pid {folder}/nginx.pid;

events {{ worker_connections 19000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
      proxy_read_timeout 1h; proxy_send_timeout 1h;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(upstream: int):
    """A blind WebSocket tunnel; gives (process, port)."""
    with folder("nginx") as path:
        port = free_port()
        (path / "nginx.conf").write_text(NGINX.format(folder=path, port=port, upstream=upstream))
        with running(["nginx", "-c", path / "nginx.conf", "-p", path, "-e", path / "error.log"], port=port) as process:
            yield process, port


HAPROXY = """
global
  nbthread 1
  maxconn 9000
defaults
  mode http
  timeout connect 10s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend web
  bind 127.0.0.1:{port} backlog 4096
  default_backend sink
backend sink
  server sink 127.0.0.1:{upstream}
"""


@contextlib.contextmanager
def haproxy(upstream: int):
    """A blind WebSocket tunnel; gives (process, port)."""
    with folder("haproxy") as path:
        port = free_port()
        (path / "haproxy.cfg").write_text(HAPROXY.format(port=port, upstream=upstream))
        with running(["haproxy", "-db", "-f", path / "haproxy.cfg"], port=port) as process:
            yield process, port


# Both servers with the modules that Debian's packages switch on, less those about networks, other servers and limits: the
# work of a message depends on what looks at it, and that is what an operator has.
PROSODY = """
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}"
certificates = "{folder}"
log = {{ {{ levels = {{ min = "error" }}, to = "file", filename = "{folder}/prosody.log" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
http_ports = {{ {http} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
network_backend = "epoll"
modules_enabled = {{
    "bosh", "websocket", "saslauth",
    "disco", "roster", "blocklist", "bookmarks", "carbons", "pep", "private", "smacks", "vcard4", "vcard_legacy", "csi_simple",
    "invites", "invites_adhoc", "invites_register", "ping", "register", "time", "uptime", "version", "admin_adhoc",
}}
modules_disabled = {{ "s2s", "tls", "offline" }}
c2s_require_encryption = false
consider_websocket_secure = true
consider_bosh_secure = true
storage = "memory"
VirtualHost "{domain}"
    authentication = "anonymous"
    http_host = "127.0.0.1"
Component "conference.{domain}" "muc"
    restrict_room_creation = false
    muc_room_locking = false
"""


@contextlib.contextmanager
def prosody():
    """Gives (process, c2s port, http port); anonymous logins, paths /xmpp-websocket and /http-bind."""
    with folder("prosody") as path:
        port, http = free_port(), free_port()
        (path / "prosody.cfg.lua").write_text(PROSODY.format(folder=path, port=port, http=http, domain=DOMAIN))
        with running(["prosody", "--config", path / "prosody.cfg.lua", "-F"], port=http, cwd=path) as process:
            wait_for(port, process)
            yield process, port, http


EJABBERD = """
hosts: ["{domain}"]
loglevel: error
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    starttls: false
    shaper: none
    access: all
  - port: {http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
      /http-bind: mod_bosh
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
disable_sasl_mechanisms: []
shaper_rules:
  max_user_sessions: 100000
acme:
  auto: false
modules:
  mod_bosh: {{}}
  mod_muc:
    access: all
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_announce: {{}}
  mod_avatar: {{}}
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_configure: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_last: {{}}
  mod_muc_admin: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_private: {{}}
  mod_pubsub:
    plugins: [flat, pep]
  mod_push: {{}}
  mod_push_keepalive: {{}}
  mod_roster:
    versioning: true
  mod_shared_roster: {{}}
  mod_sic: {{}}
  mod_stream_mgmt:
    resend_on_timeout: if_offline
  mod_vcard:
    search: false
  mod_vcard_xupdate: {{}}
  mod_version: {{}}
"""


@contextlib.contextmanager
def ejabberd():
    """Gives (process, c2s port, http port); anonymous logins, paths /xmpp-websocket and /http-bind. Started as
    Debian does it: with a scheduler for each core."""
    with folder("ejabberd") as path:
        port, http = free_port(), free_port()
        (path / "ejabberd.yml").write_text(EJABBERD.format(port=port, http=http, domain=DOMAIN))
        libraries = next(Path("/usr/lib").glob("*/ejabberd-*/ebin")).parents[1]
        environment = {
            **os.environ, "EJABBERD_CONFIG_PATH": str(path / "ejabberd.yml"), "HOME": str(path),
            "EJABBERD_LOG_PATH": str(path / "ejabberd.log"), "ERL_LIBS": str(libraries), "ERL_MAX_PORTS": "60000",
            "ERL_CRASH_DUMP": str(path / "crash.dump")}
        # Without a node name no epmd is started.
        command = ["erl", "-noinput", "+K", "true", "+P", "250000", "-mnesia", "dir", f'"{path}/mnesia"',
                   "-s", "ejabberd"]
        with running(command, port=http, env=environment, cwd=path) as process:
            wait_for(port, process)
            yield process, port, http
