"""A bench run as tables for the terminal and as a page that needs nothing else."""
import html

from measure import median

# figure -> its heading, and how a value is written
FIGURES = {
    "cpu_per_million": ("CPU-s per million", lambda v: f"{v:.2f}"),
    "rate": ("messages/s", lambda v: f"{v:,.0f}"),
    "p50": ("p50", lambda v: time(v)),
    "p99": ("p99", lambda v: time(v)),
    "p999": ("p99.9", lambda v: time(v)),
    "logins": ("logins/s", lambda v: f"{v:,.0f}"),
    "cpu_per_thousand_logins": ("CPU-s per 1,000", lambda v: f"{v:.3f}"),
    "memory_per_session": ("KiB a session", lambda v: f"{v / 1024:.2f}"),
    "cpu_share": ("CPU while idle", lambda v: f"{v * 100:.2f} %"),
}
# The figure whose ratios and bars a case shows: the first of these that it has.
LEADING = ["cpu_per_million", "cpu_per_thousand_logins", "memory_per_session"]
BASE = {"nginx"}  # ratios are to this contender where it takes part


def time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def rows(case: dict) -> tuple[list[str], list[list[str]]]:
    """Headings and cells: medians of each contender, and its ratio to nginx."""
    leading = next(figure for figure in LEADING if figure in case["figures"])
    base = next((median(results, leading) for name, results in case["results"].items() if name in BASE), None)
    headings = ["", *(FIGURES[figure][0] for figure in case["figures"]), *(["to nginx"] if base else [])]
    lines = []
    for name, results in case["results"].items():
        values = [median(results, figure) for figure in case["figures"]]
        cells = [FIGURES[figure][1](value) if value is not None else "-" for figure, value in zip(case["figures"], values, strict=True)]
        own = median(results, leading)
        lines.append([name, *cells, *([f"{own / base:.2f}" if own is not None else "-"] if base else [])])
    return headings, lines


def layout(table: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in table)


def about(whole: dict) -> str:
    machine = whole["machine"]
    return (f"{machine['date']}, {machine['processor']}, {machine['processors']} processors, Linux {machine['kernel']}; "
            f"nginx {machine['nginx']}, HAProxy {machine['haproxy']}, Prosody {machine['prosody']}, ejabberd {machine['ejabberd']}")


WORDS = {True: "holds", False: "MISSED", None: ""}


def text(whole: dict) -> str:
    parts = [about(whole)]
    for case in whole["cases"].values():
        headings, lines = rows(case)
        parts.append(f"{case['title']}\n{layout([headings, *lines])}")
    if whole["targets"]:
        parts.append("Targets\n" + "\n".join(
            f"  {WORDS[row['holds']]:6}  {row['found']:8.2f}  {row['text']}" for row in whole["targets"]))
    return "\n\n".join(parts)


STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #5b6470; --rule: #d8dde3; --bar: #0b62c4; --other: #9aa7b5;
  --alert: #9d1c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14171a; --soft: #9aa4b0; --rule: #343b43; --bar: #6cb2ff;
  --other: #586370; --alert: #ff9a9a; } }
@media print { :root { --ink: #000; --paper: #fff; --soft: #444; --rule: #bbb; --bar: #000; --other: #999; --alert: #000; } table { break-inside: avoid; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 24px 16px; } h1 { font-size: 1.35em; } h2 { font-size: 1.1em; margin-top: 2em; }
p { color: var(--soft); } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--rule); } th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } td:not(:first-child) { white-space: nowrap; } td.bar { width: 26%; }
svg { display: block; width: 100%; height: 12px; } rect { fill: var(--other); } tr.edge rect { fill: var(--bar); }
tr.edge td:first-child { font-weight: 600; } .wide { overflow-x: auto; } td strong { color: var(--alert); }
"""


def table(case: dict) -> str:
    headings, lines = rows(case)
    leading = next(figure for figure in LEADING if figure in case["figures"])
    values = {name: median(results, leading) for name, results in case["results"].items()}
    largest = max((value for value in values.values() if value), default=1)
    body = ""
    for line in lines:
        part = (values[line[0]] or 0) / largest * 100
        bar = f'<td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="{part:.1f}" height="10"/></svg></td>'
        kind = ' class="edge"' if line[0].startswith("edge") else ""
        body += f"<tr{kind}>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + bar + "</tr>\n"
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in [*headings, FIGURES[leading][0]])
    return f"<h2>{html.escape(case['title'])}</h2>\n<div class=\"wide\"><table>\n<tr>{head}</tr>\n{body}</table></div>\n"


def page(whole: dict) -> str:
    targets = "".join(
        f"<tr><td>{html.escape(row['text'])}</td><td>{row['found']:.2f}</td>"
        f"<td>{'<strong>missed</strong>' if row['holds'] is False else WORDS[row['holds']]}</td></tr>\n"
        for row in whole["targets"])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>XMPP Edge: measurements</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>XMPP Edge beside other servers</h1>
<p>{html.escape(about(whole))}</p>
<p>All in one run over loopback without TLS, one thread each (ejabberd: as Debian starts it), interleaved; medians. nginx and HAProxy pass bytes on blindly, the edge
checks each stanza and opens an ordinary client connection, Prosody and ejabberd are whole servers and do more.
{"A quick run: fewer and shorter repetitions, rougher figures." if whole.get("quick") else ""}</p>
{"".join(table(case) for case in whole["cases"].values())}
<h2>Targets</h2>
<table>
<tr><th scope="col">target</th><th scope="col">found</th><th scope="col"></th></tr>
{targets}</table>
</main>
</body>
</html>
"""
