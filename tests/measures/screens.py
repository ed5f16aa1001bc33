"""Photographs of every page: ``make screens``, then look at them one by one.

    make screens                        four of every page, in build/screens/
    make screens ARGS="--docs"          those that README.md and docs/ show, in static/screens/

A demo is started and synchronized as a person would do it; then every link is followed from Home, each kind of page
once, in light and dark, at 1280 and at 400 pixels. One line a page says what a machine can see of it: an answer that
is no page, what has to be moved sideways, and what keeps people out (axe).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, sign_in, start_full_synchronization, unfit
from tests.real.chromium import path
from tests.real.demo import HOUSE, Demo, running

WIDTHS, THEMES = (1280, 400), ("light", "dark")
HEIGHT = 900
NO_PAGES = {"logout", "healthz", "published", "icons", "admin_sign_in"}
"""What links lead to and is no page of ours to look at."""
TELLING = ("table", "entity", "side", "kind", "action", "mapping")
"""Arguments of an address that make another page of it; others (ids, names) make the same page again."""
DOCS = (
    ("full-synch", "/full-synch/", 1280, "light"),
    ("customer", "", 1280, "light"),
    ("home", "/", 1280, "light"),
    ("fields-dark", "/mappings/CUSTOMER/fields/", 1280, "dark"),
    ("home-phone-dark", "/", 400, "dark"),
)
"""Name, address (blank: the first customer), width and theme of what the documents show."""


def synchronized(browser: Browser, demo: Demo) -> None:
    """Through the guide and a full synchronization, with the defaults."""
    context = browser.new_context(base_url=demo.url)
    context.set_default_timeout(300_000)
    page = context.new_page()
    sign_in(page, demo)
    page.goto("/setup/sales-connection/")
    page.get_by_role("button", name="Use the local sandbox").click()
    for step in ("Data to synchronize", "Integration user"):
        page.get_by_role("heading", name=step, level=1).wait_for()
        page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("link", name="Sign in as an administrator").click()
    page.get_by_label("Nancy Anderson").check()
    page.get_by_role("button", name="Sign in and agree").click()
    page.get_by_role("heading", name="Check", level=1).wait_for()
    page.get_by_text("Business Central Integration has the roles").wait_for()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("heading", name="Finish", level=1).wait_for()
    page.get_by_label("full synchronization", exact=False).first.uncheck()
    page.get_by_role("button", name="Finish", exact=True).click()
    start_full_synchronization(page)
    while page.locator("#lines[hx-get]").count():
        page.wait_for_timeout(500)
        page.reload()
    context.close()


def kind_of(url: str) -> str:
    """What kind of page an address is: its name, and what of its arguments makes another page; blank for none."""
    try:
        match = resolve(urlsplit(url).path)
    except Resolver404:
        return ""
    if not match.url_name or match.app_names or match.url_name in NO_PAGES:
        return ""
    return "-".join([match.url_name, *(str(match.kwargs[name]) for name in TELLING if name in match.kwargs)])


def pages(page: Page, demo: Demo) -> Iterator[tuple[str, str]]:
    """Every kind of page that can be reached by links, with the address of one."""
    known, waiting = {"home"}, deque([("home", "/")])
    while waiting:
        kind, url = waiting.popleft()
        answer = page.goto(url)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield kind, url
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        for link in (str(one) for one in links):
            found = kind_of(link) if link.startswith(demo.url) else ""
            if found and found not in known:
                known.add(found)
                waiting.append((found, link.removeprefix(demo.url)))


def photograph(browser: Browser, demo: Demo, folder: Path) -> int:
    """All pages, in all ways. Answers how many of them have something that a machine sees."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    state = _signed_in(browser, demo)
    walker = browser.new_context(base_url=demo.url, storage_state=state).new_page()
    found = list(_downloads_aside(pages(walker, demo)))
    for width in WIDTHS:
        for theme in THEMES:
            context = browser.new_context(
                base_url=demo.url, storage_state=state, color_scheme=theme, viewport={"width": width, "height": HEIGHT}
            )
            page = context.new_page()
            for kind, url in found:
                answer = page.goto(url)
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f"{kind}-{width}-{theme}.png", full_page=True)
                seen = unfit(page) if answer is not None and answer.ok else [f"answers {answer and answer.status}"]
                wrong += bool(seen)
                sys.stdout.write(f"{kind}-{width}-{theme}  {url}  {'; '.join(seen) or 'nothing seen'}\n")
                sys.stdout.flush()
            context.close()
    return wrong


def _downloads_aside(found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for kind, url in found:
        if "csv" not in url:
            yield kind, url


def _signed_in(browser: Browser, demo: Demo) -> dict[str, object]:
    context = browser.new_context(base_url=demo.url)
    sign_in(context.new_page(), demo)
    return dict(context.storage_state())


def photograph_for_docs(browser: Browser, demo: Demo, folder: Path) -> None:
    state = _signed_in(browser, demo)
    for name, url, width, theme in DOCS:
        context = browser.new_context(
            base_url=demo.url, storage_state=state, color_scheme=theme, viewport={"width": width, "height": HEIGHT}
        )
        page = context.new_page()
        page.goto(url or "/records/erp/customer/")
        if not url:
            page.locator("main table tbody a").first.click()
            page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}.png")
        context.close()


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make screens", description="Photograph every page of a demo.")
    parser.add_argument("--docs", action="store_true", help="only the pictures of README.md and docs/")
    parser.add_argument("--folder", type=Path, default=HOUSE / "build" / "screens")
    chosen = parser.parse_args(words)
    django.setup()
    with (
        tempfile.TemporaryDirectory(prefix="screens-") as home,
        running(Path(home)) as demo,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path(), args=list(ARGUMENTS))
        synchronized(browser, demo)
        if chosen.docs:
            photograph_for_docs(browser, demo, HOUSE / "static" / "screens")
            return 0
        return int(photograph(browser, demo, chosen.folder) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
