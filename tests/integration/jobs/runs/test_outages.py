"""Short outages: a run that nobody answers waits, visibly, and goes on by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError
from django.test.client import Client
from django.utils import timezone

from integration import jobs, scheduler
from integration.jobs import full_synch
from integration.jobs.job_endings import pause_before
from integration.models import FullSynchLine, JobQueueEntry, SyncJob
from integration.sync.run import Options, Scope
from integration.systems.errors import ConfigurationProblem, Throttled, TimedOut, Unreachable
from integration.systems.memory.faults import Call
from integration.systems.values import Side
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, world

__all__ = ["world"]

EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)
Status = SyncJob.Status


@pytest.fixture
def cronus(world: JobsWorld) -> JobsWorld:
    """Jim Olive is coupled; Adatum, Fabrikam and Litware are customers; pages have one row."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.add_customer(name)
    world.pages_of(1)
    world.crm.remote = False
    return world


def full(world: JobsWorld) -> SyncJob:
    return jobs.start(world.mapping(), TO_CRM, options=EVERYTHING)


def away(world: JobsWorld, name: str = "Adatum") -> None:
    """Sales does not answer when this account is to be made."""

    def named(call: Call) -> bool:
        return any(row.values.get("name") == name for row in call.rows)

    world.crm.fail_on("insert", Unreachable("No route to contoso.example."), when=named)


def time_has_come(job: SyncJob) -> None:
    now = timezone.now()
    SyncJob.objects.filter(pk=job.pk).update(next_try_at=now, sent_at=now - dt.timedelta(minutes=1))


def test_a_run_that_nobody_answers_waits_and_says_until_when(cronus: JobsWorld) -> None:
    away(cronus)
    job = full(cronus)
    jobs.run(job.pk)
    job = ran(job)
    assert (job.status, job.claim, job.finished_at) == (Status.QUEUED, None, None)
    assert 25 < (job.next_try_at - timezone.now()).total_seconds() <= 30
    at = timezone.localtime(job.next_try_at)
    assert job.suspended == (f"No route to contoso.example. Next try at {at:%H:%M:%S}.")


def test_a_run_that_waits_is_not_taken_before_its_time_and_then_goes_on_by_itself(cronus: JobsWorld) -> None:
    away(cronus)
    job = full(cronus)
    jobs.run(job.pk)
    assert jobs.run(job.pk) is False
    assert scheduler.resend() == []
    time_has_come(job)
    assert scheduler.resend() == [job]
    assert jobs.run(job.pk) is True
    job = ran(job)
    assert (job.status, job.inserted, job.message, job.code) == (Status.FINISHED, 3, "", "")


def test_what_follows_a_run_that_waits_still_follows_it(cronus: JobsWorld) -> None:
    away(cronus)
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    jobs.run(there.pk)
    assert ran(back).status == Status.QUEUED
    time_has_come(there)
    jobs.run(there.pk)
    assert jobs.run(back.pk) is True
    assert ran(back).status == Status.FINISHED


def test_the_others_of_the_mapping_go_on_while_one_waits(cronus: JobsWorld) -> None:
    away(cronus)
    waits = full(cronus)
    jobs.run(waits.pk)
    fabrikam = cronus.erp.ids("customer")[1]
    one = jobs.start(cronus.mapping(), TO_CRM, options=Options(scope=Scope.IDS, ids=(fabrikam,), create=True))
    assert jobs.run(one.pk) is True
    assert ran(one).status == Status.FINISHED


def test_a_run_is_given_up_after_its_attempts_and_its_entry_with_it(cronus: JobsWorld) -> None:
    JobQueueEntry.objects.exclude(name="CUSTOMER").update(status=JobQueueEntry.Status.ON_HOLD)
    JobQueueEntry.objects.filter(name="CUSTOMER").update(max_attempts=3, next_start=timezone.now())
    cronus.crm.fail_on("describe", Unreachable("No route to contoso.example."), times=100)
    scheduler.tick()
    job = SyncJob.objects.get(direction="to_crm")
    for tries in (1, 2):
        jobs.run(job.pk)
        assert (ran(job).status, ran(job).tries) == (Status.QUEUED, tries)
        time_has_come(job)
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).code) == (Status.FAILED, "unreachable")
    entry = JobQueueEntry.objects.get(name="CUSTOMER")
    assert (entry.status, entry.message) == (JobQueueEntry.Status.ERROR, "No route to contoso.example.")


def test_a_run_that_got_on_meanwhile_has_all_its_attempts_again(cronus: JobsWorld) -> None:
    away(cronus, "Litware")
    job = full(cronus)
    SyncJob.objects.filter(pk=job.pk).update(tries=8)
    jobs.run(job.pk)
    assert (ran(job).records_done, ran(job).tries) == (2, 1)


def test_the_pauses_grow_to_an_hour_and_heed_what_the_service_asks_for() -> None:
    gone = TimedOut("No answer in time.")
    assert [pause_before(number, gone).total_seconds() for number in (1, 2, 3, 8, 9)] == [30, 60, 120, 3600, 3600]
    assert pause_before(1, Throttled("Too many requests.", retry_after=240)).total_seconds() == 240


def test_a_wrong_set_up_ends_a_run_at_once(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", ConfigurationProblem("No such column."))
    job = full(cronus)
    jobs.run(job.pk)
    assert ran(job).status == Status.FAILED


def test_a_database_of_ours_that_is_busy_makes_a_run_wait_too(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", OperationalError("database is locked"))
    job = full(cronus)
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).code) == (Status.QUEUED, "database")


def test_a_command_at_which_a_person_waits_says_at_once_that_nobody_answers(cronus: JobsWorld) -> None:
    away(cronus)
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert (job.status, job.message) == (Status.FAILED, "No route to contoso.example.")


def test_a_person_may_have_it_tried_now(cronus: JobsWorld, admin: Client) -> None:
    away(cronus)
    job = full(cronus)
    jobs.run(job.pk)
    page = f"/synch/jobs/{job.pk}/"
    assert "No route" in admin.get(page).content.decode()
    assert "The run tries again now." in admin.post(f"{page}try-now/", follow=True).content.decode()
    assert jobs.run(job.pk) is True
    assert "does not wait" in admin.post(f"{page}try-now/", follow=True).content.decode()


def test_who_may_only_look_cannot_have_it_tried(cronus: JobsWorld, reader: Client) -> None:
    assert reader.post(f"/synch/jobs/{full(cronus).pk}/try-now/").status_code == 403


def test_a_line_of_the_full_synchronization_goes_on_after_a_short_outage(cronus: JobsWorld, admin: Client) -> None:
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    full_synch.start()
    away(cronus)
    there = FullSynchLine.objects.get().to_crm_job
    jobs.run(there.pk)
    line = FullSynchLine.objects.get()
    assert line.status == FullSynchLine.Status.IN_PROCESS
    assert "Next try at" in admin.get("/full-synch/").content.decode()
    time_has_come(there)
    jobs.run(there.pk)
    jobs.run(line.to_erp_job.pk)
    assert FullSynchLine.objects.get().status == FullSynchLine.Status.FINISHED
    assert cronus.names(Side.CRM, "account") == ["Adatum", "Fabrikam", "Litware"]


def test_restarting_a_line_that_waits_has_it_tried_now(cronus: JobsWorld) -> None:
    FullSynchLine.objects.create(mapping=cronus.mapping(), direction="both")
    full_synch.start()
    away(cronus)
    line = FullSynchLine.objects.get()
    jobs.run(line.to_crm_job.pk)
    full_synch.restart(line)
    assert jobs.run(line.to_crm_job.pk) is True
