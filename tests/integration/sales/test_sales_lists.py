"""The lists Sales Orders and Sales Quotes – Dynamics 365 Sales."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from integration.business_central.models import SalesHeader
from integration.models import ConnectionSetup, TableMapping
from integration.pages import rows
from integration.systems.errors import Unreachable
from integration.systems.memory import MemorySystem
from integration.systems.values import Ref
from tests.business_central import trading
from tests.business_central.trading import item
from tests.integration.sales.conftest import Maker, fail, make_sound
from tests.integration.sales.seen import shown

D = Decimal


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        yield


def coupled_order(mapping: TableMapping, crm_id: uuid.UUID, *lines: dict[str, object]) -> SalesHeader:
    """The order of Business Central that this one became."""
    header = trading.order(*(lines or (item(quantity=2),)), your_reference="ORD-1")
    mapping.couplings.couple(header.pk, crm_id)
    return header


def test_a_submitted_order_shows_account_age_value_and_that_nothing_became_of_it(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    make_sound(organization)
    sells(submitdate=dt.datetime(2027, 1, 12, 9, tzinfo=dt.UTC), totalamountlessfreight=D(0))

    page = shown(viewer, "sales_orders")

    assert "ORD-1 Desks for Leeds Adatum Submitted 3 days 200.00 EUR It is not done automatically" in page


def test_an_order_of_a_currency_without_decimals_shows_none(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    yen = organization.add("transactioncurrency", isocurrencycode="JPY", currencyname="Yen", currencyprecision=0)
    sells(totalamount=D(12345), transactioncurrencyid=Ref("transactioncurrency", yen, "Yen"))

    assert "12,345 JPY" in shown(viewer, "sales_orders")


def test_a_created_order_leads_to_the_order_in_business_central_and_says_how_far_it_is(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    header = coupled_order(orders, sells())
    page = viewer.get(reverse("sales_orders")).content.decode()

    assert reverse("document", args=[header.pk]) in page
    assert f"Order {header.no} Open" in shown(viewer, "sales_orders")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": 1}, "Released"),
        ({"status": 1, "completely_shipped": True}, "Shipped"),
        ({"status": 1, "completely_shipped": True, "completely_invoiced": True}, "Invoiced"),
        ({"on_hold": "CRM"}, "On hold (CRM)"),
    ],
)
def test_an_order_says_how_far_it_is(
    columns: dict[str, object], words: str, orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    header = coupled_order(orders, sells())
    SalesHeader.objects.filter(pk=header.pk).update(**columns)

    assert f"Order {header.no} {words}" in shown(viewer, "sales_orders")


def test_an_order_that_a_person_deleted_here_says_so(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    header = coupled_order(orders, sells())
    trading.company.delete("sales_header", [trading.Row(header.pk)])

    assert "Deleted in Business Central" in shown(viewer, "sales_orders")


def test_an_order_that_was_marked_as_sent_elsewhere_is_left_to_a_person(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    sells(lastbackofficesubmit=dt.datetime(2027, 1, 10, 10, tzinfo=dt.UTC))

    assert "Marked as sent on 2027-01-10, so the automatic job leaves it alone." in shown(
        viewer, "sales_orders", state="submitted"
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {"ORD-1", "ORD-2"}),
        ({"state": "canceled"}, {"ORD-3"}),
        ({"state": "all"}, {"ORD-1", "ORD-2", "ORD-3"}),
        ({"there": "yes"}, {"ORD-1"}),
        ({"there": "no"}, {"ORD-2"}),
        ({"there": "open"}, {"ORD-2"}),
        ({"q": "ord-2"}, {"ORD-2"}),
        ({"state": "nonsense", "there": "nonsense", "order": "ownerid"}, {"ORD-1", "ORD-2"}),
    ],
)
def test_the_list_is_narrowed_by_state_by_what_became_of_it_and_by_text(
    query: dict[str, str], numbers: set[str], orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    coupled_order(orders, sells(number="ORD-1"))
    fail(orders, sells(number="ORD-2"), "item-blocked", "Item DESK is blocked.")
    sells(number="ORD-3", statecode=2)

    assert set(re.findall(r"ORD-\d", shown(viewer, "sales_orders", **query))) - {"ORD-"} >= numbers
    assert set(re.findall(r" (ORD-\d) Desks", shown(viewer, "sales_orders", **query))) == numbers


def test_a_long_list_has_pages_and_keeps_its_filter(
    orders: TableMapping, sells: Maker, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 25)
    for number in range(30):
        sells(number=f"ORD-{number:02}")

    first = viewer.get(reverse("sales_orders"), {"q": "ORD", "order": "ordernumber"}).content.decode()
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', first)

    assert following is not None
    second = viewer.get(reverse("sales_orders") + following[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r"ORD-\d\d(?=</a>)", second) == [f"ORD-{number:02}" for number in range(25, 30)]


def test_a_spoilt_bookmark_opens_the_first_page(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    sells()
    assert "ORD-1" in shown(viewer, "sales_orders", after="spoilt")


def test_a_list_asks_sales_and_the_database_the_same_number_of_questions_however_long(
    orders: TableMapping,
    organization: MemorySystem,
    sells: Maker,
    viewer: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        coupled_order(orders, sells(number=f"ORD-{number}"))
    viewer.get(reverse("sales_orders"))
    organization.calls.clear()
    viewer.get(reverse("sales_orders"))
    few = dict(organization.calls)

    for number in range(3, 20):
        coupled_order(orders, sells(number=f"ORD-{number}"))
    organization.calls.clear()
    viewer.get(reverse("sales_orders"))

    assert dict(organization.calls) == few


def test_while_sales_is_silent_what_waits_is_shown_all_the_same(
    orders: TableMapping, organization: MemorySystem, sells: Maker, viewer: Client
) -> None:
    fail(orders, sells(), "item-blocked", "Item DESK is blocked.")
    organization.fail_on("find", Unreachable("No route to contoso."))

    page = shown(viewer, "sales_orders")

    assert "No route to contoso." in page
    assert "Item DESK is blocked." in page


def test_what_people_typed_in_sales_is_text_and_nothing_else(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    sells(name="<script>alert(1)</script>", number="<b>1</b>")

    page = viewer.get(reverse("sales_orders")).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page


def test_a_spreadsheet_has_every_row_with_what_became_of_it(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    header = coupled_order(orders, sells(number="ORD-1", totalamount=D("1234.5")))
    sells(number="ORD-2", name="=cmd()")

    answer = viewer.get(reverse("sales_orders"), {"format": "csv"})
    rows = b"".join(answer.streaming_content).decode().splitlines()

    assert rows[0].startswith('"No.","Name","Account"')
    assert (
        f'"ORD-1","Desks for Leeds","Adatum","Submitted","2027-01-12","1234.50","EUR","Order {header.no} Open",""'
        in rows
    )
    assert any("'=cmd()" in row for row in rows)


def test_a_spreadsheet_that_cannot_begin_says_why_on_the_list(
    orders: TableMapping, organization: MemorySystem, viewer: Client
) -> None:
    organization.fail_on("describe", Unreachable("No route to contoso."))
    answer = viewer.get(reverse("sales_orders"), {"format": "csv"})
    assert answer["Location"] == reverse("sales_orders")


# --- buttons -------------------------------------------------------------------------------------------------------


def test_who_only_looks_sees_no_buttons(orders: TableMapping, sells: Maker, viewer: Client, integrator: Client) -> None:
    sells()
    assert "Create in Business Central Retry" not in shown(viewer, "sales_orders")
    assert "Create in Business Central Retry" in shown(integrator, "sales_orders")


def test_while_order_integration_is_off_the_page_says_so_and_has_no_buttons(
    orders: TableMapping, sells: Maker, integrator: Client
) -> None:
    ConnectionSetup.objects.update(order_integration_enabled=False)
    sells()

    page = shown(integrator, "sales_orders")

    assert "Sales order integration is off" in page
    assert "Create in Business Central" not in page


def test_home_counts_orders_that_wait_and_leads_to_them(orders: TableMapping, sells: Maker, viewer: Client) -> None:
    assert "Sales orders waiting" not in shown(viewer, "home")
    fail(orders, sells(), "item-blocked", "Item DESK is blocked.")

    page = viewer.get(reverse("home")).content.decode()

    assert "Sales orders waiting" in page
    assert reverse("sales_orders") + "?state=all&amp;there=open" in page
