"""Real servers that insist on TLS, each with the certificates of the tests: `ways` are the edge's words for the ports they have."""

from collections.abc import Iterator
from contextlib import contextmanager

from prosody import Prosody, free_port

from harness.ejabberd import Ejabberd
from harness.jabberd2 import Jabberd2
from harness.tls import certificates

Accounts = dict[str, str]
Contacts = tuple[str, str] | None


@contextmanager
def prosody(domain: str, accounts: Accounts, contacts: Contacts = None) -> Iterator[Prosody]:
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
    with Prosody(domain, accounts, contacts=contacts, modules=("tls",), more=more) as server:
        server.ways = {"starttls": f"127.0.0.1:{server.port} starttls", "tls": f"127.0.0.1:{direct} tls"}
        yield server


@contextmanager
def ejabberd(domain: str, accounts: Accounts, contacts: Contacts = None) -> Iterator[Ejabberd]:
    """Beside STARTTLS and TLS at once it has a port where a PROXY header comes before STARTTLS."""
    direct, proxied = free_port(), free_port()
    required = "    starttls_required: true\n"
    common = '    ip: "127.0.0.1"\n    module: ejabberd_c2s\n    max_stanza_size: 262144\n    access: all\n'
    listeners = (f"\nlisten:\n  - port: {direct}\n{common}    tls: true\n"
                 f"  - port: {proxied}\n{common}{required}    use_proxy_protocol: true\n"
                 f'certfiles:\n  - "{certificates()}/together.pem"\n')
    with Ejabberd(domain, accounts, contacts=contacts, listener=required, listeners=listeners) as server:
        server.ways = {
            "starttls": f"127.0.0.1:{server.port} starttls", "tls": f"127.0.0.1:{direct} tls",
            "proxy": f"127.0.0.1:{proxied} starttls proxy-v2",
        }
        yield server


@contextmanager
def jabberd2(domain: str, accounts: Accounts, contacts: Contacts = None) -> Iterator[Jabberd2]:
    """Its port with TLS at once is the one from before STARTTLS. It has no contacts."""
    with Jabberd2(domain, accounts, pem=certificates() / "together.pem") as server:
        server.ways = {"starttls": f"127.0.0.1:{server.port} starttls", "tls": f"127.0.0.1:{server.secure_port} tls"}
        yield server
