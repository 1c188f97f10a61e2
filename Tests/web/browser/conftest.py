"""A browser, people in it, and the chat service they use: the edge in front of a private Prosody."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from prosody import Prosody

from harness.browser import Browser as Browser_
from harness.edge import Edge

ROOT = Path(__file__).resolve().parents[3]
DOMAIN = "edge.test"
ACCOUNTS = {"alice": "secret", "bob": "secret", "carol": "pass wörd"}
PATIENCE = 10_000
# Nothing the page does may reach for another machine.
CHROMIUM = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
WATCH_POLICY = """addEventListener('securitypolicyviolation',
    (event) => console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    with Prosody(DOMAIN, ACCOUNTS, contacts=("alice", "bob"), more="allow_registration = true") as server:
        yield server


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest) -> Iterator[str]:
    """The page's address. XMPP_EDGE_PAGE names one that runs already, with the same accounts."""
    running = os.environ.get("XMPP_EDGE_PAGE")
    if running:
        yield running
        return
    server = request.getfixturevalue("prosody")
    settings = {
        "XMPP_EDGE_CONNECT_ORIGINS": server.upload_origin,
        "XMPP_EDGE_PAGE_REGISTRATION": "true",
        "XMPP_EDGE_PAGE_GUEST_DOMAIN": f"guest.{DOMAIN}",
        "XMPP_EDGE_PAGE_GUEST_ROOMS": f"lobby@rooms.{DOMAIN},tea@rooms.{DOMAIN}",
    }
    upstream = f"127.0.0.1:{server.port}"
    guests = ("--domain", f"guest.{DOMAIN}", "--upstream", upstream)
    with Edge(upstream, domain=DOMAIN, public=ROOT / "public", environment=settings, options=guests) as edge:
        host, port = edge.address
        yield f"http://{host}:{port}/"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


class Person:
    """Somebody in front of the page. Whatever the page complains about on the console is kept in `complaints`, and what the
    policy refused in `violations` as well, where nobody clears it by the way."""

    def __init__(self, context: BrowserContext, address: str):
        self.context = context
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.violations: list[str] = []
        self.requests: list[str] = []
        self.sent: list[str] = []
        self.received: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self._complain(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(urlsplit(request.url).path))
        self.page.on("websocket", self._watch)
        context.add_init_script(WATCH_POLICY)

    def _complain(self, text: str) -> None:
        self.complaints.append(text)
        if text.startswith("policy violation"):
            self.violations.append(text)

    def _watch(self, socket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(str(frame)))
        socket.on("framereceived", lambda frame: self.received.append(str(frame)))

    def visit(self) -> "Person":
        self.page.goto(self.address)
        expect(self.page.get_by_role("button", name="Sign in")).to_be_visible()
        return self

    def fill_login(self, name: str, password: str) -> None:
        self.page.get_by_label("Address").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def log_in(self, name: str) -> "Person":
        self.visit().fill_login(name, ACCOUNTS[name])
        self.wait_online()
        return self

    def wait_online(self) -> None:
        expect(self.page.locator(".sidebar-head .dot.online")).to_have_count(1)
        expect(self.page.locator(".status-line")).to_be_hidden()

    def open_chat(self, name: str) -> "Person":
        self.page.locator(f'.entry[data-jid="{name}@{DOMAIN}"]').click()
        expect(self.writer).to_be_focused()
        return self

    def start_chat(self, name: str) -> "Person":
        """With somebody who need not be a contact."""
        self.page.get_by_role("button", name="New conversation").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Address").fill(name)
        dialog.get_by_label("Add to my contacts").uncheck()
        dialog.get_by_role("button", name="Start").click()
        expect(self.writer).to_be_focused()
        return self

    @property
    def writer(self):
        return self.page.get_by_role("textbox", name="Write a message")

    def say(self, text: str) -> None:
        self.writer.fill(text)
        self.writer.press("Enter")

    def bodies(self) -> list[str]:
        return self.page.locator(".row .body").all_text_contents()

    def sees(self, text: str, times: int = 1) -> None:
        expect(self.page.locator(".row .body", has_text=re.compile(f"^{re.escape(text)}$"))).to_have_count(times)

    def resource(self) -> str:
        """The full address the server bound for us, read off the wire."""
        return next(found[1] for frame in self.received if (found := re.search(r"<jid>([^<]+)</jid>", frame)))


@pytest.fixture
def person(chromium: Browser, service: str) -> Iterator:
    """Makes people; at the end nobody's page may have complained."""
    people: list[Person] = []

    def make(**options) -> Person:
        options.setdefault("locale", "en-GB")
        one = Person(chromium.new_context(**options), service)
        people.append(one)
        return one

    yield make
    for one in people:
        one.context.close()
    assert [violation for one in people for violation in one.violations] == []
    assert [complaint for one in people for complaint in one.complaints] == []


@pytest.fixture
def client(service: str) -> Iterator:
    """Makes clients without a page, for what the page itself does not send."""
    clients: list[Browser_] = []

    def make(name: str) -> Browser_:
        parts = urlsplit(service)
        one = Browser_((parts.hostname or "", parts.port or 80))
        one.login(name, ACCOUNTS[name])
        one.send("<presence xmlns='jabber:client'/>")
        clients.append(one)
        return one

    yield make
    for one in clients:
        one.vanish()


@pytest.fixture
def shots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: XMPP_EDGE_SHOTS, or a folder of the test run."""
    folder = Path(os.environ.get("XMPP_EDGE_SHOTS") or tmp_path_factory.getbasetemp() / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
