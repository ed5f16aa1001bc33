"""People couple and uncouple while a run is at work on the same records: what they did stands, and nothing is made
twice or left without a word."""

from __future__ import annotations

from typing import Any

import pytest

from coupling import commands
from coupling.models import CouplingError
from integration import jobs
from integration.jobs.undo import start
from integration.models import SyncError, SyncJob
from integration.sync import engine
from integration.sync.approval.guard import Guard
from integration.sync.run import Options
from integration.systems.values import Side
from tests.coupling.errors.clashing import both
from tests.coupling.kept.adatum import adatum_of, during, ran, twin_of
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def test_a_customer_coupled_with_another_account_while_a_run_writes_the_old_one_stays_so(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    world.erp.edit("customer", ours, phone_no="030 2")
    during(world.crm, "update", lambda: commands.couple(world.mapping(), ours, other, theirs))
    assert ran(jobs.start(world.mapping(), "to_crm")).status == SyncJob.Status.FINISHED
    assert twin_of(world, ours) == other
    pair = world.mapping().couplings.get(erp_id=ours).pair
    assert (pair.owed_erp, pair.owed_crm) == (True, True)


def test_a_salesperson_uncoupled_while_a_run_writes_it_stays_uncoupled(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.couple_jim()
    mapping = world.mapping("SALESPEOPLE")
    ran(jobs.start(mapping, "to_erp"))
    world.crm.edit("systemuser", world.jim_user, fullname="Jim O.")
    jim = mapping.couplings.get(erp_id=world.jim).pair
    monkeypatch.setattr(Guard, "look", lambda *_: commands.uncouple(mapping, [jim], None))
    assert ran(jobs.start(mapping, "to_erp")).status == SyncJob.Status.FINISHED
    assert not mapping.couplings.filter(erp_id=world.jim).exists()


def test_a_customer_coupled_with_another_account_while_a_run_is_undone_stays_so(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    world.erp.edit("customer", ours, phone_no="030 2")
    job = ran(jobs.start(world.mapping(), "to_crm"))
    during(world.crm, "update", lambda: commands.couple(world.mapping(), ours, other, theirs))
    assert ran(start.undo(job, None)).status == SyncJob.Status.FINISHED
    assert twin_of(world, ours) == other


def test_a_customer_whose_account_is_being_made_is_not_coupled_with_another_one(world: JobsWorld) -> None:
    world.couple_jim()
    ours, other = world.add_customer("Adatum"), world.add_account("Adatum Berlin")

    def couple() -> None:
        with pytest.raises(CouplingError, match="meanwhile"):
            commands.couple(world.mapping(), ours, other)

    during(world.crm, "insert", couple)
    assert ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True))).inserted == 1
    assert twin_of(world, ours) != other


def test_an_account_made_while_its_customer_was_coupled_with_another_one_is_named(world: JobsWorld) -> None:
    world.couple_jim()
    ours, other = world.add_customer("Adatum"), world.add_account("Adatum Berlin")
    couplings = world.mapping().couplings
    during(world.crm, "insert", lambda: couplings.couple(ours, other))
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    assert (job.inserted, job.failed, twin_of(world, ours)) == (1, 1, other)
    (error,) = SyncError.objects.open()
    assert (error.code, error.record_name) == ("coupled-meanwhile", "Adatum")
    assert {error.crm_id, other} == set(world.crm.ids("account"))
    both(world)
    assert len(world.crm.ids("account")) == 2
    assert len(world.erp.ids("customer")) == 1


def test_nothing_is_made_for_a_customer_that_was_coupled_before_its_page_was_begun(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.couple_jim()
    ours, other = world.add_customer("Adatum", phone_no="030 1"), world.add_account("Adatum", telephone1="030 1")
    litware, wanted = world.add_customer("Litware"), engine.before_writing

    def late(*args: Any) -> Any:
        if not world.mapping().couplings.filter(erp_id=ours).exists():
            world.mapping().couplings.couple(ours, other)
        return wanted(*args)

    monkeypatch.setattr(engine, "before_writing", late)
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    assert (job.inserted, job.failed) == (1, 0)
    assert twin_of(world, ours) == other
    assert set(world.crm.ids("account")) == {other, twin_of(world, litware)}


def test_a_page_of_business_central_is_written_without_what_was_coupled_meanwhile(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.couple_jim()
    theirs, litware = world.add_account("Adatum"), world.add_account("Litware")
    ours = world.add_customer("Adatum")

    def late(*_: Any) -> None:
        if not world.mapping().couplings.filter(erp_id=ours).exists():
            world.mapping().couplings.couple(ours, theirs)

    monkeypatch.setattr(Guard, "look", late)
    job = ran(jobs.start(world.mapping(), "to_erp", options=Options(create=True)))
    assert job.status == SyncJob.Status.FINISHED
    assert twin_of(world, ours) == theirs
    assert world.mapping().couplings.filter(crm_id=litware, state="coupled").count() == 1


def test_a_customer_coupled_anew_while_it_is_asked_whether_its_account_exists_stays_so(world: JobsWorld) -> None:
    ours, theirs, other = adatum_of(world)
    world.crm.remove("account", theirs)
    during(world.crm, "get", lambda: commands.couple(world.mapping(), ours, other, theirs))
    with pytest.raises(CouplingError, match="Coupled already: Adatum with Adatum Berlin"):
        commands.create(world.mapping(), Side.ERP, [ours], None)
    assert twin_of(world, ours) == other
