"""What happens in Sales to an order that is one here is noticed by the regular look at orders, whatever the switch says
that has new ones made by themselves: without the pass that makes them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from integration import scheduler
from integration.business_central.models import SalesHeader
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.shipping import ship
from integration.connection.recurring_jobs import create_missing_jobs
from integration.defaults.tasks import Task
from integration.models import ConnectionSetup, JobQueueEntry, SyncError, SyncJob
from integration.sync.run import Scope
from integration.systems.values import Ref, Row, Side
from tests.business_central import trading
from tests.integration.flows.desk import Desk, desk
from tests.integration.flows.orders.following import couple_customer, map_what_is_there, nova_shop, regular_look, work

__all__ = ["desk"]
D = Decimal


@pytest.fixture(params=[False, True], ids=["created by hand", "created by themselves"])
def switch(request: pytest.FixtureRequest, desk: Desk) -> bool:
    """What Automatically Create Sales Orders says."""
    ConnectionSetup.objects.update(auto_create_orders=request.param)
    return bool(request.param)


def created(desk: Desk) -> uuid.UUID:
    order = desk.order(desk.line(quantity=2))
    assert desk.run(order).inserted == 1
    return order


def cancel(desk: Desk, order: uuid.UUID) -> None:
    desk.touch(order, statecode=2, statuscode=4)


def take_back(desk: Desk, order: uuid.UUID) -> None:
    desk.touch(order, statecode=0, statuscode=1)


def change_line(desk: Desk, order: uuid.UUID) -> None:
    take_back(desk, order)
    desk.crm.edit("salesorderdetail", desk.lines(order)[0], quantity=D(3), extendedamount=D(300))
    desk.touch(order, statecode=1, statuscode=3, totalamountlessfreight=D(300))


def delete(desk: Desk, order: uuid.UUID) -> None:
    desk.crm.delete("salesorder", [Row(order)])


HAPPENED: dict[str, Callable[[Desk, uuid.UUID], None]] = {
    "order-canceled": cancel,
    "order-changed": change_line,
    "order-reopened": take_back,
    "twin-gone": delete,
}


def said() -> list[str]:
    return [error.code for error in SyncError.objects.open()]


def runs() -> int:
    return SyncJob.objects.filter(kind=SyncJob.Kind.CREATE_ORDERS).count()


@pytest.mark.parametrize("code", HAPPENED)
def test_what_happens_to_an_order_in_sales_is_noticed_and_said_once(desk: Desk, switch: bool, code: str) -> None:
    order = created(desk)
    HAPPENED[code](desk, order)

    regular_look(desk)

    assert said() == [code]
    before = runs()
    for _ in range(3):
        regular_look(desk)
    assert (said(), SyncError.objects.filter(code=code).count(), runs()) == ([code], 1, before)


def test_the_job_of_the_order_status_looks(desk: Desk) -> None:
    order = created(desk)
    cancel(desk, order)
    map_what_is_there(desk)
    create_missing_jobs(["orders"])
    assert not JobQueueEntry.objects.filter(task=Task.CREATE_ORDERS).exists()

    scheduler.run_now(JobQueueEntry.objects.get(task=Task.ORDER_STATUS))
    for _ in range(2):
        work()

    assert (said(), desk.made(order).on_hold) == (["order-canceled"], "CRM")


def test_a_canceled_order_that_is_kept_stays_so(desk: Desk) -> None:
    order = created(desk)
    cancel(desk, order)
    regular_look(desk)

    desk.run(order, winner=Side.ERP)
    regular_look(desk)

    assert (said(), desk.made(order).on_hold) == ([], "")


def test_an_order_that_was_shipped_meanwhile_is_said_to_be_changed_and_stays(desk: Desk) -> None:
    order = created(desk)
    trading.stock()
    ship(desk.made(order).pk)
    change_line(desk, order)

    regular_look(desk)

    assert (said(), desk.made(order).amount) == (["order-changed"], 200)


def test_an_order_that_was_invoiced_meanwhile_is_no_matter_any_more(desk: Desk) -> None:
    order = created(desk)
    trading.stock()
    ship_and_invoice(desk.made(order).pk)
    cancel(desk, order)

    regular_look(desk)

    assert (said(), desk.made(order).on_hold) == ([], "")


def test_an_order_changed_twice_is_said_once_and_does_not_rest(desk: Desk) -> None:
    order = created(desk)
    change_line(desk, order)
    regular_look(desk)

    take_back(desk, order)
    desk.touch(order, statecode=1, statuscode=3, name="At once")
    regular_look(desk)

    assert (said(), desk.mapping.couplings.get().to_erp_result) == (["order-changed"], "failure")


def test_an_order_submitted_again_as_it_was_is_no_matter_any_more(desk: Desk) -> None:
    order = created(desk)
    take_back(desk, order)
    regular_look(desk)
    desk.touch(order, statecode=1, statuscode=3)

    regular_look(desk)

    assert said() == []


def test_a_deleted_order_is_said_by_the_name_of_both(desk: Desk) -> None:
    order = created(desk)
    delete(desk, order)

    regular_look(desk)

    assert desk.problem().message == (
        "Order ORD-00001 was deleted in Sales after it became order 101001, which stays. Delete that one as well, or "
        "delete the coupling and go on with it."
    )
    assert SalesHeader.objects.get().no == "101001"


def test_the_look_makes_no_order_that_nobody_asked_for(desk: Desk) -> None:
    cancel(desk, created(desk))
    desk.order(desk.line())

    regular_look(desk)

    assert SalesHeader.objects.count() == 1


def test_a_run_is_started_only_where_something_happened(desk: Desk) -> None:
    created(desk)
    before = runs()

    regular_look(desk)

    assert runs() == before


@pytest.mark.parametrize("happens", [cancel, take_back, delete])
@pytest.mark.parametrize("kind", [3, 11], ids=["waits", "rests"])
def test_nobody_waits_for_an_order_any_more_that_is_none_in_sales(
    desk: Desk, kind: int, happens: Callable[[Desk, uuid.UUID], None]
) -> None:
    _, order = nova_shop(desk, kind=kind)
    for _ in range(2):
        desk.run(order)
    assert len(said()) == 1
    happens(desk, order)

    regular_look(desk)

    assert (said(), desk.mapping.couplings.count()) == ([], 0)


def test_an_order_that_waits_and_was_changed_waits_for_what_it_says_now(desk: Desk) -> None:
    _, order = nova_shop(desk)
    desk.run(order)
    wingtip = desk.crm.add("account", name="Wingtip Toys", customertypecode=3, statecode=0)
    desk.touch(order, customerid=Ref("account", wingtip, "Wingtip Toys"))

    for _ in range(2):
        regular_look(desk)

    assert "Wingtip Toys" in desk.problem().message
    before = runs()
    regular_look(desk)
    assert runs() == before
    couple_customer(desk, wingtip)
    regular_look(desk)
    assert desk.made(order).sell_to_customer_no.no == "NOVA"


def test_a_person_who_retries_a_decision_is_told_it_again(desk: Desk) -> None:
    order = created(desk)
    change_line(desk, order)
    regular_look(desk)
    desk.mapping.couplings.update(to_erp_result="skipped")
    desk.mapping.couplings.retry()

    for _ in range(2):
        regular_look(desk)
    before = runs()
    regular_look(desk)

    assert (said(), runs()) == (["order-changed"], before)


def test_the_look_asks_sales_once_for_some_hundred_orders(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(7):
        desk.order(desk.line())
    assert desk.run().inserted == 7
    asked: list[str] = []
    get = desk.crm.get
    monkeypatch.setattr(desk.crm, "get", lambda table, *rest: asked.append(table) or get(table, *rest))

    regular_look(desk)

    assert asked.count("salesorder") == 1
    assert SyncJob.objects.filter(options__scope=Scope.OPEN.value).count() == 0
