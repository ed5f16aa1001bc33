"""Annette makes an order, ships and invoices it with the keyboard alone; the same pages on a phone and in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Demo, unfit
from tests.real.company import demo, do, write_over

__all__ = ["demo"]

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]


def lines(page: Page) -> Locator:
    return page.locator("table.grid tr[data-line]")


def cell(page: Page, line: int, label: str) -> Locator:
    return lines(page).nth(line).get_by_label(label, exact=True)


def type_on(page: Page, *texts: str) -> None:
    """Type each text where the cursor stands, with Enter behind it."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")


def test_an_order_is_entered_shipped_in_part_and_invoiced_with_the_keyboard(page: Page) -> None:
    page.goto("/documents/orders/new/")
    page.get_by_label("Customer No.").focus()
    type_on(page, "C00010")

    cell(page, 0, "No.").focus()
    type_on(page, "1000", "", "12", "100", "10")
    expect(page.locator("#amounts")).to_contain_text("1,080.00")
    expect(lines(page).nth(0).locator("output")).to_have_text("1,080.00")
    expect(cell(page, 0, "Description")).to_have_attribute("placeholder", "ATHENS Desk")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Insert")
    page.keyboard.type("Comment")
    page.keyboard.press("Enter")
    type_on(page, "", "Deliver to gate 3")
    page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text("is saved.")
    expect(page.locator("main")).to_contain_text("Deliver to gate 3")

    do(page, "Edit")
    write_over(page, cell(page, 0, "Quantity"), "5")
    expect(page.locator("#amounts")).to_contain_text("450.00")
    expect(cell(page, 0, "Qty. to Ship")).to_have_value("5")
    cell(page, 1, "Description").focus()
    page.keyboard.press("Control+Delete")
    page.keyboard.press("Control+s")
    expect(page.locator("main")).not_to_contain_text("Deliver to gate 3")
    do(page, "Release")
    expect(page.locator("main")).to_contain_text("is released.")

    do(page, "Edit")
    write_over(page, cell(page, 0, "Qty. to Ship"), "2")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Control+s")
    do(page, "Ship")
    do(page, "Ship")
    expect(page.locator("main")).to_contain_text("is posted.")
    page.locator("summary", has_text="Process").focus()
    page.keyboard.press("Enter")
    do(page, "Invoice")
    do(page, "Invoice")
    expect(page.locator(".alert-success")).to_contain_text("GBP is posted.")
    expect(page.locator(".alert-success")).to_contain_text("216.00")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_the_pages_of_documents_fit_and_keep_nobody_out(
    page: Page, chromium: Browser, demo: Demo, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, base_url=demo.url, color_scheme=scheme,  # type: ignore[arg-type]
        storage_state=page.context.storage_state(),
    )  # fmt: skip
    there = context.new_page()
    found = {}
    there.goto("/documents/orders/?state=all")
    first = there.locator("tbody a").first.get_attribute("href")
    for address in ("/documents/orders/?state=all", first, f"{first}edit/", f"{first}ship/", "/documents/orders/new/",
                    "/documents/shipments/", "/documents/archive/"):  # fmt: skip
        there.goto(str(address))
        found[address] = unfit(there)
    context.close()

    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_without_scripts_lines_are_added_and_saved(chromium: Browser, page: Page, demo: Demo) -> None:
    context = chromium.new_context(
        java_script_enabled=False, base_url=demo.url, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/documents/quotes/new/")
    plain.get_by_label("Customer No.").fill("C00010")
    plain.get_by_role("button", name="Create").click()
    plain.get_by_role("button", name="More Lines").click()
    cell(plain, 0, "No.").fill("1001")
    cell(plain, 0, "Quantity").fill("2")
    plain.get_by_role("button", name="Insert a line below").first.click()
    cell(plain, 1, "Type").select_option("Comment")
    cell(plain, 1, "Description").fill("Oak")
    plain.get_by_role("button", name="Save").click()

    assert "is saved." in plain.locator("main").inner_text()
    assert "Oak" in plain.locator("main").inner_text()
    context.close()
