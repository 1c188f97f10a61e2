#!/usr/bin/env python3
"""Cost of relaying one message, echoed through the edge: exact instructions by callgrind, split by library, allocations,
and system calls by strace. Two runs of different length are subtracted, so that start and login drop out."""
import argparse
import asyncio
import collections
import os
import re
import subprocess
import tempfile

import processes
from session import Session


async def exchange(port, count, window, size):
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    await loop.create_connection(
        lambda: Session(lambda s: s.run(count, window, size, lambda _: done.set_result(None)),
                        lambda s, e: done.done() or done.set_exception(SystemExit("connection lost"))),
        "127.0.0.1", port)
    await asyncio.wait_for(done, 600)


def run(wrapper, count, arguments, binary=processes.EDGE):
    with processes.fast_upstream() as upstream, processes.edge(
            upstream, wrapper=wrapper, binary=binary) as (_, port):
        asyncio.run(exchange(port, count, arguments.window, arguments.size))


NAME = re.compile(r"\((\d+)\)(?: (.*))?$")


def profile(path):
    """Instructions per object file, and allocator calls per calling object, from a callgrind output file."""
    names = collections.defaultdict(dict)
    cost, allocations = collections.Counter(), collections.Counter()
    owner = callee = ""
    skip = False

    def name(kind, text):
        match = NAME.match(text)
        if match[2]:
            names[kind][match[1]] = match[2]
        return names[kind][match[1]]

    for line in open(path):
        line = line.rstrip("\n")
        if line.startswith("ob="):
            owner = os.path.basename(name("ob", line[3:]))
        elif line.startswith("cob="):
            name("ob", line[4:])
        elif line.startswith(("fn=", "cfn=")):
            callee = name("fn", line.split("=", 1)[1])
        elif line.startswith("calls="):
            if callee.split("@")[0] in ("malloc", "calloc", "realloc", "posix_memalign", "swift_allocObject", "swift_slowAlloc"):
                allocations[owner] += int(line[6:].split()[0])
            skip = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            if not skip and len(line.split()) > 1:
                cost[owner] += int(line.split()[1])
            skip = False
    return cost, allocations


def instructions(arguments, folder):
    results = []
    # Valgrind stumbles over the compiler's DWARF 5; the names of functions are enough.
    binary = os.path.join(folder, "xmpp-edge")
    subprocess.run(["strip", "--strip-debug", "-o", binary, processes.EDGE], check=True)
    for index, count in enumerate((arguments.messages, arguments.messages * 3)):
        path = os.path.join(folder, f"callgrind.{index}")
        run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={path}"], count, arguments, binary)
        results.append(profile(path))
    messages = arguments.messages * 2
    print(f"instructions per echoed message ({arguments.size} bytes, window {arguments.window}, both directions):")
    rest = 0
    for owner in sorted(results[1][0], key=lambda o: -results[1][0][o]):
        per = (results[1][0][owner] - results[0][0][owner]) / messages
        if per >= 0.5:
            print(f"  {per:9.1f}  {owner}")
            rest += 0 if owner.startswith("libxml2") else per
    print(f"  {rest:9.1f}  all but libxml2")
    print("allocator calls per echoed message:")
    for owner in sorted(results[1][1]):
        per = (results[1][1][owner] - results[0][1][owner]) / messages
        print(f"  {per:9.3f}  from {owner}")


def system_calls(arguments, folder):
    counts = []
    for index, count in enumerate((arguments.messages, arguments.messages * 3)):
        path = os.path.join(folder, f"strace.{index}")
        run(["strace", "-D", "-f", "-q", "-o", path], count, arguments)
        calls = collections.Counter(re.findall(r"^\d+ +(\w+)\(", open(path).read(), re.M))
        counts.append(calls)
    print("system calls per echoed message:")
    for call in sorted(counts[1], key=lambda c: -counts[1][c]):
        per = (counts[1][call] - counts[0][call]) / (arguments.messages * 2)
        if per >= 0.005:
            print(f"  {per:9.3f}  {call}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--size", type=int, default=200, help="bytes of the message element")
    parser.add_argument("--window", type=int, default=1, help="messages under way at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        instructions(options, directory)
        system_calls(options, directory)
