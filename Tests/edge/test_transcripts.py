"""Recorded conversations with real servers, played again through the edge in every cut: nothing changes its meaning."""

import xml.etree.ElementTree as ET

import pytest

from harness.browser import CLOSING_FRAME
from harness.stream import CLIENT, FRAMING, STREAMS, Element, End, Header, StreamReader, canonical
from harness.transcript import Scenario, scenarios
from harness.upstream import cut

SERVERS = ["djabberd", "djabberd-nosasl", "ejabberd", "jabberd14", "jabberd2", "metronome", "prosody"]
# What the edge takes out of features, because it belongs to one hop only.
OF_ONE_HOP = {"{urn:ietf:params:xml:ns:xmpp-tls}starttls", "{http://jabber.org/features/compress}compression"}


def parts(data: bytes) -> list[Header | Element | End]:
    reader = StreamReader()
    reader.feed(data)
    return reader.items


def turns(scenario: Scenario, connection: str) -> list[tuple[list, bytes]]:
    """What the client sends, as header, elements and end, each time with the bytes that the server sent then.

    Ends where the client leaves the ways of an XMPP client: the recordings also try what must fail.
    """
    reader = StreamReader()
    result: list[tuple[list, bytes]] = []
    for line in scenario.of(connection):
        if line.kind == "C":
            try:
                reader.feed(line.data)
            except (ET.ParseError, AssertionError):
                break
            if reader.pending.strip() or any(unsuitable(item) for item in reader.items):
                break
            result.append((reader.items, b""))
            reader.items = []
        elif line.kind == "S" and result:
            result[-1] = (result[-1][0], result[-1][1] + line.data)
    return result


def unsuitable(item) -> bool:
    if isinstance(item, Header):
        return item.attributes.get("version") != "1.0" or item.attributes.get("to") != "edge.test" or not client_stream(item)
    return isinstance(item, Element) and item.tag == "{urn:ietf:params:xml:ns:xmpp-tls}starttls"


def client_stream(header: Header) -> bool:
    return header.element.tag == f"{{{STREAMS}}}stream" and b"jabber:client" in header.raw


def playable() -> list:
    cases = []
    for server in SERVERS:
        for scenario in scenarios(server):
            for connection in scenario.connections:
                steps = turns(scenario, connection)
                if scenario.is_whole and is_worth_playing(scenario, steps):
                    name = f"{server}-{scenario.name}{connection and '-' + connection}"
                    cases.append(pytest.param(steps, id=name))
    return cases


def is_worth_playing(scenario: Scenario, steps: list) -> bool:
    """Many end after the opening, which is the same each time: one of these is enough."""
    opens = bool(steps) and any(isinstance(item, Header) for item in steps[0][0]) and len(parts(steps[0][1])) > 0
    return opens and (len(steps) > 1 or scenario.name in ("hdr-double-quotes", "err-not-xml"))


def expected(received: bytes) -> list[tuple]:
    """What the browser has to get for these bytes of the server, in meaning."""
    result = []
    for item in parts(received):
        if isinstance(item, Header):
            result.append(("open", item.attributes.get("id"), item.attributes.get("from")))
        elif isinstance(item, End):
            result.append(("close",))
        elif item.tag == f"{{{STREAMS}}}features":
            tag, attributes, text, children = item.canonical
            kept = tuple(child for child in children if child[0][0] not in OF_ONE_HOP)
            result.append((tag, attributes, text.strip(), kept))
        else:
            result.append(item.canonical)
    return result


def got(message) -> tuple:
    if message.tag == f"{{{FRAMING}}}open":
        return ("open", message["id"], message["from"])
    if message.text == CLOSING_FRAME:
        return ("close",)
    if message.tag == f"{{{STREAMS}}}features":
        tag, attributes, text, children = message.canonical
        return (tag, attributes, text.strip(), children)
    return message.canonical


def as_message(item) -> str:
    """What a browser sends where a TCP client sends this."""
    if isinstance(item, Header):
        return f"<open xmlns='{FRAMING}' to='edge.test' version='1.0'/>"
    if isinstance(item, End):
        return CLOSING_FRAME
    text = item.raw.decode()
    if item.tag.startswith(f"{{{CLIENT}}}") and "xmlns" not in text.split(">")[0]:
        name = item.tag.rpartition("}")[2]
        text = text.replace(f"<{name}", f"<{name} xmlns='{CLIENT}'", 1)
    return text


@pytest.mark.parametrize("how", ["whole", "random", "bytes"])
@pytest.mark.parametrize("steps", playable())
def test_PT_001_PT_002_PT_019_WX_008_WX_009_XS_017_a_recorded_conversation(table, upstream, steps, how):
    browser, stream = table.connect(), None
    for number, (items, received) in enumerate(steps):
        for item in items:
            browser.send(as_message(item))
            stream = stream or upstream.accept()
            same_at_the_server(stream.read(), item)
        for piece in cut(received, how, seed=number):
            stream.send(piece)
        for wanted in joined_expectation(steps, number):
            message = browser.receive()
            assert got(message) == wanted, message
            if wanted == ("close",):
                return


def joined_expectation(steps, number: int) -> list[tuple]:
    """Elements are read in the stream they belong to: what came since the last header is parsed with them."""
    begin = max(index for index in range(number + 1) if index == 0 or b"<stream:stream" in steps[index][1])
    before = expected(b"".join(received for _, received in steps[begin:number]))
    return expected(b"".join(received for _, received in steps[begin:number + 1]))[len(before):]


def same_at_the_server(seen, sent) -> None:
    assert type(seen) is type(sent), f"{seen} instead of {sent}"
    if isinstance(sent, Element):
        assert seen.canonical == sent.canonical
    if isinstance(sent, Header):
        assert seen.attributes["to"] == "edge.test"
        assert canonical(seen.element)[0] == f"{{{STREAMS}}}stream"
