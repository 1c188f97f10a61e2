"""What is compared: each with where to connect, and the processes whose use counts for it."""
import contextlib
from dataclasses import dataclass

import cases
import servers


@dataclass
class Contender:
    name: str
    url: str
    pids: list[int]
    note: str = ""


@contextlib.contextmanager
def tunnels():
    """The edge beside blind WebSocket tunnels, in front of a sink that does next to nothing."""
    with contextlib.ExitStack() as stack:
        _, tcp, websocket = stack.enter_context(servers.sink())
        # Tunnels let any number of connections be under way; the 100 that the edge allows by default spare a slow server,
        # and on a busy machine they are what a burst of logins waits for.
        edge, port = stack.enter_context(servers.edge(tcp, UPSTREAM_OPENING=0))
        nginx, nginx_port = stack.enter_context(servers.nginx(websocket))
        haproxy, haproxy_port = stack.enter_context(servers.haproxy(websocket))
        yield [
            Contender("edge", f"ws://127.0.0.1:{port}/ws", [edge.pid], "checks XML"),
            Contender("nginx", f"ws://127.0.0.1:{nginx_port}/", [nginx.pid], "blind tunnel"),
            Contender("HAProxy", f"ws://127.0.0.1:{haproxy_port}/", [haproxy.pid], "blind tunnel"),
            Contender("no proxy", f"ws://127.0.0.1:{websocket}/", []),
        ]


@contextlib.contextmanager
def alone(name: str):
    """One of the tunnels, fresh, for what depends on the past of a process: memory."""
    with contextlib.ExitStack() as stack:
        if name in ("Prosody", "ejabberd"):
            process, _, http = stack.enter_context(getattr(servers, name.lower())())
            yield Contender(name, f"ws://127.0.0.1:{http}/xmpp-websocket", [process.pid], "its own WebSocket")
            return
        _, tcp, websocket = stack.enter_context(servers.sink())
        process, port = stack.enter_context(
            servers.edge(tcp) if name == "edge" else getattr(servers, name.lower())(websocket))
        yield Contender(name, f"ws://127.0.0.1:{port}/ws", [process.pid])


@contextlib.contextmanager
def real_servers():
    """Prosody and ejabberd with their own WebSocket and BOSH, and with the edge in front of their plain port: the use of
    both is added up. And the edge alone, before a sink."""
    with contextlib.ExitStack() as stack:
        _, tcp, _ = stack.enter_context(servers.sink())
        alone_edge, alone_port = stack.enter_context(servers.edge(tcp))
        found = [Contender(cases.ALONE, f"ws://127.0.0.1:{alone_port}/ws", [alone_edge.pid])]
        for name, start in (("Prosody", servers.prosody), ("ejabberd", servers.ejabberd)):
            process, port, http = stack.enter_context(start())
            edge, edge_port = stack.enter_context(servers.edge(port))
            own, both = [process.pid], [process.pid, edge.pid]
            found += [
                Contender(f"{name} TCP", f"tcp://127.0.0.1:{port}", own, "no web"),
                Contender(f"{name} WebSocket", f"ws://127.0.0.1:{http}/xmpp-websocket", own),
                Contender(f"edge WebSocket + {name}", f"ws://127.0.0.1:{edge_port}/ws", both),
                Contender(f"{name} BOSH", f"http://127.0.0.1:{http}/http-bind", own),
                Contender(f"edge BOSH + {name}", f"http://127.0.0.1:{edge_port}/http-bind", both),
            ]
        yield found
