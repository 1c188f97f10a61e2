"""Who takes part in a test: a site to serve, a scripted upstream or a real Prosody, the edge between, browsers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prosody import Prosody

from harness.edge import Edge
from harness.table import Table
from harness.upstream import Upstream

INDEX = "<!doctype html><html lang='en'><title>Chat</title><script type='module' src='app.mjs'></script></html>\n"
SCRIPT = "export const words = [" + ", ".join(f"'word{n}'" for n in range(500)) + "]\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder like public/, with what must be served and what must not."""
    folder = tmp_path / "public"
    for name, content in {
        "index.html": INDEX, "app.mjs": SCRIPT, "plain.js": "let a = 1\n", "css/style.css": "p { margin: 0 }\n",
        "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n", "data.json": "{}\n", "code.wasm": "\0asm",
        "font.woff2": "wOF2", "favicon.ico": "icon", "file.unknown": "what\n", "sub/index.html": INDEX,
        "empty/inner/file.txt": "text\n", ".git/config": "secret\n", ".hidden": "secret\n", "a b.txt": "blank\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "outside.txt").write_text("outside\n")
    os.symlink("/etc", folder / "etc-link")
    os.symlink("../outside.txt", folder / "outside-link.txt")
    return folder


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture
def edge(upstream: Upstream, site: Path) -> Iterator[Edge]:
    with Edge(upstream.address, public=site) as running:
        yield running
        upstream.close_streams()  # a stop waits a moment for streams that end


@pytest.fixture
def table(edge: Edge, upstream: Upstream) -> Table:
    return Table(edge, upstream)


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    accounts = {"alice": "secret", "bob": "secret"}
    with Prosody("edge.test", accounts, contacts=("alice", "bob")) as server:
        yield server


@pytest.fixture
def edge_on_prosody(prosody: Prosody, site: Path) -> Iterator[Edge]:
    with Edge(f"127.0.0.1:{prosody.port}", public=site) as running:
        yield running
