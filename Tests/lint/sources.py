"""Finds the files to check and blanks out what is not code. Knows nothing about rules."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tracked(*suffixes: str, under: tuple[str, ...] = ("Sources", "Tests", "public", "deploy")) -> list[Path]:
    """The files of the project with one of these suffixes: those that git tracks or would add."""
    listing = subprocess.run(
        # Whoever owns the files: in containers it is often somebody else.
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *under],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    paths = (ROOT / name for name in listing.split("\0") if name.endswith(suffixes))
    return sorted(path for path in set(paths) if path.is_file())


_NOT_CODE = {
    ".swift": re.compile(
        r'//[^\n]*|/\*.*?\*/|#"""(?:.*?)"""#|"""(?:\\.|.)*?"""|#"[^\n]*?"#|"(?:\\\((?:[^()]|\([^()]*\))*\)|\\.|[^"\\\n])*"',
        re.DOTALL,
    ),
    ".mjs": re.compile(r'//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL),
}


def code_only(text: str, suffix: str) -> str:
    """`text` with comments and string literals replaced by blanks of the same length, so that positions still fit."""
    pattern = _NOT_CODE[".mjs" if suffix in (".js", ".mjs") else suffix]
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def report(findings: list[str], checked: str) -> int:
    """Prints the findings or one line that all is well; gives the exit code."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings: {checked}" if findings else f"ok: {checked}")
    return 1 if findings else 0
