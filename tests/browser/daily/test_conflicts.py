"""Both sides have changed the same: Annette sees who changed what, decides many at once and one on its card.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Demo, choose_action, enable, unfit
from tests.browser.daily.customers import CARD, CREATE, PATIENCE, new_customer, wait_until_both_agree
from tests.browser.sales import Sales

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
FIRMS = ("Ludgate Anvils", "Ludgate Bellows", "Ludgate Candles")
LIST = "/records/erp/customer/?q=Ludgate"
NOTED = re.compile(r"admin changed it at \d\d:\d\d")
SIZES: Mapping[int, Literal["light", "dark"]] = {1280: "light", 400: "dark"}


@pytest.fixture
def sales(demo: Demo) -> Sales:
    return Sales(demo)


@pytest.fixture
def firms(page: Page, demo: Demo) -> Mapping[str, str]:
    """Three customers with their accounts, alike on both sides, whichever test comes first; the cards by the names."""
    enable(page, demo)
    page.goto(LIST)
    if not page.locator("tbody input[name=selected]").count():
        for name in FIRMS:
            new_customer(page, name, phone_no="0113 1")
        page.goto(LIST)
        of_all(page, CREATE)
        page.get_by_role("button", name="Do These First, Then Create").click()
        page.wait_for_url(re.compile(r"\?q=Ludgate"))
        expect(page.locator(".outcome", has_text="3 created")).to_be_visible(timeout=PATIENCE)
    page.goto(LIST)
    links = [page.locator("tbody tr", has_text=name).locator("a").first for name in FIRMS]
    return dict(zip(FIRMS, (str(link.get_attribute("href")) for link in links), strict=True))


def of_all(page: Page, action: str) -> None:
    """An action about all that the list shows."""
    page.get_by_label("Select all", exact=True).check()
    choose_action(page, action)


def change_both(page: Page, sales: Sales, firms: Mapping[str, str], ours: str, theirs: str) -> None:
    """Each firm gets another phone in Business Central, by hand, and one more in Sales; then a run meets them."""
    for number, (name, card) in enumerate(firms.items(), 1):
        page.goto(card)
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Phone No.", exact=True).fill(f"{ours}{number}")
        page.get_by_role("button", name="Save", exact=True).first.click()
        page.wait_for_url(CARD)
        account = sales.one("accounts", "name", name)["accountid"]
        sales.change(f"accounts({account})", telephone1=f"{theirs}{number}")
    page.goto(LIST)
    of_all(page, "Synchronize Now")
    page.get_by_role("button", name="Synchronize 3 Records").click()
    page.wait_for_url(re.compile(r"\?q=Ludgate"))
    expect(page.locator(".outcome").get_by_role("link", name="Decide 3 Conflicts")).to_be_visible(timeout=PATIENCE)


def phones(page: Page, sales: Sales, firms: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The phone of each firm, in Business Central and in Sales, once both agree."""
    found = {}
    for name, card in firms.items():
        wait_until_both_agree(page, card)
        shown = page.locator(".card-fields > div", has=page.get_by_text("Phone No.", exact=True)).locator("dd")
        found[name] = shown.inner_text(), str(sales.one("accounts", "name", name)["telephone1"])
    return found


def conflict(page: Page, name: str) -> Locator:
    return page.locator("fieldset.conflict", has_text=name)


def test_conflicts_are_opened_from_home_and_decided_two_at_once_and_one_on_its_card(
    page: Page, sales: Sales, firms: Mapping[str, str]
) -> None:
    change_both(page, sales, firms, "0113 2", "0113 3")
    who = sales.one("accounts", "name", FIRMS[0])["_modifiedby_value"]
    person = sales.rows(f"systemusers?$filter=systemuserid eq {who}")[0]["fullname"]
    in_sales = re.compile(rf"The Dynamics 365 Sales record was last changed by {person} at \d\d:\d\d\.")
    page.goto("/")
    page.locator("main").get_by_role("link", name="Decide").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide Conflicts")
    page.get_by_role("link", name="All Conflicts").click()
    expect(page.locator("fieldset.conflict")).to_have_count(3)
    for number, name in enumerate(FIRMS, 1):
        one = conflict(page, name)
        expect(one.get_by_role("cell", name=f"0113 2{number}")).to_contain_text(NOTED)
        expect(one).to_contain_text(in_sales)
    for width, scheme in SIZES.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        assert (width, unfit(page)) == (width, [])
    page.set_viewport_size({"width": 1280, "height": 900})

    page.get_by_role("button", name="Carry the Chosen Values").click()
    expect(page.locator("main")).to_contain_text("Nothing was chosen, so nothing was decided.")
    for name in FIRMS[:2]:
        conflict(page, name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Dynamics 365 Sales for the Rest of the Selected").click()
    expect(page.locator("main")).to_contain_text("2 conflicts are decided and being carried now")

    page.goto(firms[FIRMS[2]])
    expect(page.locator("section#comparison")).to_contain_text(NOTED)
    page.get_by_label("0113 23").check()
    page.get_by_role("button", name="Carry the Chosen Values").click()
    expect(page.locator(".outcome")).to_contain_text(FIRMS[2])
    expect(page.locator("section#comparison")).to_contain_text("Both records agree", timeout=PATIENCE)
    assert phones(page, sales, firms) == {
        FIRMS[0]: ("0113 31", "0113 31"),
        FIRMS[1]: ("0113 32", "0113 32"),
        FIRMS[2]: ("0113 23", "0113 23"),
    }


def test_without_javascript_conflicts_are_decided_in_bulk(
    page: Page, demo: Demo, sales: Sales, firms: Mapping[str, str], chromium: Browser
) -> None:
    change_both(page, sales, firms, "0113 4", "0113 5")
    context = chromium.new_context(
        base_url=demo.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/synch/conflicts/")
    for name in FIRMS:
        expect(conflict(plain, name)).to_contain_text(NOTED)
        conflict(plain, name).get_by_role("checkbox").check()
    plain.get_by_role("button", name="Business Central for the Rest of the Selected").click()
    expect(plain.locator("main")).to_contain_text("3 conflicts are decided and being carried now")
    context.close()
    assert phones(page, sales, firms) == {
        name: (f"0113 4{number}", f"0113 4{number}") for number, name in enumerate(FIRMS, 1)
    }
