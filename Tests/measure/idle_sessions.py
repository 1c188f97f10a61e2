#!/usr/bin/env python3
"""Memory of idle sessions: opens N logged-in sessions at once, over BOSH each with a request that waits, and divides the
growth of the edge's resident memory by them. Then kills the upstream under them and sees whether new sessions are served
at once."""
import argparse
import asyncio
import contextlib
import time

import processes
from bosh_session import BOSHSession
from session import Session

# As browsers ask for compression; the elements of a login are small and stay plain.
OFFER = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


def resident(pid):
    """Resident anonymous memory in bytes: the process's own, without its program file."""
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


async def open_sessions(port, count, timeout, transport="websocket"):
    loop = asyncio.get_running_loop()
    ready, lost = [], []
    everyone = loop.create_future()

    def is_ready(session):
        ready.append(session)
        if len(ready) == count and not everyone.done():
            everyone.set_result(None)

    def connect():
        if transport == "bosh":
            return BOSHSession(is_ready, lambda s, e: lost.append(s)).connect(port)
        return loop.create_connection(lambda: Session(is_ready, lambda s, e: lost.append(s)), "127.0.0.1", port)

    await asyncio.gather(*(connect() for _ in range(count)))
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(everyone, timeout)
    return ready, lost


async def measure(count, settle, transport):
    with contextlib.ExitStack() as stack:
        upstream = contextlib.ExitStack()
        stack.enter_context(upstream)
        upstream_port = upstream.enter_context(processes.fast_upstream())
        process, port = stack.enter_context(processes.edge(
            upstream_port))
        await open_sessions(port, 10, 10, transport)
        before = resident(process.pid)
        started = time.monotonic()
        ready, lost = await open_sessions(port, count, 120, transport)
        took = time.monotonic() - started
        await asyncio.sleep(settle)
        after = resident(process.pid)
        print(f"{len(ready)} of {count} sessions logged in within {took:.1f} s, {len(lost)} lost")
        print(f"resident memory {before / 1024:.0f} KiB -> {after / 1024:.0f} KiB: "
              f"{(after - before) / count:.0f} bytes a session")
        upstream.close()
        deadline = time.monotonic() + 30
        while len(lost) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        alive = process.poll() is None
        print(f"upstream killed: {len(lost)} sessions told, process {'alive' if alive else 'DEAD'}")
        with processes.fast_upstream(upstream_port):
            again, _ = await open_sessions(port, 100, 10, transport)
        print(f"upstream back: {len(again)} of 100 new sessions logged in")
        ok = len(ready) == count and alive and len(again) == 100
        return ok


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=8000)
    parser.add_argument("--plain", action="store_true", help="clients that do not offer compression")
    parser.add_argument("--settle", type=float, default=3.0, help="seconds of silence before memory is read")
    parser.add_argument("--transport", choices=["websocket", "bosh"], default="websocket")
    arguments = parser.parse_args()
    Session.extensions = b"" if arguments.plain else OFFER
    raise SystemExit(0 if asyncio.run(measure(arguments.sessions, arguments.settle, arguments.transport)) else 1)
