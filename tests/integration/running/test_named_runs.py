"""Wherever one speaks of a run, it is named by when it started; one that has not, by when it was asked for."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration import jobs
from integration.jobs.undo import start
from integration.models import SyncJob
from integration.sync.run import Options
from tests.coupling.conftest import page
from tests.integration.jobs.undo.phones import carried, coupled, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, signed_in

__all__ = ["world"]

ASKED, BEGAN = "2026-11-30 13:09", "started 2026-11-30 13:10"


@pytest.fixture
def ines(world: JobsWorld) -> Client:
    return signed_in("ines", INTEGRATOR)


def moved(job: SyncJob) -> SyncJob:
    """The run was asked for at 13:09:57, and started at 13:10:03."""
    SyncJob.objects.filter(pk=job.pk).update(queued_at="2026-11-30T13:09:57Z", started_at="2026-11-30T13:10:03Z")
    job.refresh_from_db()
    return job


def test_a_run_that_is_undone_has_one_time_on_all_pages(world: JobsWorld, ines: Client) -> None:
    (adatum,) = coupled(world, "Adatum")
    job = moved(carried(world, [adatum]))
    undo_page = page(ines, "synch_job_undo", job.pk)
    undoing = moved(ran(start.undo(job, None)))
    pages = {
        "run": page(ines, "synch_job", job.pk),
        "its undo": page(ines, "synch_job", undoing.pk),
        "question": undo_page,
        "history": page(ines, "record_history", "erp", "customer", adatum),
    }
    assert [name for name, shown in pages.items() if BEGAN not in shown or ASKED in shown] == []


def test_what_an_undo_left_out_names_its_run_the_same_way(world: JobsWorld, ines: Client) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    job = moved(ran(jobs.start(world.mapping(), "to_crm", options=Options(create=True))))
    ran(start.undo(job, None, removes=True))
    shown = page(ines, "synch_skipped", state="undone")
    assert f"the run {BEGAN} that had made it was undone" in shown
    assert ASKED not in shown


def test_a_run_that_has_not_started_says_that_its_time_is_when_it_was_asked_for(world: JobsWorld, ines: Client) -> None:
    job = jobs.start(world.mapping(), "to_crm")
    SyncJob.objects.filter(pk=job.pk).update(queued_at="2026-11-30T13:09:57Z")
    assert f"asked for {ASKED} by the scheduler" in page(ines, "synch_job", job.pk)
    shown = page(ines, "synch_jobs")
    assert "asked for 2026-11-30 13:09:57" in shown
    assert ">asked 11-30 13:09<" in shown
