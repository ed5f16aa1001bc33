"""What waits no more is tried once by the scheduler, and nobody waits for an order that was sent elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from integration.jobs.flows.following import MendedLook, follow_open
from integration.models import SyncError, SyncJob
from integration.systems.errors import Refused
from tests.integration.flows.desk import Desk, desk
from tests.integration.flows.orders.following import both, couple_customer, nova_shop, work

__all__ = ["desk"]


def test_a_run_that_ends_with_an_error_is_not_started_with_every_tick(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    nova, order = nova_shop(desk)
    desk.run(order)
    couple_customer(desk, nova)
    look = MendedLook()
    with monkeypatch.context() as broken:
        broken.setattr(desk.crm, "describe", lambda _: (_ for _ in ()).throw(Refused("No such table.")))
        [job] = look()
        work()
    job.refresh_from_db()
    assert job.status == SyncJob.Status.FAILED

    assert look() == []
    [again] = follow_open(both(desk))
    work()

    assert (again.pk == job.pk, desk.made(order).sell_to_customer_no.no) == (False, "NOVA")


def test_an_order_that_was_sent_elsewhere_waits_no_more(desk: Desk) -> None:
    nova, order = nova_shop(desk)
    desk.run(order)
    desk.touch(order, lastbackofficesubmit=dt.datetime(2027, 1, 14, 10, tzinfo=dt.UTC))
    couple_customer(desk, nova)

    follow_open(both(desk))
    work()

    assert (desk.mapping.couplings.count(), SyncError.objects.open().count()) == (0, 0)
    assert follow_open(both(desk)) == []
