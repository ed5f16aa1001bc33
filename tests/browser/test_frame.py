"""The frame in a real browser: keys, search, menus, themes, a phone, and all of it without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, act, sign_in, sign_out, unfit

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
DEMO = ["--customers", "20", "--accounts", "20"]
PHONE = {"width": 400, "height": 800}
PAGES = ("/", "/connection/", "/accounts/settings/", "/search/?q=adatum", "/mappings/", "/setup/vat-posting/",
         "/records/erp/customer/new/")  # fmt: skip


@pytest.fixture
def phone(demo: Demo, chromium: Browser, cookies: dict[str, Any], page: Page) -> Iterator[Page]:
    """Annette's phone, whose browser runs no scripts."""
    context = chromium.new_context(
        viewport=PHONE, base_url=demo.url, storage_state=cookies or None, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


# --- keys -------------------------------------------------------------------------------------------------


def test_a_record_is_found_and_opened_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/mappings/")
    page.keyboard.press("Alt+q")
    page.keyboard.type("adatum")
    found = page.locator("#found")
    expect(found.get_by_role("link", name="Adatum Corporation Customer")).to_be_visible()
    expect(found).to_contain_text("The connection to Dynamics 365 Sales is disabled.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Adatum Corporation")


def test_escape_leaves_the_search_and_a_slash_begins_it(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("users")
    expect(page.locator("#found").get_by_role("link", name="Users Setup")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_empty()
    expect(page.get_by_role("searchbox", name="Search")).not_to_be_focused()


def test_a_question_mark_shows_what_the_keys_do(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_contain_text("Search pages, actions, jobs and records")
    assert unfit(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#keyboard")).not_to_have_attribute("open", "")


# --- menus ------------------------------------------------------------------------------------------------


def test_an_action_in_a_menu_opens_its_page_and_a_click_elsewhere_closes_the_menu(page: Page) -> None:
    page.goto("/connection/")
    menu = page.locator(".pageactions details.menu").first
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.get_by_role("heading", level=1).click()
    expect(menu).not_to_have_attribute("open", "")
    bar = page.locator(".actionbar").bounding_box()
    assert bar is not None
    assert bar["height"] < 48
    act(page, "Preflight")
    expect(page.get_by_role("heading", name="Preflight", level=1)).to_be_visible()


def test_a_group_of_the_navigation_stays_folded_on_the_next_page(page: Page) -> None:
    page.goto("/")
    group = page.locator('[data-group="Sales Documents"]')
    with page.expect_response("**/accounts/navigation/"):
        group.locator("summary").click()
    page.goto("/mappings/")
    expect(group).not_to_have_attribute("open", "")
    with page.expect_response("**/accounts/navigation/"):
        group.locator("summary").click()
    page.goto("/")
    expect(group).to_have_attribute("open", "")


# --- theme and formats ------------------------------------------------------------------------------------


def test_the_theme_follows_the_system_until_a_person_chooses_and_the_administration_changes_nothing(
    page: Page,
) -> None:
    theme = page.locator("html")
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    expect(theme).to_have_attribute("data-bs-theme", "dark")
    page.goto("/admin/")
    page.evaluate("localStorage.setItem('theme', 'light')")
    page.goto("/")
    expect(theme).to_have_attribute("data-bs-theme", "dark")
    page.locator(".person > summary").click()
    page.get_by_role("button", name="Light").click()
    expect(theme).to_have_attribute("data-bs-theme", "light")
    page.locator(".person > summary").click()
    page.get_by_role("button", name="System").click()
    expect(theme).to_have_attribute("data-bs-theme", "dark")


def test_a_day_is_picked_from_the_calendar_in_the_format_of_the_person(page: Page) -> None:
    page.goto("/accounts/settings/")
    page.get_by_label("Dates").select_option("29.11.2026")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Your settings are saved.")
    page.goto("/setup/general-ledger/")
    page.locator("#id_allow_posting_from + .calendar").fill("2026-03-07")
    expect(page.locator("#id_allow_posting_from")).to_have_value("07.03.2026")
    page.goto("/audit/?o-at=from&f-at=07.03.2026")
    expect(page.get_by_role("list", name="Filters in force")).to_contain_text("is from 07.03.2026")
    expect(page.locator("tbody tr a, tbody tr td").first).to_contain_text(".20")
    page.get_by_text("Filter", exact=True).click()
    page.locator('[name="f-at"]').fill("07.03.2026..")
    page.locator('[name="f-at"] + .calendar').fill("2026-03-09")
    expect(page.locator('[name="f-at"]')).to_have_value("07.03.2026..09.03.2026")
    page.goto("/accounts/settings/")
    page.get_by_label("Dates").select_option("2026-11-29")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Your settings are saved.")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 400), ("dark", 400)])
def test_the_frame_keeps_nobody_out(page: Page, theme: Any, width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    wrong = {}
    for address in PAGES:
        page.goto(address)
        wrong[address] = unfit(page)
    page.locator(".person > summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    wrong["the person's menu"] = unfit(page)

    assert {where: what for where, what in wrong.items() if what} == {}


# --- a phone, without scripts -----------------------------------------------------------------------------


def test_a_name_of_a_hundred_letters_leaves_a_phone_its_width(phone: Page) -> None:
    phone.goto("/records/erp/customer/new/")
    phone.get_by_label("Name", exact=True).first.fill("L" * 100)
    phone.get_by_role("button", name="Save", exact=True).first.click()
    expect(phone.get_by_role("main")).to_contain_text("is created.")
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_phone_without_scripts_opens_the_navigation_and_goes_on(phone: Page) -> None:
    phone.goto("/")
    expect(phone.get_by_role("link", name="Table Mappings")).to_be_hidden()
    phone.locator(".navigation-button").click()
    phone.get_by_role("link", name="Table Mappings").click()
    expect(phone.get_by_role("heading", name="Integration Table Mappings", level=1)).to_be_visible()


def test_a_phone_without_scripts_has_one_button_for_all_actions(phone: Page) -> None:
    phone.goto("/connection/")
    bar = phone.locator(".pageactions")
    expect(bar.get_by_role("button", name="Test Connection")).to_be_hidden()
    bar.get_by_text("Actions", exact=True).click()
    expect(bar.get_by_role("button", name="Test Connection")).to_be_visible()
    bar.get_by_text("Process", exact=True).click()
    bar.get_by_role("link", name="Preflight").click()
    expect(phone.get_by_role("heading", name="Preflight", level=1)).to_be_visible()


def test_a_phone_without_scripts_searches_both_systems(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Search").click()
    phone.get_by_label("Page, action, job, or a record’s number or name").fill("adatum")
    phone.get_by_role("main").get_by_role("button", name="Search").click()
    expect(phone.get_by_role("region", name="Business Central")).to_contain_text("Adatum Corporation")
    phone.get_by_role("link", name="search there, too").click()
    expect(phone.get_by_role("region", name="Dynamics 365 Sales")).to_contain_text("is disabled")


def test_a_person_signs_out_by_their_menu(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(base_url=demo.url)
    page = context.new_page()
    sign_in(page, demo)
    sign_out(page)
    expect(page.get_by_role("heading", name=re.compile("Sign in"))).to_be_visible()
    context.close()
