#!/usr/bin/env python3
"""BOSH sessions whose clients vanish: opens N with a request that waits, ends all their connections without a word, and
sees whether sessions, descriptors and memory are gone after inactivity and whether anything was logged as a problem. Then
the same again: memory must not grow from one time to the next."""
import argparse
import asyncio
import contextlib
import os
import tempfile
import time

import processes
from bosh_session import BOSHSession
from idle_sessions import resident


async def open_sessions(port, count):
    ready, lost = [], []
    sessions = []
    for start in range(0, count, 500):
        some = [BOSHSession(ready.append, lambda s, e: lost.append(s)) for _ in range(min(500, count - start))]
        sessions += await asyncio.gather(*(one.connect(port) for one in some))
        while len(ready) + len(lost) < len(sessions):
            await asyncio.sleep(0.05)
    return sessions, len(ready)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


async def measure(count, inactivity, times):
    log = tempfile.NamedTemporaryFile("r", suffix=".log")
    is_good = True
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(processes.fast_upstream())
        process, port = stack.enter_context(processes.edge(
            upstream, log=log.name, environment={"XMPP_EDGE_LIMITS_BOSH_INACTIVITY": f"{inactivity} s"}))
        few, _ = await open_sessions(port, 10)
        for one in few:
            one.close()
        await asyncio.sleep(inactivity + 1)
        start, files = resident(process.pid), descriptors(process.pid)
        print(f"at the start: {start / 1024:.0f} KiB, {files} descriptors")
        for _ in range(times):
            sessions, ready = await open_sessions(port, count)
            await asyncio.sleep(1)
            full = resident(process.pid)
            for one in sessions:
                one.close()
            began = time.monotonic()
            while descriptors(process.pid) > files and time.monotonic() - began < inactivity + 30:
                await asyncio.sleep(0.1)
            took = time.monotonic() - began
            await asyncio.sleep(1)
            left = resident(process.pid)
            print(f"{ready} of {count} sessions: {full / 1024:.0f} KiB, {(full - start) / count:.0f} bytes each; "
                  f"{descriptors(process.pid) - files} descriptors left {took:.1f} s after they vanished, {left / 1024:.0f} KiB")
            is_good = is_good and ready == count and descriptors(process.pid) <= files
    lines = log.read().splitlines()
    ends = sum("reason=client-vanished" in line for line in lines)
    troubles = [line for line in lines if " error " in line or " warning " in line]
    print(f"log: {ends} ends as client-vanished, {len(troubles)} warnings and errors", *troubles[:5], sep="\n")
    return is_good and ends == count * times + 10 and not troubles


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=4000)
    parser.add_argument("--inactivity", type=int, default=5, help="seconds, as configured for the edge")
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    raise SystemExit(0 if asyncio.run(measure(arguments.sessions, arguments.inactivity, arguments.times)) else 1)
