"""Shipments of several orders on one invoice."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import SalesHeader, SalesInvoiceHeader, SalesShipmentLine
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import invoice
from integration.business_central.posting.shipment_invoices import invoice_shipments
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.systems.errors import NotFound
from integration.systems.refusals import DocumentRefused, Invoiced, NothingToPost, QuantityRefused
from integration.systems.values import Row
from tests.business_central.posting.invoices import posted
from tests.business_central.posting.shipments import events, to_ship
from tests.business_central.trading import currency, item, lines_of, order

D = Decimal


def two_shipped() -> tuple[SalesHeader, SalesHeader, list[uuid.UUID]]:
    first = order(item(quantity=3, price=10), invoice_discount_value=D("0.05"))
    second = order(item("LAMP", 1, price=50))
    to_ship(first, 1)
    return first, second, [ship(first.pk).pk, ship(second.pk).pk]


def test_shipments_of_two_orders_come_on_one_invoice() -> None:
    first, second, shipments = two_shipped()

    draft = invoice_shipments(shipments)

    assert (draft.no, draft.amount, draft.bill_to_name) == ("102001", D("59.98"), "Adatum")
    lines = lines_of(draft)
    assert [(x.order_no, x.shipment_no, x.inv_discount_amount) for x in lines] == [
        ("101001", "102001", D("0.02")), ("101002", "102002", 0),
    ]  # fmt: skip
    invoiced = invoice(draft.pk)
    assert (invoiced.order_no, invoiced.order_id, invoiced.pre_assigned_no) == ("", None, draft.no)
    assert [(x.order_no, x.order_id, x.amount) for x in posted(invoiced)] == [
        ("101001", first.pk, D("9.98")), ("101002", second.pk, D("50.00")),
    ]  # fmt: skip
    second.refresh_from_db()
    assert (second.completely_invoiced, lines_of(first)[0].quantity_invoiced) == (True, 1)
    assert not SalesHeader.objects.filter(document_type=2).exists()
    assert sorted(events("invoiced")) == [("invoiced", "103001")] * 2


def test_what_is_on_a_draft_is_drawn_once_and_not_undone() -> None:
    *_, shipments = two_shipped()
    draft = invoice_shipments(shipments[:1])

    with pytest.raises(NothingToPost, match="Everything of these shipments is invoiced already"):
        invoice_shipments(shipments[:1])
    with pytest.raises(Invoiced, match=f"Shipment 102001 is on Invoice {draft.no}"):
        undo_shipment(shipments[0])


def test_goods_on_a_draft_that_their_order_invoiced_before_it_was_deleted_are_not_invoiced_twice() -> None:
    _, second, shipments = two_shipped()
    draft = invoice_shipments(shipments[1:])
    invoice(second.pk)
    delete_document(second.pk)

    with pytest.raises(DocumentRefused, match="Line 10000 is of shipment 102002, whose order 101002 was deleted."):
        invoice(draft.pk)

    assert SalesInvoiceHeader.objects.count() == 1


def test_shipments_of_a_deleted_order_are_refused_by_name() -> None:
    _, second, shipments = two_shipped()
    made = invoice(second.pk)
    delete_document(second.pk)
    cancel(made.pk)

    with pytest.raises(DocumentRefused, match="The order of shipment 102002 was deleted"):
        invoice_shipments(shipments[1:])


def test_a_draft_can_be_cut_down_and_takes_its_discount_along() -> None:
    made = order(item(quantity=3, price=10), invoice_discount_value=D("0.05"))
    draft = invoice_shipments([ship(made.pk).pk])
    assert draft.invoice_discount_amount == D("0.05")

    change(draft.pk, DocumentChange(changed=[Row(lines_of(draft)[0].pk, {"quantity": D(1)})]))

    draft.refresh_from_db()
    assert (draft.amount, draft.invoice_discount_amount) == (D("9.98"), D("0.02"))
    assert posted(invoice(draft.pk))[0].inv_discount_amount == D("0.02")
    assert lines_of(made)[0].qty_shipped_not_invoiced == 2
    again = invoice_shipments([SalesShipmentLine.objects.get().document_no_id])
    assert (lines_of(again)[0].quantity, again.amount) == (2, D("19.97"))


@pytest.mark.parametrize(("shipped", "typed"), [(1, 2), (1, -1), (-2, -3), (-2, 1)])
def test_a_draft_invoices_no_more_than_its_shipment_has(shipped: int, typed: int) -> None:
    made = order(item(quantity=7 if shipped > 0 else -7, price=10))
    to_ship(made, shipped)
    first = ship(made.pk)
    to_ship(made, 3 if shipped > 0 else -3)
    ship(made.pk)
    line = lines_of(invoice_shipments([first.pk]))[0]

    with pytest.raises(QuantityRefused, match=f"Line 10000 comes from shipment 102001, of which {shipped} can be"):
        change(line.document_no_id, DocumentChange(changed=[Row(line.pk, {"quantity": D(typed)})]))

    change(line.document_no_id, DocumentChange(changed=[Row(line.pk, {"quantity": D(0), "description": "Later"})]))


def test_shipments_of_different_payers_or_currencies_are_not_mixed() -> None:
    pounds = ship(order(item()).pk)
    euros = ship(order(item(), currency_code=currency("EUR")).pk)
    contoso = ship(order(item(), whose="CONTOSO").pk)

    with pytest.raises(DocumentRefused, match="102001 and 102002 are in different currencies"):
        invoice_shipments([pounds.pk, euros.pk])
    with pytest.raises(DocumentRefused, match="102001 and 102003 are paid by different customers"):
        invoice_shipments([pounds.pk, contoso.pk])
    with pytest.raises(NotFound):
        invoice_shipments([])
