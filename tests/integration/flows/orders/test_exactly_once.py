"""However a run ends, whoever works at the same time: one order here for one of Sales, and Sales knows of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from coupling.models import Coupling
from integration import jobs
from integration.business_central.models import SalesHeader, SalesLine
from integration.business_central.store import EmbeddedCompany
from integration.jobs.journal import JobJournal
from integration.models import SyncError, SyncJob
from integration.systems.errors import Refused, Unreachable
from integration.systems.memory.faults import Call
from tests.integration.flows.desk import Desk, desk
from tests.integration.jobs_world import silent_for

__all__ = ["desk"]
D = Decimal


class Killed(BaseException):
    """The process is gone, and nothing is written about it."""


def stop_at(desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next run die at this step, once."""
    if step in ("before Sales is notified", "after Sales was notified"):
        done = 0 if step.startswith("before") else None
        desk.crm.fail_on("update", Killed(), done=done, when=lambda call: call.table == "salesorder")
        return
    places: dict[str, tuple[Any, str, bool]] = {
        "after reading": (EmbeddedCompany, "insert_documents", False),
        "after inserting": (EmbeddedCompany, "insert_documents", True),
        "before the cursor moves": (JobJournal, "advance", False),
        "after the cursor moved": (JobJournal, "advance", True),
    }
    owner, name, after = places[step]
    real, left = getattr(owner, name), [1]

    def dying(self: Any, *args: Any) -> Any:
        if left and not after:
            left.clear()
            raise Killed
        answer = real(self, *args)
        if left:
            left.clear()
            raise Killed
        return answer

    monkeypatch.setattr(owner, name, dying)


STEPS = (
    "after reading", "after inserting", "before Sales is notified", "after Sales was notified",
    "before the cursor moves", "after the cursor moved",
)  # fmt: skip


def all_well(desk: Desk, orders: list[uuid.UUID]) -> None:
    """One order for each, Sales notified of each, nothing left to do."""
    assert SalesHeader.objects.count() == len(orders)
    assert SalesLine.objects.count() == len(orders)
    for order in orders:
        assert desk.sales(order, "statecode", "bci_number") == (1, desk.made(order).no)
    assert not SyncError.objects.open().exists()
    assert not Coupling.objects.filter(mapping=desk.mapping, owed_erp=True).exists()


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_dies_is_completed_by_the_one_that_resumes_it(
    desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [desk.order(desk.line(quantity=number)) for number in (1, 2, 3)]
    desk.crm.page_size = 2
    stop_at(desk, step, monkeypatch)
    with pytest.raises(Killed):
        desk.run()
    job = SyncJob.objects.get()
    assert job.status == "running"

    silent_for(job, 60)
    assert jobs.run(job.pk)

    all_well(desk, orders)
    job.refresh_from_db()
    assert (job.status, job.failed) == ("finished", 0)
    again = desk.run()
    assert (again.inserted, again.failed) == (0, 0)
    all_well(desk, orders)


@pytest.mark.parametrize("step", STEPS[:4])
def test_a_run_that_dies_is_completed_by_the_next_one_too(
    desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk.order(desk.line())
    stop_at(desk, step, monkeypatch)
    with pytest.raises(Killed):
        desk.run()
    SyncJob.objects.update(status=SyncJob.Status.CANCELED, claim=None)

    assert desk.run().status == "finished"

    all_well(desk, [order])


def test_a_worker_that_lost_its_claim_writes_nothing(desk: Desk) -> None:
    order = desk.order(desk.line())
    job = jobs.create_orders()
    _when(desk, "get", "salesorder", lambda: SyncJob.objects.filter(pk=job.pk).update(claim=uuid.uuid4()))

    assert jobs.run(job.pk)
    assert not SalesHeader.objects.exists()
    assert desk.sales(order, "bci_number") == ("",)

    silent_for(job, 60)
    assert jobs.run(job.pk)
    all_well(desk, [order])


def test_a_person_and_a_worker_at_once_make_one_order(desk: Desk) -> None:
    order = desk.order(desk.line())
    asked: list[SyncJob] = []
    _when(desk, "find", "salesorderdetail", lambda: asked.append(jobs.create_orders([order])))
    desk.run()

    assert jobs.run(asked[0].pk)

    all_well(desk, [order])
    [note] = SyncError.objects.all()
    assert note.message == "Order ORD-00001 is order 101001 already."


def test_an_order_canceled_while_it_is_read_is_not_made(desk: Desk) -> None:
    order = desk.order(desk.line())
    _when(desk, "find", "salesorderdetail", lambda: desk.touch(order, statecode=2, statuscode=4))

    job = desk.run()

    assert (job.inserted, job.failed, SalesHeader.objects.count()) == (0, 0, 0)
    assert desk.sales(order, "statecode", "bci_number") == (2, "")


def test_an_order_deleted_while_it_is_read_is_not_made(desk: Desk) -> None:
    order = desk.order(desk.line())
    _when(desk, "find", "annotation", lambda: desk.crm.remove("salesorder", order))

    job = desk.run()

    assert (job.status, job.inserted, job.failed, SalesHeader.objects.count()) == ("finished", 0, 0, 0)


def test_an_order_canceled_while_it_is_made_stays_canceled_and_is_held(desk: Desk) -> None:
    order = desk.order(desk.line())
    _when(desk, "update", "salesorder", lambda: desk.touch(order, statecode=2, statuscode=4))

    desk.run()

    assert desk.sales(order, "statecode", "bci_number") == (2, "")
    assert (desk.made(order).on_hold, desk.problem().code) == ("CRM", "order-canceled")


def test_an_order_changed_while_it_is_made_is_not_written_over(desk: Desk) -> None:
    order = desk.order(desk.line())
    _when(desk, "update", "salesorder", lambda: desk.touch(order, name="Other"))

    desk.run()

    assert desk.sales(order, "statecode", "bci_number", "name") == (1, "", "Other")
    assert (desk.made(order).amount, desk.problem().code) == (100, "order-changed")


def test_a_change_that_does_not_matter_keeps_nobody_from_being_notified(desk: Desk) -> None:
    order = desk.order(desk.line())
    _when(desk, "update", "salesorder", lambda: desk.touch(order, description="Hurry"))

    desk.run()

    all_well(desk, [order])
    assert desk.sales(order, "description") == ("Hurry",)


def test_an_order_changed_while_it_is_read_is_read_once_more(desk: Desk) -> None:
    order = desk.order(desk.line())
    [line] = desk.lines(order)

    def change() -> None:
        desk.crm.edit("salesorderdetail", line, quantity=D(2), extendedamount=D(200))
        desk.touch(order, totalamountlessfreight=D(200))

    _when(desk, "find", "annotation", change)

    desk.run()

    all_well(desk, [order])
    assert desk.made(order).amount == 200


def test_sales_that_does_not_take_the_notice_is_notified_by_the_next_run(desk: Desk) -> None:
    order = desk.order(desk.line())
    desk.crm.fail_on("update", Refused("A plug-in says no."), times=3)
    for _ in range(3):
        desk.run()
    assert (desk.problem().code, SalesHeader.objects.count()) == ("told-not", 1)
    assert desk.problem().message.startswith(
        "Order ORD-00001 was created as order 101001; Sales could not be notified: "
    )
    desk.run()

    all_well(desk, [order])


def test_sales_that_goes_away_in_between_is_notified_by_the_next_run(desk: Desk) -> None:
    order = desk.order(desk.line())
    desk.crm.fail_on("update", Unreachable("no answer"))
    desk.run()
    assert SalesHeader.objects.count() == 1

    desk.run()

    all_well(desk, [order])


def _when(desk: Desk, verb: str, table: str, what: Callable[[], object]) -> None:
    """Do something once, just before Sales does this."""
    done: list[bool] = []

    def happens(call: Call) -> bool:
        if call.table == table and not done:
            done.append(True)
            what()
        return False

    desk.crm.fail_on(verb, RuntimeError("never raised"), when=happens)
