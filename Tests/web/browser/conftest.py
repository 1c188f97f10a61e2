"""A browser, people in it, and the chat service they use: the edge in front of a private Prosody."""

import os
import re
import time
from collections.abc import Callable, Iterator
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
PATIENCE = 30_000  # milliseconds; on a busy machine a page takes its time
# Nothing the page does may reach for another machine.
CHROMIUM = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
WATCH_POLICY = """addEventListener('securitypolicyviolation',
    (event) => console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""

# A toast that goes by itself may be gone before a busy machine looks at it.
LASTING_TOASTS = """() => {
  const { remove } = Element.prototype;
  Element.prototype.remove = function () { if (!this.matches('.toast')) remove.call(this); };
}"""
# One value of the page's database. Whoever only looks must not be who makes it, nor be in the way of who does.
STORED = """(store, key) => new Promise((resolve) => {
  const opening = indexedDB.open('edge');
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => resolve(undefined);
  opening.onsuccess = () => {
    const database = opening.result;
    const reading = database.transaction(store).objectStore(store).get(key);
    reading.onsuccess = () => { database.close(); resolve(reading.result); };
  };
})"""

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
        "XMPP_EDGE_LIMITS_PINGS_UNANSWERED": "100",  # a client without a page answers only while something is waited for
    }
    upstream = f"127.0.0.1:{server.port}"
    guests = ("--domain", f"guest.{DOMAIN}", "--upstream", upstream)
    with Edge(upstream, domain=DOMAIN, public=ROOT / "public", environment=settings, options=guests) as edge:
        host, port = edge.address
        yield f"http://{host}:{port}/"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM, timeout=4 * PATIENCE)
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
        self._questions: set[str] | None = None  # without an answer so far; None: no session is known of
        self._has_begun = False
        self.page.on("console", lambda message: message.type == "error" and self._complain(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(urlsplit(request.url).path))
        self.page.on("websocket", self._watch)
        context.add_init_script(WATCH_POLICY)

    def _complain(self, text: str) -> None:
        if "ERR_INTERNET_DISCONNECTED" in text:
            return  # Chromium itself notes attempts without a network, which whoever types causes
        self.complaints.append(text)
        if text.startswith("policy violation"):
            self.violations.append(text)

    def _watch(self, socket) -> None:
        self._questions = None
        socket.on("framesent", lambda frame: self._note_sent(str(frame)))
        socket.on("framereceived", lambda frame: self._note_received(str(frame)))
        socket.on("close", lambda _: setattr(self, "_questions", None))

    def _note_sent(self, frame: str) -> None:
        self.sent.append(frame)
        if self._questions is not None and (asked := re.match(r"<iq\b(?=[^>]*\btype=.[gs]et)[^>]*\bid=.([^'\"]+)", frame)):
            self._questions.add(asked[1])
            self._has_begun |= "urn:xmpp:blocking" in frame

    def _note_received(self, frame: str) -> None:
        self.received.append(frame)
        if "<jid>" in frame:  # a new session
            self._questions, self._has_begun = set(), False
        elif self._questions and (answer := re.match(r"<iq\b(?=[^>]*\btype=.(?:result|error))[^>]*\bid=.([^'\"]+)", frame)):
            self._questions.discard(answer[1])

    def settle(self) -> None:
        """Until a new session has told others of itself, and whatever was asked of the server has its answer. Over BOSH nobody sees."""
        self.until(lambda: self._questions is None or (self._has_begun and not self._questions))

    def until(self, holds: Callable[[], object]) -> None:
        """Waits for what is not on the page, and hears what comes from the browser meanwhile."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not holds():
            assert time.monotonic() < deadline, "it does not come true"
            self.page.wait_for_timeout(20)

    def keep_toasts(self) -> None:
        """From the next page on they stay."""
        self.context.add_init_script(f"({LASTING_TOASTS})()")

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
        self.settle()

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
        one.query("<ping xmlns='urn:xmpp:ping'/>", to=one.domain)  # it is there for others, and what there was before has come
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
