"""Starts and stops the processes of a measurement."""
import contextlib
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
EDGE = os.environ.get("XMPP_EDGE_BINARY", os.path.join(ROOT, ".build/release/xmpp-edge"))
# The servers of measurements take logins as fast as they can; so many at one time are under way as usual.
NO_LINE = {"XMPP_EDGE_LIMITS_UPSTREAM_LOGINS_PER_SECOND": "0", "XMPP_EDGE_LIMITS_UPSTREAM_WAITING": "1000000",
           "XMPP_EDGE_LIMITS_UPSTREAM_WAIT": "10 min"}


@contextlib.contextmanager
def fast_upstream(port=0):
    process = subprocess.Popen([sys.executable, os.path.join(HERE, "fast_upstream.py"), str(port)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)


@contextlib.contextmanager
def edge(upstream_port, *, binary=EDGE, wrapper=(), workers=1, log="/dev/null", options=(), environment=None,
         certificate=None):
    """The edge in front of the upstream; gives (process, port), and in `process.ports` those that `options` open as well.
    `wrapper` is a command that runs it, such as valgrind. With a certificate (a path without .pem and .key) browsers come in
    TLS."""
    listen = "127.0.0.1:0 tls" if certificate else "127.0.0.1:0"
    if certificate:
        options = ("--certificate", f"{certificate}.pem", "--key", f"{certificate}.key", *options)
    errors = open(log, "w")
    process = subprocess.Popen(
        [*wrapper, binary, "--listen", listen, "--domain", "bench.test", "--upstream",
         f"127.0.0.1:{upstream_port}", "--workers", str(workers), "--admin", "off", *options],
        stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **NO_LINE, **(environment or {})})
    try:
        line = process.stdout.readline()
        ports = [int(port) for port in re.findall(r"https?://127\.0\.0\.1:(\d+)", line)]
        if not ports:
            raise SystemExit(f"the edge did not start: {line!r}")
        process.ports = ports
        yield process, ports[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        errors.close()
