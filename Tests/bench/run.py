#!/usr/bin/env python3
"""The edge beside nginx, HAProxy, Prosody and ejabberd, measured in one run on this machine: what counts are the ratios.
Every figure is of processes with one thread, but for ejabberd's, over loopback, without TLS."""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import cases
import contenders
import measure
import report
from servers import EDGE


def version(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    text = (done.stdout + done.stderr).strip()
    return text.splitlines()[0] if text else "?"


def package(name: str) -> str:
    return version("dpkg-query", "--show", "--showformat", "${Version}", name)


def machine() -> dict:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {
        "processor": model, "processors": os.cpu_count(), "kernel": platform.release(), "load_before": os.getloadavg()[0],
        "edge": version(EDGE, "--version"), "nginx": package("nginx"), "haproxy": package("haproxy"),
        "prosody": package("prosody"), "ejabberd": package("ejabberd"), "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def measure_tunnels(effort: cases.Effort, found: dict):
    with contenders.tunnels() as tunnels:
        todo = [cases.messages(size, window, effort) for size in (200, 2048) for window in (1, 16)]
        for case in [*todo, cases.steady(effort), cases.logins(effort)]:
            say(case.title)
            found[case.key] = {"title": case.title, "figures": case.figures,
                               "results": measure.interleaved(tunnels, case.words, effort.repetitions)}


def measure_servers(effort: cases.Effort, found: dict):
    with contenders.real_servers() as servers:
        case = cases.messages(200, 1, effort)
        say("real servers, " + case.title)
        found["servers"] = {"title": "Real servers, " + case.title, "figures": case.figures,
                            "results": measure.interleaved(servers, case.words, effort.repetitions)}


def measure_idle(effort: cases.Effort, found: dict):
    for sessions in effort.idle_sizes:
        case = cases.idle(sessions, effort)
        names = ["edge", "nginx", "HAProxy"] + (["Prosody", "ejabberd"] if sessions <= 1000 else [])
        results = {}
        for name in names:
            say(f"{case.title}: {name}")
            with contenders.alone(name) as contender:
                measure.run(contender, ["connect", "--sessions", "10", "--warm-up", "0s", "--duration", "100ms"])
                results[name] = [measure.figures(measure.run(contender, case.words))]
        found[case.key] = {"title": case.title, "figures": case.figures, "results": results}


def judge(found: dict) -> list[dict]:
    """The project's targets with what was found."""
    rows = []
    for target in cases.TARGETS:
        if target.case not in found:
            continue
        ratio = measure.median_ratio(found[target.case]["results"], target.figure, target.one, target.other)
        if ratio is not None:
            rows.append({"text": target.text(), "found": ratio, "holds": target.holds(ratio)})
    results = found.get("servers", {}).get("results", {})
    for one, other in cases.OWN_PART:
        if one in results:
            own = statistics.median(
                b["cpu_per_million"] / a["cpu_of_each_per_million"][1] for a, b in zip(results[one], results[other], strict=True))
            rows.append({"text": f"servers: cpu per million of {other} in times the edge's part of {one}", "found": own, "holds": None})
    for key, case in found.items():
        if key.startswith("idle-"):
            size = measure.median(case["results"]["edge"], "memory_per_session")
            rows.append({"text": f"{key}: memory of a session of the edge at most {cases.IDLE_LIMIT} bytes",
                         "found": size, "holds": size <= cases.IDLE_LIMIT})
    return rows


def say(text: str):
    print(f"... {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than 3 minutes, rougher figures")
    parser.add_argument("--only", choices=["tunnels", "servers", "idle"], action="append", help="a part; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="write every single result there")
    parser.add_argument("--html", metavar="FILE", help="write a page there")
    options = parser.parse_args()
    effort = cases.Effort.quick() if options.quick else cases.Effort.full()
    parts = {"tunnels": measure_tunnels, "servers": measure_servers, "idle": measure_idle}
    found: dict = {}
    about = machine()
    for name in options.only or parts:
        parts[name](effort, found)
    whole = {"machine": about, "cases": found, "targets": judge(found), "quick": options.quick}
    print(report.text(whole))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(whole, file, indent=1)
    if options.html:
        with open(options.html, "w") as file:
            file.write(report.page(whole))


if __name__ == "__main__":
    main()
