"""The frame: who sees which entry of the navigation, and where the entries come from."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from integration.pages.parts import entries, first_url, parts_of
from tests.people import ADMINISTRATOR, INTEGRATOR, VIEWER, signed_in

NAVIGATION = re.compile(r'<nav id="navigation".*?</nav>', re.DOTALL)
EVERYBODY = ["Home", "Connection Setup", "Table Mappings", "Full Synch. Review", "Synch. Job Log", "Dry Runs"]
EVERYBODY += ["Synch. Errors", "Skipped Records", "Job Queue Entries", "Customers", "Accounts"]
CHIEFS_ONLY = ["Assisted Setup", "Users", "Audit Log"]


def labels(group: str) -> list[str]:
    """The entries that somebody of this group sees."""
    found = NAVIGATION.search(signed_in("Ines", group).get("/").content.decode())
    assert found is not None
    return re.findall(r'<li><a href="[^"]*"[^>]*>.*?<span>([^<]+)</span></a>', found[0])


@pytest.mark.django_db
@pytest.mark.parametrize("group", [VIEWER, INTEGRATOR, ADMINISTRATOR])
def test_everybody_who_sees_pages_is_led_to_lists_and_logs(group: str) -> None:
    assert set(EVERYBODY) <= set(labels(group))


@pytest.mark.django_db
@pytest.mark.parametrize(("group", "sees"), [(VIEWER, False), (INTEGRATOR, False), (ADMINISTRATOR, True)])
def test_only_an_administrator_is_led_to_the_guide_the_users_and_the_audit_log(group: str, sees: bool) -> None:
    seen = labels(group)

    assert [name in [*seen] for name in ("Assisted Setup", "Audit Log")] == [sees, sees]
    assert seen.count("Users") == (2 if sees else 1)  # those of Dynamics 365 Sales are a list of records


@pytest.mark.django_db
def test_the_keyboard_meets_the_way_to_the_content_then_the_search_and_after_it_all_of_the_navigation() -> None:
    page = signed_in("Ines", VIEWER).get("/").content.decode().partition("<body")[2]
    stops = [page.index(one) for one in ('class="skip-link"', 'id="search"', 'id="navigation"', 'id="content"')]

    assert stops == sorted(stops)
    assert page.partition('id="search"')[0].count("<a ") <= 3


@pytest.mark.django_db
@pytest.mark.parametrize("group", [VIEWER, INTEGRATOR, ADMINISTRATOR])
def test_no_entry_leads_a_person_to_a_page_that_is_not_allowed(group: str) -> None:
    browser = signed_in("Ines", group)
    found = NAVIGATION.search(browser.get("/").content.decode())
    assert found is not None
    addresses = [one for one in re.findall(r'<a href="([^"]+)"', found[0]) if not one.startswith("/records/")]

    assert [one for one in addresses if browser.get(one).status_code == 403] == []


def test_groups_stand_in_the_order_of_their_entries() -> None:
    business_central = ["Sales & Marketing", "Sales Documents", "Purchasing", "Inventory & Resources", "Finance"]

    assert list(entries()) == ["", "Setup", "Synchronization", *business_central, "Dynamics 365 Sales"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "label"), [("setup", "Assisted Setup"), ("vat_setup", "VAT Posting Setup"), ("home", "Home")]
)
def test_the_navigation_marks_the_one_entry_that_a_page_belongs_to(name: str, label: str) -> None:
    page = signed_in("Ines", ADMINISTRATOR).get(reverse(name)).content.decode()

    assert re.findall(r'aria-current="page">.*?<span>([^<]+)<', page) == [label]


def test_every_entry_has_an_address() -> None:
    assert all(reverse(one.name, args=one.args) for group in entries().values() for one in group)


def test_the_apps_add_their_parts_in_order() -> None:
    assert [one.label for one in parts_of("errors.selection")][:2] == ["Retry", "Decide Conflicts"]
    assert parts_of("nowhere") == ()


def test_a_place_without_a_part_that_applies_has_no_address() -> None:
    assert first_url("record", ("neither", "customer", "7")) == ""
