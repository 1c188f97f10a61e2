#!/usr/bin/env python3
"""CPU time of the edge for a message that is echoed, over BOSH against WebSocket: rounds of each take turns in one run, so
that the ratio holds on a machine that is not quiet. One worker."""
import argparse
import asyncio
import os
import statistics

import processes
from bosh_session import BOSHSession
from session import Session


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def session(kind, port):
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def lost(_, error):
        if not ready.done():
            ready.set_exception(SystemExit(f"connection lost: {error}"))

    if kind == "websocket":
        await loop.create_connection(lambda: Session(ready.set_result, lost), "127.0.0.1", port)
    else:
        await BOSHSession(ready.set_result, lost, holds="two" if kind == "bosh as a page" else False).connect(port)
    return await ready


async def echo(sessions, count, window, size):
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in sessions]
    for one, end in zip(sessions, ends, strict=True):
        one.run(count, window, size, lambda _, end=end: end.set_result(None))
    await asyncio.wait_for(asyncio.gather(*ends), 300)


async def measure(arguments):
    kinds = ["websocket", "bosh", "bosh as a page"]
    costs = {kind: [] for kind in kinds}
    with processes.fast_upstream() as upstream, processes.edge(upstream, workers=1) as (process, port):
        sessions = {kind: [await session(kind, port) for _ in range(arguments.sessions)] for kind in kinds}
        for number in range(arguments.rounds + 1):
            for kind in kinds:
                before = cpu_seconds(process.pid)
                await echo(sessions[kind], arguments.messages, arguments.window, arguments.size)
                spent = cpu_seconds(process.pid) - before
                if number:  # the first round warms up
                    costs[kind].append(spent / arguments.messages / arguments.sessions * 1e6)
    print(f"CPU time of the edge for an echoed message, {arguments.size} bytes, window {arguments.window}, {arguments.rounds} rounds:")
    base = statistics.median(costs["websocket"])
    for kind in kinds:
        cost = statistics.median(costs[kind])
        print(f"  {kind:16} {cost:6.1f} us  {cost / base:5.2f} times  ({min(costs[kind]):.1f} to {max(costs[kind]):.1f})")
    return statistics.median(costs["bosh"]) <= 2.5 * base


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--messages", type=int, default=1000, help="per session and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=200, help="bytes of the message element")
    parser.add_argument("--window", type=int, default=1, help="messages under way at a time; over BOSH, in one body")
    raise SystemExit(0 if asyncio.run(measure(parser.parse_args())) else 1)
