"""The static files and the headers that protect the page."""

import gzip
import json
import os
import signal

import pytest

from harness.edge import Edge, eventually
from harness.http import HTTPClient, get, once


@pytest.mark.parametrize("target, status", [
    ("/../etc/passwd", 404), ("/%2e%2e/x", 404), ("/%2e%2e/outside.txt", 404), ("/a/..%2f..%2foutside.txt", 404),
    ("/%252e%252e/outside.txt", 404), ("//etc/passwd", 404), ("/sub/..\\..\\outside.txt", 404), ("/%00", 400),
    ("/%c0%ae%c0%ae/outside.txt", 404), ("/%", 400), ("/%zz", 400), ("/%1", 400), ("/x%0ay", 400), ("/x%7fy", 400),
])
def test_SF_001_SF_002_no_path_leaves_the_folder(edge, target, status):
    response = get(edge.address, target)
    assert response.status == status
    assert b"outside" not in response.body and b"root:" not in response.body


@pytest.mark.parametrize("target", ["/%", "/%zz", "/%00", "/x%0ay"])
def test_SF_002_bad_escapes_and_control_characters_are_a_bad_request(edge, target):
    assert get(edge.address, target).status == 400


def test_SF_001_an_escaped_name_is_decoded_once(edge):
    assert get(edge.address, "/a%20b.txt").body == b"blank\n"
    assert get(edge.address, "/%61pp.mjs").status == 200
    assert get(edge.address, "/css/../app.mjs").status == 404  # who sends dots is no browser


@pytest.mark.parametrize("target", [
    "/etc-link/passwd", "/etc-link", "/outside-link.txt", "/.git/config", "/.hidden", "/empty", "/empty/", "/empty/inner/", "/nowhere",
])
def test_SF_003_links_dotfiles_and_folders_are_not_served(edge, target):
    response = get(edge.address, target)
    assert response.status == 404
    assert b"secret" not in response.body and b"file.txt" not in response.body


def test_SF_003_a_folder_gives_its_index(edge):
    assert get(edge.address, "/").body.startswith(b"<!doctype html>")
    assert get(edge.address, "/sub/").body.startswith(b"<!doctype html>")


def test_SF_004_SF_017_a_changed_file_gets_a_new_tag_and_its_length_fits(edge, site):
    before = get(edge.address, "/app.mjs")
    assert before["etag"] and not before["etag"].startswith("W/")
    (site / "app.mjs").write_text("export const changed = true\n")
    os.kill(edge.pid, signal.SIGHUP)  # read again, in case changes are not watched
    # It may have been read half written first.
    assert eventually(lambda: get(edge.address, "/app.mjs").body == b"export const changed = true\n", timeout=15, every=0.2)
    after = get(edge.address, "/app.mjs")
    assert after["etag"] != before["etag"] and after["content-length"] == str(len(after.body))


def test_a_change_is_seen_without_a_word(edge, site):
    (site / "app.mjs").write_text("export const changed = true\n")
    assert eventually(lambda: get(edge.address, "/app.mjs").body == b"export const changed = true\n", timeout=15, every=0.2)


def test_another_folder_is_taken_and_watched_after_SIGHUP_and_none_means_none(upstream, site, tmp_path):
    second = tmp_path / "second"
    second.mkdir()
    (second / "index.html").write_text("second")
    file = tmp_path / "edge.yaml"
    text = f"upstreams: [edge.test={upstream.address}]\npublic: "
    file.write_text(text + str(site))

    def body(edge: Edge) -> bytes:
        return get(edge.address).body

    with Edge(options=("--config", str(file))) as edge:
        assert body(edge).startswith(b"<!doctype html>")
        file.write_text(text + str(second))
        os.kill(edge.pid, signal.SIGHUP)
        assert eventually(lambda: body(edge) == b"second")
        (second / "index.html").write_text("changed")
        assert eventually(lambda: body(edge) == b"changed")
        file.write_text(text)
        os.kill(edge.pid, signal.SIGHUP)
        assert eventually(lambda: get(edge.address).status == 404)


def test_SF_005_a_known_tag_is_answered_with_304_and_its_headers(edge):
    client = HTTPClient(edge.address)
    first = client.request("GET", "/app.mjs")
    tag = first["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.request("GET", "/app.mjs", (f"If-None-Match: {known}",))
        assert (again.status, again["etag"], again.body) == (304, tag, b""), known
        assert again["date"] and again["cache-control"] == first["cache-control"] and again["vary"] == first["vary"]
    assert client.request("GET", "/app.mjs", ('If-None-Match: "other"',)).status == 200


def test_SF_006_SF_007_conditions_have_their_order_and_bad_dates_are_ignored(edge):
    first = get(edge.address, "/app.mjs")
    modified = first["last-modified"]
    assert get(edge.address, "/app.mjs", 'If-None-Match: "x"', f"If-Modified-Since: {modified}").status == 200
    assert get(edge.address, "/app.mjs", 'If-Match: "x"').status == 412
    assert get(edge.address, "/app.mjs", f"If-Match: {first['etag']}").status == 200
    assert get(edge.address, "/app.mjs", "If-Modified-Since: yesterday").status == 200
    assert get(edge.address, "/app.mjs", f"If-Modified-Since: {modified}").status == 304
    assert get(edge.address, "/app.mjs", "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT").status == 412


@pytest.mark.parametrize("wanted, status", [
    ("bytes=0-0", 206), ("bytes=-5", 206), ("bytes=0-", 206), ("bytes=999999-", 416), ("lines=1-2", 200), ("bytes=x", 200),
    ("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 200, 2)), 200),
])
def test_SF_008_SF_009_ranges(edge, wanted, status):
    whole = get(edge.address, "/app.mjs").body
    response = get(edge.address, "/app.mjs", f"Range: {wanted}")
    assert response.status == status
    if response.status == 200:
        assert response.body == whole
    elif response.status == 206:
        expected = {"bytes=0-0": whole[:1], "bytes=-5": whole[-5:], "bytes=0-": whole}[wanted]
        assert response.body == expected
        first = whole.index(expected) if wanted != "bytes=-5" else len(whole) - 5
        assert response["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(whole)}"
    elif response.status == 416:
        assert response["content-range"] == f"bytes */{len(whole)}"


def test_SF_010_if_range_needs_a_strong_match(edge):
    tag = get(edge.address, "/app.mjs")["etag"]
    assert get(edge.address, "/app.mjs", "Range: bytes=0-0", f"If-Range: W/{tag}").status == 200
    assert get(edge.address, "/app.mjs", "Range: bytes=0-0", 'If-Range: "other"').status == 200


@pytest.mark.parametrize("accepted, coded", [
    ("gzip", True), ("gzip, br", True), ("*", True), ("gzip;q=0", False), ("identity", False), ("gzip;q=0, *", False), ("", False),
])
def test_SF_011_gzip_only_when_it_is_acceptable(edge, accepted, coded):
    plain = get(edge.address, "/app.mjs", "Accept-Encoding: identity")
    response = get(edge.address, "/app.mjs", f"Accept-Encoding: {accepted}")
    assert "accept-encoding" in (response["vary"] or "").lower() and "accept-encoding" in (plain["vary"] or "").lower()
    if coded:
        assert response["content-encoding"] == "gzip"
        assert gzip.decompress(response.body) == plain.body
        assert response["etag"] != plain["etag"]
        assert len(response.body) < len(plain.body) // 2
    else:
        assert response["content-encoding"] is None and response.body == plain.body


@pytest.mark.parametrize("target, kind", [
    ("/index.html", "text/html; charset=utf-8"), ("/app.mjs", "text/javascript"), ("/plain.js", "text/javascript"),
    ("/css/style.css", "text/css"), ("/icon.svg", "image/svg+xml"), ("/data.json", "application/json"),
    ("/code.wasm", "application/wasm"), ("/font.woff2", "font/woff2"), ("/favicon.ico", "image/"), ("/file.unknown", "application/octet-stream"),
])
def test_SF_012_content_types(edge, target, kind):
    response = get(edge.address, target)
    assert response.status == 200
    assert (response["content-type"] or "").lower().startswith(kind)


def test_SF_013_the_page_has_a_strict_content_security_policy(edge):
    policy = get(edge.address, "/")["content-security-policy"] or ""
    rules = {words[0]: words[1:] for words in (part.split() for part in policy.split(";")) if words}
    assert rules["default-src"] in (["'none'"], ["'self'"])
    assert rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert "'self'" in rules["connect-src"]
    assert rules.get("object-src", rules["default-src"]) == ["'none'"]
    assert rules["require-trusted-types-for"] == ["'script'"]
    assert "unsafe" not in policy


@pytest.mark.parametrize("target, header", [("/", ""), ("/app.mjs", ""), ("/nowhere", ""), ("/app.mjs", "If-None-Match: *"), ("/%zz", "")])
def test_SF_014_protecting_headers_are_on_every_answer(edge, target, header):
    response = get(edge.address, target, *([header] if header else []))
    assert response["x-content-type-options"] == "nosniff"
    assert response["referrer-policy"] and response["permissions-policy"]
    assert response["x-frame-options"] == "DENY"
    assert response["strict-transport-security"] is None  # we are not https


def test_SF_015_pages_are_asked_for_again(edge):
    assert get(edge.address, "/")["cache-control"] == "no-cache"
    assert get(edge.address, "/app.mjs")["cache-control"] == "no-cache"


@pytest.mark.parametrize("target", ["/<script>alert(1)</script>", "/%3Cscript%3Ealert(1)%3C/script%3E"])
def test_SF_016_errors_reflect_nothing(edge, target):
    data = f"GET {target} HTTP/1.1\r\nHost: <script>x</script>\r\nX: <script>\r\n\r\n".encode()
    response, _ = once(edge.address, data)
    assert response.status in (400, 404)
    assert b"<script>" not in response.body and b"alert" not in response.body


def test_config_json_tells_the_page_its_endpoints_and_domain(edge):
    response = get(edge.address, "/config.json")
    assert response.status == 200 and (response["content-type"] or "").startswith("application/json")
    text = json.dumps(json.loads(response.body))
    assert "edge.test" in text and "ws" in text
