"""Whatever is done in whatever order, done or refused: the books agree with one another after every step."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.business_central.amounts import rounded, total
from integration.business_central.models import (
    CustLedgerEntry,
    DetailedCustLedgEntry,
    DocumentEvent,
    Item,
    ItemLedgerEntry,
    SalesCrMemoHeader,
    SalesHeader,
    SalesInvoiceHeader,
    SalesInvoiceLine,
    SalesLine,
    SalesShipmentLine,
)
from integration.systems.errors import RecordProblem
from tests.business_central.posting.books import assert_books_balance, worth
from tests.business_central.posting.clerk import Clerk
from tests.business_central.trading import document, freight, insert, item, lines_of, resource
from tests.examples import examples

D = Decimal
VERBS = ("release", "reopen", "ship", "invoice", "both", "undo", "cancel", "pay", "unapply", "credit", "change")


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """Lines and header of an order."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        quantity = draw(st.sampled_from(["1", "3", "7", "2.5", "-1", "0"]))
        price = draw(st.sampled_from(["9.99", "0.335", "100", "0"]))
        kind = draw(st.sampled_from([item, item, resource]))
        line = kind("DESK", quantity, price) if kind is item else kind(quantity, price)
        gross = rounded(D(quantity) * D(price), D("0.01"))
        share = draw(st.sampled_from([0, 0, D("0.1"), 1]))
        made.append({**line, "line_discount_amount": rounded(gross * share, D("0.01"))})
    if draw(st.booleans()):
        made.append(freight("12.50"))
    return {
        "lines": made,
        "whose": draw(st.sampled_from(["ADATUM", "CONTOSO"])),
        "prices_including_vat": draw(st.booleans()),
        "invoice_discount_value": draw(st.sampled_from([D(0), D(0), D("0.05")])),
    }


STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 3), st.sampled_from(["1", "2", "0.5", "-1", "10"])), max_size=12
)


def assert_promises(header: SalesHeader) -> None:
    header.refresh_from_db()
    lines = lines_of(header)
    assert header.amount == total(line.amount for line in lines)
    assert header.amount_including_vat == total(line.amount_including_vat for line in lines)
    assert header.invoice_discount_amount == total(line.inv_discount_amount for line in lines)
    assert header.invoice_discount_amount == header.invoice_discount_value
    standing = SalesInvoiceLine.objects.filter(document_no__cancelled=False, order_id=header.pk)
    for line in lines:
        low, high = sorted((D(0), line.quantity))
        assert low <= line.quantity_shipped <= high
        assert abs(line.quantity_invoiced) <= abs(line.quantity_shipped)
        shipped = SalesShipmentLine.objects.filter(order_line_no=line.line_no, undone=False)
        assert total(x.quantity for x in shipped) == line.quantity_shipped
        assert total(x.quantity_invoiced for x in shipped) == line.quantity_invoiced
        own = [x for x in standing if x.order_line_no == line.line_no]
        assert total(x.quantity for x in own) == line.quantity_invoiced
        assert line.outstanding_quantity == line.quantity - line.quantity_shipped
        assert line.qty_shipped_not_invoiced == line.quantity_shipped - line.quantity_invoiced
        if line.quantity and line.quantity_invoiced == line.quantity:
            paid = "amount_including_vat" if header.prices_including_vat else "amount"
            assert total(getattr(x, paid) for x in own) == getattr(line, paid)
            assert line.shipped_not_invoiced == line.outstanding_amount == 0
    assert_books_balance()
    for thing in Item.objects.all():
        entries = ItemLedgerEntry.objects.filter(item_no=thing)
        assert thing.inventory == total(x.quantity for x in entries)
    for model in (CustLedgerEntry, DetailedCustLedgEntry, ItemLedgerEntry, DocumentEvent):
        numbers = list(model.objects.order_by("entry_no").values_list("entry_no", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    for invoiced in SalesInvoiceHeader.objects.all():
        credited = SalesCrMemoHeader.objects.filter(corrects_invoice_no=invoiced.no)
        assert total(x.amount_including_vat for x in credited) <= invoiced.amount_including_vat
        assert not invoiced.cancelled or (invoiced.closed and credited.count() == 1)


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(orders(), STEPS)
def test_the_books_agree_whatever_is_done(made: dict[str, Any], steps: list[tuple[str, int, str]]) -> None:
    with transaction.atomic():
        lines = made["lines"]
        answer = insert(document(*lines, **{name: value for name, value in made.items() if name != "lines"}))[0]
        if answer.ok:
            worth(dt.date(2027, 2, 1), "1.25")
            header = SalesHeader.objects.get(pk=answer.id)
            clerk = Clerk(header)
            assert_promises(header)
            for verb, number, amount in steps:
                before = SalesLine.objects.count()
                with suppress(RecordProblem), transaction.atomic():  # A refusal is an answer too.
                    clerk.do(verb, number, amount)
                assert SalesLine.objects.count() == before
                assert_promises(header)
        transaction.set_rollback(True)
