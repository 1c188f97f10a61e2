"""Tsung from Debian: runs a scenario within a folder of its own, and reads the figures it writes. Its parts find each other by
an epmd of their own, so that nothing of it is left behind."""

import os
import re
import signal
import subprocess
from pathlib import Path

from prosody import end_with_parent, free_port


def run(folder: Path, scenario: str, timeout: float = 180) -> dict[str, list[float]]:
    """Gives the last figures of each kind, as Tsung writes them: for counters, those of the last seconds and in all."""
    (folder / "scenario.xml").write_text(scenario)
    (folder / "log").mkdir()
    port = free_port()
    environment = {**os.environ, "HOME": str(folder), "ERL_EPMD_PORT": str(port), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    options = {"env": environment, "cwd": folder, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "preexec_fn": end_with_parent}
    with (folder / "epmd.out").open("wb") as out:
        names = subprocess.Popen(["epmd", "-port", str(port), "-address", "127.0.0.1"], stdout=out, **options)
    with (folder / "tsung.out").open("wb") as out:
        # Its ports come from the kernel, and it serves no web page.
        command = ["tsung", "-I", "127.0.0.1", "-t", "0", "-T", "0", "-n", "-f", "scenario.xml", "-l", str(folder / "log"), "start"]
        process = subprocess.Popen(command, stdout=out, **options)
    try:
        code = process.wait(timeout)
    finally:
        # The program is a script that starts Erlang, both in a group of their own.
        for one in (process, names):
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()
    assert code == 0, (folder / "tsung.out").read_text()
    text = "".join(path.read_text() for path in folder.glob("log/*/tsung.log"))
    figures = {}
    for name, values in re.findall(r"^stats: (\w+)((?: [-.\de]+)+)$", text, re.MULTILINE):
        figures[name] = [float(value) for value in values.split()]
    return figures
