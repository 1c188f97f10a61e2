"""Reads recorded conversations with real servers (Tests/Transcripts): who sent which bytes, in order."""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "Transcripts"
_ESCAPES = re.compile(rb"\\(\\|n|r|t|x[0-9a-f]{2})")
_PLAIN = {b"\\": b"\\", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def unescape(text: str) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        what = match[1]
        return _PLAIN.get(what) or bytes([int(what[1:], 16)])

    return _ESCAPES.sub(one, text.encode("ascii"))


@dataclass
class Line:
    connection: str
    kind: str  # C, S, FIN or RST
    data: bytes = b""


@dataclass
class Scenario:
    server: str
    name: str
    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.server}-{self.name}"

    def of(self, connection: str) -> list[Line]:
        return [line for line in self.lines if line.connection == connection]

    @property
    def connections(self) -> list[str]:
        return list(dict.fromkeys(line.connection for line in self.lines))

    @property
    def is_whole(self) -> bool:
        """Long receives are shown with their ends only."""
        return not any(re.search(rb"\.\.\.\(\d+ bytes\)\.\.\.", line.data) for line in self.lines)


def scenarios(server: str) -> list[Scenario]:
    found: list[Scenario] = []
    connection = ""
    for text in (FOLDER / f"{server}.txt").read_text("ascii").splitlines():
        if text.startswith("== "):
            found.append(Scenario(server, text[3:].split()[0]))
            connection = ""
        elif text.startswith("@"):
            connection = text[1:].strip()
        elif not found or text.startswith("#"):
            continue
        elif text.startswith("C "):
            found[-1].lines.append(Line(connection, "C", unescape(text[2:])))
        elif text.startswith("S "):
            found[-1].lines.append(Line(connection, "S", unescape(text[2:].partition(" ")[2])))
        elif text in ("FIN", "RST"):
            found[-1].lines.append(Line(connection, text))
    return found
