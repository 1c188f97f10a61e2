#!/usr/bin/env python3
"""What TLS costs: memory of idle sessions over wss and whether an exchange of certificates disturbs them, CPU of relaying
beside plain sessions in the same run, full handshakes beside nginx. CPU is the server's own, read from the system, so
that other work on the machine changes little. Needs openssl, xmpp-load (`make load`) for relaying, and nginx for the
comparison."""
import argparse
import asyncio
import collections
import contextlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import processes
from session import Session

LOAD = os.environ.get("XMPP_LOAD_BINARY", os.path.join(processes.ROOT, ".build/release/xmpp-load"))
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_certificate {certificate}.pem; ssl_certificate_key {certificate}.key;
        ssl_protocols TLSv1.3; ssl_session_tickets on;
        return 204;
    }}
}}
"""


def trusting(folder):
    context = ssl.create_default_context(cafile=f"{folder}/ca.pem")
    context.check_hostname = False
    return context


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["RssAnon"].split()[0]) * 1024


async def open_sessions(port, count, context, lost, at_once=50):
    """All of them logged in."""
    loop = asyncio.get_running_loop()
    sessions, gate = [], asyncio.Semaphore(at_once)

    async def one():
        async with gate:
            ready = loop.create_future()
            await loop.create_connection(
                lambda: Session(lambda s: ready.done() or ready.set_result(s), lambda s, e: lost.append(s)),
                "127.0.0.1", port, ssl=context, server_hostname="edge.test" if context else None)
            sessions.append(await asyncio.wait_for(ready, 120))

    await asyncio.gather(*(one() for _ in range(count)))
    return sessions


async def sessions(arguments, folder):
    context, lost = trusting(folder), []
    own = f"{folder}/own"
    for kind in ("pem", "key"):
        shutil.copy(f"{folder}/good.{kind}", f"{own}.{kind}")
    with processes.fast_upstream() as upstream, processes.edge(
            upstream, certificate=own, options=("--listen", "127.0.0.1:0")) as (process, port):
        await open_sessions(port, 20, context, [])
        before = resident(process.pid)
        all_of_them = await open_sessions(port, arguments.sessions, context, lost)
        await asyncio.sleep(2)
        each = (resident(process.pid) - before) / arguments.sessions
        print(f"{len(all_of_them)} idle sessions over wss: {each:.0f} bytes of resident memory each, {len(lost)} lost")
        for kind in ("pem", "key"):
            shutil.copy(f"{folder}/renewed.{kind}", f"{own}.new")
            os.replace(f"{own}.new", f"{own}.{kind}")
        wanted = ssl.PEM_cert_to_DER_cert(Path(f"{folder}/renewed.pem").read_text())
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.closing(context.wrap_socket(__import__("socket").create_connection(("127.0.0.1", port)),
                                                        server_hostname="edge.test")) as probe:
                if probe.getpeercert(binary_form=True) == wanted:
                    break
            await asyncio.sleep(0.2)
        else:
            raise SystemExit("the new certificate was not shown")
        answered = asyncio.get_running_loop().create_future()
        left = [len(all_of_them)]

        def one_done(_):
            left[0] -= 1
            if not left[0]:
                answered.set_result(None)

        for session in all_of_them:
            session.run(2, 1, 200, one_done)
        await asyncio.wait_for(answered, 60)
        print(f"certificate exchanged under them: new connections see it, {len(lost)} lost, all {len(all_of_them)} answered")
        return not lost


def relay(arguments, folder):
    """Rounds of plain and TLS in turn, against one edge that has a listener for each."""
    spent = collections.defaultdict(lambda: [0, 0.0])
    options = ("--listen", "127.0.0.1:0")
    with load_sink() as upstream, processes.edge(
            upstream, certificate=f"{folder}/good", options=options) as (process, _):
        secure, plain = process.ports
        urls = {"plain": f"ws://127.0.0.1:{plain}/ws", "TLS": f"wss://127.0.0.1:{secure}/ws"}
        report = f"{folder}/report.json"
        for window in (1, 16):
            for _ in range(arguments.rounds):
                for name, url in urls.items():
                    subprocess.run(
                        [LOAD, "echo", url, "--sessions", "20", "--window", str(window), "--warm-up", "500ms", "--duration", "3s",
                         "--quiet", "--json", report, "--watch", str(process.pid), "--ca", f"{folder}/ca.pem"],
                        check=True, stdout=subprocess.DEVNULL, timeout=60)
                    result = json.loads(Path(report).read_text())
                    spent[window, name][0] += result["delivered"]
                    spent[window, name][1] += result["watched"]["cpu"]
            plain, secure = (seconds / count * 1e6 for count, seconds in (spent[window, name] for name in ("plain", "TLS")))
            print(f"CPU a message echoed through the edge (both ways), window {window}: plain {plain:.1f} us, browser in TLS "
                  f"{secure:.1f} us, ratio {secure / plain:.2f}")
    return True


@contextlib.contextmanager
def load_sink():
    """A fast upstream; gives its port."""
    with subprocess.Popen([LOAD, "sink", "--tcp", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as process:
        yield int(process.stdout.readline().rsplit(":", 1)[1].split()[-1])
        process.terminate()


def load(port, seconds, clients):
    """Full handshakes in that time."""
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-tls1_3", "-time", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(clients)]
    lines = [line for process in running for line in process.communicate()[0].splitlines()]
    return sum(int(line.split()[0]) for line in lines if "real seconds" in line)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def handshakes(arguments, folder):
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(processes.fast_upstream())
        process, port = stack.enter_context(processes.edge(upstream, certificate=f"{folder}/good"))
        servers = {"edge": (port, process.pid)}
        if shutil.which("nginx"):
            with __import__("socket").create_server(("127.0.0.1", 0)) as probe:
                other = probe.getsockname()[1]
            (Path(folder) / "nginx.conf").write_text(NGINX.format(folder=folder, port=other, certificate=f"{folder}/good"))
            nginx = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
            stack.callback(lambda: (nginx.terminate(), nginx.wait(10)))
            time.sleep(1)
            servers["nginx"] = (other, children(nginx.pid)[0])
        totals = {name: [0, 0.0] for name in servers}
        for _ in range(arguments.rounds):
            for name, (port, pid) in servers.items():
                begin = cpu(pid)
                totals[name][0] += load(port, 2, arguments.clients)
                totals[name][1] += cpu(pid) - begin
        for name, (count, seconds) in totals.items():
            print(f"{name}: {count} full TLS 1.3 handshakes with P-256, {count / seconds:.0f} a second of CPU")
        return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=[], help="sessions, relay, handshakes; all when left out")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--clients", type=int, default=2, help="processes that shake hands")
    options = parser.parse_args()
    wanted = options.what or ["sessions", "relay", "handshakes"]
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([os.path.join(os.path.dirname(processes.HERE), "certificates"), directory], check=True)
        good = True
        for name in wanted:
            run = {"sessions": sessions, "relay": relay, "handshakes": handshakes}[name]
            result = run(options, directory)
            good = bool(asyncio.run(result) if asyncio.iscoroutine(result) else result) and good
        sys.exit(0 if good else 1)
