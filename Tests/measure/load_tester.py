#!/usr/bin/env python3
"""Whether xmpp-load can be trusted: how many echoed messages a second it drives from one core, and whether its percentiles are
those of a server that holds each answer back for a known time and keeps its own book of it, or stalls for 1 s in each 10.
Exits with 1 when a figure is not what it should be. Needs `make load` and two cores; loopback only, one to four minutes."""
import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import processes

LOAD = os.environ.get("XMPP_LOAD_BINARY", os.path.join(processes.ROOT, ".build/release/xmpp-load"))
HEADER = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          b"from='bench.test' id='1' version='1.0'>")
LOGIN = (b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism>"
         b"</mechanisms></stream:features>")
BIND = b"<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"
BOUND = (b"<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>one@bench.test/%d</jid></bind></iq>")
SUCCESS = b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"


class Book:
    """Until when an echo is held, and for how long each really was."""

    def __init__(self, delay=0.0, stall=0.0, interval=10.0):
        self.delay, self.stall, self.interval = delay, stall, interval
        self.began = time.monotonic()
        self.held = []
        self.streams = 0

    def due(self, now):
        due = now + self.delay
        phase = (due - self.began) % self.interval
        return due + self.stall - phase if phase < self.stall else due

    def percentile(self, part):
        times = sorted(self.held)
        return times[min(len(times) - 1, int(part * len(times)))]


class Stream(asyncio.Protocol):
    """A server for xmpp-load alone: it looks for substrings instead of parsing."""

    def __init__(self, book):
        self.book = book
        self.rest = b""
        self.logged_in = False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        now = time.monotonic()
        if b"<message" not in data and b"</message>" not in data and not self.rest:
            return self.login(data)
        *messages, self.rest = (self.rest + data).split(b"</message>")
        for message in messages:
            asyncio.get_running_loop().call_at(self.book.due(now), self.echo, message + b"</message>", now)
        if b"</stream:stream>" in self.rest:
            self.transport.close()

    def echo(self, message, since):
        self.transport.write(message)
        self.book.held.append(time.monotonic() - since)

    def login(self, data):
        if b"<stream:stream" in data:
            self.transport.write(HEADER + (BIND if self.logged_in else LOGIN))
        elif b"<auth" in data:
            self.logged_in = True
            self.transport.write(SUCCESS)
        elif b"<iq" in data:
            self.book.streams += 1
            self.transport.write(BOUND % self.book.streams)
        elif b"</stream:stream>" in data:
            self.transport.close()


async def against(book, *words):
    """One run against a server that keeps this book."""
    server = await asyncio.get_running_loop().create_server(lambda: Stream(book), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "result.json"
        process = await asyncio.create_subprocess_exec(
            LOAD, "echo", f"tcp://127.0.0.1:{port}", "--sessions", "20", "--warm-up", "0s", "--grace", "5s", "--quiet", "--json",
            report, *words, stdout=subprocess.DEVNULL)
        if await process.wait() != 0:
            raise SystemExit("xmpp-load failed")
        server.close()
        result = json.loads(report.read_text())
    if result["failures"] or result["latency"]["count"] != result["sent"]:
        raise SystemExit(f"not a measurement: {result['failures']}")
    return {name: result["latency"][name] / 1e9 for name in ("p50", "p99")}


def apart(found, known):
    return abs(found - known) / known


def on_core(number):
    return lambda: os.sched_setaffinity(0, {number})


def capacity(transport, window, seconds):
    """Messages a second with the load tester on one core and the sink on another, and for a whole second of its core."""
    own, other = sorted(os.sched_getaffinity(0))[:2]
    with subprocess.Popen([LOAD, "sink", "--tcp", "127.0.0.1:0", "--websocket", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                          preexec_fn=on_core(other)) as sink, tempfile.TemporaryDirectory() as folder:
        ports = re.findall(r"(\w+) (\d+)", sink.stdout.readline())
        port = dict(ports)["websocket" if transport == "ws" else "tcp"]
        report = Path(folder) / "result.json"
        subprocess.run(
            [LOAD, "echo", f"{transport}://127.0.0.1:{port}", "--sessions", "20", "--window", str(window), "--duration", f"{seconds}s",
             "--quiet", "--json", report], stdout=subprocess.DEVNULL, check=True, preexec_fn=on_core(own))
        sink.terminate()
        result = json.loads(report.read_text())
    rate, share = result["deliveredPerSecond"], result["tool"]["workerCPUShares"][0]
    return rate, share, rate / share


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each run for the rate")
    parser.add_argument("--runs", type=int, default=5, help="at most, for the percentiles: one on a quiet machine is enough")
    options = parser.parse_args()
    holds = True

    def judge(text, is_right):
        nonlocal holds
        holds &= is_right
        print(f"{'holds ' if is_right else 'MISSED'}  {text}", flush=True)

    rates, wholes = [], []
    for transport in ("ws", "tcp"):
        for window in (1, 16):
            rate, share, whole = capacity(transport, window, options.seconds)
            rates.append(rate)
            wholes.append(whole)
            print(f"        {transport}, window {window}: {rate:,.0f} messages a second, {share * 100:.0f} % of its core, "
                  f"{whole:,.0f} for a whole second of it", flush=True)
    # What it gets of its core depends on what else the machine does; what it needs for a message does not.
    judge(f"{min(wholes):,.0f} echoed messages and more for each second of a core, {max(rates):,.0f} a second beside all else that "
          "runs here; 60,000 are wanted", min(wholes) >= 60_000)

    async def quietest(known_of, make, *words):
        """The figures of several runs that are closest to the known ones: other work of the machine only moves them apart."""
        runs = []
        for _ in range(options.runs):
            book = make()
            found = await against(book, *words)
            known = known_of(book)
            runs.append((max(apart(found[name], value) for name, value in known.items()), found, known))
            if runs[-1][0] <= 0.02:
                break
        return min(runs, key=lambda run: run[0])[1:]

    # Long, so that 2 % of it is more than a busy machine lets a process wait.
    found, known = await quietest(
        lambda book: {"p50": book.percentile(0.5), "p99": book.percentile(0.99)}, lambda: Book(delay=2.0), "--rate", "200", "--duration", "10s")
    for name, value in known.items():
        judge(f"{name} {found[name] * 1e3:.1f} ms of a server that says it held answers for {value * 1e3:.1f} ms",
              apart(found[name], value) <= 0.02)
    # A tenth of the messages falls into a stall and waits for what is left of it: a hundredth of all for 0.9 s and more.
    found, known = await quietest(lambda _: {"p99": 0.9}, lambda: Book(stall=1.0), "--rate", "500", "--duration", "20s")
    judge(f"p99 {found['p99']:.3f} s in an open loop, of a server that stalls for 1 s in each 10: 0.900 s",
          apart(found["p99"], known["p99"]) <= 0.02)
    closed = await against(Book(stall=1.0), "--window", "1", "--duration", "20s")
    judge(f"p99 {closed['p99'] * 1e3:.1f} ms in a closed loop, which hides the stall", closed["p99"] < 0.1)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    asyncio.run(main())
