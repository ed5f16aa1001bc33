"""Somebody couples a record with another one before the job begins that was asked for about its old pair: what a person
has not seen is left as it is, with the reason."""

from __future__ import annotations

import uuid

import pytest

from coupling import commands
from coupling.commands import repair
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.approval.guard import Guard
from integration.sync.memory.ledger import Pair
from integration.sync.run import ANOTHER_PAIR, Options, Scope
from integration.systems.values import Row, Side
from tests.coupling.kept.adatum import adatum_of, ran, twin_of
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def pair_of(world: JobsWorld, erp_id: uuid.UUID) -> Pair:
    return world.mapping().couplings.pairs(Side.ERP, [erp_id])[erp_id]


def left_out(job: SyncJob) -> list[tuple[str, str]]:
    return [(error.record_name, error.message) for error in SyncError.objects.filter(job=job)]


def asked_to_uncouple(world: JobsWorld, erp_id: uuid.UUID) -> SyncJob:
    job = commands.uncouple(world.mapping(), [pair_of(world, erp_id)], None)
    assert isinstance(job, SyncJob)
    return job


def test_the_coupling_that_a_person_saw_is_deleted(world: JobsWorld) -> None:
    ours, *_ = adatum_of(world)
    assert ran(asked_to_uncouple(world, ours)).uncoupled == 1
    assert not world.mapping().couplings.filter(erp_id=ours).exists()


def test_a_later_coupling_of_the_same_customer_is_not_deleted(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    job = asked_to_uncouple(world, ours)
    commands.couple(world.mapping(), ours, other, theirs)
    ran(job)
    assert twin_of(world, ours) == other
    assert (job.uncoupled, job.skipped, job.failed) == (0, 1, 0)
    assert [(name.split()[-1], why) for name, why in left_out(job)] == [("Adatum", ANOTHER_PAIR)]
    assert not job.history.exists()


def test_couplings_made_after_all_of_a_mapping_were_to_be_deleted_stay(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    berta = world.add_customer("Berta")
    world.mapping().couplings.couple(berta, world.add_account("Berta"))
    job = commands.uncouple_all(world.mapping(), None)
    assert isinstance(job, SyncJob)
    commands.couple(world.mapping(), ours, other, theirs)
    assert ran(job).uncoupled == 1
    assert list(world.mapping().couplings.values_list("erp_id", flat=True)) == [ours]


def test_a_customer_coupled_anew_is_not_deleted_along_with_the_account_it_had(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    world.crm.delete("account", [Row(theirs)])
    (job,), _ = repair.delete_rest({world.mapping(): [pair_of(world, ours)]}, None)
    commands.couple(world.mapping(), ours, other, theirs)
    world.crm.delete("account", [Row(other)])
    ran(job)
    assert world.erp.get("customer", [ours], ())
    assert (job.deleted, job.skipped, job.failed) == (0, 1, 0)
    assert [why for _, why in left_out(job)] == [ANOTHER_PAIR]


@pytest.mark.parametrize("way", [commands.SEND, commands.MERGE])
def test_what_a_person_sends_does_not_reach_an_account_coupled_afterwards(world: JobsWorld, way: str) -> None:
    ours, theirs, other = adatum_of(world)
    world.crm.edit("account", other, telephone1="030 77")
    job = commands.synchronize(world.mapping(), [ours], way, None)
    commands.couple(world.mapping(), ours, other, theirs)
    ran(job)
    assert world.crm.values("account", other)["telephone1"] == "030 77"
    assert (job.modified, job.skipped) == (0, 1)
    assert [why for _, why in left_out(job)] == [ANOTHER_PAIR]


def test_an_account_coupled_between_the_look_of_a_run_and_its_write_is_not_overwritten(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs, other = adatum_of(world)
    world.crm.edit("account", other, telephone1="030 77")
    world.erp.edit("customer", ours, phone_no="030 2")
    job, done = commands.synchronize(world.mapping(), [ours], commands.SEND, None), list[bool]()

    def look(*_: object) -> None:
        if not done:
            done.append(commands.couple(world.mapping(), ours, other, theirs))

    monkeypatch.setattr(Guard, "look", look)
    ran(job)
    assert done == [True]
    assert world.crm.values("account", other)["telephone1"] == "030 77"
    assert [why for _, why in left_out(job)] == [ANOTHER_PAIR]


def test_no_account_is_made_for_a_customer_uncoupled_before_its_values_are_sent(world: JobsWorld) -> None:
    ours, *_ = adatum_of(world)
    TableMapping.objects.filter(name="CUSTOMER").update(only_coupled=False)
    before = world.crm.ids("account")
    job = commands.synchronize(world.mapping(), [ours], commands.SEND, None)
    world.mapping().couplings.uncouple([ours])
    assert ran(job).inserted == 0
    assert world.crm.ids("account") == before


def test_an_account_that_a_run_makes_anew_itself_is_nobodys_other_pair(world: JobsWorld) -> None:
    ours, theirs, _ = adatum_of(world)
    world.crm.delete("account", [Row(theirs)])
    TableMapping.objects.filter(name="CUSTOMER").update(deletion="restore")
    job = ran(commands.synchronize(world.mapping(), [ours], commands.SEND, None))
    assert (job.inserted, job.skipped) == (1, 0)
    assert not left_out(job)


def test_what_was_asked_about_survives_its_way_through_the_job_row() -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    options = Options(scope=Scope.IDS, ids=(one,), twins=(two,), newest=7)
    assert Options.from_dict(options.as_dict()) == options
    assert options.coupled_with == {one: two}
