"""Annette corrects records of Business Central: by keyboard, beside somebody else, without scripts, on a phone."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, unfit
from tests.real.company import demo, do, write_over

__all__ = ["demo"]
pytestmark = [pytest.mark.browser, pytest.mark.processes]
ADATUM = "C00010 Adatum Corporation"


def open_adatum(page: Page) -> str:
    """Adatum's card; its address."""
    page.goto("/records/erp/customer/")
    page.get_by_role("link", name="C00010", exact=True).first.click()
    expect(page.get_by_role("heading", name=ADATUM, level=1)).to_be_visible()
    return re.sub(r"[?#].*", "", page.url)


def shown(page: Page, caption: str) -> str:
    """A value of the card."""
    return page.locator(".card-fields > div", has=page.get_by_text(caption, exact=True)).locator("dd").inner_text()


def test_a_phone_number_is_corrected_with_the_keyboard(page: Page) -> None:
    card = open_adatum(page)
    do(page, "Edit")
    expect(page).to_have_url(f"{card}edit/")
    write_over(page, page.get_by_label("Phone No.", exact=True), "+44 20 7946 0001")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    expect(page.get_by_role("status").first).to_contain_text("C00010 Adatum Corporation is saved. Changed: Phone No.")
    assert page.url == card
    assert shown(page, "Phone No.") == "+44 20 7946 0001"


def test_a_salesperson_is_found_by_name_while_somebody_types(page: Page) -> None:
    card = open_adatum(page)
    page.goto(f"{card}edit/?field=salesperson_code")
    code = page.get_by_label("Salesperson Code", exact=True)
    expect(code).to_be_focused()
    offers = page.locator("#offers-salesperson_code option")
    write_over(page, code, "olive")
    expect(offers).to_have_text(["Jim Olive"])  # Not the one of the code that stood there before.
    write_over(page, code, offers.get_attribute("value") or "")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("is saved. Changed: Salesperson Code.")


def test_who_comes_second_reads_what_the_other_one_wrote_and_takes_it(page: Page) -> None:
    card = open_adatum(page)
    page.goto(f"{card}edit/")
    other = page.context.new_page()
    other.goto(f"{card}edit/")
    write_over(other, other.get_by_label("Phone No.", exact=True), "2222")
    with other.expect_navigation():
        other.keyboard.press("Control+s")
    write_over(page, page.get_by_label("Phone No.", exact=True), "3333")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    expect(page.get_by_role("alert").first).to_contain_text(re.compile(r"changed Phone No\. at \d\d:\d\d to “2222”"))
    expect(page.get_by_label("Phone No.", exact=True)).to_have_value("3333")
    assert unfit(page) == []
    page.get_by_role("button", name="Take This Value").click()
    expect(page.get_by_label("Phone No.", exact=True)).to_have_value("2222")


def test_who_cancels_what_was_typed_is_not_asked_whether_to_leave(page: Page) -> None:
    card = open_adatum(page)
    page.goto(f"{card}edit/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    write_over(page, page.get_by_label("Phone No.", exact=True), "4444")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name=ADATUM, level=1)).to_be_visible()
    expect(page).to_have_url(card)
    assert asked == []


def test_a_folded_tab_stays_folded_on_the_next_card(page: Page) -> None:
    open_adatum(page)
    tab = page.locator("details", has=page.get_by_text("Shipping", exact=True))
    tab.locator("summary").click()
    page.reload()
    expect(tab).not_to_have_attribute("open", "")
    tab.locator("summary").click()
    page.reload()
    expect(tab).to_have_attribute("open", "")


def test_without_scripts_a_relation_is_chosen_from_a_list_and_saved(demo: Demo, chromium: Browser, page: Page) -> None:
    card = open_adatum(page)
    kept = page.context.storage_state()
    context = chromium.new_context(base_url=demo.url, java_script_enabled=False, storage_state=kept)
    plain = context.new_page()
    plain.goto(f"{card}edit/")
    plain.get_by_label("Payment Terms Code", exact=True).fill("")
    plain.get_by_role("button", name="Choose Payment Terms Code from a list").click()
    choices = plain.get_by_role("group", name="Payment Terms Code: choose one")
    choices.get_by_role("button").first.click()
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_role("status").first).to_contain_text("C00010 Adatum Corporation")
    context.close()


def test_the_pages_fit_a_screen_and_a_phone_and_keep_nobody_out(page: Page) -> None:
    card = open_adatum(page)
    schemes: dict[int, Literal["light", "dark"]] = {1280: "light", 400: "dark"}
    for width, scheme in schemes.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        for address in (card, f"{card}edit/", f"{card}delete/", "/records/erp/sales_price/new/"):
            page.goto(address)
            assert (address, unfit(page)) == (address, [])
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#item_no-error")).to_be_visible()
    assert unfit(page) == []
