"""Prints which rows of Tests/CONFORMANCE.md have a test and which have none.

A test names the rows it covers: `@Test("WS-011, WS-012: ...")`, `def test_WX_016_...`, `test("WX-016: ...")`.
Rows that belong to later work stand in the table "Not due yet" of the list; any other row without a test is a failure.
"""

import re
import sys

from sources import ROOT, report, tracked

_ID = r"[A-Z][A-Z0-9]-\d{3}"
_LEADING_IDS = re.compile(rf"\s*({_ID}(?:\s*,\s*{_ID})*)")
_ROW = re.compile(rf"^\| ({_ID}) \| ([^|]*) \| ([^|]*) \| (.*?) \| .*\|$", re.MULTILINE)
_LATER = re.compile(r"^\| ([A-Z][A-Z0-9][-A-Z0-9, ]*) \| later: ([^|]*) \|$", re.MULTILINE)
_SWIFT_TEST = re.compile(r"@Test\s*\(\s*\"([^\"]*)\"")
_SCRIPT_TEST = re.compile(r"\b(?:test|it|describe)\s*\(\s*['\"`]([^'\"`]*)")
_PYTHON_TEST = re.compile(r"\bdef test((?:_[A-Z][A-Z0-9]_\d{3})+)(?:_|\()")


def rows_of(text: str) -> dict[str, str]:
    """The rows by ID, with what each requires."""
    return {match[1]: match[4] for match in _ROW.finditer(text)}


def later_of(text: str) -> dict[str, str]:
    """What is not due yet, a section or a single row, and the work it belongs to."""
    return {entry: match[2].strip() for match in _LATER.finditer(text) for entry in match[1].split(", ")}


def _leading(titles: list[str]) -> set[str]:
    found: set[str] = set()
    for title in titles:
        match = _LEADING_IDS.match(title)
        if match:
            found.update(re.findall(_ID, match[1]))
    return found


def ids_in_swift(text: str) -> set[str]:
    return _leading(_SWIFT_TEST.findall(text))


def ids_in_script(text: str) -> set[str]:
    return _leading(_SCRIPT_TEST.findall(text))


def ids_in_python(text: str) -> set[str]:
    return {f"{a}-{n}" for ids in _PYTHON_TEST.findall(text) for a, n in re.findall(r"_([A-Z][A-Z0-9])_(\d{3})", ids)}


def covered() -> set[str]:
    found: set[str] = set()
    for path in tracked(".swift", ".mjs", ".py", under=("Tests",)):
        if path.parent.name == "lint":
            continue
        read = {".swift": ids_in_swift, ".mjs": ids_in_script, ".py": ids_in_python}[path.suffix]
        found |= read(path.read_text())
    return found


def is_later(row: str, later: dict[str, str]) -> bool:
    return row in later or row[:2] in later


def missing(rows: dict[str, str], tested: set[str], later: dict[str, str]) -> list[str]:
    return [row for row in rows if row not in tested and not is_later(row, later)]


def unknown(rows: dict[str, str], tested: set[str]) -> list[str]:
    return sorted(tested - set(rows))


def main() -> int:
    text = (ROOT / "Tests/CONFORMANCE.md").read_text()
    rows, later, tested = rows_of(text), later_of(text), covered()
    for section in dict.fromkeys(row[:2] for row in rows):
        of_section = [row for row in rows if row[:2] == section]
        done = [row for row in of_section if row in tested]
        open_rows = [row for row in of_section if row not in tested]
        due = [row for row in open_rows if not is_later(row, later)]
        note = f", {len(open_rows) - len(due)} later" if len(open_rows) > len(due) else ""
        print(f"{section}: {len(done)} of {len(of_section)} rows have a test{note}")
        print(f"    with a test: {', '.join(row[3:] for row in done) or 'none'}")
        for row in due:
            print(f"    without a test: {row} {rows[row][:100]}")
    lacking = missing(rows, tested, later)
    findings = [f"rows that are due and have no test: {len(lacking)}"] if lacking else []
    findings += [f"{row} stands in a test's name but in no row of the list" for row in unknown(rows, tested)]
    findings += [f"{entry} is marked as later but has a test" for entry in later if entry in tested]
    return report(findings, f"{len(rows)} rows, {len(tested & set(rows))} with a test")


if __name__ == "__main__":
    sys.exit(main())
