"""One demo and one browser for all tests here: everything real, from the queue server to Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.real.chromium import path
from tests.real.demo import HOUSE, Demo, free_port, running

__all__ = ["HOUSE", "Demo", "free_port"]

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
CUSTOMERS = 800
PATIENCE = 30_000
"""What a page may take to say what is expected, in milliseconds, on a machine that does much else meanwhile."""
SERIOUS = ("serious", "critical")
T = TypeVar("T")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """A running demo, not yet connected: each file begins with its own, so that any may come first. A file with
    ``DEMO`` gives it further options."""
    options = ["--customers", str(CUSTOMERS), *getattr(request.module, "DEMO", [])]
    with running(tmp_path_factory.mktemp("browser"), *options) as demo:
        yield demo


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=list(ARGUMENTS))
        yield browser
        browser.close()


LEFT = re.compile(r"htmx:(afterRequest|sendAbort), ")
"""What htmx says of a lookup that a page still waited for when it was left. Of one that failed it says more."""


class Strict:
    """What a page must not do: complain in the console, fail to load something, ask another host."""

    def __init__(self, page: Page, *hosts: str) -> None:
        self.wrong: list[str] = []
        page.on("console", lambda message: self._note(_complains(message), message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", lambda request: self._note(not request.url.startswith((*hosts, "data:")), request.url))
        page.on("response", lambda answer: self._note(answer.status >= 400, f"{answer.status} {answer.url}"))

    def _note(self, wrong: bool, what: str) -> None:
        if wrong:
            self.wrong.append(what)


def _complains(message: ConsoleMessage) -> bool:
    return message.type in ("error", "warning") and not LEFT.match(message.text)


def looked(page: Page, look: Callable[[], T]) -> T:
    """What a look at the page answers. A click returns before its page is there: where the browser was just leaving the
    old one, the look is at the next."""
    for _ in range(5):
        page.wait_for_load_state()
        try:
            return look()
        except PlaywrightError as left:
            problem = left
    raise problem


def serious(page: Page) -> list[str]:
    """What axe finds on the page that keeps people out."""
    options = {"resultTypes": ["violations"]}
    found = looked(page, lambda: Axe().run(page, options=options)).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]


def unfit(page: Page) -> list[str]:
    """What keeps people out, and whether the page has to be moved sideways."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide = looked(page, lambda: page.evaluate(width))
    return [*serious(page), *([f"{wide} px too wide"] if wide > 0 else [])]


def sign_in(page: Page, demo: Demo, name: str = "admin", password: str = "") -> None:
    """Annette signs in as the administrator, or somebody else does."""
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password or demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Home").wait_for()


def act(page: Page, name: str) -> None:
    """Press an action of the page, where it stands in a menu after opening that."""
    bar = page.locator(".pageactions")
    entry = bar.locator("a, button").filter(has_text=re.compile(f"^{re.escape(name)}$"))
    entry.first.wait_for(state="attached")
    folded = bar.locator("details.menu:not([open])").filter(has=page.locator("a, button").get_by_text(name, exact=True))
    if folded.count():
        folded.locator("summary").click()
    entry.first.click()


def sign_out(page: Page) -> None:
    """By the person's menu."""
    page.locator(".person > summary").click()
    page.get_by_role("button", name="Sign out").click()


def start_full_synchronization(page: Page) -> None:
    """Start it on its review page: what has no match is created, and where both differ Business Central wins."""
    page.goto("/full-synch/")
    create = page.get_by_role("button", name="Create Unmatched", exact=True)
    for left in range(create.count(), 0, -1):
        create.first.click()
        page.wait_for_load_state()
        expect(create).to_have_count(left - 1)
    ours = page.get_by_role("button", name="Business Central's", exact=True, pressed=False)
    for left in range(ours.count(), 0, -1):
        ours.first.click()
        page.wait_for_load_state()
        expect(ours).to_have_count(left - 1)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("main")).to_contain_text("The full synchronization has started.")
    page.wait_for_load_state()


def enable(page: Page, demo: Demo) -> None:
    """The connection is enabled, by whichever test comes first."""
    page.goto("/connection/")
    if page.get_by_role("button", name="Enable", exact=True).count():
        page.get_by_label("Client secret").fill(demo.secret())
        page.get_by_role("button", name="Save and Test Connection").click()
        page.get_by_role("button", name="Enable", exact=True).click()
        expect(page.locator("main")).to_contain_text("is enabled")


def choose_action(page: Page, name: str) -> None:
    """Press a button for what is selected, also where the bar folds it away."""
    button = page.get_by_role("button", name=name, exact=True)
    if not button.first.is_visible():
        page.locator("summary:visible", has_text=re.compile("More|Actions")).first.click()
    button.first.click()


@pytest.fixture(scope="module")
def cookies(demo: Demo) -> dict[str, Any]:
    """What Annette's browser keeps from one test of a file to the next, so that she signs in once."""
    return {}


@pytest.fixture
def page(demo: Demo, chromium: Browser, cookies: dict[str, Any]) -> Iterator[Page]:
    """Annette's browser, signed in as the administrator. A page that does what it must not do fails the test."""
    size = {"width": 1280, "height": 900}
    context = chromium.new_context(viewport=size, base_url=demo.url, storage_state=cookies or None)
    page = context.new_page()
    strict = Strict(page, demo.url)
    page.goto("/")
    if page.get_by_label("Password").count():
        sign_in(page, demo)
        cookies |= context.storage_state()
    yield page
    context.close()
    assert strict.wrong == [], json.dumps(strict.wrong, indent=1)
