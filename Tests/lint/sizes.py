"""Files and functions stay small. A long `switch` over all states of one machine may carry the mark `long:` and a reason.

    // long: one switch over all states of the machine
    mutating func next(...) {
"""

import ast
import re
import sys
from pathlib import Path

from sources import ROOT, code_only, line_of, report, tracked

FILE_WALL = 600  # no file is longer
FILE_SMALL = 350  # nine files of ten are shorter
FUNCTION_WALL = 60  # no function is longer, unless it is marked
MARK = re.compile(r"(?://|#) long: \S+")

_SWIFT_FUNCTION = re.compile(r"\b(func\s+[^\s(<]+|init[?!]?(?=\s*[(<])|deinit|subscript(?=\s*[(<]))[^{};]*?\{", re.DOTALL)
_SCRIPT_FUNCTION = re.compile(
    r"\bfunction\b\s*\*?\s*([\w$]*)\s*\([^{}]*?\)\s*\{"
    r"|^[ \t]+(?:(?:static|async|get|set)\s+)*(?!if\b|for\b|while\b|switch\b|catch\b|with\b|return\b)(#?[\w$]+)\s*\([^\n]*\)\s*\{",
    re.MULTILINE,
)


def _end_of_block(code: str, opening: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, opening):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(code)


def _braced_functions(text: str, suffix: str):
    code = code_only(text, suffix)
    pattern = _SWIFT_FUNCTION if suffix == ".swift" else _SCRIPT_FUNCTION
    for match in pattern.finditer(code):
        first = line_of(code, match.start() + len(match.group()) - len(match.group().lstrip()))
        last = line_of(code, _end_of_block(code, match.end() - 1))
        yield " ".join(match.group().split())[:50], first, last


def _python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"def {node.name}", node.lineno, node.end_lineno or node.lineno


def check(name: str, text: str) -> list[str]:
    findings = []
    lines = text.splitlines()
    if len(lines) > FILE_WALL:
        findings.append(f"{name}: {len(lines)} lines; no file is longer than {FILE_WALL}")
    suffix = Path(name).suffix
    functions = _python_functions(text) if suffix == ".py" else _braced_functions(text, suffix)
    for title, first, last in functions:
        length = last - first + 1
        marked = any(MARK.search(line) for line in lines[max(0, first - 4):first])
        if length > FUNCTION_WALL and not marked:
            findings.append(f"{name}:{first}: {length} lines in '{title}'; the wall is {FUNCTION_WALL}")
    return findings


def main() -> int:
    files = tracked(".swift", ".mjs", ".js", ".py")
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in files}
    findings = [line for name, text in texts.items() for line in check(name, text)]
    large = sorted(name for name, text in texts.items() if len(text.splitlines()) > FILE_SMALL)
    if len(large) > len(files) // 10:
        findings.append(f"{len(large)} of {len(files)} files have more than {FILE_SMALL} lines; at most a tenth may: {large}")
    return report(findings, f"sizes of {len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
