"""Every order that a list of Business Central offers goes by an index, whichever way round, so that it is as fast with
a million rows as with a hundred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from coupling.pages import tables
from integration.business_central.models import CustLedgerEntry, Customer, SalesHeader, SalesInvoiceHeader
from integration.business_central.models.document_columns import DocumentType
from integration.business_central.reading.search import page_of
from integration.business_central.tables import MODELS, columns_of
from integration.pages.catalog import key_of
from integration.pages.lists import cells
from integration.systems.values import Side
from integration.views.bookkeeping import invoices, ledger
from integration.views.documents import lists
from tests.makers import table, text

pytestmark = pytest.mark.django_db
LARGE = sorted(name for name, model in MODELS.items() if not model.few)
LATEST_FIRST = {
    "sales_header": (SalesHeader.objects.filter(document_type=1), lists.LISTS["order"].order),
    "sales_invoice_header": (SalesInvoiceHeader.objects.all(), invoices.LIST.order),
    "cust_ledger_entry": (CustLedgerEntry.objects.all(), ledger.LIST.order),
}


@pytest.mark.parametrize("name", LARGE)
def test_every_order_that_is_offered_has_an_index(name: str) -> None:
    columns = columns_of(name)
    offered = [column.order for column in cells.offered(columns.table) if column.order]
    orders = [f"{turned}{column}" for column in offered for turned in ("", "-")]
    assert not [order for order in orders if _sorts(name, columns.model.objects.all(), [order])]


def test_a_list_of_orders_alone_is_sorted_by_an_index_too() -> None:
    """Also where only the orders that are not completely invoiced are listed."""
    orders = SalesHeader.objects.filter(document_type=DocumentType.ORDER)
    for rows in (orders, orders.filter(completely_invoiced=False)):
        asked = [[f"{turned}{column}"] for column in SalesHeader.sorted_columns for turned in ("", "-")]
        assert not [order for order in asked if _sorts("sales_header", rows, order)]


@pytest.mark.parametrize("name", LATEST_FIRST)
def test_documents_and_entries_come_latest_first_by_an_index(name: str) -> None:
    assert not _sorts(name, *LATEST_FIRST[name])


def test_a_city_is_sorted_by_and_a_credit_limit_is_not() -> None:
    offered = {column.name: column.order for column in cells.offered(columns_of("customer").table)}
    assert (offered["city"], offered["no"], offered["credit_limit_lcy"]) == ("city", "no", "")
    assert _sorts("customer", Customer.objects.all(), ["credit_limit_lcy"])


def test_every_list_of_business_central_has_an_order_of_its_own() -> None:
    shown = [page.name for page in tables.every() if page.side is Side.ERP]
    assert not [name for name in shown if not tables.listed(Side.ERP, columns_of(name).table).order]


def test_a_catalog_is_in_the_order_of_its_list() -> None:
    account = table("account", "Account", [text("accountnumber"), text("name")], numbered="accountnumber", named="name")
    for side, described in (
        (Side.CRM, account),
        *((Side.ERP, columns_of(name).table) for name in ("customer", "item")),
    ):
        assert tables.listed(side, described).order == key_of(described)


def _sorts(name: str, rows: QuerySet[Any], order: Sequence[str]) -> bool:
    """Does the database read all rows to bring them into this order? Those of one day or one number do not count."""
    is_server = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_server:  # the tables are empty: reading all of nothing would be quicker than any index
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as asked:
            page_of(columns_of(name), rows, order, 50, None)
        cursor.execute(f"{'EXPLAIN' if is_server else 'EXPLAIN QUERY PLAN'} {asked[-1]['sql']}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    return "TEMP B-TREE FOR ORDER BY" in plan or "Sort  (" in plan.replace("Incremental Sort  (", "")
