"""A real site and a real Chromium; whatever the console complains of or asks of another host is kept."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.site import Site, running_site

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)  # a loaded machine is slow, not broken
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"


@dataclass
class Visit:
    """A signed-in person's window, and everything that went wrong in it."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.complain(message.type == "error", message.text))
        self.page.on("pageerror", lambda error: self.complain(True, str(error)))
        self.page.on("request", lambda request: self.complain(not self.is_ours(request.url), request.url))

    def complain(self, really: bool, text: str) -> None:
        if really:
            self.complaints.append(text)

    def is_ours(self, url: str) -> bool:
        return url.startswith((f"{self.site.url}/", "data:", "blob:"))

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self, email: str = EMAIL) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="package")  # the first to come makes its owner from the Ready line; others bring their own people
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("browser-site")) as site:
        yield site


@pytest.fixture(scope="package")  # gone before others begin: Playwright leaves a running event loop
def chromium() -> Iterator[Browser]:
    program = os.environ.get("TUNINGSITE_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    visit = Visit(context.new_page(), site)
    yield visit
    context.close()
    assert visit.complaints == []
