"""Records that a run had made and an undoing deleted: left out, not failed, until somebody asks for them."""

from __future__ import annotations

import pytest
from django.test.client import Client

from coupling.models import Coupling
from integration import jobs
from integration.jobs.undo import start
from integration.models import ConnectionSetup, SyncJob, User
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import waiting_for
from integration.sync.run import Options, Scope
from integration.views.cues import cues
from tests.coupling.conftest import page, told
from tests.coupling.errors.skipped import press, run_all
from tests.integration.jobs.undo.phones import both, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, signed_in

__all__ = ["world"]


@pytest.fixture
def undoing(world: JobsWorld) -> SyncJob:
    """A run made accounts of Adatum and Litware, and was undone with their deletion."""
    world.couple_jim()
    world.add_customer("Adatum")
    world.add_customer("Litware")
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True)))
    return ran(start.undo(job, None, removes=True))


@pytest.fixture
def ines(undoing: SyncJob) -> Client:
    return signed_in("ines", INTEGRATOR)


def test_home_calls_none_of_them_skipped(ines: Client) -> None:
    desk = desk_of(User.objects.get(username="ines"), ConnectionSetup.current())
    assert not [one for one in waiting_for(desk) if "skipped" in one.title]
    assert {cue.label: cue.number for cue in cues(desk)}["Records skipped"] == 0


def test_a_full_run_leaves_them_out_and_says_why(world: JobsWorld, undoing: SyncJob) -> None:
    job = ran(jobs.start(world.mapping(), "to_crm", options=Options(scope=Scope.EVERYTHING, create=True)))
    assert (job.inserted, job.skipped, len(world.crm.ids("account"))) == (0, 2, 0)
    assert all(one.message.startswith("An undone run had made it.") for one in job.errors.all())
    assert job.errors.count() == 2


def test_skipped_records_lists_them_apart_with_the_run_that_had_made_them(
    world: JobsWorld, ines: Client, undoing: SyncJob
) -> None:
    assert "Adatum" not in page(ines, "synch_skipped")
    shown = page(ines, "synch_skipped", state="undone")
    assert "Adatum" in shown
    assert "Litware" in shown
    assert "Left out: the run started " in shown
    assert "that had made it was undone." in shown
    assert f"/synch/jobs/{undoing.pk}/" in shown
    assert "Retry All" not in shown
    assert "Make Again" in shown
    assert "Adatum" in page(ines, "synch_skipped", state="undone", q="adatum")
    assert "Litware" not in page(ines, "synch_skipped", state="undone", q="adatum")


def test_retry_all_makes_none_of_them_again(world: JobsWorld, ines: Client) -> None:
    assert told(ines.post("/synch/skipped/retry-all/"))[-1] == "0 records are being tried again."
    run_all()
    both(world)
    assert not world.crm.ids("account")


def test_a_chosen_one_is_made_again(world: JobsWorld, ines: Client) -> None:
    adatum, _ = world.erp.ids("customer")
    assert told(press(ines, "make-again", adatum))[-1] == "1 record is being made again."
    run_all()
    assert len(world.crm.ids("account")) == 1
    assert [row.is_undone for row in Coupling.objects.filter(mapping=world.mapping()).order_by("pk")] == [False, True]


def test_the_list_of_its_table_calls_it_left_out_and_has_a_state_for_it(world: JobsWorld, ines: Client) -> None:
    shown = page(ines, "erp_list", "customer", state="undone")
    assert "Adatum" in shown
    assert "Left out: an undone run had made it" in shown
    assert "Adatum" not in page(ines, "erp_list", "customer", state="skipped")
