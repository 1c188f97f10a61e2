"""The borders between the rooms: every import line against Package.swift, and Package.swift against the design.

SwiftPM lets a target import what it reaches only through another target, and it cannot know which rooms may know each other.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from sources import ROOT, code_only, report

# What each room may depend on at most. A new room, or a new edge between rooms, is a decision: it is made here.
ROOMS: dict[str, set[str]] = {
    "CLinux": set(), "CXML2": set(), "COpenSSL": set(), "CZlib": set(),
    "Bytes": set(),
    "Crypto": {"Bytes", "COpenSSL"},
    "Deflate": {"Bytes", "CZlib"},
    "HTTPWire": {"Bytes"},
    "ProxyWire": {"Bytes"},
    "WebSocketWire": {"Bytes", "Crypto", "Deflate"},
    "XMPPWire": {"Bytes", "CXML2"},
    "BOSHWire": {"Bytes", "Crypto", "XMPPWire"},
    "TLSWire": {"Bytes", "COpenSSL"},
    "DNSWire": {"Bytes"},
    "Reactor": {"Bytes", "CLinux"},
    "TLSStream": {"Bytes", "Reactor", "TLSWire", "XMPPWire"},
    "EdgeServer": {
        "Bytes", "Crypto", "Deflate", "HTTPWire", "ProxyWire", "WebSocketWire", "XMPPWire", "BOSHWire", "TLSWire",
        "TLSStream", "DNSWire", "Reactor",
    },
    "LoadTest": {
        "Bytes", "Crypto", "Reactor", "HTTPWire", "WebSocketWire", "XMPPWire", "BOSHWire", "TLSWire", "TLSStream",
    },
    "xmpp-edge": {"Bytes", "EdgeServer"},
    "xmpp-load": {"Bytes", "LoadTest"},
}
PROGRAMS = {"xmpp-edge", "xmpp-load"}
# How many Swift targets may import a C library: its types stay behind one border.
C_LIBRARIES = {"CLinux": 1, "CXML2": 1, "CZlib": 1, "COpenSSL": 2}
# Modules that are no target of ours, and the product targets that may import them. Tests may import what they like of these.
OUTSIDE: dict[str, set[str]] = {
    "Glibc": {"Reactor", "EdgeServer", "LoadTest"} | PROGRAMS,
    "Histogram": {"LoadTest"},
    "Synchronization": {"Reactor", "EdgeServer", "LoadTest"} | PROGRAMS,
    "Dispatch": PROGRAMS,
    "Foundation": PROGRAMS,
    "FoundationEssentials": PROGRAMS,
    "ArgumentParser": PROGRAMS,
    "Configuration": PROGRAMS,
    "Logging": PROGRAMS,
    "SystemPackage": PROGRAMS,
    "Testing": set(),
}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?([A-Za-z_]\w*)",
    re.MULTILINE,
)


def imports_of(text: str) -> list[str]:
    return IMPORT.findall(code_only(text, ".swift"))


def check(targets: list[dict], read) -> list[str]:
    """`targets` as `swift package describe` gives them; `read` turns (target, source file) into text."""
    findings: list[str] = []
    modules = {target["c99name"]: target["name"] for target in targets}
    importers: dict[str, set[str]] = {}
    for target in targets:
        name, kind = target["name"], target["type"]
        is_test = kind == "test" or target["path"].startswith("Tests/")
        direct = set(target.get("target_dependencies", []))
        if not is_test:
            if name not in ROOMS:
                findings.append(f"{name}: not a room of the design; add it to Tests/lint/layers.py with what it may know")
            for extra in sorted(direct - ROOMS.get(name, set())):
                findings.append(f"Package.swift: {name} must not depend on {extra}")
        if target.get("module_type") != "SwiftTarget":
            continue
        for source in target["sources"]:
            where = f"{target['path']}/{source}"
            for module in imports_of(read(target, source)):
                room = modules.get(module)
                if room is not None:
                    if room in C_LIBRARIES and not is_test:
                        importers.setdefault(room, set()).add(name)
                    if room != name and room not in direct:
                        findings.append(f"{where}: imports {module}, which is not a direct dependency of {name}")
                elif module not in OUTSIDE:
                    findings.append(f"{where}: imports {module}, which no room of this project uses")
                elif not is_test and name not in OUTSIDE[module]:
                    findings.append(f"{where}: {name} must not import {module}")
    for library, users in sorted(importers.items()):
        if len(users) > C_LIBRARIES[library]:
            findings.append(f"{library}: imported by {', '.join(sorted(users))}; allowed are {C_LIBRARIES[library]}")
    return findings


def main() -> int:
    described = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    targets = json.loads(described[described.index("{"):])["targets"]
    findings = check(targets, lambda target, source: (ROOT / target["path"] / source).read_text())
    return report(findings, f"borders of {len(targets)} targets")


if __name__ == "__main__":
    sys.exit(main())
