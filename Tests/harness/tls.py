"""TLS for the tests: certificates made once, clients that check them, a scripted upstream that shows them."""

import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

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


def swap(folder: Path, name: str) -> None:
    """Gives own.pem and own.key new content as a client of an authority does it: a new file takes the name of the old one."""
    for kind in ("pem", "key"):
        shutil.copy(certificates() / f"{name}.{kind}", folder / f"new.{kind}")
        os.replace(folder / f"new.{kind}", folder / f"own.{kind}")


def client(authority: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority or certificates() / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def server(name: str = "good", key: str = "") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates() / f"{name}.pem", certificates() / f"{key or name}.key")
    return context


@dataclass(frozen=True)
class Secure:
    """An address where TLS comes first."""

    host: str
    port: int
    context: ssl.SSLContext
    name: str = "edge.test"
    source: str = ""  # where to come from, where it matters


def secure(address: tuple[str, int] | tuple[str, int, str], name: str = "edge.test", context: ssl.SSLContext | None = None) -> Secure:
    return Secure(*address[:2], context or client(), name, *address[2:])
