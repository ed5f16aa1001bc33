"""A day of somebody who keeps customers in both systems: create in Sales, many at once, which of several is it?

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Demo, act, choose_action, enable, unfit
from tests.browser.daily.customers import CARD, CREATE, PATIENCE, POST_CODE, new_customer
from tests.browser.sales import Sales

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
MANY = 500


@pytest.fixture
def connected(page: Page, demo: Demo) -> Page:
    enable(page, demo)
    return page


def two_accounts(demo: Demo, name: str) -> None:
    """Two firms of one name in Sales, so that a person has to say which is meant."""
    for city in ("Leeds", "York"):
        Sales(demo).create("accounts", name=name, customertypecode=3, address1_postalcode=POST_CODE, address1_city=city)


def let_customers_go(page: Page, direction: str) -> None:
    """Somebody says in a second window which way customers are synchronized."""
    other = page.context.new_page()
    other.goto("/mappings/CUSTOMER/")
    other.locator("#id_direction").select_option(direction)
    other.get_by_role("button", name="Save", exact=True).last.click()
    expect(other.locator("main")).to_contain_text("CUSTOMER is saved.")
    other.close()


def preview_without_scripts(page: Page, demo: Demo, place: int) -> None:
    """The page as a browser without JavaScript has it: the candidate at this place is chosen and looked at."""
    assert page.context.browser is not None
    context = page.context.browser.new_context(
        base_url=demo.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(page.url)
    plain.locator("input[name=crm_id]").nth(place).check()
    plain.get_by_role("button", name="Preview").click()
    expect(plain.locator("#effects")).to_contain_text("York")
    expect(plain.get_by_label("Merge: what each side changed")).to_be_checked()
    context.close()


def hold_comparison(page: Page) -> list[Route]:
    """Where the next comparison that the page asks for waits, until somebody has it go on."""
    comparing: list[Route] = []
    page.route(re.compile("crm_id="), lambda route: comparing.append(route), times=1)
    return comparing


def counted(page: Page, state: str) -> int:
    """How many customers the list counts in a state."""
    page.goto(f"/records/erp/customer/?state={state}")
    return int(page.locator("#list-count").inner_text().split()[0].replace(",", ""))


def test_a_customer_is_created_in_sales_from_its_card_behind_its_salesperson(connected: Page, demo: Demo) -> None:
    page = connected
    new_customer(page, "Wingtip Bakery")
    act(page, CREATE)
    expect(page.locator("main")).to_contain_text("Andrew Hill – coupled with Andrew Hill")
    assert unfit(page) == []
    page.get_by_role("button", name="Do These First, Then Create").click()
    page.wait_for_url(CARD)
    expect(page.locator(".outcome")).to_contain_text("Wingtip Bakery: Account created", timeout=PATIENCE)
    expect(page.locator("section#comparison")).to_contain_text("Both records agree", timeout=PATIENCE)
    [account] = Sales(demo).rows("accounts?$filter=name eq 'Wingtip Bakery'")
    assert account["address1_postalcode"] == POST_CODE


def test_five_hundred_customers_are_created_in_sales_at_once_behind_their_currencies(
    connected: Page, demo: Demo
) -> None:
    page = connected
    alone = counted(page, "uncoupled")
    assert alone > MANY
    page.get_by_label("Select all", exact=True).check()
    page.get_by_label("that the filter shows").check()
    choose_action(page, CREATE)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{CREATE}: {alone} Customers")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ created and coupled"))
    expect(page.locator("main")).to_contain_text("of the first 50 may be there already. Creating makes a second one")
    expect(page.locator("main")).to_contain_text("Currency EUR Euro – created in Dynamics 365 Sales")
    assert unfit(page) == []
    button = page.get_by_role("button", name=re.compile("Do These First, Then Create"))
    number = int(re.sub(r"\D", "", button.inner_text()))
    assert number > MANY
    button.click()
    page.wait_for_url(re.compile(r"/records/erp/customer/\?state=uncoupled"))
    done = page.locator(".outcome", has_text=f"{number} Customers: {number} created.")
    expect(done).to_be_visible(timeout=PATIENCE)

    assert counted(page, "uncoupled") == alone - number
    assert counted(page, "coupled") == number + 1
    assert len(Sales(demo).rows("accounts?$filter=name eq 'Wingtip Toys'")) == 1


def test_a_customer_is_created_in_sales_from_the_list(connected: Page) -> None:
    page = connected
    new_customer(page, "Wingtip Brewery")
    page.goto("/records/erp/customer/?q=Wingtip+Brewery")
    page.locator("tbody input[type=checkbox]").check()
    choose_action(page, CREATE)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url(re.compile(r"\?q=Wingtip"))
    expect(page.locator(".outcome")).to_contain_text("Wingtip Brewery: Account created", timeout=PATIENCE)
    page.goto("/records/erp/customer/?q=Wingtip+Brewery")
    expect(page.locator("tbody .status")).to_have_text("Coupled")


def test_of_two_accounts_that_a_customer_matches_a_person_says_which_it_is(connected: Page, demo: Demo) -> None:
    page = connected
    two_accounts(demo, "Wingtip Butchers")
    new_customer(page, "Wingtip Butchers")
    page.goto("/records/erp/customer/?q=Wingtip+Butchers")
    page.locator("tbody input[type=checkbox]").check()
    choose_action(page, "Match-Based Coupling")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="1 match")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Resolve One by One").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wingtip Butchers?")
    assert unfit(page) == []
    city = page.get_by_role("row", name=re.compile("^City")).get_by_role("cell").all_inner_texts()
    of_york = next(place for place, text in enumerate(city[1:]) if text.startswith("York"))
    preview_without_scripts(page, demo, of_york)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 400, "height": 900})
    page.reload()
    expect(page.locator("#effects")).to_have_text("")
    page.locator("input[name=crm_id]").nth(of_york).check()
    expect(page.locator("#effects")).to_contain_text("York")
    expect(page.get_by_label("Merge: what each side changed")).to_be_checked()
    assert unfit(page) == []
    page.get_by_role("button", name="Couple", exact=True).click()
    page.wait_for_url(re.compile(r"\?q=Wingtip"))
    expect(page.locator(".outcome")).to_contain_text("1 fetched", timeout=PATIENCE)
    page.goto("/records/erp/customer/?q=Wingtip+Butchers")
    expect(page.locator("tbody tr")).to_contain_text("York")
    page.locator("tbody a").first.click()
    page.wait_for_url(CARD)
    expect(page.locator("section#comparison")).to_contain_text("Both records agree", timeout=PATIENCE)


def test_a_way_that_is_chosen_while_records_are_compared_stays_only_where_it_is_still_offered(
    connected: Page, demo: Demo
) -> None:
    page = connected
    two_accounts(demo, "Wingtip Grocers")
    new_customer(page, "Wingtip Grocers")
    act(page, "Set Up Coupling")
    grocers = page.get_by_label("Choose Wingtip Grocers")
    expect(grocers).to_have_count(2)
    for place, way, direction in ((0, "get", "both"), (1, "merge", "to_crm")):
        comparing = hold_comparison(page)
        grocers.nth(place).check()
        page.locator(f"#after-{way}").check()
        while not comparing:
            page.wait_for_timeout(50)
        if direction != "both":
            let_customers_go(page, direction)
        page.locator("#chosen").evaluate("one => one.dataset.before = 'yes'")
        comparing[0].continue_()
        expect(page.locator("#chosen[data-before]")).to_have_count(0)
        offered = page.locator(f"#after-{way}").count() == 1
        assert offered == (direction == "both")
        proposed = page.locator("#chosen input[name=proposed]").input_value()
        expect(page.locator("#chosen input[name=after]:checked")).to_have_value(way if offered else proposed)
        if offered:
            expect(page.locator("#effects")).to_contain_text("in Business Central would change.")
    let_customers_go(page, "both")


def test_back_and_reload_show_a_question_again_and_nothing_is_sent_twice(connected: Page) -> None:
    page = connected
    page.goto("/records/erp/customer/?state=coupled")
    page.locator("tbody input[type=checkbox]").first.check()
    choose_action(page, "Synchronize Now")
    asked = page.get_by_role("heading", level=1, name=re.compile("^Synchronize Now: "))
    expect(asked).to_be_visible()
    question = page.url
    page.get_by_role("button", name="Synchronize", exact=True).click()
    page.wait_for_url(re.compile(r"/records/erp/customer/\?state=coupled"))
    expect(page.locator(".outcome")).to_contain_text("both records agree", timeout=PATIENCE)

    for look in (page.go_back, page.reload):
        look()
        expect(asked).to_be_visible()
        assert page.url == question
    page.go_back()
    expect(page.locator(".list-table")).to_be_visible()
