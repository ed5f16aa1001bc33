"""A bookkeeper at work, in a real browser: an invoice is paid in two payments, unapplied, paid again, and printed.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, unfit
from tests.real.company import demo

__all__ = ["demo"]

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
CUSTOMERS = 10
INVOICE = "103003"
"""The one of Coho Winery in euros, of which nothing is paid."""


def open_invoice(page: Page) -> None:
    page.goto("/documents/posted-invoices/")
    page.get_by_role("link", name=INVOICE, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(INVOICE)


def remaining(page: Page) -> str:
    return page.locator("#remaining").inner_text()


def pay(page: Page, amount: str) -> None:
    """Register a payment with the keyboard alone."""
    page.get_by_role("link", name="Register Payment").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Amount (EUR)").fill(amount)
    page.get_by_label("External Document No.").focus()
    page.keyboard.type("BANK 4711")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_invoice_is_paid_in_two_payments_unapplied_and_paid_again(page: Page) -> None:
    open_invoice(page)
    whole = page.locator("#total-including").inner_text()
    assert remaining(page) == f"{whole} EUR"
    assert unfit(page) == []

    pay(page, "100.00")
    expect(page.get_by_role("status").first).to_contain_text("Payment P000003 of 100.00 EUR is registered.")
    rest = remaining(page).removesuffix(" EUR").replace(",", "")
    pay(page, rest)
    expect(page.locator("#remaining")).to_have_text("0.00 EUR")
    expect(page.get_by_role("complementary")).to_contain_text("Closed")

    page.get_by_role("link", name="Unapply Payment P000004").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Unapply").click()
    expect(page.get_by_role("status").first).to_contain_text("both entries are open again")
    open_invoice(page)
    expect(page.locator("#remaining")).to_contain_text(f"{float(rest):,.2f} EUR")

    page.get_by_role("link", name="Apply Entries").click()
    page.get_by_label("Apply to").select_option(label=f"Payment P000004, {today(page)}: {float(rest):,.2f} open")
    with page.expect_navigation():
        page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("are applied to 103003")
    open_invoice(page)
    expect(page.locator("#remaining")).to_have_text("0.00 EUR")


def today(page: Page) -> str:
    """The posting date that the page proposes."""
    return page.get_by_label("Posting Date").input_value()


def test_a_payment_sent_twice_is_posted_once(page: Page) -> None:
    page.goto("/documents/posted-invoices/?q=Adatum")
    page.get_by_role("link", name="103001").click()
    page.get_by_role("link", name="Register Payment").click()
    page.get_by_label("Amount (GBP)").fill("10.00")
    with page.expect_navigation():
        page.get_by_role("button", name="Register Payment").dblclick()
    page.goto("/ledger/?document_type=1&q=Adatum")
    expect(page.locator("tbody tr").filter(has_text="-10.00")).to_have_count(1)


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1280, "dark")])
def test_the_pages_fit_and_keep_nobody_out(demo: Demo, chromium: Browser, page: Page, width: int, scheme: str) -> None:
    open_invoice(page)
    card, state = page.url, page.context.storage_state()
    size = {"width": width, "height": 900}
    context = chromium.new_context(viewport=size, base_url=demo.url, storage_state=state, color_scheme=scheme)
    other = context.new_page()
    addresses = [card, f"{card}print/", f"{card}payment/", f"{card}credit/", "/documents/posted-invoices/", "/ledger/"]
    addresses += ["/setup/sales-receivables/", "/setup/vat-posting/", "/setup/general-ledger/"]

    wrong = {}
    for address in addresses:
        other.goto(address)
        wrong[address] = unfit(other)
    context.close()

    assert {address: found for address, found in wrong.items() if found} == {}


def test_the_paper_of_an_invoice_is_one_page_without_what_is_not_printed(page: Page) -> None:
    open_invoice(page)
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_role("heading", name=f"Invoice {INVOICE}")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Back to invoice")).to_be_hidden()
    assert unfit(page) == []
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
