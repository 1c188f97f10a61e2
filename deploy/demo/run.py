"""`make run`: the edge in front of a private Prosody with two demo accounts, or of the server named by UPSTREAM.

Settings come from the environment: PORT, and UPSTREAM=host:port with DOMAIN.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from prosody import Prosody, end_with_parent  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
EDGE = ROOT / ".build" / "release" / "xmpp-edge"


class Stop(Exception):
    """Somebody asked us to end."""


def stop(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # once is enough: what is started is taken down in order
    raise Stop


def complain(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def endpoints(port: int) -> str:
    return f"Other clients connect to ws://127.0.0.1:{port}/ws (WebSocket) or http://127.0.0.1:{port}/bosh (BOSH)."


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def run_edge(port: int, upstreams: list[tuple[str, str]], greeting: str, settings: dict[str, str] | None = None) -> int:
    command = [
        str(EDGE), "--listen", f"127.0.0.1:{port}",
        *(word for domain, upstream in upstreams for word in ("--domain", domain, "--upstream", upstream)),
        "--public", str(ROOT / "public"), "--admin", "127.0.0.1:0",
    ]
    edge = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=end_with_parent, env={**os.environ, **(settings or {})},
    )
    try:
        assert edge.stdout
        for line in edge.stdout:
            print(line, end="", flush=True)
            if greeting and "ready" in line:
                print(greeting, flush=True)
                greeting = ""
        return edge.wait()
    finally:
        # What the edge still says while it closes its sessions is read, so that it can end.
        threading.Thread(target=lambda: [print(line, end="", flush=True) for line in edge.stdout or []], daemon=True).start()
        if edge.poll() is None:
            edge.terminate()
            try:
                edge.wait(timeout=15)
            except subprocess.TimeoutExpired:
                edge.kill()
                edge.wait()


def try_upstream(domain: str, upstream: str) -> None:
    """Says what is at the server. The page is served in any case: the server may still be starting."""
    command = [str(EDGE), "check", "--domain", domain, "--upstream", upstream]
    found = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
    print("\n".join(found.stdout.splitlines()[1:]), flush=True)
    if found.returncode != 0:
        print("Nobody can log in before that is mended.", flush=True)


def run_demo(port: int, domain: str) -> int:
    accounts = {name: f"{name}-{secrets.token_hex(3)}" for name in ("alice", "bob")}
    print("Starting a private Prosody", flush=True)
    prosody = Prosody(domain, accounts, contacts=("alice", "bob"), more="allow_registration = true")
    try:
        prosody.start()
        rows = [f"    {name}@{domain}   password {password}" for name, password in accounts.items()]
        greeting = "\n".join([
            "", f"Open http://127.0.0.1:{port}/ in two browser windows and log in as", *rows,
            f"or make an account there. Rooms are at rooms.{domain}; guests enter one at http://127.0.0.1:{port}/embed.html",
            "Everything is gone when you press Ctrl-C.",
            endpoints(port), "",
        ])
        settings = {
            # Files go straight to Prosody, which has plain http on loopback only.
            "XMPP_EDGE_CONNECT_ORIGINS": prosody.upload_origin,
            "XMPP_EDGE_PAGE_REGISTRATION": "true",
            "XMPP_EDGE_PAGE_GUEST_DOMAIN": f"guest.{domain}",
            "XMPP_EDGE_PAGE_GUEST_ROOMS": f"lobby@rooms.{domain}",
        }
        server = f"127.0.0.1:{prosody.port}"
        return run_edge(port, [(domain, server), (f"guest.{domain}", server)], greeting, settings)
    finally:
        prosody.stop()


def main() -> int:
    text = os.environ.get("PORT") or "5280"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        return complain(f"PORT={text} is not a port number.")
    port = int(text)
    if port_is_taken(port):
        return complain(f"Port {port} of 127.0.0.1 is taken by another program. Choose another one: make run PORT={port + 1}")
    upstream, domain = os.environ.get("UPSTREAM"), os.environ.get("DOMAIN")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        if not upstream:
            return run_demo(port, domain or "localhost")
        if not domain:
            return complain("UPSTREAM needs the XMPP domain it serves: make run UPSTREAM=host:port DOMAIN=example.org")
        try_upstream(domain, upstream)
        return run_edge(port, [(domain, upstream)], f"\nOpen http://127.0.0.1:{port}/ and log in with an account of {domain}.\n{endpoints(port)}\n")
    except Stop:
        print("Stopped", flush=True)
        return 0
    except RuntimeError as problem:
        return complain(str(problem))


if __name__ == "__main__":
    sys.exit(main())
