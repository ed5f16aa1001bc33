"""An order and its Sales order, each changed while the other is on its way."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import Customer
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.posting.invoicing import invoice
from integration.business_central.posting.shipment_invoices import invoice_shipments
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.models import SyncError
from integration.systems.errors import RecordProblem
from integration.systems.values import Row, Side, Written
from tests.business_central import trading
from tests.integration.flows.desk import Desk, desk

__all__ = ["desk"]
D = Decimal


def created(desk: Desk) -> uuid.UUID:
    order = desk.order(desk.line(quantity=2))
    assert desk.run().inserted == 1
    return order


def resubmitted(desk: Desk, order: uuid.UUID, **changes: object) -> None:
    """A salesperson takes an order back and submits it once more."""
    desk.touch(order, statecode=0, statuscode=1, **changes)
    desk.touch(order, statecode=1, statuscode=3)


def test_an_order_taken_over_before_sales_was_notified_is_notified_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(table: str, rows: list[Row]) -> list[Written]:
        return [Written(row.id, error=RecordProblem("Adatum is locked.")) for row in rows]

    order = desk.order(desk.line(quantity=2))
    with monkeypatch.context() as locked:
        locked.setattr(desk.crm, "update", refuse)
        desk.run()
    desk.crm.edit("salesorderdetail", desk.lines(order)[0], quantity=D(3), extendedamount=D(300))
    resubmitted(desk, order, totalamountlessfreight=D(300))
    desk.run()
    assert desk.problem().code == "order-changed"

    desk.run(order, winner=Side.CRM)

    assert desk.made(order).amount == 300
    number, sent = desk.sales(order, "bci_number", "lastbackofficesubmit")
    assert (number, sent is None) == ("101001", False)
    assert not desk.mapping.couplings.get().owed_erp


def test_an_order_whose_cancellation_was_taken_back_is_not_held_any_more(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=2, statuscode=4)
    desk.run()
    assert desk.made(order).on_hold == "CRM"

    resubmitted(desk, order)
    desk.run()

    assert (desk.made(order).on_hold, SyncError.objects.open().count()) == ("", 0)


def test_a_held_order_that_was_changed_goes_on_once_it_is_taken_over(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=2, statuscode=4)
    desk.run()
    resubmitted(desk, order, name="Other")
    desk.run()
    assert (desk.problem().code, desk.made(order).on_hold) == ("order-changed", "CRM")

    desk.run(order, winner=Side.CRM)

    assert (desk.made(order).on_hold, desk.made(order).external_document_no) == ("", "OTHER")


def test_a_change_that_could_not_be_taken_over_is_not_forgotten(desk: Desk) -> None:
    order = created(desk)
    trading.stock()
    shipment = ship(desk.made(order).pk)
    resubmitted(desk, order, shipto_city="York")
    desk.run()
    desk.run(order, winner=Side.CRM)
    assert desk.problem().code == "order-changed"
    assert desk.problem().message == (
        "Order ORD-00001 was changed in Sales, and that cannot be taken over: Order 101001 is shipped in part, so it "
        "stays as it is. Undo the shipment first."
    )
    desk.run()
    undo_shipment(shipment.pk)

    desk.run(order)

    assert desk.problem().code == "order-changed"
    desk.run(order, winner=Side.CRM)
    assert (desk.made(order).ship_to_city, SyncError.objects.open().count()) == ("York", 0)


def test_keep_is_no_answer_to_what_happened_after_it_was_asked(desk: Desk) -> None:
    order = created(desk)
    resubmitted(desk, order, name="Other")
    desk.run()
    desk.touch(order, statecode=2, statuscode=4)

    desk.run(order, winner=Side.ERP)

    assert desk.made(order).on_hold == "CRM"
    assert [error.code for error in SyncError.objects.open()] == ["order-canceled"]
    desk.run(order, winner=Side.ERP)
    assert (desk.made(order).on_hold, SyncError.objects.open().count()) == ("", 0)


def test_an_order_taken_back_and_deleted_here_comes_when_it_is_submitted_again(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=0, statuscode=1)
    desk.run()
    delete_document(desk.made(order).pk)

    desk.run(order)

    assert desk.sales(order, "statecode", "statuscode", "lastbackofficesubmit", "bci_number") == (0, 1, None, "")
    desk.touch(order, statecode=1, statuscode=3)
    assert desk.run().inserted == 1


def test_orders_invoiced_together_and_deleted_here_are_never_submitted_again(desk: Desk) -> None:
    orders = [desk.order(desk.line()) for _ in range(2)]
    desk.run()
    trading.stock()
    made = [desk.made(order).pk for order in orders]
    invoice(invoice_shipments([ship(id).pk for id in made]).pk)
    for id in made:
        delete_document(id)

    desk.run(*orders)

    assert [desk.sales(order, "statecode", "statuscode") for order in orders] == [(4, 100003)] * 2


def test_an_address_that_is_cleared_in_sales_is_the_customers_again_when_it_is_taken_over(desk: Desk) -> None:
    Customer.objects.filter(no="ADATUM").update(address="Station Road 21", city="Birmingham")
    order = desk.order(desk.line(quantity=2), shipto_line1="Walmgate 3", shipto_city="York")
    assert desk.run().inserted == 1
    assert desk.made(order).ship_to_city == "York"

    resubmitted(desk, order, shipto_line1=None, shipto_city=None)
    desk.run()
    desk.run(order, winner=Side.CRM)

    made = desk.made(order)
    assert (made.ship_to_address, made.ship_to_city) == ("Station Road 21", "Birmingham")


def test_an_address_of_our_own_stays_when_a_change_of_sales_is_taken_over(desk: Desk) -> None:
    order = created(desk)
    change(desk.made(order).pk, DocumentChange(header={"ship_to_city": "York"}))

    resubmitted(desk, order, name="Chairs at once")
    desk.run()
    desk.run(order, winner=Side.CRM)

    assert (desk.made(order).ship_to_city, desk.made(order).external_document_no) == ("York", "CHAIRS AT ONCE")
