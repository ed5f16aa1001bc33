"""Who may look at documents, who edits and posts them, who undoes a shipment."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from integration.business_central.models import SalesHeader, SalesInvoiceHeader, SalesShipmentLine
from integration.business_central.posting.shipping import ship
from integration.models.people.rights import ADMINISTRATOR, AVAILABILITY, INTEGRATOR, VIEWER
from tests.business_central.trading import item, order
from tests.integration.open_documents.pages import at, text_of
from tests.people import BOOKKEEPER, ORDER_PROCESSOR, signed_in

SEERS = {VIEWER, INTEGRATOR, ORDER_PROCESSOR, BOOKKEEPER, ADMINISTRATOR}
POSTERS, UNDOERS = {ORDER_PROCESSOR, ADMINISTRATOR}, {BOOKKEEPER, ADMINISTRATOR}
PEOPLE = (*SEERS, AVAILABILITY)
ID = uuid.UUID(int=7)
LOOK = ("orders/", "quotes/", "invoices/", "shipments/", "archive/", "numbers/", f"{ID}/", f"shipments/{ID}/",
        f"archive/{ID}/")  # fmt: skip
EDIT = ("orders/new/", "quotes/new/", "invoices/new/", f"{ID}/edit/", f"{ID}/release/", f"{ID}/ship/")
POST = (*EDIT, "shipments/invoice/", f"{ID}/amounts/", f"{ID}/delete/", f"{ID}/lift-hold/")


def allowed(client: Client, method: str, *addresses: str) -> set[bool]:
    return {getattr(client, method)(f"/documents/{address}").status_code != 403 for address in addresses}


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_pages_and_buttons_are_for_those_of_the_table_alone(who: str) -> None:
    client = signed_in("anybody", who)

    assert allowed(client, "get", *LOOK) == {who in SEERS}
    assert allowed(client, "get", *EDIT) == {who in POSTERS}
    assert allowed(client, "post", *POST) == {who in POSTERS}
    assert allowed(client, "get", f"shipments/{ID}/undo/") == {who in UNDOERS}
    assert allowed(client, "post", f"shipments/{ID}/undo/") == {who in UNDOERS}


def test_who_is_not_signed_in_sees_nothing_of_documents() -> None:
    answers = [Client().get(f"/documents/{address}") for address in (*LOOK, *EDIT)]

    assert {answer.status_code for answer in answers} == {302}


def test_who_only_looks_is_shown_no_button_and_changes_nothing(vera: Client) -> None:
    made = order(item(quantity=3))
    shipment = ship(made.pk)
    before = SalesHeader.objects.get(pk=made.pk).row_version

    pages = text_of(vera.get(at(made))) + text_of(vera.get(f"/documents/shipments/{shipment.pk}/"))
    for action in ("reopen", "invoice", "archive", "delete"):
        vera.post(at(made, f"{action}/"), {"version": str(before), "posting_date": "2027-01-15"})
    vera.post(f"/documents/shipments/{shipment.pk}/undo/")

    buttons = (">Edit<", ">Reopen<", ">Invoice<", ">Archive<", ">Delete<", ">Undo Shipment<", ">Make Invoice<")
    assert [button for button in buttons if button in pages] == []
    assert SalesHeader.objects.get(pk=made.pk).row_version == before
    assert not SalesInvoiceHeader.objects.exists()
    assert not SalesShipmentLine.objects.filter(undone=True).exists()


def test_an_order_processor_undoes_no_shipment_and_a_bookkeeper_ships_nothing(olga: Client, bert: Client) -> None:
    made = order(item(quantity=3))
    shipment = ship(made.pk)

    assert ">Undo Shipment<" not in text_of(olga.get(f"/documents/shipments/{shipment.pk}/"))
    assert ">Undo Shipment<" in text_of(bert.get(f"/documents/shipments/{shipment.pk}/"))
    assert ">Edit<" not in text_of(bert.get(at(made)))
