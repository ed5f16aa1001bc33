"""Shipments that are undone, and those that come on one invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integration.business_central.models import SalesHeader, SalesShipmentHeader, SalesShipmentLine
from integration.business_central.posting.invoicing import invoice
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.models import AuditEntry
from integration.pages import rows
from tests.business_central.trading import item, lines_of, order
from tests.integration.open_documents.pages import text_of

D = Decimal


def undo(client: Client, shipment: SalesShipmentHeader) -> str:
    return text_of(client.post(f"/documents/shipments/{shipment.pk}/undo/", follow=True))


def together(client: Client, *shipments: SalesShipmentHeader) -> str:
    sent = {"selected": [str(one.pk) for one in shipments]}
    return text_of(client.post("/documents/shipments/invoice/", sent, follow=True))


def test_a_wrong_shipment_is_undone_after_it_is_asked_for(bert: Client) -> None:
    made = order(item(quantity=3))
    shipment = ship(made.pk)

    asked = text_of(bert.get(f"/documents/shipments/{shipment.pk}/undo/"))
    page = undo(bert, shipment)

    assert "All goods of this shipment are booked back into the stock" in asked
    assert "Shipment 102001 is undone. Its goods are on stock again." in page
    assert SalesShipmentLine.objects.get().undone
    assert lines_of(made)[0].quantity_shipped == 0
    entry = AuditEntry.objects.get(kind="sales shipment")
    assert (entry.who, entry.subject, entry.after) == ("bert", "102001", {"action": "Undo Shipment"})


def test_a_shipment_that_is_invoiced_or_undone_already_stays_as_it_is(bert: Client) -> None:
    made = order(item(quantity=3), item("LAMP", 1))
    first = ship(made.pk)
    invoice(made.pk)
    other = ship(order(item()).pk)
    undo_shipment(other.pk)

    assert "Something of shipment 102001 is invoiced. Cancel the invoice first." in undo(bert, first)
    assert "Shipment 102002 is undone already." in undo(bert, other)
    assert not AuditEntry.objects.filter(kind="sales shipment").exists()


def test_shipments_of_two_orders_come_on_one_invoice_to_look_at_first(olga: Client) -> None:
    first, second = order(item(quantity=3)), order(item("LAMP", 1))

    page = together(olga, ship(first.pk), ship(second.pk))

    draft = SalesHeader.objects.get(document_type=2)
    assert "Sales Invoice 102001 is made. Look at it, then post it." in page
    assert [line.shipment_no for line in lines_of(draft)] == ["102001", "102002"]
    assert draft.amount == 350
    assert AuditEntry.objects.get(kind="sales invoice").after == {"shipments": "2"}


def test_all_shipments_that_the_list_shows_come_on_one_invoice_but_not_the_invoiced_ones(
    olga: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS", 2)
    done = order(item())
    ship(done.pk)
    invoice(done.pk)
    for _ in range(2):
        ship(order(item("LAMP", 1)).pk)
    ship(order(item(), whose="CONTOSO").pk)
    address = "/documents/shipments/?f-sell_to_customer_name=Adatum"
    assert "Select all 3 that the filter shows" in text_of(olga.get(address))

    page = text_of(olga.post("/documents/shipments/invoice/", {"every": "yes", "back": address}, follow=True))

    assert "1 shipment is invoiced or undone already and left out." in page
    assert [line.shipment_no for line in lines_of(SalesHeader.objects.get(document_type=2))] == ["102002", "102003"]


@pytest.mark.parametrize("whose", ["another customer", "no shipment", "nothing left"])
def test_shipments_that_fit_on_no_invoice_are_refused_in_words(olga: Client, whose: str) -> None:
    ours = ship(order(item()).pk)
    theirs = ship(order(item(), whose="CONTOSO").pk)
    if whose == "nothing left":
        together(olga, ours)
    chosen, says = {
        "another customer": ([ours, theirs], "Shipments 102001 and 102002 are paid by different customers."),
        "no shipment": ([], "Choose at least one shipment first."),
        "nothing left": ([ours], "Everything of these shipments is invoiced already, or on an invoice."),
    }[whose]
    before = SalesHeader.objects.filter(document_type=2).count()

    assert says in together(olga, *chosen)
    assert SalesHeader.objects.filter(document_type=2).count() == before


def test_an_id_that_is_none_chooses_nothing(olga: Client) -> None:
    page = text_of(olga.post("/documents/shipments/invoice/", {"selected": "4711"}, follow=True))

    assert "Choose at least one shipment first." in page
