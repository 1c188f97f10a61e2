#!/usr/bin/env python3
"""The page in Firefox and in WebKitGTK, the nearest to Safari there is here: one chat through each, there and back.

`make engines` installs what it needs. A browser that is not there is an error, not a pass.
"""

import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests"), str(ROOT / "deploy" / "demo")]

from prosody import Prosody, free_port  # noqa: E402

from harness.browser import Browser  # noqa: E402
from harness.edge import Edge, eventually  # noqa: E402

DOMAIN = "edge.test"
ACCOUNTS = {"alice": "secret", "bob": "secret"}
PROGRAM_OF_WEBKIT = "/usr/lib/{}-linux-gnu/webkit2gtk-4.{}/MiniBrowser"


class Firefox:
    name = "Firefox"

    def __init__(self):
        from marionette_driver.marionette import Marionette
        self.driver = Marionette(bin="/usr/bin/firefox-esr", headless=True, host="127.0.0.1", port=free_port(), prefs={})
        self.driver.start_session()

    def open(self, url: str) -> None:
        self.driver.navigate(url)

    def run(self, script: str, *arguments: str) -> object:
        return self.driver.execute_script(script, script_args=list(arguments))

    def quit(self) -> None:
        self.driver.quit()
        self.driver.cleanup()


class WebKit:
    """Needs a screen: run it under xvfb-run."""

    name = "WebKitGTK"

    def __init__(self):
        import platform

        from selenium import webdriver
        from selenium.webdriver.webkitgtk.service import Service
        options = webdriver.WebKitGTKOptions()
        options.binary_location = next(
            path for minor in ("1", "0") if Path(path := PROGRAM_OF_WEBKIT.format(platform.machine(), minor)).exists())
        options.add_argument("--automation")
        self.driver = webdriver.WebKitGTK(options=options, service=Service("/usr/bin/WebKitWebDriver"))

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *arguments: str) -> object:
        return self.driver.execute_script(script, *arguments)

    def quit(self) -> None:
        self.driver.quit()


def chat(engine: Firefox | WebKit, address: str) -> None:
    there, back = uuid.uuid4().hex, f"{uuid.uuid4().hex} 👋 <b>"

    def until(what: str, script: str, *arguments: str) -> None:
        assert eventually(lambda: engine.run(f"return Boolean({script})", *arguments), timeout=30, every=0.1), what

    engine.open(address)
    until("the login is there", "document.querySelector('form.login')")
    engine.run("""addEventListener('securitypolicyviolation', (event) => { document.documentElement.dataset.violation = event.violatedDirective; });
        document.querySelector('#login-address').value = 'alice'; document.querySelector('#login-password').value = arguments[0];
        document.querySelector('form.login').requestSubmit();""", ACCOUNTS["alice"])
    until("the list is there and online", "document.querySelector('.sidebar-head .dot.online')")
    parts = urlsplit(address)
    bob = Browser((parts.hostname or "", parts.port or 80))
    me = bob.login("bob", ACCOUNTS["bob"])
    bob.send("<presence xmlns='jabber:client'/>")
    until("Bob is seen", "document.querySelector('.entry[data-jid=\"bob@edge.test\"] .dot.online')")
    engine.run("document.querySelector('.entry[data-jid=\"bob@edge.test\"]').click()")
    until("the conversation is open", "document.querySelector('.composer textarea')")
    engine.run("""const text = document.querySelector('.composer textarea'); text.value = arguments[0];
        text.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));""", there)
    bob.receive_until(lambda message: there in message.text)
    escaped = back.replace("<", "&lt;")
    bob.send(f"<message xmlns='jabber:client' type='chat' from='{me}' to='alice@{DOMAIN}'><body>{escaped}</body></message>")
    until("the answer is shown as it was written", "[...document.querySelectorAll('.row .body')].some((row) => row.textContent === arguments[0])", back)
    until("the end is in view", "(() => { const box = document.querySelector('.messages'); return box.scrollHeight - box.scrollTop - box.clientHeight < 3; })()")
    assert engine.run("return document.documentElement.dataset.violation ?? ''") == "", "the policy was broken"
    bob.close()


def main() -> int:
    wanted = [engine for engine in (Firefox, WebKit) if not sys.argv[1:] or engine.name in sys.argv[1:]]
    with Prosody(DOMAIN, ACCOUNTS, contacts=("alice", "bob")) as server, Edge(f"127.0.0.1:{server.port}", domain=DOMAIN, public=ROOT / "public") as edge:
        host, port = edge.address
        for kind in wanted:
            begun = time.monotonic()
            engine = kind()
            try:
                chat(engine, f"http://{host}:{port}/")
            finally:
                engine.quit()
            print(f"{kind.name}: a chat there and back, {time.monotonic() - begun:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
