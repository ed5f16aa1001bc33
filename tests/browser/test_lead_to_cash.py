"""From the first quote to the last payment, in a real browser and on both sides, in euros and in yen.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, Strict, sign_in
from tests.browser.sales import Sales, Trade

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
DEMO = ["--customers", "20", "--accounts", "10"]
PATIENCE = 60_000


TRADES = (
    Trade("EUR", "Tailspin Hamburg", "199.99", "399.98", "599.97", "719.96", "479.98", "239.99", "179.98", "300.00"),
    Trade("JPY", "Tailspin Osaka", "21345", "42,690", "64,035", "76,842", "51,228", "25,614", "21,228", "30,000"),
)


@pytest.fixture
def page(demo: Demo, chromium: Browser, cookies: dict[str, Any]) -> Iterator[Page]:
    """Annette's browser, which the guide may also send to the organization's sign-in page."""
    sandbox = json.loads((demo.home / "sandbox.json").read_text())["url"]
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=demo.url, storage_state=cookies or None
    )
    page = context.new_page()
    strict = Strict(page, demo.url, sandbox)
    page.goto("/")
    if page.get_by_label("Password").count():
        sign_in(page, demo)
        cookies |= context.storage_state()
    yield page
    context.close()
    assert strict.wrong == [], json.dumps(strict.wrong, indent=1)


@pytest.fixture(scope="module")
def peter(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """The browser of a salesperson, at the page of the organization."""
    url = json.loads((demo.home / "sandbox.json").read_text())["url"]
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=url)
    page = context.new_page()
    page.goto("/sales/")
    page.get_by_label("Peter Saddow").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Accounts")).to_be_visible()
    yield page
    context.close()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=PATIENCE)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def finished(page: Page) -> None:
    """The job that a button has started is done, and nothing failed."""
    expect(page.locator("#job")).to_contain_text("Finished", timeout=PATIENCE)
    became = page.get_by_role("navigation", name="What became of the records")
    expect(became).to_contain_text(re.compile(r"(Inserted|Modified) \(\d+\)"))
    expect(became).not_to_contain_text("Failed")


def shown(page: Page, label: str, text: str) -> None:
    """A value at a record of the organization."""
    value = page.locator("dt", has_text=re.compile(f"^{label}$")).locator("xpath=following-sibling::dd[1]")
    expect(value.first).to_have_text(text)


def at(page: Page, place: str, text: str) -> None:
    """Open the document of this list whose row says so."""
    page.goto(place)
    page.get_by_role("row").filter(has_text=text).first.get_by_role("link").first.click()
    expect(page.get_by_role("complementary")).to_be_visible()


def test_the_company_is_connected_with_sales_order_integration(page: Page) -> None:
    page.get_by_role("link", name="Set up the Dynamics 365 Sales connection").click()
    press(page, "Use the local sandbox")
    heading(page, "Data to synchronize")
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_label("Enable Sales Order Integration").check()
    page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Integration user")
    page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Administrator")
    page.get_by_role("link", name="Sign in as an administrator").click()
    page.get_by_label("Nancy Anderson").check()
    page.get_by_role("button", name="Sign in and agree").click()
    heading(page, "Check")
    page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Finish")
    page.get_by_role("button", name="Finish", exact=True).click()
    heading(page, "Full Synch. Review")
    expect(page.locator("#lines[hx-get]")).to_have_count(0, timeout=PATIENCE)
    page.goto("/connection/")
    expect(page.get_by_role("main")).to_contain_text(re.compile("Sales Order Integration is Enabled"))


@pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.currency)
def test_a_quote_becomes_an_order_an_invoice_and_money(demo: Demo, page: Page, peter: Page, trade: Trade) -> None:
    product = Sales(demo).open_price_list(trade)
    become_customer(page, trade)
    quote(page, peter, trade, product)
    address = order(page, peter, trade)
    ship(page, trade, "2")
    number = invoice(page, trade, trade.first)
    demo.manage("run_job", "sales_order_status")
    peter.goto(address)
    shown(peter, "State", "Submitted")
    expect(peter.get_by_role("main")).to_contain_text("status changed to Released.")
    expect(peter.get_by_role("main")).to_contain_text(f"invoice {number} over {plain(trade.first)} {trade.currency}")
    pay(demo, page, peter, trade, number)
    ship(page, trade, "")
    invoice(page, trade, trade.second)
    demo.manage("run_job", "sales_order_status")
    peter.goto(address)
    shown(peter, "State", "Invoiced")


def become_customer(page: Page, trade: Trade) -> None:
    """The account of Sales becomes a customer of the company."""
    page.goto(f"/records/crm/account/?q={trade.firm}")
    page.locator("tbody").get_by_role("link", name=trade.firm).click()
    press(page, "Create Customer in Business Central")
    press(page, "Create")
    expect(page.locator(".outcome")).to_contain_text("Customer created in Business Central", timeout=PATIENCE)


def quote(page: Page, peter: Page, trade: Trade, product: str) -> None:
    """Peter quotes two, activates it, and revises it to three; the company has the quote as it is now."""
    peter.goto("/sales/accounts")
    peter.get_by_role("link", name=trade.firm).first.click()
    peter.get_by_role("link", name="New quote").click()
    peter.get_by_label("Name *").fill(f"Chairs for {trade.firm}")
    peter.get_by_label("Price list").select_option(f"Prices in {trade.currency}")
    press(peter, "Save")
    peter.get_by_label("Product *").first.select_option(product)
    peter.get_by_label("Quantity *").first.fill("2")
    press(peter, "Add product")
    press(peter, "Activate")
    shown(peter, "State", "Active")
    at(page, "/sales/quotes/", trade.firm)
    press(page, "Process in Business Central")
    finished(page)
    at(page, "/documents/quotes/", trade.firm)
    expect(page.get_by_label("Totals")).to_contain_text(trade.quoted)
    press(peter, "Revise")
    peter.get_by_label("Product *").first.select_option(product)
    peter.get_by_label("Quantity *").first.fill("1")
    press(peter, "Add product")
    press(peter, "Activate")
    shown(peter, "Revision", "1")
    at(page, "/sales/quotes/", trade.firm)
    press(page, "Process in Business Central")
    finished(page)
    at(page, "/documents/quotes/", trade.firm)
    expect(page.get_by_label("Totals")).to_contain_text(trade.net)
    expect(page.get_by_label("Totals")).to_contain_text(trade.total)


def order(page: Page, peter: Page, trade: Trade) -> str:
    """The quote is won and its order submitted: the company has the order, and the quote in its archive. Answers where
    Peter sees his order."""
    press(peter, "Close as won")
    press(peter, "Make an order")
    press(peter, "Submit")
    shown(peter, "State", "Submitted")
    at(page, "/sales/orders/", trade.firm)
    press(page, "Create in Business Central")
    finished(page)
    at(page, "/documents/orders/", trade.firm)
    expect(page.get_by_label("Totals")).to_contain_text(trade.net)
    expect(page.get_by_label("Totals")).to_contain_text(trade.total)
    expect(page.get_by_role("complementary")).to_contain_text("Quote")
    page.goto("/documents/quotes/")
    expect(page.get_by_role("main")).not_to_contain_text(trade.firm)
    return peter.url


def ship(page: Page, trade: Trade, quantity: str) -> None:
    """Release the order and ship so much of its first line and nothing of the second, or all that is left."""
    at(page, "/documents/orders/", trade.firm)
    if quantity:
        press(page, "Release")
        page.get_by_role("main").get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Qty. to Ship").nth(0).fill(quantity)
        page.get_by_label("Qty. to Ship").nth(1).fill("0")
        press(page, "Save")
    page.get_by_role("main").get_by_role("link", name="Ship", exact=True).click()
    press(page, "Ship")
    expect(page.get_by_role("main")).to_contain_text("is posted.")


def invoice(page: Page, trade: Trade, total: str) -> str:
    """Invoice what was shipped; answers the number of the posted invoice."""
    at(page, "/documents/orders/", trade.firm)
    page.get_by_text("Process", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Invoice", exact=True).click()
    press(page, "Invoice")
    page.goto(f"/documents/posted-invoices/?q={trade.firm}")
    row = page.get_by_role("row").filter(has_text=total).first
    number = row.get_by_role("link").first.inner_text()
    row.get_by_role("link").first.click()
    expect(page.locator("#total-including")).to_have_text(total)
    return number


def pay(demo: Demo, page: Page, peter: Page, trade: Trade, number: str) -> None:
    """The invoice appears in Sales, and is paid in two payments; Sales follows each."""
    demo.manage("create_invoice", number)
    for amount, reason in (("", "Billed"), (trade.paid, "Partial"), (trade.rest, "Complete")):
        if amount:
            page.goto(f"/documents/posted-invoices/?q={trade.firm}")
            page.get_by_role("link", name=number, exact=True).click()
            page.get_by_role("link", name="Register Payment").click()
            page.get_by_label(f"Amount ({trade.currency})").fill(plain(amount))
            press(page, "Register Payment")
            demo.manage("run_job", "POSTEDSALESINV-INV")
        peter.goto("/sales/invoices")
        peter.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
        shown(peter, "Status reason", reason)
        expect(peter.get_by_role("main")).to_contain_text(trade.first)


def plain(amount: str) -> str:
    return amount.replace(",", "")
