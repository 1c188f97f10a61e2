"""Servers that cannot be run here, played by the letter of their sources: Openfire and Tigase, over WebSocket and BOSH."""

import pytest

from harness.bosh import BOSHBrowser
from harness.browser import Browser
from harness.stream import BIND, CLIENT, ERRORS, SASL, STREAMS

OPENFIRE_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client" '
    'from="edge.test" id="{id}" xml:lang="en" version="1.0">'
)
OPENFIRE_BEFORE = (
    '<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"></starttls>'
    '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms>'
    '<compression xmlns="http://jabber.org/features/compress"><method>zlib</method></compression>'
    '<ver xmlns="urn:xmpp:features:rosterver"/><auth xmlns="http://jabber.org/features/iq-auth"/>'
    '<register xmlns="http://jabber.org/features/iq-register"/>'
    '<limits xmlns="urn:xmpp:stream-limits:0"><max-bytes>1048576</max-bytes><idle-seconds>360</idle-seconds></limits></stream:features>'
)
OPENFIRE_AFTER = (
    '<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/>'
    '</session><sm xmlns="urn:xmpp:sm:2"/><sm xmlns="urn:xmpp:sm:3"/><csi xmlns="urn:xmpp:csi:0"/></stream:features>'
)
TIGASE_HEADER = (
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='edge.test' id='{id}' version='1.0' "
    "xml:lang='en'>"
)
TIGASE_BEFORE = f"<stream:features><mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
TIGASE_AFTER = f"<stream:features><bind xmlns='{BIND}'/></stream:features>"
SERVERS = {"openfire": (OPENFIRE_HEADER, OPENFIRE_BEFORE, OPENFIRE_AFTER), "tigase": (TIGASE_HEADER, TIGASE_BEFORE, TIGASE_AFTER)}


@pytest.fixture(params=[Browser, BOSHBrowser], ids=["websocket", "bosh"])
def browser(request, edge):
    return request.param(edge.address)


def answer_header(stream, server: str, place: int) -> None:
    header, *features = SERVERS[server]
    stream.read_header()
    if server == "openfire":
        stream.send(header.format(id=f"s{place}") + features[place])
    else:
        stream.send(header.format(id=f"s{place}"))  # the features are a packet of their own
        stream.send(features[place])


@pytest.mark.parametrize("server", SERVERS)
def test_login_and_a_message(browser, upstream, server):
    browser.open()
    stream = upstream.accept()
    answer_header(stream, server, 0)
    features = browser.receive_until(lambda message: message.tag == f"{{{STREAMS}}}features")
    names = [child.tag for child in features.element]
    assert f"{{{SASL}}}mechanisms" in names
    assert not [name for name in names if "xmpp-tls" in name or "compress" in name], "what is for one hop only"
    browser.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>")
    stream.read_element(f"{{{SASL}}}auth")
    stream.send(f'<success xmlns="{SASL}"/>')
    browser.expect(f"{{{SASL}}}success")
    browser.open()
    answer_header(stream, server, 1)
    features = browser.receive_until(lambda message: message.tag == f"{{{STREAMS}}}features")
    assert features.find(f"{{{BIND}}}bind") is not None
    stream.send('<iq type="get" id="740-1" to="alice@edge.test/one" from="edge.test"><ping xmlns="urn:xmpp:ping"></ping></iq>')
    ping = browser.expect(f"{{{CLIENT}}}iq")
    assert ping["id"] == "740-1" and ping.find("{urn:xmpp:ping}ping") is not None


@pytest.mark.parametrize("answer", [
    OPENFIRE_HEADER.format(id="e") + '<stream:error xmlns:stream="http://etherx.jabber.org/streams"><host-unknown '
    f'xmlns="{ERRORS}"/><text xmlns="{ERRORS}">Incorrect hostname in stream header: a</text></stream:error></stream:stream>',
    f"<?xml version='1.0'?>{TIGASE_HEADER.format(id='tigase-error-tigase')}<stream:error><host-unknown xmlns='{ERRORS}'/></stream:error></stream:stream>",
    f'{TIGASE_HEADER.format(id="t")}<stream:error xmlns:stream="http://etherx.jabber.org/streams"><host-unknown xmlns=\'{ERRORS}\'/>'
    "</stream:error></stream:stream>",
], ids=["openfire", "tigase-without-session", "tigase"])
def test_a_refusal_reaches_the_browser_by_its_name(edge, upstream, answer):
    browser = Browser(edge.address)
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send(answer)
    error = browser.receive_until(lambda message: message.tag == f"{{{STREAMS}}}error")
    assert error.find(f"{{{ERRORS}}}host-unknown") is not None


def test_a_server_that_never_sends_features_takes_a_login_of_XEP_0078(edge, upstream):
    """jabberd 1.4 answers with a header without a version and nothing behind it; <open/> has no form without one."""
    browser = Browser(edge.address)
    browser.open()
    stream = upstream.accept()
    stream.read_header()
    stream.send("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='old' xmlns='jabber:client' from='edge.test'>")
    opened = browser.receive()
    assert opened["id"] == "old" and opened["version"] == "1.0"
    browser.send(f"<iq xmlns='{CLIENT}' type='set' id='a'><query xmlns='jabber:iq:auth'><username>alice</username>"
                 "<password>secret</password><resource>r</resource></query></iq>")
    assert stream.read_element(f"{{{CLIENT}}}iq").element.get("id") == "a"
    stream.send("<iq type='result' id='a'/>")
    assert browser.expect(f"{{{CLIENT}}}iq")["type"] == "result"
    stream.send("<message from='bob@edge.test' id='m'><body>hello</body></message>")
    assert browser.expect(f"{{{CLIENT}}}message")["id"] == "m"
