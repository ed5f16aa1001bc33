"""The first hour of an administrator, in a real browser: connect, synchronize everything, couple by hand.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Demo, choose_action, start_full_synchronization, unfit

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
PATIENCE = 60_000
CARD = re.compile(r"/records/erp/customer/[0-9a-f-]{36}/(\?|$)")
"""A card, and no page below it: who waits for the card must not take a page on the way to it for it."""


def open_places(page: Page) -> list[str]:
    """Every address that the navigation leads to."""
    page.goto("/")
    links = page.locator("nav#navigation a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [link for link in links if not link.startswith("/admin")]


def test_a_wrong_secret_is_told_in_words_and_nothing_is_enabled(page: Page, demo: Demo) -> None:
    page.goto("/connection/")
    secret = page.get_by_label("Client secret")
    secret.fill("not the secret")
    page.get_by_role("button", name="Save and Test Connection").click()
    expect(page.locator("main")).to_contain_text(re.compile("secret is wrong", re.IGNORECASE))
    expect(page.get_by_role("button", name="Enable", exact=True)).to_be_visible()


def test_after_the_right_secret_the_connection_is_enabled(page: Page, demo: Demo) -> None:
    page.goto("/connection/")
    page.get_by_label("Client secret").fill(demo.secret())
    page.get_by_role("button", name="Save and Test Connection").click()
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.locator("main")).to_contain_text("is enabled")


def test_the_full_synchronization_finishes_before_ones_eyes_and_polling_stops(page: Page) -> None:
    start_full_synchronization(page)
    expect(page.locator("#lines[hx-get]")).to_have_count(0, timeout=PATIENCE)
    statuses = page.locator("#lines tbody tr td:nth-child(2) .status").all_inner_texts()
    assert set(statuses) == {"Finished"}
    assert len(statuses) == 15
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled()


def test_after_the_full_synchronization_no_record_of_any_table_differs(page: Page) -> None:
    for table in ("erp/customer", "erp/vendor", "erp/contact", "erp/item", "crm/account", "crm/contact", "crm/product"):
        page.goto(f"/records/{table}/?state=differing")
        expect(page.locator("table.list-table td.empty")).to_be_visible()


def test_a_status_of_the_review_leads_to_its_job(page: Page) -> None:
    page.goto("/full-synch/")
    page.get_by_role("row", name=re.compile("^CUSTOMER")).get_by_role("link", name="Success").first.click()
    expect(page.get_by_role("heading", name="CUSTOMER")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Finished")


def test_what_a_run_did_leads_to_its_records_and_to_the_log_of_one(page: Page) -> None:
    page.goto("/synch/jobs/?mapping=CUSTOMER&direction=to_crm")
    assert unfit(page) == []
    page.locator("a.list-open").first.click()
    expect(page.get_by_role("heading", name="CUSTOMER: Business Central → Sales")).to_be_visible()
    assert unfit(page) == []
    page.locator(".record-rows").get_by_role("link", name="Log", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("every run that touched this record")
    expect(page.locator(".record-rows tbody tr").filter(has_text="BC → Sales").first).to_be_visible()
    assert unfit(page) == []
    page.get_by_role("link", name="Open the Record").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("")


def test_two_customers_are_uncoupled_and_one_is_coupled_again_by_hand(page: Page) -> None:
    page.goto("/records/erp/customer/?q=C000")
    for place in (0, 1):
        page.locator("tbody input[type=checkbox]").nth(place).check()
    choose_action(page, "Delete Coupling")
    expect(page.locator("main")).to_contain_text("The records stay on both sides")
    assert unfit(page) == []
    page.get_by_role("button", name="Delete 2 Couplings").click()
    page.wait_for_url(re.compile(r"/records/erp/customer/\?q=C000"))
    expect(page.locator(".outcome")).to_contain_text(re.compile("[2-9] couplings deleted"), timeout=PATIENCE)
    page.goto("/records/erp/customer/?q=C000")
    page.locator("tbody input[type=checkbox]").first.check()
    choose_action(page, "Set Up Coupling")
    expect(page.get_by_role("status").first).to_contain_text("is equal by")
    mine = page.locator("#candidates input[type=radio]:checked").get_attribute("value")
    with page.expect_response(lambda answer: "q=" in answer.url):
        page.get_by_label("Name or number contains").fill("")
    expect(page.locator(f"#choose-{mine}")).to_be_checked()
    other = page.locator("#candidates input[type=radio]:not(:checked)").first
    with page.expect_response(lambda answer: "crm_id=" in answer.url and "q=" not in answer.url):
        other.check()
    expect(page.locator("#chosen h2").first).to_contain_text("differ")
    assert unfit(page) == []
    comparing: list[Route] = []
    page.route(re.compile("crm_id="), lambda route: comparing.append(route))
    page.locator(f"#choose-{mine}").check()
    send = page.get_by_label("Send: Business Central's values to Sales")
    send.check()
    while not comparing:
        page.wait_for_timeout(50)
    with page.expect_response(re.compile("crm_id=")):
        page.locator("#chosen").evaluate("one => one.dataset.before = 'yes'")
        comparing[0].continue_()
    expect(page.locator("#chosen[data-before]")).to_have_count(0)
    expect(send).to_be_checked()
    page.get_by_role("button", name="Couple", exact=True).click()
    page.wait_for_url(re.compile(r"/records/erp/customer/\?q=C000"))
    expect(page.locator(".outcome").last).to_contain_text(re.compile("sent|both records agree"), timeout=PATIENCE)


def test_without_scripts_a_customer_is_compared_and_coupled_too(page: Page, demo: Demo) -> None:
    context = page.context.browser.new_context(
        base_url=demo.url, storage_state=page.context.storage_state(), java_script_enabled=False
    )
    plain = context.new_page()
    plain.goto("/records/erp/customer/?q=C000&state=uncoupled")
    plain.locator("tbody input[type=checkbox]").first.check()
    choose_action(plain, "Set Up Coupling")
    plain.get_by_label("Merge: what each side changed").check()
    plain.get_by_role("button", name="Compare").click()
    expect(plain.get_by_label("Merge: what each side changed")).to_be_checked()
    expect(plain.locator("#candidates input[type=radio]:checked")).to_have_count(1)
    plain.get_by_role("button", name="Couple", exact=True).click()
    plain.wait_for_url(re.compile(r"/records/erp/customer/\?q=C000"))
    expect(plain.locator("main")).to_contain_text("The records are coupled.")
    context.close()


def test_what_a_synchronization_would_write_is_seen_before_it_is_written(page: Page) -> None:
    page.goto("/records/erp/customer/?q=Adatum+Corporation")
    page.locator("tbody a").first.click()
    page.wait_for_url(CARD)
    choose_action(page, "Synchronize Now")
    with page.expect_response(re.compile("/do/synchronize/")):
        page.get_by_label("Get: Sales' values to Business Central").check()
    expect(page.locator("#effects h2")).to_contain_text(re.compile("would change|No field changes"))
    assert unfit(page) == []
    page.get_by_role("button", name="Synchronize", exact=True).click()
    page.wait_for_url(CARD)
    expect(page.locator(".outcome")).to_contain_text(re.compile("fetched|both records agree"), timeout=PATIENCE)


def test_all_customers_of_a_filter_are_synchronized_at_once(page: Page) -> None:
    page.goto("/records/erp/customer/?state=coupled")
    whole = page.locator(".list-paging").inner_text()
    number = re.search(r"of ([\d,]+)", whole)
    assert number, whole
    offer = page.get_by_label(f"Select all {number[1]} that the filter shows")
    page.locator("tbody input[type=checkbox]").first.check()
    expect(page.locator(".bulk-count")).to_have_text("1 customer selected")
    expect(offer).to_be_hidden()
    page.get_by_label("Select all", exact=True).check()
    offer.check()
    expect(page.locator(".bulk-count")).to_have_text(f"{number[1]} customers selected")
    choose_action(page, "Synchronize Now")
    chosen = int(number[1].replace(",", ""))
    expect(page.get_by_role("heading", name=f"What becomes of the {chosen} chosen")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"Looked at: 50 of {chosen} records.")
    assert unfit(page) == []
    page.get_by_role("button", name=f"Synchronize {chosen} Records").click()
    page.wait_for_url(re.compile(r"/records/erp/customer/\?state=coupled"))
    expect(page.locator(".outcome")).to_contain_text(f"{number[1]} Customers", timeout=PATIENCE)


def test_a_page_outlives_a_restart_of_the_organization(page: Page, demo: Demo) -> None:
    before = demo.sandbox_pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    page.goto("/records/crm/account/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("account", re.IGNORECASE))
    for _ in range(40):
        if page.locator("tbody a").count():
            break
        expect(page.locator("main")).to_contain_text("Dynamics 365 Sales does not answer")
        page.wait_for_timeout(250)
        page.goto("/records/crm/account/")
    expect(page.locator("tbody a").first).to_be_visible()
    assert before
    assert demo.sandbox_pids() != before


def test_the_keyboard_reaches_the_content_and_the_start_of_a_page(page: Page) -> None:
    page.goto("/full-synch/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('main') !== null")
    assert focused


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    places = open_places(page)
    assert len(places) > 15
    page.set_viewport_size({"width": 400, "height": 800})
    wide = []
    for place in places:
        page.goto(place)
        if page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
            wide.append(place)
    assert wide == []


CONTRAST = """box => {
  const light = colour => colour.match(/\\d+/g).slice(0, 3).map(one => one / 255)
    .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0)
  const edge = light(getComputedStyle(box).borderTopColor)
  const ground = light(getComputedStyle(box.closest("form")).backgroundColor)
  return (Math.max(edge, ground) + 0.05) / (Math.min(edge, ground) + 0.05)
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_choice_that_is_not_made_can_be_seen(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/couplings/CUSTOMER/match/")
    choice = page.get_by_label("Dynamics 365 Sales'", exact=True)
    assert choice.evaluate(CONTRAST) >= 3


def test_no_value_of_a_card_is_cut_off_on_a_phone(page: Page) -> None:
    page.goto("/records/erp/customer/?q=Adatum+Corporation")
    card = page.locator("tbody a").first.get_attribute("href")
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(str(card))
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
    assert page.locator(".table-wrap:has(.values)").evaluate_all(wide) == []
