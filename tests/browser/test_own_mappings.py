"""An administrator bends the mapping to their own firm, in a real browser: tables, rules, templates, options."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, act, enable, unfit

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
PATIENCE = 60_000


@pytest.fixture(autouse=True)
def enabled(page: Page, demo: Demo) -> None:
    """The connection, whichever test comes first."""
    enable(page, demo)


def rules_of(page: Page, pair: str) -> None:
    page.goto("/mappings/CUSTOMER/fields/")
    page.get_by_role("link", name=re.compile(f"Transformation rules of {pair}")).click()


def add_rule(page: Page, kind: str, **parameters: str) -> None:
    page.get_by_label("Kind of rule").select_option(kind)
    page.get_by_role("button", name="Add Rule").click()
    for label, text in parameters.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save").click()


def first_job_of(page: Page, mapping: str) -> Locator:
    """The job that the scheduler starts, as soon as it is in the log."""
    job = page.locator("tbody a[href^='/synch/jobs/']").first
    for _ in range(60):
        page.goto(f"/synch/jobs/?mapping={mapping}")
        if job.count():
            return job
        page.wait_for_timeout(500)
    raise AssertionError(f"No job of {mapping} was started.")


def test_two_tables_of_ones_own_are_mapped_and_synchronized(page: Page) -> None:
    page.goto("/mappings/")
    page.get_by_role("link", name="New Table Mapping").click()
    page.get_by_label("Name").fill("COUNTRIES")
    page.get_by_label("Table (Business Central)").select_option("country_region")
    page.get_by_label("Integration table").select_option("annotation")
    page.get_by_label("Direction").select_option("to_crm")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Id column (Dynamics 365 Sales)")).to_have_value("annotationid")
    expect(page.get_by_label("Modified-on column (Dynamics 365 Sales)")).to_have_value("")
    page.get_by_label("Field, line pair-0", exact=True).select_option("name")
    page.get_by_label("Integration field, line pair-0", exact=True).select_option("subject")
    page.get_by_role("button", name="Create Mapping").click()
    page.get_by_label("Synch. only coupled records").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("COUNTRIES is saved")
    act(page, "Job Queue Entry")
    page.get_by_role("row", name=re.compile("^COUNTRIES")).get_by_role("button", name="Run Now").click()
    first_job_of(page, "COUNTRIES").click()
    expect(page.locator("#job")).to_contain_text("Finished", timeout=PATIENCE)
    page.goto("/mappings/COUNTRIES/")
    expect(page.locator("dt:has-text('Coupled Records') + dd")).not_to_have_text("0")
    act(page, "Delete")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("the records stay")


def test_the_filter_of_a_mapping_is_built_in_words_and_counted_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/mappings/CUSTOMER/")
    conditions = page.locator("#crm_filter-conditions li")
    expect(conditions).to_have_text([re.compile("Status is Active"), re.compile("Relationship Type is Customer")])
    accounts = page.locator("#counts li").last
    expect(accounts).to_contain_text(re.compile(r"[1-9]\d* matching rows"))
    before = accounts.inner_text()
    page.get_by_label("Field of another condition on Account").select_option(label="Account Name")
    page.get_by_role("button", name="Add Condition to Integration table filter").press("Enter")
    expect(page.get_by_label("Account Name: how to compare")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("no firm has this name | nor this")
    expect(accounts).to_have_text("Account: 0 matching rows")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(conditions).to_have_count(3)
    expect(conditions.last).to_contain_text("Account Name contains no firm has this name or nor this")
    expect(page.get_by_label("Field of another condition on Account")).to_be_focused()
    for scheme, width in (("light", 1280), ("dark", 400)):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # a colour on its way has no contrast yet
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        assert unfit(page) == []
    page.get_by_role("button", name="Remove the condition Account Name").press("Enter")
    expect(conditions).to_have_count(2)
    expect(accounts).to_have_text(before)


def test_the_filter_as_text_and_its_words_follow_each_other(page: Page) -> None:
    page.goto("/mappings/CUSTOMER/")
    builder = page.locator("#erp_filter-builder")
    builder.get_by_text("As text", exact=True).click()
    builder.get_by_label("Table filter", exact=True).fill("city = London or name contains ltd")
    expect(builder.locator("li")).to_contain_text("City is London or Name contains ltd kept as it is")
    builder.get_by_label("Field of another condition").select_option(label="Credit Limit (LCY)")
    builder.get_by_role("button", name="Add Condition").click()
    builder.get_by_label("Credit Limit (LCY): how to compare").select_option("from")
    builder.get_by_label("Credit Limit (LCY): values").fill("many")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("enter a number such as 1234.5, not “many”")
    builder.get_by_label("Credit Limit (LCY): values").fill("1000")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("CUSTOMER is saved")
    expect(builder.locator("li").last).to_contain_text("Credit Limit (LCY) is at least 1000")
    text = builder.get_by_label("Table filter", exact=True)
    expect(text).to_have_value("(city = London or name contains ltd) and credit_limit_lcy >= 1000")
    builder.get_by_text("As text", exact=True).click()
    text.fill("blocked = ' '")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(builder.locator("li")).to_contain_text("Blocked is blank")


def test_rules_are_added_ordered_and_tried_on_a_value_and_on_a_customer(page: Page) -> None:
    rules_of(page, "No. – Account Number")
    add_rule(page, "prefix", Text="BC-")
    add_rule(page, "lowercase")
    page.get_by_label("Value").fill("10000")
    page.get_by_label("Value").press("Enter")
    expect(page.locator("dd").last).to_have_text("bc-10000")
    page.get_by_role("button", name="Lowercase up").click()
    page.get_by_label("or a record").fill("Adatum Corp")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("main")).to_contain_text("Adatum Corporation")
    expect(page.locator("dd").last).to_have_text(re.compile("^BC-"))
    for name in ("Remove Prefix", "Remove Lowercase"):
        page.get_by_role("button", name=name).click()
    expect(page.locator("main")).to_contain_text("There are none")


def test_a_pattern_that_is_none_is_told_beside_its_field(page: Page) -> None:
    rules_of(page, "No. – Account Number")
    add_rule(page, "regex", Pattern="(0+")
    expect(page.locator(".invalid-feedback").first).to_contain_text("no regular expression")
    page.get_by_label("Pattern", exact=True).fill("^0+")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove Regular expression").click()
    expect(page.locator("main")).to_contain_text("There are none")


def test_enabling_a_field_among_coupled_customers_asks_who_wins(page: Page) -> None:
    page.goto("/mappings/CUSTOMER/fields/")
    row = page.get_by_role("row", name=re.compile("Mobile Phone No."))
    row.get_by_label(re.compile("^Enabled of")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text(re.compile("say who wins|are saved"))
    page.wait_for_load_state()
    choice = row.get_by_label(re.compile("^Existing pairs of"))
    if choice.count():  # Nothing is coupled where this test runs alone, and then nobody asks.
        expect(page.locator("main")).to_contain_text("say who wins")
        choice.select_option("erp")
        page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The fields of CUSTOMER are saved")
    row.get_by_label(re.compile("^Enabled of")).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The fields of CUSTOMER are saved")


def test_a_template_is_filled_checked_and_given_to_a_mapping(page: Page) -> None:
    page.goto("/mappings/templates/")
    page.get_by_label("Name").fill("DOMESTIC")
    page.get_by_label("For new records of").select_option("erp:customer")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Field, line value-0").select_option("payment_terms_code")
    page.get_by_label("Value, line value-0").fill("NEVER")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("There is no Payment Terms Code “NEVER”")
    page.get_by_label("Value, line value-0").fill("CM")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("DOMESTIC is saved")
    page.goto("/mappings/CUSTOMER/templates/")
    page.get_by_label("Template, line use-0").select_option(label="DOMESTIC")
    page.get_by_label("Condition, line use-0").fill("address1_city = London")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The templates of CUSTOMER are saved")
    page.get_by_label("Remove DOMESTIC").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("The templates of CUSTOMER are saved")
    page.wait_for_load_state()
    expect(page.get_by_label("Remove DOMESTIC")).to_have_count(0)
    page.goto("/mappings/templates/")
    page.get_by_role("link", name="DOMESTIC").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("DOMESTIC is deleted")


def test_a_code_without_an_option_is_added_in_sales(page: Page) -> None:
    page.goto("/mappings/PAYMENT TERMS/")
    page.get_by_role("link", name="Options", exact=True).click()
    page.get_by_role("button", name="Add CM in Dynamics 365 Sales").click()
    expect(page.locator("main")).to_contain_text("“CM” is there on both sides now")
    expect(page.get_by_role("row", name=re.compile("^CM "))).to_contain_text("Coupled")


@pytest.mark.parametrize(
    "address",
    ["/mappings/new/", "/mappings/new/?name=FIRMS&erp_table=customer&crm_table=account&direction=both",
     "/mappings/templates/", "/mappings/CUSTOMER/templates/", "/mappings/CUSTOMER/fields/",
     "/mappings/CUSTOMER/", "/mappings/PAYMENT TERMS/options/"],
)  # fmt: skip
def test_no_mapping_page_is_wider_than_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(address)
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
