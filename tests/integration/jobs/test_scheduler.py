"""The scheduler: what it sends again, what it has resumed, what it starts, and when entries sleep."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from redis.exceptions import RedisError

from integration import jobs, scheduler
from integration.models import ConnectionSetup, JobQueueEntry, SyncJob
from integration.models.stored import key_holders
from integration.sync.run import Options, Scope
from integration.systems.errors import ConfigurationProblem
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, silent_for, world

__all__ = ["world"]

Status = JobQueueEntry.Status
EVERYTHING = Options(scope=Scope.EVERYTHING, create=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the queue would be given: the rows decide, the queue itself is tried in the tests with processes."""
    given: list[SyncJob] = []
    for module in ("integration.scheduler", "integration.jobs.create"):
        monkeypatch.setattr(f"{module}.send", given.extend)
    return given


def entry(name: str = "CUSTOMER") -> JobQueueEntry:
    return JobQueueEntry.objects.get(name=name)


def due(name: str = "CUSTOMER", **values: object) -> JobQueueEntry:
    JobQueueEntry.objects.exclude(name=name).update(status=Status.ON_HOLD)
    values = {"next_start": timezone.now() - dt.timedelta(seconds=1), "status": Status.READY, **values}
    JobQueueEntry.objects.filter(name=name).update(**values)
    return entry(name)


def waiting_for(job: SyncJob, seconds: float) -> SyncJob:
    SyncJob.objects.filter(pk=job.pk).update(sent_at=timezone.now() - dt.timedelta(seconds=seconds))
    return job


def work() -> None:
    while (job := SyncJob.objects.ready().first()) is not None:
        assert jobs.run(job.pk)


def minutes_until(moment: dt.datetime | None) -> float:
    assert moment is not None
    return (moment - timezone.now()).total_seconds() / 60


# --- sending again ----------------------------------------------------------------------------------------


def test_a_job_nobody_took_is_sent_again_after_a_while_and_not_before(world: JobsWorld, sent: list[Any]) -> None:
    job = jobs.start(world.mapping(), TO_CRM)
    sent.clear()
    assert scheduler.resend() == []
    waiting_for(job, 16)
    scheduler.resend()
    assert sent == [job]


def test_a_job_that_waits_for_another_or_for_its_mapping_is_not_sent(world: JobsWorld, sent: list[Any]) -> None:
    first = jobs.start(world.mapping(), TO_CRM)
    waiting_for(jobs.start(world.mapping(), TO_ERP, after=first), 60)
    waiting_for(jobs.start(world.mapping(), TO_ERP), 60)
    SyncJob.objects.claim(first.pk)
    assert scheduler.resend() == []


def test_a_dead_run_is_sent_to_be_resumed(world: JobsWorld, sent: list[Any]) -> None:
    job = waiting_for(jobs.start(world.mapping(), TO_CRM), 60)
    SyncJob.objects.claim(job.pk)
    assert scheduler.resend() == []
    silent_for(job, 31)
    assert scheduler.resend() == [job]


def test_a_run_that_kills_every_worker_is_given_up_with_a_reason(world: JobsWorld) -> None:
    job = jobs.start(world.mapping(), TO_CRM)
    SyncJob.objects.claim(job.pk)
    SyncJob.objects.filter(pk=job.pk).update(resumed=10)
    silent_for(job, 31)
    scheduler.tick()
    assert (ran(job).status, ran(job).code) == (SyncJob.Status.FAILED, "worker-died")
    assert "died 11 times" in ran(job).message


# --- what is due ------------------------------------------------------------------------------------------


def test_a_due_entry_makes_both_passes_to_sales_first(world: JobsWorld) -> None:
    due()
    scheduler.tick()
    there, back = SyncJob.objects.order_by("queued_at")
    assert [(job.direction, job.after) for job in (there, back)] == [("to_crm", None), ("to_erp", there)]
    assert (entry().status, entry().last_job) == (Status.IN_PROCESS, back)


def test_an_entry_that_is_in_process_is_not_started_again(world: JobsWorld) -> None:
    due()
    scheduler.tick()
    scheduler.tick()
    assert SyncJob.objects.count() == 2


def test_two_schedulers_start_a_due_entry_once(world: JobsWorld) -> None:
    due()
    first, second = entry(), entry()
    assert first.take() is True
    assert second.take() is False


def test_entries_that_are_due_together_start_in_the_order_of_their_mappings(world: JobsWorld) -> None:
    JobQueueEntry.objects.update(status=Status.READY, next_start=timezone.now())
    assert [str(one) for one in scheduler.start_due()] == ["SALESPEOPLE", "REGION", "CUSTOMER", "CONTACT"]


def test_a_ready_entry_that_never_had_a_time_runs_one_interval_from_now(world: JobsWorld) -> None:
    assert scheduler.start_due() == []
    assert 29 < minutes_until(entry().next_start) <= 30


def test_nothing_starts_while_the_connection_is_disabled(world: JobsWorld) -> None:
    due()
    ConnectionSetup.objects.update(is_enabled=False)
    assert scheduler.start_due() == []


def test_running_an_entry_now_does_not_wait_for_its_time(world: JobsWorld) -> None:
    assert scheduler.run_now(entry()) == "CUSTOMER runs now."
    with pytest.raises(scheduler.NotNow, match="running already"):
        scheduler.run_now(entry())
    assert SyncJob.objects.count() == 2


# --- after the run ----------------------------------------------------------------------------------------


def test_a_run_that_changed_something_comes_again_at_its_interval(world: JobsWorld) -> None:
    world.couple_jim()
    world.add_customer("Adatum")
    jobs.start(world.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    world.erp.edit("customer", world.mapping().couplings.get().erp_id, phone_no="030 77")
    due()
    scheduler.tick()
    work()
    assert entry().status == Status.READY
    assert 29 < minutes_until(entry().next_start) <= 30


def test_a_run_that_changed_nothing_sleeps_for_its_inactivity_period(world: JobsWorld) -> None:
    due(inactivity_minutes=720)
    scheduler.tick()
    work()
    assert entry().status == Status.INACTIVE
    assert 719 < minutes_until(entry().next_start) <= 720


def test_a_sleeping_entry_wakes_when_its_time_has_come(world: JobsWorld) -> None:
    due(status=Status.INACTIVE)
    assert [str(one) for one in scheduler.start_due()] == ["CUSTOMER"]


def test_a_run_that_failed_is_tried_again_soon_and_given_up_after_its_attempts(world: JobsWorld) -> None:
    world.crm.fail_on("describe", ConfigurationProblem("No such column."), times=100)
    due(max_attempts=2)
    scheduler.tick()
    work()
    assert (entry().status, entry().attempts, entry().message) == (Status.READY, 1, "No such column.")
    assert minutes_until(entry().next_start) < 1
    due(attempts=1)
    scheduler.tick()
    work()
    assert (entry().status, entry().attempts) == (Status.ERROR, 2)


def test_an_entry_put_on_hold_during_its_run_stays_on_hold(world: JobsWorld) -> None:
    due()
    scheduler.tick()
    entry().set_on_hold()
    work()
    assert entry().status == Status.ON_HOLD


def test_an_entry_whose_run_is_gone_goes_back_to_its_times(world: JobsWorld) -> None:
    due()
    scheduler.tick()
    SyncJob.objects.all().delete()
    scheduler.free_stranded()
    assert entry().status == Status.READY


# --- the loop ---------------------------------------------------------------------------------------------


def test_what_does_not_answer_keeps_the_scheduler_from_nothing_else(
    world: JobsWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise RedisError("The queue is away.")

    def locked() -> None:
        raise OperationalError("database is locked")

    due()
    monkeypatch.setattr(scheduler, "show_scheduler_heartbeat", refuse)
    monkeypatch.setattr(scheduler, "resend", locked)
    scheduler.tick()
    assert entry().status == Status.IN_PROCESS
    assert "The queue is away." in caplog.text
    assert "database is locked" in caplog.text


def test_the_loop_ticks_until_it_is_to_end(world: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, wake = threading.Event(), threading.Event()
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 2:
            stop.set()

    monkeypatch.setattr(scheduler, "tick", tick)
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: wake.set())
    scheduler.loop(stop, wake, every=60)
    assert len(ticks) == 2
    assert key_holders.holders() == []  # whoever rotates keys does not wait for a scheduler that has ended
