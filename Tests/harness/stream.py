"""Reads one XMPP stream of a TCP connection: the header, then each top-level element. Knows no sockets.

Not built on an incremental parser: some versions of expat put off a tag that arrived in pieces until more bytes come.
"""

import re
import xml.etree.ElementTree as ET

CLIENT = "jabber:client"
STREAMS = "http://etherx.jabber.org/streams"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"

_TOKEN = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!--.*?-->|<(?P<end>/)?(?:[^<>\"'/]|\"[^\"]*\"|'[^']*'|/(?!>))*(?P<empty>/)?>|[^<]+", re.DOTALL)


def canonical(element: ET.Element) -> tuple:
    """What an element means: equal for two spellings of the same XML."""
    children = tuple((canonical(child), child.tail or "") for child in element)
    return element.tag, tuple(sorted(element.attrib.items())), element.text or "", children


class Header:
    """A stream header: its bytes and its attributes (namespaced ones in Clark notation)."""

    def __init__(self, raw: bytes):
        self.raw = raw
        self.element = ET.fromstring(raw + b"</stream:stream>")
        self.attributes = dict(self.element.attrib)
        self.tag = raw[raw.rindex(b"<stream:stream"):]


class Element:
    """A top-level element: its bytes on the wire and its meaning inside the stream."""

    def __init__(self, raw: bytes, header: Header):
        self.raw = raw
        self.element = ET.fromstring(header.tag + raw + b"</stream:stream>")[0]
        self.tag = self.element.tag
        self.canonical = canonical(self.element)

    def __repr__(self) -> str:
        return f"Element({self.raw[:200]!r})"


class End:
    """`</stream:stream>`"""


class StreamReader:
    """Feed it bytes, take headers, elements and the end from it."""

    def __init__(self) -> None:
        self.pending = b""
        self.items: list[Header | Element | End] = []
        self.whitespace = b""  # what stood between elements
        self._at = 0  # scanned so far in `pending`
        self._depth = 0
        self._header: Header | None = None

    def feed(self, data: bytes) -> None:
        self.pending += data
        while True:
            match = _TOKEN.match(self.pending, self._at)
            if not match or (match.end() == len(self.pending) and not match.group().endswith(b">") and self._depth):
                return
            self._at = match.end()
            self._token(match)

    def _token(self, match: re.Match[bytes]) -> None:
        token = match.group()
        if token.startswith((b"<?", b"<!")):
            return
        if not token.startswith(b"<"):
            if self._depth == 0:
                self.whitespace += self._take()
            return
        if self._depth == 0 and token.startswith(b"<stream:stream"):
            self._header = Header(self._take())
            self.items.append(self._header)
        elif self._depth == 0 and match["end"]:
            self._take()
            self.items.append(End())
        else:
            self._depth += -1 if match["end"] else 0 if match["empty"] else 1
            if self._depth == 0:
                assert self._header, f"an element before the header: {self.pending[:200]!r}"
                self.items.append(Element(self._take(), self._header))

    def _take(self) -> bytes:
        raw, self.pending, self._at = self.pending[:self._at], self.pending[self._at:], 0
        return raw
