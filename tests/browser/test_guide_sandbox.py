"""A fresh user and the local sandbox over https: through the guide to a synchronized company, with the defaults and
few clicks."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Demo, Strict, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
DEMO = ["--tls"]
PATIENCE = 60_000
FEW = 10


class Clicks:
    """What Annette presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()
        self.number += 1


@pytest.fixture
def page(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """Annette's browser, which the guide may also send to the organization's sign-in page."""
    sandbox = json.loads((demo.home / "sandbox.json").read_text())["url"]
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=demo.url, ignore_https_errors=True)
    page = context.new_page()
    strict = Strict(page, demo.url, sandbox)
    sign_in(page, demo)
    yield page
    context.close()
    assert strict.wrong == [], json.dumps(strict.wrong, indent=1)


def slowly(route: Route) -> None:
    """The page comes later than the next question how far the administrator's work is."""
    time.sleep(2.5)
    route.continue_()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=PATIENCE)


def test_a_fresh_user_synchronizes_the_company_in_under_ten_clicks(page: Page) -> None:
    clicks = Clicks(page)
    clicks.press("Set up the Dynamics 365 Sales connection", "link")
    clicks.press("Use the local sandbox")
    for step in ("Data to synchronize", "Integration user"):
        heading(page, step)
        clicks.press("Next")
    heading(page, "Administrator")
    clicks.press("Sign in as an administrator", "link")
    page.get_by_label("Nancy Anderson").check()
    clicks.number += 1
    page.route("**/sales-connection/check/", slowly)
    clicks.press("Sign in and agree")
    heading(page, "Check")
    expect(page.locator("main")).to_contain_text("Business Central Integration has the roles")
    clicks.press("Next")
    heading(page, "Finish")
    clicks.press("Finish")
    heading(page, "Full Synch. Review")
    expect(page.locator("#lines[hx-get]")).to_have_count(0, timeout=PATIENCE)
    assert set(page.locator("#lines tbody tr td:nth-child(2) .status").all_inner_texts()) == {"Finished"}
    assert clicks.number < FEW
    page.goto("/synch/errors/")
    expect(page.locator("main")).to_contain_text("No errors: nothing waits for you here.")
    page.goto("/mappings/")
    expect(page.locator("main")).to_contain_text("CUSTOMER")


COUNTED = """
import json
from collections import Counter
from coupling.models import Coupling
print(json.dumps(Counter(Coupling.objects.values_list("mapping__name", flat=True))))
"""


def test_every_record_that_went_to_sales_carries_its_number_there(demo: Demo) -> None:
    uri = f"file:{demo.home}/sandbox.sqlite3?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as sales:
        numbers = dict(sales.execute("SELECT bci_table, COUNT(DISTINCT bci_number) FROM account GROUP BY bci_table"))
        products = dict(sales.execute("SELECT bci_table, COUNT(DISTINCT bci_number) FROM product GROUP BY bci_table"))
    coupled = json.loads(demo.manage("shell", "--no-imports", "--command", COUNTED))
    assert numbers["Customer"] == coupled["CUSTOMER"] > 0
    assert products["Item"] == coupled["ITEM-PRODUCT"] > 0


def test_connection_setup_lets_an_administrator_switch_sales_orders_and_forgets_the_sign_in(page: Page) -> None:
    page.goto("/connection/")
    page.get_by_role("link", name="Switch it on").click()
    heading(page, "Administrator")
    page.get_by_role("link", name="Sign in as an administrator").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("main")).to_contain_text("did not agree")
    page.goto("/setup/sales-connection/administrator/?for=orders-on")
    page.get_by_role("link", name="Sign in as an administrator").click()
    page.get_by_label("Nancy Anderson").check()
    page.get_by_role("button", name="Sign in and agree").click()
    heading(page, "Administrator")
    expect(page.locator("main")).to_contain_text("Sales order integration is on.", timeout=PATIENCE)
    expect(page.locator(".guide-run, main [hx-get]")).to_have_count(0)
    page.goto("/connection/")
    expect(page.locator("main")).to_contain_text(re.compile("Sales Order Integration is Enabled"))
    expect(page.get_by_label("Automatically Create Sales Orders")).to_be_enabled()
