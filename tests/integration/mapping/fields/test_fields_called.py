"""A pair of fields is called by the captions of its fields, also where nobody sees it or it is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test.client import Client

from integration.models.mapping.table_mapping import TableMapping
from integration.systems.memory import MemorySystem
from tests.integration.mapping.pages import change, lines

pytestmark = pytest.mark.django_db

CITY = "City – Address 1: City"


@pytest.fixture
def captioned(mapping: TableMapping, company: MemorySystem, organization: MemorySystem) -> TableMapping:
    """The city has a caption on both sides."""
    for twin, table, name, caption in (
        (company, "customer", "city", "City"),
        (organization, "account", "address1_city", "Address 1: City"),
    ):
        found = twin.describe(table)
        twin.add_table(replace(found, fields={**found.fields, name: replace(found.fields[name], label=caption)}))
    return mapping


def test_who_hears_the_page_hears_captions(captioned: TableMapping, admin: Client) -> None:
    page = admin.get("/mappings/CUSTOMER/fields/").content.decode()
    assert f'aria-label="Enabled of {CITY}"' in page
    assert f'aria-label="Transformation rules of {CITY}"' in page
    assert [one for one in re.findall(r'aria-label="([^"]+)"', page) if "address1_city" in one] == []


def test_a_refused_save_names_the_pair_by_its_captions(captioned: TableMapping, admin: Client) -> None:
    page = change(admin, "address1_city", not_null="on").content.decode()
    assert f">{CITY}</a>: Not Null is for id and lookup columns only." in page


def test_what_somebody_else_saved_meanwhile_is_named_by_captions(captioned: TableMapping, admin: Client) -> None:
    mine = lines(admin)
    change(admin, "address1_city", direction="to_crm")
    answer = admin.post("/mappings/CUSTOMER/fields/", mine)
    assert f"{CITY}, direction: “both ways” → “BC → Sales”" in answer.content.decode()
