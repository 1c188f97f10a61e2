"""permessage-deflate (RFC 7692) between browsers and the edge: agreed on, used where it pays and is safe, and bounded."""

import time
import zlib

import pytest
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect as websocket_connect

from harness.edge import Edge
from harness.stream import CLIENT, STREAMS
from harness.table import Table
from harness.websocket import CLOSE, CONTINUATION, PING, TEXT, WebSocket, deflated, encode, inflated

OFFER = ("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",)
FORGETFUL = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
WINDOWS = {"XMPP_EDGE_COMPRESSION_WINDOW_MEMORY": "80 KiB", "XMPP_EDGE_COMPRESSION_WINDOW_BITS": "11"}
COMPRESSED = 0b100  # RSV1
BOMB_MEMORY = 2048  # kilobytes that the process may grow by under attack


def stanza(text: str, identity: str = "m") -> str:
    return f"<message xmlns='jabber:client' id='{identity}'><body>{text}</body></message>"


def body(message) -> str:
    return message.element.findtext(f"{{{CLIENT}}}body") or ""


@pytest.fixture
def deflating(edge, upstream) -> Table:
    """Browsers that offer compression."""
    return Table(edge, upstream, more=OFFER)


def started(upstream, site, **environment):
    return Edge(upstream.address, public=site, environment=environment)


# Agreement


@pytest.mark.parametrize("offer, answer", [
    ("permessage-deflate", FORGETFUL),
    ("x-foo, permessage-deflate; client_max_window_bits", FORGETFUL),
    ("permessage-deflate; server_max_window_bits=10", FORGETFUL + "; server_max_window_bits=10"),
    ("permessage-deflate; server_max_window_bits=8, permessage-deflate", FORGETFUL),
    ("permessage-deflate; foo", None), ("permessage-deflate; server_max_window_bits=8", None), ("x-foo", None),
])
def test_PM_001_PM_002_PM_003_PM_004_offers_are_answered_by_default(edge, offer, answer):
    socket = WebSocket(edge.address, more=(f"Sec-WebSocket-Extensions: {offer}",))
    assert socket.headers.get("sec-websocket-extensions") == answer


def test_PM_001_PM_009_without_an_agreement_nothing_is_compressed(upstream, site):
    with started(upstream, site, XMPP_EDGE_COMPRESSION_WEBSOCKET="false") as edge:
        browser, stream = Table(edge, upstream, more=OFFER).logged_in()
        assert browser.socket.extensions == ""
        stream.send(stanza("x" * 5000))
        assert body(browser.receive()) == "x" * 5000
        browser.socket.send_frame(TEXT, deflated(b"<presence xmlns='jabber:client'/>"), rsv=COMPRESSED)
        browser.socket.expect_close(1002)
        upstream.close_streams()


# From the edge


def test_PM_006_PM_015_large_messages_are_compressed_alone_and_only_after_login(deflating):
    features = f"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms><x xmlns='urn:example'>{'y' * 2000}</x></stream:features>"
    browser, stream = deflating.opened(features=features)
    deflating.restart(browser, stream)
    assert not any(frame.compressed for frame in browser.socket.frames)
    text = "Wherefore art thou, Romeo? " * 100
    for identity in "ab":
        stream.send(stanza(text, identity))
        frame = browser.socket.receive_frame()
        assert frame.compressed and frame.fin and len(frame.payload) < len(text) / 5
        assert frame.payload[-4:] != b"\0\0\xff\xff"
        assert stanza(text, identity).encode() == inflated(frame.payload)


def test_PM_015_messages_below_the_threshold_and_those_that_would_grow_go_as_they_are(deflating, upstream, site):
    browser, stream = deflating.logged_in()
    empty = len(stanza(""))
    for size, compressed in ((511, False), (512, True)):
        stream.send(stanza("x" * (size - empty)))
        assert browser.socket.receive_frame().compressed == compressed
    with started(upstream, site, XMPP_EDGE_COMPRESSION_THRESHOLD="0 B") as eager:
        browser, stream = Table(eager, upstream, more=OFFER).logged_in()
        stream.send("<r xmlns='urn:x'/>" + stanza("x" * 100))
        assert [browser.socket.receive_frame().compressed for _ in range(2)] == [False, True]
        upstream.close_streams()


def test_PM_009_PM_010_compressed_and_plain_messages_mix(deflating):
    browser, stream = deflating.logged_in()
    for number in range(20):
        text = str(number) * (10 if number % 2 else 3000)
        browser.socket.send_frame(TEXT, deflated(stanza(text).encode()), rsv=COMPRESSED)
        browser.send(stanza(text, "plain"))
        for _ in range(2):
            assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == text
        stream.send(stanza(text))
        assert body(browser.receive()) == text


# From the browser


def test_PM_010_PM_011_fragments_and_pings_and_blocks_of_every_kind(deflating):
    browser, stream = deflating.logged_in()
    plain = stanza("Hello, Grüße, 日本語 " * 20).encode()
    packed = deflated(plain)
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    blocks = b"".join(deflater.compress(plain[at:at + 50]) + deflater.flush(zlib.Z_FULL_FLUSH) for at in range(0, len(plain), 50))
    forms = [packed, deflated(plain, 0), blocks[:-4], b"\x00\x00\x00\xff\xff" + packed]
    for form in forms:
        for cut in (0, 1, len(form) // 2, len(form)):
            browser.socket.send_frame(TEXT, form[:cut], fin=False, rsv=COMPRESSED)
            browser.socket.send_frame(PING, b"now")
            browser.socket.send_frame(CONTINUATION, form[cut:])
            assert stream.read_element().raw == plain
            assert browser.socket.receive_frame().payload == b"now"


def test_PM_012_a_last_block_is_not_the_last_message(deflating):
    browser, stream = deflating.logged_in()
    for _ in range(3):
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        final = deflater.compress(stanza("final").encode()) + deflater.flush(zlib.Z_FINISH)
        browser.socket.send_frame(TEXT, final + b"\0", rsv=COMPRESSED)
        browser.socket.send_frame(TEXT, deflated(stanza("next").encode()), rsv=COMPRESSED)
        for text in ("final", "next"):
            assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == text


@pytest.mark.parametrize("frames", [
    encode(PING, b"", rsv=COMPRESSED), encode(CLOSE, b"", rsv=COMPRESSED),
    encode(TEXT, b"<a", fin=False) + encode(CONTINUATION, b"/>", rsv=COMPRESSED),
    encode(TEXT, deflated(b"<a/>")[:2], fin=False, rsv=COMPRESSED) + encode(CONTINUATION, b"", rsv=COMPRESSED),
    encode(TEXT, deflated(b"<a/>"), rsv=0b110), encode(TEXT, deflated(b"<a/>"), rsv=0b101),
])
def test_PM_009_the_bit_belongs_on_the_first_frame_of_a_message_only(deflating, frames):
    browser, stream = deflating.logged_in()
    browser.socket.send_raw(frames)
    browser.socket.expect_close(1002)
    stream.expect_eof()


@pytest.mark.parametrize("payload", [
    b"\x07", b"\xff" * 40, deflated(b"<presence xmlns='jabber:client'/>")[:-8], b"\xf2\x00\x11\x00\x00",
    deflated(b"<a>\xff</a>"), deflated(b"<a>\xc3"), b"\x00\x06\x00\xf9\xff\x48",
], ids=["reserved block", "noise", "cut off", "reaches back before the message", "not UTF-8", "half a letter", "short stored block"])
def test_PM_014_damaged_data_closes_with_1007_and_harms_nobody_else(deflating, payload):
    other, other_stream = deflating.logged_in()
    browser, stream = deflating.logged_in()
    browser.socket.send_frame(TEXT, payload, rsv=COMPRESSED)
    browser.socket.expect_close(1007)
    stream.expect_eof()
    other.socket.send_frame(TEXT, deflated(stanza("fine").encode()), rsv=COMPRESSED)
    assert other_stream.read_element().element.findtext(f"{{{CLIENT}}}body") == "fine"


@pytest.mark.memory
@pytest.mark.parametrize("logged_in", [False, True])
def test_PM_014_a_bomb_ends_at_the_limit(deflating, edge, logged_in):
    packed = deflated(stanza(" " * (200 << 20)).encode() if logged_in else b" " * (16 << 20), 9)

    def explode() -> None:
        browser, stream = deflating.logged_in() if logged_in else deflating.opened()
        begun = time.monotonic()
        browser.socket.send_frame(TEXT, packed, rsv=COMPRESSED)
        error = browser.expect(f"{{{STREAMS}}}error")
        assert "policy-violation" in error.text
        browser.expect_closing(1009)
        assert time.monotonic() - begun < 5
        stream.read_end()

    for _ in range(24):  # whichever worker takes it, both have been hit then
        explode()
    before = edge.resident_kilobytes()
    for _ in range(10):
        explode()
    assert edge.resident_kilobytes() - before < BOMB_MEMORY


def test_PM_014_many_large_messages_in_a_few_bytes_arrive_one_turn_after_the_other(upstream, site):
    # So much may wait for the server here that only the edge's own care for others slows the browser down.
    with started(upstream, site, XMPP_EDGE_LIMITS_UPSTREAM_OUTPUT="16 MiB") as edge:
        browser, stream = Table(edge, upstream, more=OFFER).logged_in()
        text = "x" * 200_000
        browser.socket.send_raw(encode(TEXT, deflated(stanza(text).encode()), rsv=COMPRESSED) * 40)
        browser.send(stanza("last"))
        for _ in range(40):
            assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == text
        assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == "last"
        upstream.close_streams()


# Windows that are kept


@pytest.mark.parametrize("offer, answer", [
    ("permessage-deflate; client_max_window_bits", "permessage-deflate; server_max_window_bits=11; client_max_window_bits=11"),
    ("permessage-deflate; client_max_window_bits=10; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10"),
    ("permessage-deflate", "permessage-deflate; client_no_context_takeover; server_max_window_bits=11"),
    ("permessage-deflate; client_max_window_bits=8", "permessage-deflate; client_no_context_takeover; server_max_window_bits=11"),
    ("permessage-deflate; server_no_context_takeover; client_max_window_bits", "permessage-deflate; server_no_context_takeover; server_max_window_bits=11; client_max_window_bits=11"),
])
def test_PM_003_PM_005_PM_006_PM_007_small_windows_are_agreed_on_where_configured(upstream, site, offer, answer):
    with started(upstream, site, **WINDOWS) as edge:
        socket = WebSocket(edge.address, more=(f"Sec-WebSocket-Extensions: {offer}",))
        assert socket.extensions == answer
        socket.vanish()


def test_PM_007_PM_012_a_kept_window_makes_the_second_message_small_both_ways(upstream, site):
    with started(upstream, site, **WINDOWS) as edge:
        browser, stream = Table(edge, upstream, more=OFFER).logged_in()
        text = "".join(chr(0x4E00 + number * 97 % 9000) for number in range(400))
        sizes = []
        deflater = zlib.compressobj(6, zlib.DEFLATED, -11)
        for number in range(4):
            stream.send(stanza(text, str(number)))
            frame = browser.socket.receive_frame()
            sizes.append(len(frame.payload))
            assert inflated(frame.payload, browser.socket.inflater).decode() == stanza(text, str(number))
            packed = (deflater.compress(stanza(text).encode()) + deflater.flush(zlib.Z_SYNC_FLUSH))[:-4]
            browser.socket.send_frame(TEXT, packed, rsv=COMPRESSED)
            browser.send(stanza("between"))
            assert stream.read_element().element.findtext(f"{{{CLIENT}}}body") == text
            stream.read_element()
        assert max(sizes[1:]) < sizes[0] / 5
        upstream.close_streams()


def test_PM_007_what_entered_a_kept_window_is_sent_even_if_it_grew(upstream, site):
    with started(upstream, site, **WINDOWS, XMPP_EDGE_COMPRESSION_THRESHOLD="0 B") as edge:
        browser, stream = Table(edge, upstream, more=OFFER).logged_in()
        for number in range(100):
            text = f"<{'qwertyuiop'[number % 10]}{number * 7919 % 997:x} xmlns='{number:x}'/>" * (1 + number % 2)
            stream.send(text)
            assert browser.socket.receive_text() == text.replace("><", ">|<").split("|")[0]
            if number % 2:
                browser.socket.receive_text()
        assert all(frame.compressed for frame in browser.socket.frames[-100:])
        upstream.close_streams()


def test_PM_007_the_memory_of_windows_is_bounded_and_comes_back(upstream, site):
    offer = dict(more=OFFER)
    with started(upstream, site, **WINDOWS) as edge:  # room for two
        sockets = [WebSocket(edge.address, **offer) for _ in range(3)]
        assert ["no_context_takeover" in socket.extensions for socket in sockets] == [False, False, True]
        plain = WebSocket(edge.address)
        sockets[0].vanish()
        deadline = time.monotonic() + 10
        while "no_context_takeover" in (again := WebSocket(edge.address, **offer)).extensions:
            assert time.monotonic() < deadline, "the memory did not come back"
            again.vanish()
        for socket in (*sockets[1:], plain, again):
            socket.vanish()


# A client that is not ours


@pytest.mark.parametrize("windows", [{}, WINDOWS], ids=["each alone", "windows"])
@pytest.mark.parametrize("client", [{}, {"client_max_window_bits": 9}, {"server_max_window_bits": 9}, {"client_no_context_takeover": True}, {"server_no_context_takeover": True}])
def test_PM_005_PM_007_PM_010_a_python_client_talks_compressed(upstream, site, windows, client):
    with started(upstream, site, **windows) as edge:
        host, port = edge.address
        extensions = [ClientPerMessageDeflateFactory(**{"client_max_window_bits": True, **client})]
        with websocket_connect(f"ws://{host}:{port}/ws", subprotocols=["xmpp"], extensions=extensions, compression=None) as socket:
            assert "permessage-deflate" in socket.response.headers["Sec-WebSocket-Extensions"]
            socket.send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='edge.test' version='1.0'/>")
            stream = upstream.accept()
            stream.read_header()
            stream.send_header()
            socket.recv(), socket.recv()
            socket.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>")
            stream.read_element()
            stream.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
            socket.recv()
            for number in range(100):
                text = f"{number} Grüße, 日本語 " * (1 + number * 97 % 3000)
                socket.send(stanza(text))
                element = stream.read_element()
                assert element.element.findtext(f"{{{CLIENT}}}body") == text
                stream.send(element.raw)
                assert socket.recv() == stanza(text)
        upstream.close_streams()
