"""Invoices of orders, in whole and in parts: amounts, ledger, quantities, events, refusals."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.business_central.models import (
    CurrencyExchangeRate,
    CustLedgerEntry,
    Customer,
    DetailedCustLedgEntry,
    ItemLedgerEntry,
    SalesHeader,
    SalesInvoiceHeader,
    SalesLine,
    SalesReceivablesSetup,
    SalesShipmentLine,
)
from integration.business_central.posting.changing import DocumentChange, change
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import hold
from integration.systems.errors import NotFound
from integration.systems.refusals import (
    AmountRefused,
    CustomerBlocked,
    DocumentRefused,
    NothingToPost,
    NumberMissing,
    OnHold,
    QuantityRefused,
)
from tests.business_central.posting.invoices import part, posted, to_invoice
from tests.business_central.posting.shipments import events, stock_of, to_ship
from tests.business_central.trading import DAY, comment, currency, freight, item, lines_of, order, resource

D = Decimal


def numbers(text: str) -> tuple[D, ...]:
    return tuple(map(D, text.split()))


# --- whole ---------------------------------------------------------------------------------------------------------


def test_an_order_with_freight_is_invoiced_as_it_stands() -> None:
    made = order(item(quantity=2, price=149), comment("Thanks"), freight("12.50"), invoice_discount_value=D("14.90"))

    invoiced = ship_and_invoice(made.pk, by="annette")

    made.refresh_from_db()
    assert (invoiced.amount, invoiced.amount_including_vat, invoiced.invoice_discount_amount) == numbers(
        "295.60 354.72 14.90"
    )
    assert (invoiced.no, invoiced.order_no, invoiced.order_id, invoiced.posted_by) == (
        "103001", "101001", made.pk, "annette",
    )  # fmt: skip
    assert (invoiced.remaining_amount, invoiced.closed, invoiced.cancelled) == (D("354.72"), False, False)
    assert [(line.description, line.amount) for line in posted(invoiced)] == [
        ("Desk", D("283.10")), ("Thanks", 0), ("Freight", D("12.50")),
    ]  # fmt: skip
    assert (made.completely_invoiced, made.completely_shipped, SalesHeader.objects.count()) == (True, True, 1)
    assert events() == [("released", ""), ("shipped", "102001"), ("invoiced", "103001")]


def test_the_ledger_has_the_invoice_in_both_currencies() -> None:
    invoiced = ship_and_invoice(order(item(quantity=2, price=50), whose="CONTOSO", external_document_no="PO 7").pk)

    entry = CustLedgerEntry.objects.get()
    assert (entry.entry_no, entry.document_no, entry.document_type) == (1, invoiced.no, 2)
    assert (entry.amount, entry.amount_lcy, entry.sales_lcy) == numbers("120.00 103.15 85.95")
    assert (entry.remaining_amount, entry.remaining_amount_lcy, entry.open) == (D("120.00"), D("103.15"), True)
    assert (entry.customer_no.no, entry.due_date, entry.external_document_no) == ("CONTOSO", DAY, "PO 7")
    detail = DetailedCustLedgEntry.objects.get()
    assert (detail.get_entry_type_display(), detail.amount, detail.amount_lcy) == ("Initial Entry", 120, D("103.15"))


def test_an_invoice_of_nothing_is_closed_from_the_start() -> None:
    invoiced = ship_and_invoice(order(item(price=10, line_discount_percent=D(100))).pk)

    entry = CustLedgerEntry.objects.get()
    assert (invoiced.closed, invoiced.remaining_amount) == (True, 0)
    assert (entry.open, entry.closed_at_date) == (False, DAY)


def test_what_is_invoiced_is_marked_on_shipment_and_item_entry() -> None:
    made = order(item(quantity=5, price=10))
    to_ship(made, 2)
    ship(made.pk)
    ship(made.pk)
    to_invoice(made, 3)

    invoiced = invoice(made.pk)

    shipped = SalesShipmentLine.objects.order_by("document_no__no")
    assert [(line.quantity, line.quantity_invoiced) for line in shipped] == [(2, 2), (3, 1)]
    entries = ItemLedgerEntry.objects.filter(entry_type=1).order_by("entry_no")
    assert [(entry.quantity, entry.invoiced_quantity) for entry in entries] == [(-2, -2), (-3, -1)]
    assert (posted(invoiced)[0].quantity, posted(invoiced)[0].shipment_no) == (3, "102001")


# --- parts ---------------------------------------------------------------------------------------------------------


def test_an_order_of_seven_is_invoiced_as_three_and_four() -> None:
    made = order(item(quantity=7, price="9.99", line_discount_amount=D("3.50")), invoice_discount_value=D("4.00"))
    ship(made.pk)
    to_invoice(made, 3)

    first = invoice(made.pk)
    second = invoice(made.pk)

    assert part(first) == numbers("29.97 1.50 1.71 26.76 5.35")
    assert part(second) == numbers("39.96 2.00 2.29 35.67 7.13")
    made.refresh_from_db()
    assert (made.completely_invoiced, lines_of(made)[0].shipped_not_invoiced) == (True, 0)


def test_what_nobody_changed_is_invoiced_as_far_as_it_is_shipped() -> None:
    made = order(item(quantity=7, price=10))
    to_ship(made, 3)
    ship(made.pk)

    assert posted(invoice(made.pk))[0].quantity == 3
    with pytest.raises(NothingToPost, match="There is nothing to invoice on Order 101001"):
        invoice(made.pk)
    assert posted(ship_and_invoice(made.pk))[0].quantity == 4


def test_a_return_inside_an_order_is_invoiced_with_it() -> None:
    made = order(item(quantity=2, price=100), item(quantity=-1, price=100, line_discount_amount=D(-10)))

    invoiced = ship_and_invoice(made.pk)

    assert (invoiced.amount, invoiced.amount_including_vat) == numbers("110.00 132.00")
    made.refresh_from_db()
    assert made.completely_invoiced


def test_a_changed_rate_is_that_of_the_invoice() -> None:
    made = order(item(quantity=10, price=65), currency_code=currency("EUR"))
    later = dt.date(2027, 3, 1)
    CurrencyExchangeRate.objects.create(
        currency_code=made.currency_code, starting_date=dt.date(2027, 2, 1), exchange_rate_amount=D("1.15"),
        relational_exch_rate_amount=1,
    )  # fmt: skip

    invoiced = ship_and_invoice(made.pk, posting_date=later)

    assert (invoiced.posting_date, invoiced.document_date, invoiced.currency_factor) == (later, later, D("1.15"))
    assert CustLedgerEntry.objects.get().sales_lcy == D("565.22")


# --- refusals ------------------------------------------------------------------------------------------------------


def test_more_than_is_shipped_is_not_invoiced() -> None:
    made = order(item(quantity=5))
    to_ship(made, 2)
    ship(made.pk)
    to_invoice(made, 3)

    with pytest.raises(QuantityRefused, match="Line 10000: 3 is more than there is left to invoice"):
        invoice(made.pk)


def test_nothing_shipped_is_nothing_to_invoice() -> None:
    with pytest.raises(NothingToPost):
        invoice(order(item()).pk)
    with pytest.raises(NotFound):
        invoice(uuid.uuid4())
    with pytest.raises(DocumentRefused, match="Quote 1001 is a quote"):
        invoice(order(item(), document_type=0).pk)


def test_a_total_below_nothing_is_no_invoice() -> None:
    with pytest.raises(AmountRefused, match="would come to -120.00"):
        ship_and_invoice(order(item(quantity=-1, price=100)).pk)
    assert (stock_of(), SalesInvoiceHeader.objects.count(), events()) == (1000, 0, [])


def test_a_customer_to_whom_nothing_is_shipped_gets_the_invoice_of_what_was() -> None:
    made = order(item(quantity=2))
    to_ship(made, 1)
    ship(made.pk)
    Customer.objects.filter(no="ADATUM").update(blocked=1)

    assert invoice(made.pk).no == "103001"
    with pytest.raises(CustomerBlocked):
        ship_and_invoice(made.pk)


@pytest.mark.parametrize("blocked", [2, 3])
def test_a_customer_blocked_for_invoices_gets_none(blocked: int) -> None:
    made = order(item())
    ship(made.pk)
    Customer.objects.filter(no="ADATUM").update(blocked=blocked)

    with pytest.raises(CustomerBlocked):
        invoice(made.pk)


def test_an_order_on_hold_is_not_invoiced() -> None:
    made = order(item())
    ship(made.pk)
    hold(made.pk, "CRM")

    with pytest.raises(OnHold):
        invoice(made.pk)


def test_the_customers_number_is_asked_for_where_the_setup_says_so() -> None:
    made = order(item())
    setup = SalesReceivablesSetup.current()
    setup.ext_doc_no_mandatory = True
    setup.save()

    with pytest.raises(NumberMissing, match="Order 101001 has no External Document No"):
        ship_and_invoice(made.pk)
    change(made.pk, DocumentChange(header={"external_document_no": "PO 7"}))
    assert ship_and_invoice(made.pk).external_document_no == "PO 7"


def test_posted_numbers_have_no_gaps() -> None:
    for quantity in (1, -1, 1):
        made = order(item(quantity=quantity, price=10))
        if quantity > 0:
            ship_and_invoice(made.pk)
        else:
            with pytest.raises(AmountRefused):
                ship_and_invoice(made.pk)

    assert list(SalesInvoiceHeader.objects.values_list("no", flat=True)) == ["103001", "103002"]


def test_an_invoice_of_a_hundred_lines_needs_few_queries() -> None:
    made = order(*[item(quantity=1, price=10)] * 50, *[resource(1)] * 50)
    ship(made.pk)
    ship_and_invoice(order(item()).pk)  # The number series are there.

    with CaptureQueriesContext(connection) as queries:
        invoice(made.pk)

    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 25, "\n".join(sql[:120] for sql in asked)


def test_an_invoice_made_by_hand_is_posted_without_an_order() -> None:
    made = order(item(price=100), document_type=2, invoice_discount_value=D(10))

    invoiced = invoice(made.pk)

    assert (invoiced.amount, invoiced.order_no, invoiced.pre_assigned_no) == (90, "", "102001")
    assert not SalesHeader.objects.exists()
    assert not SalesLine.objects.exists()
