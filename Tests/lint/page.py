"""What the page may never do: each rule is one that a strict Content-Security-Policy also enforces, or that leaks."""

import re
import sys
from pathlib import Path

from sources import ROOT, line_of, report, tracked

# (suffixes, pattern, why)
RULES = [
    ((".mjs", ".js"), r"\.(?:innerHTML|outerHTML|srcdoc)\b|insertAdjacentHTML|createContextualFragment|document\.write\b",
     "remote text would become markup"),
    ((".mjs", ".js"), r"\beval\s*\(|new\s+Function\s*\(|set(?:Timeout|Interval)\s*\(\s*['\"`]", "text would become code"),
    ((".mjs", ".js"), r"setAttribute\s*\(\s*['\"`](?:style|on\w+)", "blocked by the policy: set the property"),
    ((".mjs", ".js"), r"DOMParser", "XML is read by the strict parser in xmpp/xml.mjs"),
    ((".mjs", ".js"), r"(?:localStorage|sessionStorage)[^\n;]*[Pp]assword", "a password stays in memory"),
    ((".mjs", ".js"), r"^\s*export\s+default\b", "exports have names"),
    ((".mjs", ".js"), r"^\s*(?:import|export)\b[^'\"\n]*\bfrom\s*['\"](?![./])", "no module from outside public/"),
    ((".html",), r"<script(?![^>]*\bsrc=)[^>]*>", "no inline script"),
    ((".html",), r"<style\b|\sstyle\s*=", "no inline style"),
    ((".html",), r"\son[a-z]+\s*=", "no inline handler"),
    ((".html", ".css", ".mjs", ".js"), r"javascript:", "no script in an address"),
    ((".html", ".css"), r"(?:src|href)\s*=\s*['\"]?(?:https?:)?//|url\(\s*['\"]?(?:https?:)?//|@import",
     "nothing is loaded from elsewhere"),
]
# (file, pattern) -> the reason why it is right there
ALLOWED: dict[tuple[str, str], str] = {}


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|<!--.*?-->|(?<![:'\"`/])//[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def check(name: str, text: str) -> list[str]:
    code = without_comments(text)
    findings = []
    for suffixes, pattern, reason in RULES:
        if Path(name).suffix not in suffixes or (name, pattern) in ALLOWED:
            continue
        for match in re.finditer(pattern, code, re.MULTILINE):
            findings.append(f"{name}:{line_of(code, match.start())}: '{match.group().strip()[:40]}': {reason}")
    return findings


def main() -> int:
    files = tracked(".html", ".css", ".mjs", ".js", under=("public",))
    findings = [line for path in files for line in check(str(path.relative_to(ROOT)), path.read_text())]
    return report(findings, f"rules of the page in {len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
