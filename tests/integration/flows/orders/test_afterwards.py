"""What happens in Sales to an order that is an order here already."""

from __future__ import annotations

import uuid
from decimal import Decimal

from integration.business_central.models import SalesHeader
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.states import hold
from integration.models import SyncError
from integration.sync.run import ANOTHER_PAIR
from integration.systems.values import Row, Side
from tests.business_central import trading
from tests.integration.flows.desk import Desk, desk

__all__ = ["desk"]
D = Decimal


def created(desk: Desk) -> uuid.UUID:
    order = desk.order(desk.line(quantity=2))
    assert desk.run().inserted == 1
    return order


def reopened(desk: Desk, order: uuid.UUID, **changes: object) -> None:
    """A salesperson takes an order back, changes it and submits it once more."""
    desk.touch(order, statecode=0, statuscode=1, **changes)
    desk.touch(order, statecode=1, statuscode=3)


def test_a_canceled_order_is_held_until_a_person_keeps_it(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=2, statuscode=4)

    assert desk.run().failed == 1

    assert desk.made(order).on_hold == "CRM"
    error = desk.problem()
    assert error.code == "order-canceled"
    assert error.message == (
        "Order ORD-00001 was canceled in Sales after it became order 101001, which is on hold now. Delete the order, "
        "or keep it."
    )
    desk.run()
    assert (SyncError.objects.open().count(), desk.sales(order, "statecode")) == (1, (2,))
    assert desk.run(order, winner=Side.ERP).failed == 0
    assert (desk.made(order).on_hold, SyncError.objects.open().count()) == ("", 0)
    desk.touch(order, description="Sorry")
    desk.run()
    assert (desk.made(order).on_hold, SyncError.objects.open().count()) == ("", 0)


def test_a_hold_of_somebody_else_stays(desk: Desk) -> None:
    order = created(desk)
    hold(desk.made(order).pk, "ANN")
    desk.touch(order, statecode=2, statuscode=4)

    desk.run()
    desk.run(order, winner=Side.ERP)

    assert desk.made(order).on_hold == "ANN"


def test_an_order_submitted_once_more_as_it_was_is_no_news(desk: Desk) -> None:
    order = created(desk)
    reopened(desk, order)

    job = desk.run()

    assert (job.failed, job.modified, SyncError.objects.exists()) == (0, 0, False)
    assert desk.mapping.couplings.get(crm_id=order).seen_crm == desk.crm.get("salesorder", [order], [])[order].version


def test_an_order_that_is_being_changed_is_said_so_and_waits(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=0, statuscode=1)

    desk.run()

    assert (desk.problem().code, SalesHeader.objects.count()) == ("order-reopened", 1)
    assert desk.problem().message.startswith("Order ORD-00001 is being changed in Sales after it became order 101001.")
    desk.touch(order, statecode=1, statuscode=3)
    desk.run()
    assert not SyncError.objects.open().exists()


def test_a_changed_order_waits_for_a_person_who_may_keep_it(desk: Desk) -> None:
    order = created(desk)
    [line] = desk.lines(order)
    desk.crm.edit("salesorderdetail", line, quantity=D(3), extendedamount=D(300))
    reopened(desk, order, totalamountlessfreight=D(300))

    desk.run()

    assert (desk.problem().code, desk.made(order).amount) == ("order-changed", 200)
    assert desk.run(order, winner=Side.ERP).failed == 0
    assert (desk.made(order).amount, SyncError.objects.open().count()) == (200, 0)
    reopened(desk, order)
    assert desk.run().failed == 0


def test_a_decision_about_an_order_is_not_taken_about_another_one_that_is_coupled_by_then(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, statecode=2, statuscode=4)
    desk.run()

    job = desk.run(order, winner=Side.ERP, twins=(uuid.uuid4(),))

    assert (job.skipped, job.failed, desk.made(order).on_hold) == (1, 0, "CRM")
    assert [error.message for error in job.errors.all()] == [ANOTHER_PAIR]


def test_each_column_that_matters_makes_a_changed_order(desk: Desk) -> None:
    changes = ({"name": "Other"}, {"requestdeliveryby": None}, {"shipto_city": "York"}, {"freightamount": D(5)})
    orders = [desk.order(desk.line(), requestdeliveryby=None) for _ in changes]
    desk.run()
    for order, change in zip(orders, changes, strict=True):
        reopened(desk, order, **change)

    desk.run()

    # A date that was blank and is blank again is no change.
    assert SyncError.objects.open().filter(code="order-changed").count() == 3


def test_what_we_write_into_the_header_is_no_change(desk: Desk) -> None:
    order = created(desk)
    desk.touch(order, by=desk.crm.user_id, freightamount=D(5), totaltax=D(40))

    assert desk.run().failed == 0

    reopened(desk, order)
    assert (desk.run().failed, SyncError.objects.exists()) == (0, False)


def test_pressing_create_twice_finds_the_order_and_says_so(desk: Desk) -> None:
    order = created(desk)

    job = desk.run(order)

    assert (job.inserted, job.failed, SalesHeader.objects.count()) == (0, 0, 1)
    assert job.errors.get().message == "Order ORD-00001 is order 101001 already."


def test_an_order_coupled_by_hand_is_compared_with_what_it_said_then(desk: Desk) -> None:
    other = created(desk)
    order = desk.order(desk.line())
    made = desk.made(other)
    desk.mapping.couplings.uncouple([made.pk])
    desk.mapping.couplings.couple(made.pk, order)
    desk.run(order)
    assert desk.sales(order, "bci_number") == ("101001",)

    reopened(desk, order, name="Other")
    desk.run()

    assert SyncError.objects.open().filter(code="order-changed").count() == 1


def test_an_order_deleted_here_may_be_submitted_once_more(desk: Desk) -> None:
    order = created(desk)
    made = desk.made(order)
    desk.erp.delete("sales_header", [Row(made.pk)])

    assert desk.run(order).failed == 0

    assert desk.sales(order, "statecode", "statuscode", "lastbackofficesubmit", "bci_number") == (0, 2, None, "")
    assert not desk.mapping.couplings.exists()
    desk.touch(order, statecode=1, statuscode=3)
    assert desk.run().inserted == 1
    assert desk.made(order).pk == made.pk


def test_an_order_deleted_here_after_an_invoice_is_done_for_good(desk: Desk) -> None:
    order = created(desk)
    trading.stock()
    made = desk.made(order)
    ship_and_invoice(made.pk)
    desk.erp.delete("sales_header", [Row(made.pk)])

    desk.run(order)

    assert desk.sales(order, "statecode", "statuscode") == (4, 100003)
    assert desk.mapping.couplings.get().crm_id == order
    desk.run()
    assert not SalesHeader.objects.exists()
