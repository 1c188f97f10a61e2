"""TLS for the tests: certificates made once, clients that check them, a scripted upstream that shows them."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from prosody import Prosody, free_port

TESTS = Path(__file__).resolve().parents[1]


@cache
def certificates() -> Path:
    """The folder that Tests/certificates makes."""
    folder = Path(mkdtemp(prefix="xmpp-edge-certificates."))
    subprocess.run([str(TESTS / "certificates"), str(folder)], check=True)
    return folder


def pair(name: str) -> tuple[str, ...]:
    """The flags of the edge for a certificate."""
    return ("--certificate", str(certificates() / f"{name}.pem"), "--key", str(certificates() / f"{name}.key"))


def client(authority: str = "ca") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificates() / f"{authority}.pem"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def server(name: str = "good") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates() / f"{name}.pem", certificates() / f"{name}.key")
    return context


@dataclass(frozen=True)
class Secure:
    """An address where TLS comes first."""

    host: str
    port: int
    context: ssl.SSLContext
    name: str = "edge.test"


def secure(address: tuple[str, int], name: str = "edge.test", context: ssl.SSLContext | None = None) -> Secure:
    return Secure(*address, context or client(), name)


@contextmanager
def secured_prosody(accounts: dict[str, str]) -> Iterator[Prosody]:
    """One that insists on STARTTLS; `direct` is its port with TLS from the first byte on."""
    direct = free_port()
    own = f'{{ certificate = "{certificates()}/good.pem"; key = "{certificates()}/good.key"; }}'
    more = f"""
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
allow_unencrypted_plain_auth = false
c2s_direct_tls_ports = {{ {direct} }}
ssl = {own}
c2s_ssl = {own}
c2s_direct_tls_ssl = {own}
"""
    with Prosody("edge.test", accounts, modules=("tls",), more=more) as server:
        server.direct = direct
        yield server
