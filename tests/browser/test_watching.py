"""Who watches over the application: the preflight, the users and their keys, the audit log, in a real browser.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Demo, act, sign_in, unfit

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
DEMO = ["--customers", "20", "--accounts", "20"]
PATIENCE = 60_000
ESTERS = "a bicycle in the rain"


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row", name=re.compile(f"^{name}"))


def open_person(page: Page, name: str) -> None:
    page.goto("/users/")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


# --- preflight --------------------------------------------------------------------------------------------


def test_a_connection_nobody_has_enabled_is_looked_at_beside_the_request_and_the_page_shows_it_by_itself(
    page: Page,
) -> None:
    page.goto("/connection/")
    act(page, "Preflight")
    expect(page.locator("#preflight")).to_contain_text("Nothing has been looked at yet.")
    page.get_by_role("button", name="Run Now").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#preflight[hx-get]")).to_have_count(0, timeout=PATIENCE)
    findings = page.get_by_role("list", name="Findings")
    for words in ("The connection is disabled.", "Both clocks agree", "2 at work."):
        expect(findings).to_contain_text(words)


def test_a_double_click_on_run_again_makes_one_run(page: Page) -> None:
    page.goto("/connection/preflight/")
    with page.expect_navigation():
        page.get_by_role("button", name="Run Again").dblclick()
    expect(page.locator("#preflight[hx-get]")).to_have_count(0, timeout=PATIENCE)
    page.goto("/audit/?kind=task")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_without_scripts_the_preflight_shows_its_result_when_the_page_is_loaded_again(
    demo: Demo, chromium: Browser
) -> None:
    context = chromium.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, demo)
    page.goto("/connection/preflight/")
    before = page.locator("#preflight time").get_attribute("datetime")
    with page.expect_navigation():
        page.get_by_role("button", name="Run Again").click()
    until = time.monotonic() + PATIENCE / 1000
    while page.locator("#preflight[hx-get]").count() and time.monotonic() < until:
        page.reload()
    assert page.locator("#preflight time").get_attribute("datetime") != before
    context.close()


# --- users ------------------------------------------------------------------------------------------------


def test_an_administrator_makes_a_person_and_puts_them_into_a_group(page: Page) -> None:
    page.goto("/users/")
    page.get_by_role("link", name="New User").click()
    page.get_by_label("Username").fill("ester")
    page.get_by_label("First name").fill("Ester")
    page.locator("#id_password1").fill(ESTERS)
    page.locator("#id_password2").fill(ESTERS)
    page.get_by_role("button", name="Create").dblclick()
    expect(page.locator("main")).to_contain_text("ester may sign in now.")
    page.get_by_label("Viewer: ").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("ester is saved.")
    page.goto("/users/")
    expect(row_of(page, "ester")).to_have_count(1)
    expect(row_of(page, "ester")).to_contain_text("Viewer")


def test_a_web_service_key_is_shown_once_and_can_be_revoked(page: Page) -> None:
    open_person(page, "ester")
    page.get_by_role("button", name="Change Web Service Key").click()
    key = page.get_by_label("Key of ester").input_value()
    assert len(key) >= 20
    expect(page.locator("main")).to_contain_text("This key signs in to nothing until")
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="ester", level=1)).to_be_visible()
    assert key not in page.content()
    page.goto("/users/")
    expect(row_of(page, "ester")).to_contain_text("never used")
    assert key not in page.content()
    open_person(page, "ester")
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("The key is revoked.")
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)


# --- audit log --------------------------------------------------------------------------------------------


def test_the_audit_log_is_narrowed_and_saved_as_a_file(page: Page, tmp_path: Path) -> None:
    page.goto("/audit/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("combobox", name="Who", exact=True).select_option("admin")
    with page.expect_navigation():
        page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_label("Text contains").fill("ester")
    expect(page.get_by_role("list", name="Filters in force")).to_contain_text("ester")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("ester")
    assert all("ester" in text for text in rows.all_inner_texts())
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV of this list").click()
    assert saved.value.suggested_filename == "audit-log.csv"
    saved.value.save_as(tmp_path / "log.csv")
    head, *lines = csv.reader((tmp_path / "log.csv").read_text(encoding="utf-8-sig").splitlines())
    assert head[0].startswith("When")
    assert {line[4] for line in lines} == {"ester"}
    assert ESTERS not in str(lines)


def test_the_start_of_a_preflight_by_a_person_is_in_the_audit_log(page: Page) -> None:
    page.goto("/audit/?kind=task")
    expect(page.locator("tbody tr").first).to_contain_text("Preflight")
    expect(page.locator("tbody tr").first).to_contain_text("admin")


# --- everybody --------------------------------------------------------------------------------------------


def test_a_viewer_sees_the_preflight_and_is_refused_users_and_audit_log(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(base_url=demo.url)
    page = context.new_page()
    sign_in(page, demo, "ester", ESTERS)
    expect(page.locator("a[href='/users/'], a[href='/audit/']")).to_have_count(0)
    for place in ("/users/", "/users/new/", "/users/1/", "/audit/", "/audit/?format=csv"):
        assert page.goto(place).status == 403, place
    assert page.goto("/connection/preflight/").status == 200
    expect(page.get_by_role("list", name="Findings")).to_be_visible()
    expect(page.get_by_role("button", name="Run Again")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_serious_on_preflight_users_and_audit_log(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    open_person(page, "ester")
    places = ["/connection/preflight/", "/users/", "/users/new/", page.url, "/audit/"]
    found = {}
    for place in places:
        page.goto(place)
        found[place] = unfit(page)
    page.goto(places[3])
    page.get_by_role("button", name="Change Web Service Key").click()
    expect(page.get_by_label("Key of ester")).to_be_visible()
    found["the new key"] = unfit(page)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
