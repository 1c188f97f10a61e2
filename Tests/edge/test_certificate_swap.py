"""A certificate is exchanged under a crowd: nobody is dropped, and who comes afterwards sees the new one."""

import ssl
from collections.abc import Iterable

from harness.crowd import Crowd, Member
from harness.edge import Edge, eventually
from harness.service import Service
from harness.tls import certificates, secure, swap
from harness.wire import connect


def shown(edge: Edge) -> bytes | None:
    with connect(secure(edge.address)) as connection:
        return connection.getpeercert(binary_form=True)


def seen_by(members: Iterable[Member]) -> set[bytes]:
    return {member.transport.get_extra_info("ssl_object").getpeercert(binary_form=True) for member in members}


def test_a_new_certificate_drops_none_of_a_thousand_sessions(tmp_path):
    old, new = (ssl.PEM_cert_to_DER_cert((certificates() / f"{name}.pem").read_text()) for name in ("good", "renewed"))
    swap(tmp_path, "good")
    options = ("--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.key"))
    with (
        Service() as server, Edge(server.address, listen=("127.0.0.1:0 tls",), options=options) as edge,
        Crowd(secure(edge.address)) as crowd,
    ):
        before = crowd.come(1_000)
        crowd.talk()
        swap(tmp_path, "renewed")
        assert eventually(lambda: shown(edge) == new)
        after = crowd.come(20)
        crowd.talk()
        assert crowd.lost == [] and len(server.arrivals) == 1_020
        assert seen_by(before) == {old} and seen_by(after) == {new}
