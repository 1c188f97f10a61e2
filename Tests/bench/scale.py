#!/usr/bin/env python3
"""Very many sessions on one machine, all exchanging messages, and none may be lost. One process has descriptors for some
9,000 sessions (two each) where the system gives 20,000, so several edges share one port: each takes over a listening socket of its
own, as from systemd, and the kernel spreads the connections. Behind each is a sink; one load tester for each opens its sessions."""
import argparse
import contextlib
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import servers


def plan(sessions: int) -> list[int]:
    """Sessions of each edge: as many edges as the descriptors of a process demand."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A tenth stays for connections that are no sessions yet, as the edge has it.
    capacity = (min(hard, 1 << 20) - 64) * 9 // 20
    # One more than they would just fill: the kernel's shares are not quite even.
    count = -(-sessions // capacity) + 1
    return [sessions * (index + 1) // count - sessions * index // count for index in range(count)]


def listener(port: int) -> socket.socket:
    """One of several on the same port."""
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    own.bind(("127.0.0.1", port))
    own.listen(4096)
    return own


def load(port: int, index: int, sessions: int, edge: int, options, report: Path) -> subprocess.Popen:
    """From an address of its own: one address has too few ports for all."""
    share = sessions / options.sessions
    return subprocess.Popen([
        servers.LOAD, "echo", f"ws://127.0.0.1:{port}/ws", "--domain", servers.DOMAIN, "--source", f"127.0.1.{index + 1}",
        "--sessions", str(sessions), "--connect-rate", str(options.connect_rate * share), "--rate", str(options.rate * share),
        "--warm-up", "5s", "--duration", f"{options.seconds}s", "--grace", "10s", "--login-timeout", "60s", "--quiet",
        "--json", str(report), "--watch", str(edge)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def measure(options) -> list[dict]:
    parts = plan(options.sessions)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sockets = [stack.enter_context(listener(0))]
        port = sockets[0].getsockname()[1]
        sockets += [stack.enter_context(listener(port)) for _ in parts[1:]]
        edges = [stack.enter_context(servers.edge_on(own, stack.enter_context(servers.sink())[1])) for own in sockets]
        running = [load(port, index, sessions, edges[index].pid, options, folder / f"{index}.json")
                   for index, sessions in enumerate(parts)]
        try:
            for process in running:
                output, _ = process.communicate(timeout=options.seconds + options.sessions / options.connect_rate * 3 + 120)
                if process.returncode != 0:
                    raise SystemExit(output)
        finally:
            for process in running:
                process.kill()
        return [json.loads((folder / f"{index}.json").read_text()) for index in range(len(parts))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=60000)
    parser.add_argument("--seconds", type=int, default=300, help="for how long all of them exchange messages")
    parser.add_argument("--rate", type=float, default=6000, help="messages a second, over all sessions")
    parser.add_argument("--connect-rate", type=float, default=1000, help="sessions opened a second, over all")
    options = parser.parse_args()
    began = time.monotonic()
    results = measure(options)
    standing = sum(result["sessionsStanding"] for result in results)
    failures = {}
    for result in results:
        for kind, count in result["failures"].items():
            failures[kind] = failures.get(kind, 0) + count
    sent = sum(result["sent"] for result in results)
    memory = sum(result["watched"]["memoryAfter"] - result["watched"]["memoryBefore"] for result in results) / max(standing, 1)
    cpu = sum(result["watched"]["cpu"] for result in results) / options.seconds
    print(f"{standing:,} of {options.sessions:,} sessions stood at the end, on {len(results)} edges; "
          f"{sent:,} messages sent; failures: {failures or 'none'}")
    print(f"p50 {max(result['latency']['p50'] for result in results) / 1e6:.1f} ms, "
          f"p99 {max(result['latency']['p99'] for result in results) / 1e6:.1f} ms of the slowest edge; "
          f"{memory / 1024:.2f} KiB of the edges' memory a session, {cpu * 100:.0f} % of one processor; "
          f"{time.monotonic() - began:.0f} s in all")
    sys.exit(0 if standing == options.sessions and not failures else 1)


if __name__ == "__main__":
    main()
