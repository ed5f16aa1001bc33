"""Whatever is sold in Sales and done with it here: both sides show the same, to the cent, each document once."""

from __future__ import annotations

import uuid
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration import jobs
from integration.business_central.models import (
    Currency,
    CurrencyExchangeRate,
    CustLedgerEntry,
    SalesHeader,
    SalesInvoiceHeader,
)
from integration.models import SyncError
from integration.systems.errors import RecordProblem
from integration.systems.filters import Comparison
from tests.business_central import trading
from tests.business_central.posting.clerk import Clerk
from tests.examples import examples
from tests.integration.flows.organization import Organization, made
from tests.integration.invoicing.carried import INVOICE, ORDER, carry, twin, with_freight

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
BILLED, PARTIAL, COMPLETE, CANCELED = (0, 4), (2, 100002), (2, 100001), (3, 100003)
VERBS = ("ship", "invoice", "both", "undo", "cancel", "pay", "unapply", "carry")
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 3), st.sampled_from(["1", "2", "0.5", "50"])), max_size=7
)


@st.composite
def sold(draw: st.DrawFn) -> dict[str, Any]:
    """Lines (quantity, price, manual discount) and header of an order of Sales, and whether Sales keeps our amounts."""
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        quantity = D(draw(st.sampled_from(["1", "3", "7", "2.5"])))
        price = D(draw(st.sampled_from(["9.99", "0.33", "100", "348.35"])))
        manual = draw(st.sampled_from([D(0), D(0), D("0.07"), D("0.25")]))
        rows.append((quantity, price, manual))
    header = draw(st.sampled_from([{}, {}, {"discountpercentage": D("7.5")}, {"discountamount": D("0.05")}]))
    freight = draw(st.sampled_from([None, None, D("12.50")]))
    return {
        "rows": rows, "keeps": draw(st.booleans()), "euros": draw(st.booleans()),
        "header": {**header, **({"freightamount": freight} if freight else {})},
    }  # fmt: skip


class BackOffice(Clerk):
    """Works on one order, whatever else has been sold, and lets Sales know in between. ``keeps``: does Sales keep the
    amounts of invoices as they are written, or work them out by itself?"""

    def __init__(self, header: SalesHeader, organization: Organization, keeps: bool) -> None:
        super().__init__(header)
        self.organization, self.keeps = organization, keeps

    def do(self, verb: str, number: int, amount: str) -> None:
        if verb == "carry":
            self.carry()
        else:
            with transaction.atomic():
                super().do(verb, number, amount)

    def carry(self) -> None:
        """Sales hears what was posted for this order, and how the order stands."""
        invoices = list(SalesInvoiceHeader.objects.filter(order_id=self.id).values_list("pk", flat=True))
        if invoices:
            self.organization.keep_amounts(self.keeps)
            carry(INVOICE, *invoices)
            self.organization.keep_amounts(True)
        carry(ORDER, self.id)

    def one(self, model: Any, number: int) -> Any:
        ids = list(model.objects.filter(order_id=self.id).order_by("no").values_list("pk", flat=True))
        return ids[number % len(ids)] if ids else self.id


def assert_both_show_the_same(organization: Organization, there: uuid.UUID, order: SalesHeader) -> None:
    order.refresh_from_db()
    less, freight, tax, total = organization.values(
        there, "totalamountlessfreight", "freightamount", "totaltax", "totalamount"
    )
    assert (less + (freight or 0), tax, total) == (
        order.amount, order.amount_including_vat - order.amount, order.amount_including_vat
    )  # fmt: skip
    for invoice in SalesInvoiceHeader.objects.filter(order_id=order.pk):
        assert organization.crm.count("invoice", Comparison("invoicenumber", "=", invoice.no)) == 1
        shown = twin(organization, invoice, "totaltax", "totalamount")
        assert shown == (invoice.amount_including_vat - invoice.amount, invoice.amount_including_vat)
        assert twin(organization, invoice, "statecode", "statuscode") == expected_state(invoice)
    assert SalesHeader.objects.filter(your_reference=order.your_reference).count() == 1


def expected_state(invoice: SalesInvoiceHeader) -> tuple[int, int]:
    if invoice.cancelled:
        return CANCELED
    entry = CustLedgerEntry.objects.get(document_no=invoice.no, document_type=CustLedgerEntry.DocumentType.INVOICE)
    remaining = entry.remaining_amount
    if not remaining:
        return COMPLETE
    return BILLED if remaining == invoice.amount_including_vat else PARTIAL


@pytest.fixture
def trade(organization: Organization) -> Organization:
    with_freight()
    trading.stock(100_000)
    euros = Currency.objects.get(code="EUR")
    CurrencyExchangeRate.objects.filter(currency_code=euros).update(relational_exch_rate_amount=D("1.15"))
    return organization


@examples(6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(order=sold(), steps=STEPS)
def test_both_sides_show_the_same_whatever_is_done(
    trade: Organization, order: dict[str, Any], steps: list[tuple[str, int, str]]
) -> None:
    trade.keep_amounts(False)
    rows = [trade.desk(quantity, price, manualdiscountamount=manual) for quantity, price, manual in order["rows"]]
    whose = {"whose": "CONTOSO", "currency": "EUR"} if order["euros"] else {}
    there = trade.order(*rows, **whose, **order["header"])
    trade.keep_amounts(True)
    job = jobs.create_orders(inline=True)
    assert (job.inserted, job.failed) == (1, 0), [str(error) for error in job.errors.all()]
    office = BackOffice(made(there), trade, order["keeps"])
    office.do("release", 0, "0")

    for verb, number, amount in steps:
        with suppress(RecordProblem):  # A refusal is an answer too.
            office.do(verb, number, amount)
    with suppress(RecordProblem):
        office.do("both", 0, "0")
    office.carry()

    assert_both_show_the_same(trade, there, made(there))
    assert not SyncError.objects.open().exists()
