"""Which orders and quotes of Sales their lists begin with, and what a list says of quotes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from integration.models import TableMapping
from integration.systems.values import Ref
from tests.business_central import trading
from tests.business_central.trading import item
from tests.integration.sales.conftest import Maker
from tests.integration.sales.seen import shown


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        yield


@pytest.mark.scenario("CRMSalesOrderIntegrTest.CRMSalesOrderListFilters")
def test_the_list_begins_with_the_submitted_orders_that_nobody_has_sent_anywhere(
    orders: TableMapping, sells: Maker, viewer: Client
) -> None:
    days = {"ORD-1": None, "ORD-2": (1899, 12, 31), "ORD-3": (1900, 1, 1), "ORD-4": (1900, 1, 2)}
    for number, day in days.items():
        sells(number=number, lastbackofficesubmit=dt.datetime(*day, tzinfo=dt.UTC) if day else None)
    sells(number="ORD-5", statecode=0)

    assert set(re.findall(r" (ORD-\d) Desks", shown(viewer, "sales_orders"))) == {"ORD-1", "ORD-3"}
    assert set(re.findall(r" (ORD-\d) Desks", shown(viewer, "sales_orders", state="submitted"))) == set(days)


def test_a_quote_that_is_past_its_day_is_shown_as_expired(quotes: TableMapping, sells: Maker, viewer: Client) -> None:
    sells("quote", number="QUO-1", effectiveto=dt.date(2027, 1, 14))
    assert "QUO-1 Desks for Leeds Adatum Active 3 days 200.00 EUR Expired on 2027-01-14" in shown(
        viewer, "sales_quotes"
    )


@pytest.mark.parametrize(("ordered", "words"), [(True, "Waits for its order"), (False, "Was won without an order")])
def test_a_won_quote_says_whether_an_order_is_to_come(
    ordered: bool, words: str, quotes: TableMapping, sells: Maker, viewer: Client
) -> None:
    quote = sells("quote", number="QUO-1", statecode=2)
    header = trading.order(item(), document_type=0, your_reference="QUO-1")
    quotes.couplings.couple(header.pk, quote)
    if ordered:
        sells(quoteid=Ref("quote", quote), statecode=0)

    assert f"Quote {header.no} Open {words}" in shown(viewer, "sales_quotes")


def test_a_done_quote_leads_to_its_archive_and_to_the_order_it_became(
    quotes: TableMapping, sells: Maker, viewer: Client
) -> None:
    header = trading.order(item(), document_type=0, your_reference="QUO-1")
    quotes.couplings.couple(header.pk, sells("quote", number="QUO-1", statecode=2))
    order = trading.order(item())
    trading.company.act("sales_header", order.pk, "link_quote", no=header.no)

    assert f"Quote {header.no} (archive) Order {order.no} Became an order" in shown(viewer, "sales_quotes")


def test_a_closed_quote_says_how_it_was_closed(quotes: TableMapping, sells: Maker, viewer: Client) -> None:
    sells("quote", number="QUO-1", statecode=3, statuscode=5)
    assert "Adatum Lost" in shown(viewer, "sales_quotes", state="closed")
