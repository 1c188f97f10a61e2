"""Runs xmpp-load on contenders, interleaved and repeated, and keeps every result."""
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders import Contender
from servers import DOMAIN, LOAD


def run(contender: Contender, words: list[str]) -> dict:
    """One run; fails loudly when it was not a measurement."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "result.json"
        command = [LOAD, words[0], contender.url, *words[1:], "--domain", DOMAIN, "--quiet", "--json", str(report)]
        for pid in contender.pids:
            command += ["--watch", str(pid)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise SystemExit(f"{contender.name}: {' '.join(command)}\n{done.stdout}{done.stderr}")
        result = json.loads(report.read_text())
    if result["failures"]:
        print(f"  {contender.name}: failures {result['failures']}", file=sys.stderr)
    return result


def interleaved(contenders: list[Contender], words: list[str], repetitions: int) -> dict[str, list[dict]]:
    """Each repetition runs all of them, so that what else the machine does meets all alike; each time another is first."""
    results: dict[str, list[dict]] = {contender.name: [] for contender in contenders}
    for repetition in range(repetitions):
        first = repetition % len(contenders)
        for contender in contenders[first:] + contenders[:first]:
            results[contender.name].append(figures(run(contender, words)))
    return results


def figures(result: dict) -> dict:
    """What of a result is compared. Times in seconds, memory in bytes."""
    watched = result.get("watched")
    own = {
        "rate": result["deliveredPerSecond"], "logins": result["loginsPerSecond"], "failures": sum(result["failures"].values()),
        "sessions": result["sessionsStanding"],
        **{name: result["latency"][name] / 1e9 for name in ("p50", "p99", "p999", "max")},
    }
    if watched:
        count = max(result["delivered"], 1)
        sessions = max(result["sessionsStanding"], 1)
        own |= {
            "cpu_per_million": watched["cpu"] / count * 1e6,
            "cpu_of_each_per_million": [cpu / count * 1e6 for cpu in watched["cpuOfEach"]],
            "cpu_per_thousand_logins": watched["openingCPU"] / max(result["logins"]["count"], 1) * 1e3,
            "memory_per_session": (watched["memoryAfter"] - watched["memoryBefore"]) / sessions,
            "cpu_share": watched["cpu"] / result["plan"]["duration"],
        }
    return own


def median(results: list[dict], figure: str) -> float | None:
    values = [result[figure] for result in results if figure in result]
    return statistics.median(values) if values else None


def median_ratio(results: dict[str, list[dict]], figure: str, one: str, other: str) -> float | None:
    """The median over the repetitions of `one` divided by `other` in the same repetition."""
    pairs = zip(results.get(one, []), results.get(other, []), strict=False)
    ratios = [a[figure] / b[figure] for a, b in pairs if figure in a and b.get(figure)]
    return statistics.median(ratios) if ratios else None
