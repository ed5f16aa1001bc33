"""The guide in a real browser: from nothing to a synchronized company, and every step failing first.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, Strict, sign_in, sign_out, unfit

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
PATIENCE = 60_000
VERSION = "Dynamics 365 SDK version"


@pytest.fixture
def page(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """Annette's browser, which the guide may also send to the organization's sign-in page."""
    sandbox = json.loads((demo.home / "sandbox.json").read_text())["url"]
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=demo.url)
    page = context.new_page()
    strict = Strict(page, demo.url, sandbox)
    sign_in(page, demo)
    yield page
    context.close()
    assert strict.wrong == [], json.dumps(strict.wrong, indent=1)


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=PATIENCE)


def unfold(page: Page) -> None:
    """Show what is folded in."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


def begin_anew(page: Page) -> None:
    page.goto("/setup/sales-connection/welcome/")


def test_each_step_fails_first_says_why_and_goes_on_once_it_is_mended(page: Page, demo: Demo) -> None:
    begin_anew(page)
    page.get_by_role("button", name="Next").click()
    heading(page, "Connection")
    url = page.get_by_label("Dynamics 365 Sales URL")
    right = url.input_value()
    url.fill("")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("Enter the URL of Dynamics 365 Sales.")
    page.get_by_label("Dynamics 365 Sales URL").fill(right)
    page.get_by_label("Client secret").fill("not the secret")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("The client secret is wrong.", timeout=PATIENCE)
    page.get_by_label("Client secret").fill(demo.secret())
    page.get_by_role("button", name="Next").click()
    heading(page, "Data to synchronize")
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_label("Import Dynamics 365 Sales Solution").uncheck()
    page.get_by_label("Enable CDS Connection").uncheck()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("Sales needs it: enable the CDS connection.")
    page.get_by_label("Enable CDS Connection").check()
    page.get_by_role("button", name="Next").click()
    heading(page, "Integration user")
    page.get_by_label("Create the integration user and assign its security roles").uncheck()
    page.get_by_role("button", name="Next").click()
    heading(page, "Administrator")
    page.get_by_role("button", name="Next").click()
    heading(page, "Check")
    with page.expect_navigation():
        page.get_by_role("link", name="Check Again").click()
    page.get_by_role("button", name="Next").click()
    heading(page, "Finish")
    page.get_by_label("Enable the connection to Dynamics 365 Sales").uncheck()
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("main")).to_contain_text("needs the connection to be enabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_serious_on_the_pages_of_the_guide_and_connection_setup(
    page: Page, scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    steps = ("welcome", "connection", "data", "integration-user", "administrator", "check")
    places = ["/setup/", "/connection/", *(f"/setup/sales-connection/{step}/" for step in steps)]
    found = {}
    for place in places:
        page.goto(place)
        unfold(page)
        found[place] = unfit(page)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_the_guide_works_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/setup/")
    page.get_by_role("link", name="Set up the Dynamics 365 Sales connection").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/setup/sales-connection/**")
    begin_anew(page)
    page.locator("#content").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Next":
            break
    page.keyboard.press("Enter")
    heading(page, "Connection")
    page.get_by_label("Dynamics 365 Sales URL").focus()
    page.keyboard.press("Enter")
    heading(page, "Data to synchronize")


def twice(page: Page, name: str, said: str = "") -> None:
    """Somebody who clicks everything twice; nobody is told about somebody else for that."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).dblclick()
    expect(page.locator("main")).to_contain_text(said)
    expect(page.locator("main")).not_to_contain_text("Somebody else")


def test_next_is_clicked_twice_on_every_step_and_the_guide_goes_on_one_step(page: Page) -> None:
    begin_anew(page)
    for step in ("Connection", "Data to synchronize", "Integration user", "Administrator", "Check", "Finish"):
        twice(page, "Next")
        heading(page, step)
    page.get_by_role("link", name="Back", exact=True).dblclick()
    heading(page, "Check")
    page.get_by_role("link", name="Check Again").dblclick()
    heading(page, "Check")
    page.goto("/setup/sales-connection/data/")
    twice(page, "Save and leave")
    heading(page, "Assisted Setup")


def test_the_back_button_leads_to_steps_as_they_are_stored_and_they_can_be_sent_again(page: Page) -> None:
    page.goto("/setup/sales-connection/connection/")
    unfold(page)
    version = page.get_by_label(VERSION)
    before = version.input_value()
    version.fill("9.1")
    page.get_by_role("button", name="Next").click()
    heading(page, "Data to synchronize")
    page.go_back()
    heading(page, "Connection")
    unfold(page)
    expect(version).to_have_value("9.1")
    version.fill(before)
    page.get_by_role("button", name="Next").click()
    heading(page, "Data to synchronize")
    page.goto("/connection/")
    expect(version).to_have_value(before)


def test_of_two_people_at_connection_setup_the_second_is_told_what_the_first_changed(page: Page) -> None:
    page.goto("/connection/")
    second = page.context.new_page()
    second.goto("/connection/")
    unfold(page)
    before = page.get_by_label(VERSION).input_value()
    page.get_by_label(VERSION).fill("9.2")
    twice(page, "Save", "Saved.")
    second.get_by_label("Client id").fill("of Esther")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator("main")).to_contain_text("Somebody else saved this page while you had it open.")
    expect(second.locator("main")).to_contain_text(f"“{before}” → “9.2”")
    expect(second.get_by_label("Client id")).to_have_value("of Esther")
    second.close()
    unfold(page)
    page.get_by_label(VERSION).fill(before)
    twice(page, "Save", "Saved.")
    expect(page.get_by_label(VERSION)).to_have_value(before)


def test_every_button_of_connection_setup_is_clicked_twice_and_works_once(page: Page) -> None:
    page.goto("/connection/")
    twice(page, "Save", "Saved.")
    page.goto("/connection/")
    for name in ("Save and Test Connection", "Test Connection"):
        twice(page, name, "The connection test was successful.")
        page.goto("/connection/")
    twice(page, "Enable", "is enabled.")
    twice(page, "Disable", "The connection is disabled.")
    page.goto("/audit/?kind=connection")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_after_signing_out_the_back_button_shows_nothing_of_the_pages_before(page: Page) -> None:
    page.goto("/connection/")
    sign_out(page)
    expect(page.get_by_label("Username")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Username")).to_be_visible()
    expect(page.get_by_label("Tenant")).to_have_count(0)


def test_finish_leads_to_the_running_full_synchronization_and_to_its_end(page: Page) -> None:
    page.goto("/setup/sales-connection/")
    heading(page, "Finish")
    page.get_by_role("button", name="Finish").dblclick()
    heading(page, "Full Synch. Review")
    expect(page.locator("#lines[hx-get]")).to_have_count(0, timeout=PATIENCE)
    statuses = page.locator("#lines tbody tr td:nth-child(2) .status").all_inner_texts()
    assert set(statuses) == {"Finished"}
    page.goto("/setup/")
    expect(page.get_by_role("row", name=re.compile("Dynamics 365 Sales connection"))).to_contain_text(
        re.compile("(?<!Not )Completed")
    )
