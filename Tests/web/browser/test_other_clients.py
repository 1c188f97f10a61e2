"""Web clients that are not ours, on pages of another origin, over BOSH to the edge in front of real servers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from prosody import Prosody

from harness.browser import Browser
from harness.edge import Edge
from harness.ejabberd import Ejabberd
from harness.proxy import Proxy
from harness.site import Site
from harness.stream import CLIENT

ACCOUNTS = {"alice": "secret", "bob": "secret"}

STROPHE = """<!doctype html><title>Strophe</title><script src="/strophe/strophe.js"></script>
<script>
const seen = { status: [], messages: [], roster: [] }
let connection
function logIn(url, jid, password) {
    connection = new Strophe.Connection(url)
    connection.addHandler((stanza) => {
        seen.messages.push(stanza.getElementsByTagName('body')[0].textContent)
        return true
    }, null, 'message', 'chat')
    connection.connect(jid, password, (status, condition) => {
        seen.status.push(Object.keys(Strophe.Status).find((name) => Strophe.Status[name] === status) + (condition ? ' ' + condition : ''))
        if (status !== Strophe.Status.CONNECTED) return
        connection.send($pres())
        connection.sendIQ($iq({ type: 'get' }).c('query', { xmlns: 'jabber:iq:roster' }), (answer) => {
            seen.roster = [...answer.getElementsByTagName('item')].map((item) => item.getAttribute('jid'))
        })
    })
}
const say = (to, text) => connection.send($msg({ to, type: 'chat' }).c('body').t(text))
</script>"""

JSXC = """<!doctype html><title>JSXC</title><body>
<script src="/jsxc/lib/jquery.min.js"></script><script src="/jsxc/lib/jquery.ui.min.js"></script>
<script src="/jsxc/lib/jquery.colorbox-min.js"></script><script src="/jsxc/lib/jquery.slimscroll.js"></script>
<script src="/jsxc/lib/jquery.fullscreen.js"></script><script src="/jsxc/lib/jsxc.dep.js"></script><script src="/jsxc/jsxc.js"></script>
<script>
function logIn(url, jid, password) {
    jsxc.init({ root: '/jsxc', rosterAppend: 'body', rosterVisibility: 'shown', xmpp: { url }, otr: { enable: false }, numberOfMsg: 50,
        loadSettings: (name, word, done) => done({ xmpp: { url } }) })
    jsxc.start(jid, password)
}
</script></body>"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site({"/strophe.html": STROPHE, "/jsxc.html": JSXC}) as running:
        yield running


@pytest.fixture(scope="module", params=["prosody", "ejabberd"])
def edge(request: pytest.FixtureRequest, site: Site) -> Iterator[Edge]:
    make = Prosody if request.param == "prosody" else Ejabberd
    with make("edge.test", ACCOUNTS, contacts=("alice", "bob")) as server:
        origins = {"XMPP_EDGE_ALLOWED_ORIGINS": f"same-host,no-origin,{site.origin}"}
        with Edge(f"127.0.0.1:{server.port}", environment=origins) as running:
            yield running


@pytest.fixture
def bob(edge: Edge) -> Iterator[Browser]:
    client = Browser(edge.address)
    client.login("bob", "secret", "desk")
    client.send(f"<presence xmlns='{CLIENT}'/>")
    yield client
    client.close()


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def bosh(address: tuple[str, int]) -> str:
    return f"http://{address[0]}:{address[1]}/http-bind"


def said(client: Browser) -> str:
    """The text of the next message."""
    stanza = client.receive_until(lambda one: one.find(f"{{{CLIENT}}}body") is not None)
    return stanza.element.findtext(f"{{{CLIENT}}}body") or ""


def absence(client: Browser, whose: str) -> None:
    client.receive_until(
        lambda stanza: stanza.tag == f"{{{CLIENT}}}presence" and stanza["type"] == "unavailable" and (stanza["from"] or "") == whose)


def test_strophe_logs_in_chats_through_cuts_and_leaves(site, edge, bob, page):
    with Proxy(edge.address) as proxy:
        page.goto(f"{site.origin}/strophe.html")
        page.evaluate("(url) => logIn(url, 'alice@edge.test/strophe', 'secret')", bosh(proxy.address))
        page.wait_for_function("() => seen.roster.length > 0")
        assert page.evaluate("() => [seen.status.at(-1), seen.roster]") == ["CONNECTED", ["bob@edge.test"]]
        texts = ["hello", "a <b> & 'c' \"d\"", "caf\u00e9 \U0001f600 日本語", "x" * 30_000]
        for text in texts:
            page.evaluate("([to, text]) => say(to, text)", [bob.jid, text])
            assert said(bob) == text
            proxy.cut()  # in mid-poll: Strophe sends the same request again
            bob.send(f"<message xmlns='{CLIENT}' to='alice@edge.test/strophe' type='chat'><body>answer to {len(text)}</body></message>")
        page.wait_for_function("(count) => seen.messages.length === count", arg=len(texts))
        assert page.evaluate("() => seen.messages") == [f"answer to {len(text)}" for text in texts]
        assert "DISCONNECTED" not in page.evaluate("() => seen.status")
        page.evaluate("() => connection.disconnect()")
        absence(bob, "alice@edge.test/strophe")
        page.wait_for_function("() => seen.status.at(-1) === 'DISCONNECTED'")


def test_strophe_is_told_that_the_password_is_wrong_and_which_domain_is_served(site, edge, page):
    page.goto(f"{site.origin}/strophe.html")
    page.evaluate("(url) => logIn(url, 'alice@edge.test', 'wrong')", bosh(edge.address))
    page.wait_for_function("() => seen.status.some((status) => status.startsWith('AUTHFAIL'))")
    page.evaluate("() => connection.disconnect()")
    page.goto(f"{site.origin}/strophe.html")
    page.evaluate("(url) => logIn(url, 'alice@elsewhere.test', 'secret')", bosh(edge.address))
    page.wait_for_function("() => seen.status.includes('CONNFAIL host-unknown')")


def test_a_page_of_an_origin_that_is_not_named_gets_no_answer(site, edge, page):
    ask = "(url) => fetch(url, { method: 'POST', body: '<body/>' }).then((answer) => answer.text(), () => 'nothing')"
    page.goto(f"{site.origin}/strophe.html")
    assert "terminate" in page.evaluate(ask, bosh(edge.address))
    with Site({"/": "<!doctype html><title>Elsewhere</title>"}) as elsewhere:
        page.goto(elsewhere.origin)
        assert page.evaluate(ask, bosh(edge.address)) == "nothing"


def test_jsxc_logs_in_and_shows_who_is_there(site, edge, bob, page):
    page.goto(f"{site.origin}/jsxc.html")
    page.evaluate("(url) => logIn(url, 'alice@edge.test', 'secret')", bosh(edge.address))
    entry = page.locator('#jsxc_roster li[data-bid="bob@edge.test"]')
    expect(entry).to_contain_text("Bob")
    expect(entry).to_have_attribute("data-status", "online")
    bob.send(f"<message xmlns='{CLIENT}' to='alice@edge.test' type='chat' id='m1'><body>hello JSXC</body></message>")
    expect(page.locator(".jsxc_chatmessage")).to_contain_text("hello JSXC")
