"""Customer Statistics: what a customer owes, has ordered and has bought, by the customer who pays."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.business_central.models import Customer, GeneralLedgerSetup
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment
from integration.business_central.posting.shipment_invoices import invoice_shipments
from integration.business_central.posting.shipping import ship
from integration.business_central.reading.statistics import TABLE, fiscal_year
from integration.business_central.store import EmbeddedCompany
from integration.systems.errors import CursorExpired, FieldMissing, Refused
from integration.systems.filters import parse
from integration.systems.values import Row
from tests.business_central.embedded import company
from tests.business_central.posting.shipments import to_ship
from tests.business_central.trading import item, order

D = Decimal
FIELDS = [name for name in TABLE.fields if name.endswith("_lcy")]


def figures(no: str = "ADATUM") -> dict[str, Any]:
    """The amounts of a customer that are not 0."""
    id = Customer.objects.get(no=no).pk
    values = company.get("customer_statistics", [id], FIELDS)[id].values
    return {name.removesuffix("_lcy"): value for name, value in values.items() if value}


def test_a_customer_who_bought_nothing_has_only_zeros() -> None:
    assert figures() == {}


def test_what_was_ordered_shipped_invoiced_and_paid_stands_apart() -> None:
    Customer.objects.filter(no="ADATUM").update(credit_limit_lcy=5000)
    made = order(item(quantity=5, price=100))
    to_ship(made, 2)
    ship(made.pk)
    invoiced = ship_and_invoice(order(item("STAMP", 1, price=70)).pk)
    register_payment(Payment(D(20), invoice=invoiced.pk))
    order(item(price=1000), document_type=0)

    assert figures() == {
        "balance": 50, "outstanding_orders": 360, "shipped_not_invoiced": 240, "total": 650, "credit_limit": 5000,
        "total_sales": 70,
    }  # fmt: skip


def test_goods_on_an_unposted_invoice_are_counted_once() -> None:
    shipment = ship(order(item(quantity=2, price=100)).pk)
    invoice_shipments([shipment.pk])
    order(item("STAMP", 1, price=10), document_type=2)

    assert figures() == {"shipped_not_invoiced": 240, "outstanding_invoices": 250, "total": 250}


def test_foreign_currencies_come_in_the_local_one() -> None:
    ship_and_invoice(order(item(quantity=2, price=50), whose="CONTOSO").pk)

    assert figures("CONTOSO") == {"balance": D("103.15"), "total": D("103.15"), "total_sales": D("85.95")}


def test_the_customer_who_pays_owes() -> None:
    Customer.objects.filter(no="ADATUM").update(bill_to_customer_no=Customer.objects.get(no="CONTOSO"))
    ship_and_invoice(order(item("STAMP", 1, price=70), currency_code=None).pk)

    assert (figures(), figures("CONTOSO")["balance"]) == ({}, 70)


def test_what_is_due_is_overdue_the_day_after() -> None:
    ship_and_invoice(order(item("STAMP", 1, price=70)).pk)

    with time_machine.travel("2027-02-14T09:00:00Z", tick=False):
        assert "overdue_amounts" not in figures()
    with time_machine.travel("2027-02-15T09:00:00Z", tick=False):
        assert figures()["overdue_amounts"] == 70


def test_sales_are_those_of_the_fiscal_year() -> None:
    ship_and_invoice(order(item("STAMP", 1, price=70)).pk)
    setup = GeneralLedgerSetup.current()
    setup.fiscal_year_first_month = 4
    setup.save()

    assert figures()["total_sales"] == 70
    with time_machine.travel("2027-04-01T09:00:00Z", tick=False):
        assert "total_sales" not in figures()


@pytest.mark.parametrize(
    ("day", "month", "first"),
    [("2027-01-15", 1, "2027-01-01"), ("2027-03-31", 4, "2026-04-01"), ("2027-04-01", 4, "2027-04-01")],
)
def test_a_fiscal_year_begins_in_its_first_month(day: str, month: int, first: str) -> None:
    begin, behind = fiscal_year(dt.date.fromisoformat(day), month)

    assert begin.isoformat() == first
    assert (behind.year, behind.month, behind.day) == (begin.year + 1, month, 1)


# --- as a table ----------------------------------------------------------------------------------------------------


def test_the_table_is_read_as_any_other() -> None:
    ship_and_invoice(order(item("STAMP", 1, price=70)).pk)
    small = EmbeddedCompany(page_size=1)
    where = parse("balance_lcy > 50", TABLE)

    assert ("customer_statistics", "Customer Statistics") in company.tables()
    first = small.find("customer_statistics", fields=["no"], order=["-no"])
    second = small.find("customer_statistics", fields=["no"], order=["-no"], after=first.cursor)
    assert [page.records[0].values["no"] for page in (first, second)] == ["CONTOSO", "ADATUM"]
    assert second.cursor is None
    found = company.find("customer_statistics", where, ["no", "currency_code"]).records
    assert [dict(record.values)["no"] for record in found] == ["ADATUM"]
    assert company.count("customer_statistics", where) == 1
    assert [len(page.records) for page in small.changes("customer_statistics", ["no"])] == [1, 1]
    with pytest.raises(FieldMissing):
        company.get("customer_statistics", [], ["wingspan"])
    with pytest.raises(CursorExpired):
        company.find("customer_statistics", after="x")


def test_the_version_moves_with_the_figures_and_only_then() -> None:
    id = Customer.objects.get(no="ADATUM").pk

    def version() -> str:
        return company.get("customer_statistics", [id], [])[id].version

    before = version()
    assert version() == before
    order(item(price=10))
    assert version() != before


def test_nobody_writes_what_is_worked_out() -> None:
    id = Customer.objects.get(no="ADATUM").pk

    for verb in (company.insert, company.update, company.delete):
        assert isinstance(verb("customer_statistics", [Row(id)])[0].error, Refused)
    with pytest.raises(Refused):
        company.act("customer_statistics", id, "block")
    assert company.get("customer_statistics", [uuid.uuid4()], []) == {}


def test_many_customers_cost_no_more_queries_than_one() -> None:
    figures()

    with CaptureQueriesContext(connection) as queries:
        company.find("customer_statistics", fields=FIELDS)

    assert len(queries) <= 6
