"""Constructs that may not be used, outside a short list of places with reasons."""

import re
import sys

from sources import ROOT, code_only, line_of, report, tracked

# pattern over code without comments and strings -> why it is banned
BANNED = {
    r"@unchecked\s+Sendable": "the compiler can no longer prove that threads do not share it",
    r"nonisolated\s*\(\s*unsafe\s*\)": "the compiler can no longer prove that threads do not share it",
    r"\btry!": "a failure would end every session of the process",
    r"\bas!\s": "a failure would end every session of the process",
    r"\bfatalError\s*\(": "it would end every session of the process; a bug of ours is a precondition",
    r"@testable\b": "tests see package symbols with a plain import, so the shipped build can be tested",
    r"\bunowned\s*\(\s*unsafe\s*\)": "a dangling reference would not be noticed",
    r"\bUnmanaged\b": "a dangling reference would not be noticed",
    r"\bprint\s*\(": "only the programs talk to standard output",
}
# (file, pattern) -> the reason why it is right there
ALLOWED: dict[tuple[str, str], str] = {
    ("Sources/Reactor/LoopMember.swift", r"\bUnmanaged\b"):
        "one reference to the loop a socket, read on every turn; the loop outlives its members",
    ("Sources/Reactor/LoopThread.swift", r"\bUnmanaged\b"):
        "the new thread takes its work over from a C pointer",
    ("Sources/Reactor/MemberTable.swift", r"\bUnmanaged\b"):
        "the table holds its members itself, until the end of the turn in which they left",
    ("Sources/TLSWire/CipherPipe.swift", r"\bUnmanaged\b"):
        "OpenSSL's callbacks get the engine by a C pointer; the engine frees the SSL object first of all",
    ("Sources/TLSWire/TLSEngine.swift", r"\bUnmanaged\b"):
        "OpenSSL's callbacks get the engine by a C pointer; the engine frees the SSL object first of all",
    ("Sources/TLSWire/TLSServer.swift", r"\bUnmanaged\b"):
        "OpenSSL's callbacks get the server by a C pointer; every engine that can call back holds it",
}
PRINTING = ("Sources/xmpp-edge/", "Sources/xmpp-load/", "Tests/")


def check(name: str, text: str) -> list[str]:
    code = code_only(text, ".swift")
    findings = []
    for pattern, reason in BANNED.items():
        if (name, pattern) in ALLOWED or ("print" in pattern and name.startswith(PRINTING)):
            continue
        for match in re.finditer(pattern, code):
            findings.append(f"{name}:{line_of(code, match.start())}: {match.group().strip()} is banned: {reason}")
    return findings


def main() -> int:
    files = tracked(".swift")
    findings = [line for path in files for line in check(str(path.relative_to(ROOT)), path.read_text())]
    for name, pattern in ALLOWED:
        path = ROOT / name
        if not path.is_file() or not re.search(pattern, code_only(path.read_text(), ".swift")):
            findings.append(f"Tests/lint/bans.py: the exception for {pattern} in {name} is no longer needed")
    return report(findings, f"banned constructs in {len(files)} Swift files")


if __name__ == "__main__":
    sys.exit(main())
