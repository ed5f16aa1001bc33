"""What an administrator does when something is wrong, or might become so: dry runs, errors, conflicts, skipped records.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import re
from typing import Literal

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, act, enable, start_full_synchronization, unfit
from tests.browser.sales import Sales

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
PATIENCE = 60_000
MOST_TABS = 40
WIDE = """document.scrollingElement.scrollWidth > window.innerWidth
  || [...document.querySelectorAll(".table-wrap")].some(one => one.scrollWidth > one.clientWidth)"""
CARD = re.compile(r"/records/erp/customer/[0-9a-f-]{36}/(\?|$)")
"""A card, and no page below it: who waits for the card after saving must not take the editing page for it."""


@pytest.fixture
def connected(page: Page, demo: Demo) -> Page:
    """Enabled, and customers synchronized, whichever tests came before."""
    enable(page, demo)
    page.goto("/records/erp/customer/?state=coupled")
    if not page.locator("tbody input[name=selected]").count():
        start_full_synchronization(page)
        expect(page.locator("#lines[hx-get]")).to_have_count(0, timeout=PATIENCE)
    return page


def first_customer(page: Page) -> None:
    page.goto("/records/erp/customer/?state=coupled")
    page.locator("tbody a").first.click()
    page.wait_for_url(CARD)


def test_a_dry_run_of_a_mapping_is_looked_at_narrowed_saved_and_applied(connected: Page) -> None:
    page = connected
    page.goto("/mappings/CUSTOMER/")
    page.get_by_role("button", name="Dry Run").click()
    expect(page.locator("#plan")).to_contain_text("Ready", timeout=PATIENCE)
    expect(page.locator("#plan[hx-get]")).to_have_count(0)
    page.get_by_label("Record contains", exact=True).fill("no such firm")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody")).to_contain_text("Nothing would be changed.")
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV of these rows").click()
    assert saved.value.suggested_filename == "dry-run.csv"
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#plan")).to_contain_text("Applied", timeout=PATIENCE)


def test_chosen_records_are_planned_without_anything_being_written(connected: Page) -> None:
    page = connected
    page.goto("/records/erp/customer/")
    for box in page.locator("tbody input[type=checkbox]").all()[:3]:
        box.check()
    page.locator(".bulk summary", has_text="More").click()
    page.get_by_role("button", name="Dry Run").click()
    expect(page.get_by_role("heading", name="Dry Run")).to_be_visible()
    expect(page.locator("#plan")).to_contain_text("Ready", timeout=PATIENCE)
    page.goto("/synch/plans/")
    expect(page.locator("tbody tr").first).to_contain_text("Adatum Corporation")


def test_the_card_shows_what_the_full_synchronization_has_done_with_the_record(connected: Page) -> None:
    page = connected
    first_customer(page)
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("(Inserted|Modified) in"))


def test_errors_are_narrowed_and_their_actions_need_a_choice(connected: Page) -> None:
    page = connected
    page.goto("/synch/errors/?state=all")
    page.get_by_label("Record or message contains").fill("no such words")
    expect(page.locator("main")).to_contain_text("No errors like this")


def in_sales(demo: Demo, page: Page, name: str, **values: str) -> None:
    """A salesperson changes an account, in Sales itself."""
    page.goto("/connection/")
    labels = ("Dynamics 365 Sales URL", "Token endpoint")
    url, token = (page.get_by_label(label, exact=True).input_value() for label in labels)
    asked = {**demo.client("administrator"), "grant_type": "client_credentials", "scope": f"{url}/.default"}
    answer = requests.post(token, asked, timeout=10)
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    rows = http.get(f"{url}/api/data/v9.2/accounts?$select=name&$filter=name eq '{name}'", timeout=10).json()["value"]
    assert http.patch(f"{url}/api/data/v9.2/accounts({rows[0]['accountid']})", json=values, timeout=10).ok


def compared(page: Page, card: str, says: str) -> None:
    """The card, once its comparison says this."""
    for _ in range(PATIENCE // 250):
        page.goto(card)
        expect(page.locator("section#comparison")).to_be_visible(timeout=PATIENCE)
        if says in page.locator("section#comparison").inner_text():
            break
        page.wait_for_timeout(250)
    expect(page.locator("section#comparison")).to_contain_text(says)


def test_a_conflict_is_decided_on_the_card_and_what_the_decision_wrote_is_undone(connected: Page, demo: Demo) -> None:
    page = connected
    first_customer(page)
    card, name = page.url, page.get_by_role("heading", level=1).inner_text().partition(" ")[2]
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Phone No.", exact=True).fill("030 1111")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url(CARD)
    in_sales(demo, page, name, telephone1="030 2222")
    compared(page, card, "Conflict: decide which value stays")
    page.get_by_label("030 2222").check()
    page.get_by_role("button", name="Carry the Chosen Values").click()
    expect(page.locator(".outcome")).to_contain_text(name)
    compared(page, card, "Both records agree")

    entry = page.locator("#history tbody tr", has_text="Modified in Business Central").first
    expect(entry).to_contain_text("030 1111")
    entry.get_by_role("link", name="Undo…").click()
    expect(page.locator("main ins")).to_have_text("030 1111")
    page.get_by_role("button", name="Undo What It Did with This Record").click()
    expect(page.locator("#job")).to_contain_text("Finished", timeout=PATIENCE)
    compared(page, card, "Stays as it is on each side")
    expect(page.locator("section#comparison")).to_contain_text("030 1111")


def test_find_for_deleted_asks_first_and_looks_in_the_background(connected: Page) -> None:
    page = connected
    page.goto("/synch/skipped/")
    page.get_by_role("button", name="Find for Deleted").click()
    page.get_by_role("button", name="Find for Deleted").click()
    expect(page.get_by_role("heading", name="Integration Synch. Job Log")).to_be_visible()
    page.goto("/synch/jobs/?kind=find-deleted")
    expect(page.locator("tbody tr").first).to_be_visible()


def test_match_based_coupling_is_previewed_for_all_records(connected: Page) -> None:
    page = connected
    page.goto("/couplings/CUSTOMER/match/")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name=re.compile("to be coupled"))).to_be_visible(timeout=PATIENCE)


def test_modified_records_are_synchronized_from_the_connection(connected: Page) -> None:
    page = connected
    page.goto("/connection/")
    act(page, "Synchronize Modified Records")
    page.get_by_role("button", name="Synchronize", exact=True).click()
    expect(page.locator("main")).to_contain_text("jobs have been scheduled")


def test_the_pages_of_trouble_are_no_wider_than_a_phone(connected: Page) -> None:
    page = connected
    page.set_viewport_size({"width": 400, "height": 800})
    places = (
        "/synch/plans/", "/synch/errors/?state=all", "/synch/skipped/", "/couplings/CUSTOMER/match/", "/users/",
        "/setup/vat-posting/", "/mappings/CUSTOMER/fields/",
    )  # fmt: skip
    wide = []
    for place in places:
        page.goto(place)
        if page.evaluate(WIDE):
            wide.append(place)
    assert wide == []


# --- lists ---------------------------------------------------------------------------------------------------


VISIBLE = "all => all.filter(one => one.getBoundingClientRect().bottom <= innerHeight).length"


def test_a_list_is_searched_chosen_from_and_opened_with_the_keyboard_alone(connected: Page) -> None:
    page = connected
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/records/erp/customer/")
    assert page.locator(".list-table tbody tr").evaluate_all(VISIBLE) >= 18
    assert unfit(page) == []
    page.get_by_role("searchbox", name="Number or name contains").focus()
    page.keyboard.type("coho")
    expect(page.locator("#list-count")).to_contain_text("2 customers")
    page.wait_for_url(re.compile(r"\?q=coho$"))
    page.keyboard.press("Tab")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator(".bulk-count")).to_have_text("2 customers selected")
    page.keyboard.press("Escape")
    expect(page.locator(".list-form")).to_be_visible()
    expect(page.locator(".bulk")).to_be_hidden()
    page.locator(".list-table a.list-open").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(CARD)


def reach(page: Page, target: Locator) -> None:
    """Go on with Tab until the focus is there; on a new page by the link that skips what stands before the content."""
    target.wait_for()
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    for _ in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}.")


def press(page: Page, name: str, role: Literal["button", "link"] = "button") -> None:
    reach(page, page.get_by_role("main").get_by_role(role, name=name, exact=True).first)
    page.keyboard.press("Enter")


def test_a_customer_is_found_coupled_synchronized_and_corrected_with_the_keyboard_alone(
    connected: Page, demo: Demo
) -> None:
    page, name = connected, "Wingtip Bakery"
    Sales(demo).create("accounts", name=name, customertypecode=3, telephone1="0100 222")
    page.goto("/records/erp/customer/new/")
    for field, text in (("name", name), ("salesperson_code", "AH"), ("phone_no", "0100 111")):
        page.locator(f"#id-{field}").fill(text)
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url(CARD)

    page.goto("/users/")
    page.keyboard.press("Alt+q")
    page.keyboard.type(name)
    expect(page.locator("#found").get_by_role("link", name=f"{name} Customer")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(CARD)
    card = page.url
    press(page, "Set Up Coupling", "link")
    expect(page.get_by_role("main")).to_contain_text("it is chosen for you")
    press(page, "Couple")
    page.wait_for_url(CARD)
    expect(page.get_by_role("main")).to_contain_text("The records are coupled.")
    press(page, "Synchronize Now")
    reach(page, page.get_by_role("radio", name="Merge"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Send")).to_be_checked()
    press(page, "Synchronize")
    page.wait_for_url(CARD)
    compared(page, card, "Both records agree")
    press(page, "Edit", "link")
    phone = page.get_by_label("Phone No.", exact=True)
    reach(page, phone)
    page.keyboard.press("Control+a")
    page.keyboard.type("0100 333")
    page.keyboard.press("Enter")
    page.wait_for_url(CARD)
    expect(page.get_by_role("main")).to_contain_text(f"{name} is saved. Changed: Phone No.")


def test_without_scripts_a_list_is_narrowed_its_columns_chosen_and_a_view_saved(connected: Page, demo: Demo) -> None:
    context = connected.context.browser.new_context(
        base_url=demo.url, storage_state=connected.context.storage_state(), java_script_enabled=False,
        viewport={"width": 400, "height": 800}, color_scheme="dark",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/records/erp/customer/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("City: values").fill("London | Leeds")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("list", name="Filters in force")).to_contain_text("City: contains London or Leeds")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Name of the view").fill("Big towns")
    page.locator(".list-save").get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The view “Big towns” is saved.")
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Move City one to the left").click()
    expect(page.locator(".list-table thead th").nth(2)).to_contain_text("City")
    page.get_by_role("button", name="As usual").click()
    expect(page.locator(".list-table thead th").nth(2)).to_contain_text("Name")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    context.close()
