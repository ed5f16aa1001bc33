"""Invoices canceled as a whole and credited in part."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import (
    CustLedgerEntry,
    GeneralLedgerSetup,
    ItemLedgerEntry,
    SalesCrMemoHeader,
    SalesCrMemoLine,
    SalesHeader,
    SalesInvoiceHeader,
    SalesShipmentLine,
)
from integration.business_central.posting.changing import delete_document
from integration.business_central.posting.crediting import Credit, cancel, credit
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.payments import unapply
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.systems.errors import NotFound
from integration.systems.refusals import Applied, Invoiced, PostingDateRefused, QuantityRefused
from tests.business_central.posting.books import assert_books_balance, entry_of, left, pay
from tests.business_central.posting.invoices import part, posted, to_invoice
from tests.business_central.posting.shipments import events, stock_of, to_ship
from tests.business_central.trading import comment, item, lines_of, order

D = Decimal


def memo_lines(memo: SalesCrMemoHeader) -> list[SalesCrMemoLine]:
    return list(SalesCrMemoLine.objects.filter(document_no=memo).order_by("line_no"))


def entry_of_memo(memo: SalesCrMemoHeader) -> CustLedgerEntry:
    return CustLedgerEntry.objects.get(document_type=3, document_no=memo.no)


# --- cancel --------------------------------------------------------------------------------------------------------


def test_a_canceled_invoice_is_credited_in_full_and_can_be_invoiced_again() -> None:
    made = order(item(quantity=2, price=100), comment("Thanks"), whose="CONTOSO")
    invoiced = ship_and_invoice(made.pk)

    memo = cancel(invoiced.pk, by="annette")

    invoiced.refresh_from_db()
    made.refresh_from_db()
    assert (memo.no, memo.corrects_invoice_no, memo.amount, memo.amount_including_vat) == ("104001", "103001", 200, 240)
    assert (invoiced.cancelled, invoiced.corrected_by_no, invoiced.closed) == (True, "104001", True)
    assert [(x.description, x.amount, x.invoice_line_no) for x in memo_lines(memo)] == [
        ("Desk", 200, 10000), ("Thanks", 0, 20000),
    ]  # fmt: skip
    own = entry_of_memo(memo)
    assert (own.amount, own.amount_lcy, own.sales_lcy) == (-240, D("-206.29"), D("-171.91"))
    assert left(entry_of(invoiced)) == left(own) == (0, 0, False)
    assert (made.completely_shipped, made.completely_invoiced, lines_of(made)[0].quantity_invoiced) == (True, False, 0)
    assert (SalesShipmentLine.objects.get(quantity=2).quantity_invoiced, stock_of()) == (0, 998)
    assert ItemLedgerEntry.objects.get(entry_type=1).invoiced_quantity == 0
    assert events("canceled") == [("canceled", "104001")]
    assert invoice(made.pk).amount == 200
    assert_books_balance()


def test_a_canceled_part_is_invoiced_again_for_what_is_missing() -> None:
    made = order(item(quantity=3, price=10), invoice_discount_value=D("0.05"))
    ship(made.pk)
    parts = []
    for _ in range(3):
        to_invoice(made, 1)
        parts.append(invoice(made.pk))

    cancel(parts[1].pk)
    again = invoice(made.pk)

    assert [part(each)[2] for each in (*parts, again)] == [D("0.02"), D("0.01"), D("0.02"), D("0.01")]
    made.refresh_from_db()
    assert made.completely_invoiced
    standing = SalesInvoiceHeader.objects.filter(cancelled=False)
    assert sum(each.amount for each in standing) == made.amount == D("29.95")


def test_the_latest_shipment_is_given_back_first_and_can_then_be_undone() -> None:
    made = order(item(quantity=2, price=10))
    to_ship(made, 1)
    first = ship(made.pk)
    second = ship(made.pk)
    to_invoice(made, 1)
    invoice(made.pk)
    later = invoice(made.pk)

    cancel(later.pk)

    undo_shipment(second.pk)
    with pytest.raises(Invoiced, match="is invoiced"):
        undo_shipment(first.pk)


def test_an_order_that_is_gone_does_not_stop_a_cancel() -> None:
    made = order(item(price=10))
    invoiced = ship_and_invoice(made.pk)
    delete_document(made.pk)

    assert cancel(invoiced.pk).amount == 10
    assert events("canceled") == [("canceled", "104001")]


def test_an_invoice_of_nothing_is_canceled_too() -> None:
    invoiced = ship_and_invoice(order(item(price=10, line_discount_percent=D(100))).pk)

    cancel(invoiced.pk)

    assert SalesInvoiceHeader.objects.get().cancelled
    assert_books_balance()


def test_a_paid_invoice_is_canceled_only_after_unapplying() -> None:
    invoiced = ship_and_invoice(order(item("STAMP", price=10)).pk)
    pay(invoiced, 4)

    with pytest.raises(Applied, match="Something is applied to invoice 103001. Unapply it first"):
        cancel(invoiced.pk)
    unapply(1)
    cancel(invoiced.pk)
    assert_books_balance()


def test_an_invoice_is_canceled_once() -> None:
    invoiced = ship_and_invoice(order(item(price=10)).pk)
    cancel(invoiced.pk)

    with pytest.raises(Applied, match="Invoice 103001 is canceled by credit memo 104001 already"):
        cancel(invoiced.pk)
    with pytest.raises(NotFound):
        cancel(uuid.uuid4())


def test_a_cancel_is_not_before_its_invoice_nor_in_a_closed_period() -> None:
    invoiced = ship_and_invoice(order(item(price=10)).pk)

    with pytest.raises(PostingDateRefused, match="2027-01-14 is before that of invoice 103001"):
        cancel(invoiced.pk, posting_date=dt.date(2027, 1, 14))
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_from = dt.date(2027, 2, 1)
    setup.save()
    with pytest.raises(PostingDateRefused):
        cancel(invoiced.pk)
    assert cancel(invoiced.pk, posting_date=dt.date(2027, 2, 1)).posting_date == dt.date(2027, 2, 1)


# --- credit --------------------------------------------------------------------------------------------------------


def three_desks(**more: Any) -> SalesInvoiceHeader:
    return ship_and_invoice(order(item(quantity=3, price="9.99", line_discount_amount=D("1.00")), **more).pk)


def test_a_part_is_credited_and_applied_and_the_order_stays_invoiced() -> None:
    invoiced = three_desks()

    memo = credit(invoiced.pk, {10000: Credit(quantity=D(1))})

    line = memo_lines(memo)[0]
    assert (line.quantity, line.line_discount_amount, line.amount, line.amount_including_vat) == (
        1, D("0.33"), D("9.66"), D("11.59"),
    )  # fmt: skip
    assert left(entry_of(invoiced)) == (D("23.17"), D("23.17"), True)
    assert left(entry_of_memo(memo)) == (0, 0, False)
    assert (SalesHeader.objects.get().completely_invoiced, events("credited")) == (True, [("credited", memo.no)])
    assert_books_balance()


def test_all_parts_come_to_the_invoice() -> None:
    invoiced = three_desks()

    memos = [credit(invoiced.pk, {10000: Credit(quantity=D(1))}) for _ in range(3)]

    assert sum(memo.amount for memo in memos) == invoiced.amount
    assert sum(memo.amount_including_vat for memo in memos) == invoiced.amount_including_vat
    assert left(entry_of(invoiced)) == (0, 0, False)
    with pytest.raises(QuantityRefused, match="Line 10000: that is more than was invoiced and not credited yet"):
        credit(invoiced.pk, {10000: Credit(quantity=D(1))})


def test_an_amount_is_credited_with_its_vat() -> None:
    invoiced = ship_and_invoice(order(item(quantity=2, price=100)).pk)

    memo = credit(invoiced.pk, {10000: Credit(amount=D("50.00"))})

    assert (memo.amount, memo.amount_including_vat) == (50, 60)
    with pytest.raises(QuantityRefused):
        credit(invoiced.pk, {10000: Credit(amount=D("150.01"))})
    with pytest.raises(QuantityRefused, match="Go on as it was begun"):
        credit(invoiced.pk, {10000: Credit(quantity=D(1))})
    assert credit(invoiced.pk, {10000: Credit(amount=D(150))}).amount_including_vat == 180


def test_what_is_paid_already_stays_open_on_the_account() -> None:
    invoiced = three_desks()
    pay(invoiced, 30)

    memo = credit(invoiced.pk, {10000: Credit(quantity=D(1))})

    assert left(entry_of(invoiced)) == (0, 0, False)
    assert left(entry_of_memo(memo)) == (D("-6.83"), D("-6.83"), True)
    assert_books_balance()


@pytest.mark.parametrize(
    "parts",
    [{}, {10000: Credit()}, {10000: Credit(D(1), D(1))}, {10000: Credit(D(4))}, {10000: Credit(D(-1))},
     {20000: Credit(D(1))}],
)  # fmt: skip
def test_what_was_not_invoiced_is_not_credited(parts: dict[int, Credit]) -> None:
    with pytest.raises(QuantityRefused):
        credit(three_desks().pk, parts)
    assert not SalesCrMemoHeader.objects.exists()


def test_credit_and_cancel_exclude_each_other() -> None:
    credited, canceled = three_desks(), three_desks()
    credit(credited.pk, {10000: Credit(quantity=D(1))})
    unapply(1)
    cancel(canceled.pk)

    with pytest.raises(Applied, match="A part of invoice 103001 is credited already"):
        cancel(credited.pk)
    with pytest.raises(Applied):
        credit(canceled.pk, {10000: Credit(quantity=D(1))})
    assert len(posted(credited)) == 1
