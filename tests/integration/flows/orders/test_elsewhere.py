"""Business Central as a system of its own: what arrived there though the run died is found, and not made twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from coupling.models import Coupling
from integration.business_central.models import Note, SalesHeader
from integration.business_central.store import EmbeddedCompany
from integration.models import SyncError, SyncJob
from integration.systems.memory.documents import with_own_ids
from integration.systems.values import Document, Ref, Table, Written
from tests.integration.flows.desk import Desk
from tests.integration.flows.quotes.quoting import Quoting, quoting

__all__ = ["quoting"]


class Killed(BaseException):
    """The process is gone, and nothing is written about it."""


class Elsewhere(EmbeddedCompany):
    """Keeps the ids it is given. ``dies``: the next insert does not come back, ``before`` or ``after`` it was done."""

    remote = True
    dies = ""

    def insert_documents(self, table: str, documents: Sequence[Document]) -> list[Written]:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        answers = super().insert_documents(table, self.taken(table, documents))
        if dies == "after":
            raise Killed
        return answers

    def taken(self, table: str, documents: Sequence[Document]) -> Sequence[Document]:
        return documents


class GivesIds(Elsewhere):
    """Gives its documents ids of its own."""

    def describe(self, table: str) -> Table:
        return replace(super().describe(table), keeps_ids=False)

    def taken(self, table: str, documents: Sequence[Document]) -> Sequence[Document]:
        return [with_own_ids(table, document) for document in documents]


@pytest.fixture(params=[Elsewhere, GivesIds])
def elsewhere(request: pytest.FixtureRequest, quoting: Quoting) -> Elsewhere:
    quoting.erp = request.param()
    return quoting.erp


def die(elsewhere: Elsewhere, when: str, run: Callable[[], Any]) -> None:
    elsewhere.dies = when
    with pytest.raises(Killed):
        run()
    SyncJob.objects.filter(status=SyncJob.Status.RUNNING).update(status=SyncJob.Status.CANCELED, claim=None)


def all_well(desk: Desk, table: str, type: int, number: int) -> None:
    made = SalesHeader.objects.filter(document_type=type)
    coupled = Coupling.objects.filter(mapping__crm_table=table, mapping__erp_table="sales_header")
    assert made.count() == number
    assert set(coupled.values_list("erp_id", "state")) == {(one.pk, "coupled") for one in made}
    assert not SyncError.objects.open().exists()


def test_an_order_that_arrived_before_the_run_died_is_coupled_by_the_next(
    elsewhere: Elsewhere, quoting: Quoting
) -> None:
    orders = [quoting.order(quoting.line(quantity=number)) for number in (1, 2)]
    quoting.crm.add("annotation", objectid=Ref("salesorder", orders[0]), notetext="Ring twice", isdocument=False)
    die(elsewhere, "after", quoting.run)
    assert (SalesHeader.objects.count(), quoting.sales(orders[0], "bci_number")) == (2, ("",))

    job = quoting.run()

    assert (job.status, job.inserted, job.failed) == ("finished", 2, 0)
    all_well(quoting, "salesorder", 1, 2)
    assert [quoting.sales(order, "bci_number") for order in orders] == [(quoting.made(one).no,) for one in orders]
    assert (Note.objects.count(), quoting.run().inserted) == (1, 0)


def test_an_order_that_never_arrived_is_made_once_that_is_sure(elsewhere: Elsewhere, quoting: Quoting) -> None:
    order = quoting.order(quoting.line())
    die(elsewhere, "before", quoting.run)

    job = quoting.run()

    if isinstance(elsewhere, GivesIds):
        assert (job.failed, SalesHeader.objects.count()) == (1, 0)
        [error] = SyncError.objects.open()
        assert (error.code, error.crm_id) == ("in-doubt", order)
        assert "Nobody can say yet whether Order ORD-" in error.message
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11), tick=False):
            quoting.run()
    all_well(quoting, "salesorder", 1, 1)


def test_an_order_that_arrived_and_was_changed_meanwhile_is_a_changed_one(
    elsewhere: Elsewhere, quoting: Quoting
) -> None:
    order = quoting.order(quoting.line())
    die(elsewhere, "after", quoting.run)
    quoting.crm.edit("salesorderdetail", quoting.lines(order)[0], description="In oak")
    quoting.touch(order)

    quoting.run()

    [error] = SyncError.objects.open()
    assert (error.code, SalesHeader.objects.count()) == ("order-changed", 1)


def test_an_order_that_never_arrived_and_is_deleted_in_sales_is_forgotten(
    elsewhere: Elsewhere, quoting: Quoting
) -> None:
    order = quoting.order(quoting.line())
    die(elsewhere, "before", quoting.run)
    quoting.crm.remove("salesorder", order)

    quoting.run()

    assert not Coupling.objects.filter(crm_id=order).exists()


def test_a_quote_that_arrived_before_the_run_died_is_coupled_by_the_next(
    elsewhere: Elsewhere, quoting: Quoting
) -> None:
    quote = quoting.quote(quoting.line())
    die(elsewhere, "after", quoting.process)

    job = quoting.process()

    assert (job.inserted, job.failed) == (1, 0)
    all_well(quoting, "quote", 0, 1)
    quoting.close(quote)
    quoting.process()
    assert not SalesHeader.objects.exists()
