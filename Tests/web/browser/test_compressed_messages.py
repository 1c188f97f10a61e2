"""Compression as Chromium speaks it: WebSockets by permessage-deflate, BOSH by gzip."""

import base64
from pathlib import Path

import pytest

from harness.edge import Edge

ROOT = Path(__file__).resolve().parents[3]
USER = base64.b64encode(b"\0alice\0secret").decode()
LONG = "Wherefore art thou, Romeo? 日本語 Grüße 😀 " * 700

# Each is a small client of its own, so that nothing but the browser and the edge decides about compression.
WEBSOCKET = """async ([user, text]) => {
    const socket = new WebSocket(`ws://${location.host}/ws`, 'xmpp')
    const inbox = [], waiting = []
    socket.onmessage = ({data}) => waiting.length ? waiting.shift()(data) : inbox.push(data)
    const next = () => inbox.length ? inbox.shift() : new Promise((resolve) => waiting.push(resolve))
    const until = async (mark) => { for (;;) { const data = await next(); if (data.includes(mark)) return data } }
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject })
    const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='edge.test' version='1.0'/>"
    socket.send(open)
    await until('features')
    socket.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${user}</auth>`)
    await until('success')
    socket.send(open)
    await until('features')
    socket.send("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    const jid = /<jid>([^<]+)/.exec(await until("bind"))[1]
    const bodies = []
    for (let round = 0; round < 3; round++) {
        socket.send(`<message xmlns='jabber:client' type='chat' to='${jid}' id='m${round}'><body>${round} ${text}</body></message>`)
        const answer = new DOMParser().parseFromString(await until(`${round} Wherefore`), 'text/xml')
        bodies.push(answer.querySelector('body').textContent)
    }
    socket.send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    await until('close')
    return {extensions: socket.extensions, bodies}
}"""

BOSH = """async ([user, text]) => {
    let rid = 4711, sid = '', coding = null
    const gzip = (text) => new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
    const post = async (attributes, payload, packed) => {
        const body = `<body xmlns='http://jabber.org/protocol/httpbind' rid='${rid++}' ${sid} ${attributes}>${payload}</body>`
        const response = await fetch('/bosh', packed
            ? {method: 'POST', body: await gzip(body), headers: {'Content-Encoding': 'gzip'}} : {method: 'POST', body})
        coding = response.headers.get('content-encoding')
        return new DOMParser().parseFromString(await response.text(), 'text/xml').documentElement
    }
    const xmpp = "to='edge.test' xmlns:xmpp='urn:xmpp:xbosh'"
    const created = await post(`${xmpp} xmpp:version='1.0' ver='1.11' wait='10' hold='1'`, '')
    sid = `sid='${created.getAttribute('sid')}'`
    await post('', `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${user}</auth>`)
    const login = coding
    await post(`${xmpp} xmpp:restart='true'`, '')
    const bound = await post('', "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    const jid = bound.querySelector('jid').textContent
    const answer = await post('', `<message xmlns='jabber:client' type='chat' to='${jid}'><body>${text}</body></message>`, true)
    const last = coding
    await post("type='terminate'", '')
    return {login, advertised: created.getAttribute('accept'), coding: last, body: answer.querySelector('message > body').textContent}
}"""


@pytest.mark.parametrize("windows, agreed", [
    ({}, "permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
    ({"XMPP_EDGE_COMPRESSION_WINDOW_MEMORY": "1 MiB"}, "permessage-deflate; server_max_window_bits=11; client_max_window_bits=11"),
    ({"XMPP_EDGE_COMPRESSION_WEBSOCKET": "false"}, ""),
], ids=["each alone", "windows", "off"])
def test_PM_001_PM_005_PM_006_PM_007_PM_010_chromium_agrees_and_long_messages_arrive_whole(chromium, prosody, windows, agreed):
    with Edge(f"127.0.0.1:{prosody.port}", public=ROOT / "public", environment=windows) as edge:
        result = run(chromium, edge, WEBSOCKET)
        assert result["extensions"] == agreed
        assert result["bodies"] == [f"{number} {LONG}" for number in range(3)]


def test_BO_005_BO_038_chromium_sends_and_takes_gzip(chromium, prosody):
    with Edge(f"127.0.0.1:{prosody.port}", public=ROOT / "public") as edge:
        result = run(chromium, edge, BOSH)
        assert result == {"login": None, "advertised": "gzip", "coding": "gzip", "body": LONG}


def run(chromium, edge, script: str) -> dict:
    host, port = edge.address
    context = chromium.new_context(bypass_csp=True)  # the scripts here parse XML in their own way
    page = context.new_page()
    page.goto(f"http://{host}:{port}/")
    result = page.evaluate(script, [USER, LONG])
    context.close()
    return result
