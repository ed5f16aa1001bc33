"""A salesperson's day at the sandbox's page “Sales (sandbox)”, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from integration.sandbox import Sandbox
from tests.browser.conftest import Strict, unfit
from tests.organization import demo_organization
from tests.sandbox import trade
from tests.sandbox.company import bring_solution, connect_company, serving
from tests.sandbox.conftest import Caller

pytestmark = [pytest.mark.browser, pytest.mark.story]


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with demo_organization(tmp_path_factory.mktemp("sales")) as running:
        yield running


@pytest.fixture(scope="module")
def trading(organization: Sandbox) -> str:
    """The address of an organization with a price list, and a bicycle at 10 in it."""
    call = Caller(organization.ready)
    group, unit = trade.unit_group(call)
    bicycle, retail = trade.product(call, group, unit), call.create("pricelevels", name="Retail")
    line = trade.line(retail, bicycle, unit)
    assert call("POST", "productpricelevels", line).status_code == 204
    assert call("PATCH", f"products({bicycle})", {"statecode": 0}).status_code == 204
    return organization.url


@pytest.fixture(scope="module")
def connected(organization: Sandbox, trading: str) -> dict[str, Any]:
    """The ready line of this organization, with the integration solution in it."""
    bring_solution(organization.ready)
    return organization.ready


@pytest.fixture(params=[(1280, "light"), (400, "dark")], ids=["wide", "narrow"])
def peter(request: pytest.FixtureRequest, trading: str, chromium: Browser) -> Iterator[Page]:
    """Peter's browser, signed in; without JavaScript the page would do as well."""
    width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=trading)
    page = context.new_page()
    page.set_default_timeout(10_000)
    strict = Strict(page, trading)
    page.goto("/sales/")
    check(page)
    page.get_by_label("Peter Saddow").check()
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()
    assert strict.wrong == [], json.dumps(strict.wrong, indent=1)


def check(page: Page) -> None:
    """Nothing serious keeps anybody out, and nothing is wider than the window."""
    assert unfit(page) == []


def account(page: Page) -> None:
    page.get_by_role("link", name="Accounts").click()
    check(page)
    page.get_by_role("link", name="New account").click()
    page.get_by_label("Name *").fill("Coho Winery")
    check(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Coho Winery")).to_be_visible()
    check(page)


def document(page: Page, kind: str) -> None:
    """A document of the account on the page, with three bicycles."""
    page.get_by_role("link", name=f"New {kind}").click()
    page.get_by_label("Name *").fill(f"Spring {kind}")
    page.get_by_label("Price list").select_option("Retail")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Product *").first.select_option("Bicycle")
    page.get_by_label("Quantity *").first.fill("3")
    page.get_by_role("button", name="Add product").click()
    expect(page.get_by_role("cell", name="Bicycle", exact=True)).to_be_visible()


def state(page: Page, text: str) -> None:
    expect(page.locator("dt", has_text="State").locator("xpath=following-sibling::dd[1]")).to_have_text(text)


def test_an_order_of_a_new_account_is_filled_and_submitted(peter: Page) -> None:
    account(peter)
    document(peter, "order")
    peter.get_by_label("Write-in product *").fill("Engraving")
    peter.get_by_label("Price per unit *").fill("7.25")
    peter.get_by_role("button", name="Add write-in product").click()
    expect(peter.get_by_role("cell", name="Engraving", exact=True)).to_be_visible()
    check(peter)

    peter.get_by_role("button", name="Submit").click()

    state(peter, "Submitted")
    expect(peter.get_by_text("£37.25").first).to_be_visible()
    check(peter)


def test_a_quote_is_activated_revised_and_won(peter: Page) -> None:
    account(peter)
    document(peter, "quote")

    peter.get_by_role("button", name="Activate").click()
    state(peter, "Active")
    peter.get_by_role("button", name="Revise").click()
    state(peter, "Draft")
    peter.get_by_role("button", name="Activate").click()
    peter.get_by_role("button", name="Close as won").click()

    state(peter, "Won")
    check(peter)


def test_without_javascript_a_note_is_added_and_the_keyboard_is_enough(trading: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=trading, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto("/sales/")
    page.get_by_label("Peter Saddow").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Adatum Corporation").press("Enter")
    page.get_by_label("Note *").fill("They ask for a visit.")
    page.get_by_role("button", name="Add note").press("Enter")

    expect(page.get_by_role("listitem").filter(has_text="They ask for a visit.")).to_be_visible()
    context.close()


def test_the_availability_shows_while_a_line_is_entered_and_keeps_nobody_from_it(
    connected: dict[str, Any], peter: Page
) -> None:
    account(peter)
    peter.get_by_role("link", name="New order").click()
    peter.get_by_label("Name *").fill("Spring order")
    peter.get_by_label("Price list").select_option("Retail")
    peter.get_by_role("button", name="Save").click()
    shown = peter.get_by_role("status")
    expect(shown).to_have_text("Choose a product to see its availability.")
    expect(peter.get_by_role("button", name="Check availability")).to_be_hidden()

    with serving() as company:
        connect_company(connected, bci_odataurl=company, bci_odatausername="annette", bci_odataaccesskey="key")
        peter.get_by_label("Product *").first.select_option("Bicycle")
        expect(shown).to_have_text("Available: 12 PCS")
        check(peter)
    peter.get_by_label("Product *").first.select_option("")
    peter.get_by_label("Product *").first.select_option("Bicycle")
    expect(shown).to_have_text("The availability cannot be shown: Business Central does not answer.")

    peter.get_by_label("Quantity *").first.fill("3")
    peter.get_by_role("button", name="Add product").click()
    expect(peter.get_by_role("cell", name="Bicycle", exact=True)).to_be_visible()
