"""What a run remembers in the database where a write was refused, or never told its end."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from integration import jobs
from integration.models import SyncJob
from integration.sync.memory.halves import unread
from integration.sync.memory.ledger import InFlight, Outcome, Pair, Result, State
from integration.sync.rules import DeletionPolicy, Direction
from integration.sync.run import Options, Scope
from integration.systems.errors import Refused, TimedOut
from integration.systems.values import Side
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, world

__all__ = ["world"]

EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)


def run(world: JobsWorld, direction: Direction, options: Options) -> SyncJob:
    return jobs.start(world.mapping(), direction, options=options, inline=True)


@pytest.fixture
def adatum(world: JobsWorld) -> UUID:
    """A customer that both sides know and agree on."""
    world.couple_jim()
    id = world.add_customer("Adatum")
    run(world, TO_CRM, EVERYTHING)
    run(world, TO_ERP, Options())
    return id


def test_a_restored_record_that_is_refused_is_an_error_of_its_own_and_comes_with_the_next_run(
    world: JobsWorld, adatum: UUID
) -> None:
    mapping = world.mapping()
    mapping.deletion = DeletionPolicy.RESTORE.value
    mapping.save()
    [account] = world.crm.ids("account")
    world.crm.edit("account", account, telephone1="030 1")
    world.erp.remove("customer", adatum)
    world.erp.fail_on("insert", Refused("The number series is used up."))

    first = run(world, TO_ERP, Options())
    second = run(world, TO_ERP, Options())

    assert (first.status, first.failed, second.failed) == (SyncJob.Status.FINISHED, 1, 0)
    assert world.names(Side.ERP, "customer") == ["Adatum"]
    assert world.mapping().couplings.get().state == State.COUPLED.value


def test_what_is_being_written_to_sales_stands_in_the_ledger_until_the_run_knows_its_end(
    world: JobsWorld, adatum: UUID
) -> None:
    world.erp.edit("customer", adatum, phone_no="030 1")
    world.crm.fail_on("update", TimedOut("No answer."), done=1)

    assert run(world, TO_CRM, Options()).status == SyncJob.Status.FAILED
    begun = world.mapping().couplings.get().pair
    assert begun.in_flight == InFlight(Side.CRM, {"phone_no:telephone1": ("030 1", "!030 1")}, begun.seen_crm)

    run(world, TO_CRM, Options())
    ended = world.mapping().couplings.get().pair
    assert (ended.in_flight, ended.agreed["phone_no:telephone1"]) == (None, ("030 1", "030 1"))


def test_a_pair_keeps_everything_the_engine_knows_of_it(world: JobsWorld, adatum: UUID) -> None:
    pair = world.mapping().couplings.get()
    begun = InFlight(Side.ERP, {"phone_no:telephone1": ("030 1", unread("+44 030 1"))})
    known: Pair = replace(pair.pair, owed_erp=True, to_erp=Outcome(Result.LEFT_OUT, "left-out"), in_flight=begun)
    world.mapping().couplings.remember([known])
    assert world.mapping().couplings.get().pair == known
