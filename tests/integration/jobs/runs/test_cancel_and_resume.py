"""Jobs that end early, give way, or go on after their worker died."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.jobs.journal import PAUSE
from integration.models import SyncJob
from tests.integration.jobs.runs.customers import Status, accounts, cronus, full, one, world
from tests.integration.jobs_world import TO_ERP, JobsWorld, ran, silent_for

__all__ = ["cronus", "world"]


# --- cancel, pause, fence, resume ----------------------------------------------------------------------------


def test_a_queued_job_is_canceled_at_once_with_those_that_wait_for_it(cronus: JobsWorld) -> None:
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    jobs.cancel(there)
    assert {ran(there).status, ran(back).status} == {Status.CANCELED}
    assert jobs.run(there.pk) is False


def test_a_running_job_is_canceled_after_its_page_and_what_is_written_is_remembered(cronus: JobsWorld) -> None:
    job = full(cronus)
    cronus.during_insert(lambda: SyncJob.objects.filter(pk=job.pk).update(cancel_requested=True), "Adatum")
    jobs.run(job.pk)
    written = accounts(cronus)
    assert ran(job).status == Status.CANCELED
    assert 0 < len(written) < 3
    assert cronus.mapping().couplings.filter(state="coupled").count() == len(written) == ran(job).inserted


def test_a_long_run_gives_way_to_a_run_of_one_record_and_goes_on_from_where_it_was(cronus: JobsWorld) -> None:
    proseware = cronus.erp.add("customer", name="Proseware", blocked=0)
    long = full(cronus)
    urgent: list[SyncJob] = []
    cronus.during_insert(lambda: urgent.append(one(cronus, proseware)), "Adatum")
    jobs.run(long.pk)
    assert ran(long).status == Status.QUEUED
    paused_at = ran(long).records_done
    assert 0 < paused_at < 4
    assert list(SyncJob.objects.ready()) == [urgent[0], long]
    assert jobs.run(urgent[0].pk)
    assert "Proseware" in accounts(cronus)
    assert jobs.run(long.pk)
    assert (ran(long).status, ran(long).inserted, ran(long).records_done) == (Status.FINISHED, 3, 4)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware", "Proseware"]


def test_a_worker_that_is_to_end_gives_the_claim_back_after_its_page(cronus: JobsWorld) -> None:
    job = full(cronus)
    cronus.during_insert(PAUSE.set, "Adatum")
    try:
        jobs.run(job.pk)
    finally:
        PAUSE.clear()
    assert (ran(job).status, ran(job).claim) == (Status.QUEUED, None)
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).inserted) == (Status.FINISHED, 3)


def test_a_command_resumes_the_run_that_was_killed_where_no_worker_would(cronus: JobsWorld) -> None:
    killed = full(cronus)
    SyncJob.objects.claim(killed.pk)
    silent_for(killed, 31)
    back = jobs.start(cronus.mapping(), TO_ERP, inline=True)
    assert (ran(killed).status, ran(killed).resumed, back.status) == (Status.FINISHED, 1, Status.FINISHED)
    assert len(accounts(cronus)) == 3


def test_a_run_without_a_sign_of_life_is_dead_and_can_be_resumed(cronus: JobsWorld) -> None:
    job = full(cronus)
    SyncJob.objects.claim(job.pk)
    assert not SyncJob.objects.dead().exists()
    silent_for(job, 31)
    assert ran(job).is_dead
    assert list(SyncJob.objects.dead()) == [job]
    assert jobs.run(job.pk) is True
    assert (ran(job).status, ran(job).resumed, ran(job).inserted) == (Status.FINISHED, 1, 3)


def test_a_run_that_was_taken_over_stops_and_writes_nothing_more(
    cronus: JobsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    cronus.crm.remote = False
    job = full(cronus)
    taken_over: list[SyncJob] = []

    def take_over() -> None:
        silent_for(job, 31)
        taken_over.append(SyncJob.objects.claim(job.pk))

    cronus.before_page(3, take_over)  # pages are read one ahead
    jobs.run(job.pk)
    now = ran(job)
    assert (now.status, now.claim) == (Status.RUNNING, taken_over[0].claim)
    assert "taken over" in caplog.text
    assert len(accounts(cronus)) == cronus.mapping().couplings.count() == now.inserted == 1
    silent_for(job, 31)
    jobs.run(job.pk)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware"]
    assert cronus.mapping().couplings.filter(state="coupled").count() == 3


def test_a_resumed_full_run_does_not_read_again_what_was_done(cronus: JobsWorld) -> None:
    job = full(cronus)
    cronus.during_insert(PAUSE.set, "Fabrikam")
    try:
        jobs.run(job.pk)
    finally:
        PAUSE.clear()
    assert ran(job).cursor
    read = cronus.erp.calls["changes"]
    jobs.run(job.pk)
    assert (ran(job).inserted, ran(job).unchanged) == (3, 0)
    assert cronus.erp.calls["changes"] - read <= 2
