"""The list of mappings and Use Default Synchronization Setup say filters and fields in words, and ask Sales nothing."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.mappings.standard import create_missing
from integration.models import ConnectionSetup, FieldMapping, TableMapping, User
from integration.pages.lists.layout import keep_columns
from tests.integration.mapping.filters.kept import asked, kept
from tests.integration.mapping.pages import the
from tests.pages import seen_on

__all__ = ["asked", "kept"]

pytestmark = pytest.mark.django_db

DEFAULTS = "/mappings/use-default/"
RAW = re.compile(r"\b\w+_\w+\b|\b(statecode|customertypecode|websiteurl|yominame)\b")
"""A name of a column."""


@pytest.fixture
def with_filters(setup: ConnectionSetup, admin: Client) -> Client:
    """Annette, whose list of mappings shows filters."""
    create_missing()
    keep_columns(User.objects.get(username="annette"), "mappings", ["name", "erp_filter", "crm_filter"])
    return admin


def listed(browser: Client, name: str) -> list[Any]:
    lines = browser.get("/mappings/").context["list"].lines
    return next(line.cells for line in lines if line.id == name)


def differences(browser: Client, name: str = "CUSTOMER") -> list[tuple[str, str, str]]:
    [(_, found)] = browser.get(DEFAULTS, {"name": name}).context["plans"]
    return [(one.field, one.now, one.default) for one in found]


def test_the_list_says_filters_in_words_and_their_text_in_the_title(kept: list[str], with_filters: Client) -> None:
    _, ours, theirs = listed(with_filters, "CUSTOMER")
    assert ours.text == "Blocked is blank"
    assert theirs.text == "Status is Active and Relationship Type is Customer"
    assert theirs.title == f"{theirs.text}. As text: statecode = Active and customertypecode = Customer"
    assert [(cell.text, cell.title) for cell in listed(with_filters, "CURRENCY")[1:]] == [("", "")] * 2


def test_a_spreadsheet_of_the_list_has_filters_as_they_are_stored(kept: list[str], with_filters: Client) -> None:
    answer: Any = with_filters.get("/mappings/", {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))
    assert ["CUSTOMER", "blocked = ' '", "statecode = Active and customertypecode = Customer"] in rows


def test_a_long_filter_is_cut(kept: list[str], with_filters: Client) -> None:
    cities = ", ".join(f"'City of Adatum {number}'" for number in range(40))
    TableMapping.objects.filter(name="CUSTOMER").update(crm_filter=f"address1_city in ({cities})")
    _, _, cell = listed(with_filters, "CUSTOMER")
    assert cell.text.startswith("Address 1: City is any of City of Adatum 0, City of Adatum 1, ")
    assert (len(cell.text), cell.text[-1], len(cell.title), cell.title[-1]) == (200, "…", 1000, "…")


def test_the_list_asks_sales_nothing_and_reads_once_for_all_mappings(kept: list[str], with_filters: Client) -> None:
    with_filters.get("/mappings/")
    kept.clear()
    with CaptureQueriesContext(connection) as of_all:
        assert len(with_filters.get("/mappings/").context["list"].lines) == TableMapping.objects.count() > 10
    assert kept == ["what is kept"]
    with CaptureQueriesContext(connection) as of_one:
        with_filters.get("/mappings/", {"q": "CUSTOMER"})
    assert len(of_all.captured_queries) - 1 <= len(of_one.captured_queries)  # one is the count of this test


def test_a_list_without_filters_does_not_read_what_fields_are_called(
    kept: list[str], setup: ConnectionSetup, admin: Client
) -> None:
    create_missing()
    kept.clear()
    admin.get("/mappings/")
    assert kept == []


def test_fields_that_sales_never_described_are_called_as_their_partners(
    setup: ConnectionSetup, asked: list[str], with_filters: Client
) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(crm_filter="address1_city = London and statecode = Active")
    asked.clear()
    assert listed(with_filters, "CUSTOMER")[2].text == "city is London and Statecode is Active"
    assert asked == []


# --- use default synchronization setup -----------------------------------------------------------------------


@pytest.fixture
def changed(setup: ConnectionSetup, kept: list[str]) -> TableMapping:
    """Customers with filters and fields of one's own."""
    create_missing()
    customer = the("CUSTOMER")
    customer.erp_filter, customer.crm_filter = "payment_terms_code = '14 DAYS'", ""
    customer.save()
    customer.fields.filter(crm_field="fax").update(direction="to_crm")
    customer.fields.get(crm_field="address1_city").delete()
    FieldMapping.objects.create(mapping=customer, erp_field="name_2", crm_field="yominame", user_defined=True)
    return customer


def test_what_would_be_overwritten_is_said_in_words(changed: TableMapping, kept: list[str], admin: Client) -> None:
    kept.clear()
    assert differences(admin) == [
        ("table filter", "Payment Terms Code is 14 DAYS", "Blocked is blank"),
        ("integration table filter", "every record", "Status is Active and Relationship Type is Customer"),
        ("City – Address 1: City", "", "added"),
        ("Fax No. – Fax: direction", "BC → Sales", "both ways"),
        ("Name 2 – Name 2", "removed", ""),
    ]
    assert "Sales" not in kept


def test_names_of_columns_stand_in_titles_alone(changed: TableMapping, admin: Client) -> None:
    page = admin.get(DEFAULTS, {"name": "CUSTOMER"}).content.decode()
    cells = re.findall(r"<td([^>]*)>(.*?)</td>", page)
    assert [text for _, text in cells if RAW.search(text)] == []
    assert any("payment_terms_code" in title for title, _ in cells)


def test_a_filter_that_was_changed_meanwhile_is_told_in_words(changed: TableMapping, admin: Client) -> None:
    address = f"{reverse('mapping_defaults')}?name=CUSTOMER"
    mine = seen_on(admin, address)
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="city = London")
    FieldMapping.objects.filter(mapping=changed, crm_field="fax").update(is_enabled=False)
    answer = admin.post(address, {"name": "CUSTOMER", "listed": "CUSTOMER", **mine}).content.decode()
    assert "CUSTOMER, table filter: “Payment Terms Code is 14 DAYS” → “City is London”" in answer
    assert "CUSTOMER, Fax No. – Fax: enabled: “not there” → “no”" in answer
