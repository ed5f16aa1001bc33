"""Jobs: the row is the truth, a claim is held by one."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from integration import jobs
from integration.models import SyncJob
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from tests.integration.jobs.runs.customers import EVERYTHING, Status, accounts, cronus, full, world
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran

__all__ = ["cronus", "world"]


# --- start ------------------------------------------------------------------------------------------------


def test_a_started_job_waits_as_a_row_until_a_worker_claims_it(cronus: JobsWorld) -> None:
    job = full(cronus)
    assert (job.status, job.claim, job.run_options) == (Status.QUEUED, None, EVERYTHING)
    assert accounts(cronus) == []


def test_a_job_that_is_rolled_back_is_neither_there_nor_sent(
    cronus: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[SyncJob] = []
    monkeypatch.setattr("integration.jobs.create.send", sent.extend)
    with transaction.atomic():
        full(cronus)
        transaction.set_rollback(True)
    assert (SyncJob.objects.count(), sent) == (0, [])


def test_the_queue_gets_the_id_only_after_the_commit(cronus: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[SyncJob] = []
    monkeypatch.setattr("integration.jobs.create.send", sent.extend)
    with transaction.atomic():
        job = full(cronus)
        assert sent == []
    assert sent == [job]


def test_a_second_click_finds_the_job_of_the_first(cronus: JobsWorld) -> None:
    assert full(cronus).pk == full(cronus).pk
    assert full(cronus, TO_ERP).pk != full(cronus).pk


def test_a_queue_that_does_not_answer_leaves_the_row_queued(
    cronus: JobsWorld, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    jobs.queue.redis.cache_clear()
    try:
        job = full(cronus)
        assert "does not answer" in caplog.text
        assert "does not answer" in jobs.queue_state().problem
    finally:
        jobs.queue.redis.cache_clear()
    assert ran(job).status == Status.QUEUED


# --- claim ------------------------------------------------------------------------------------------------


def test_two_workers_that_take_the_same_id_make_one_run(cronus: JobsWorld) -> None:
    job = full(cronus)
    first, second = SyncJob.objects.claim(job.pk), SyncJob.objects.claim(job.pk)
    assert first is not None
    assert second is None
    assert ran(job).claim == first.claim


def test_two_runs_of_one_mapping_never_hold_a_claim_at_once(cronus: JobsWorld) -> None:
    there, back = full(cronus), full(cronus, TO_ERP)
    assert SyncJob.objects.claim(there.pk) is not None
    assert SyncJob.objects.claim(back.pk) is None
    assert ran(back).status == Status.QUEUED


def test_runs_of_different_mappings_go_side_by_side(cronus: JobsWorld) -> None:
    customers, people = full(cronus), jobs.start(cronus.mapping("SALESPEOPLE"), TO_ERP)
    assert SyncJob.objects.claim(customers.pk)
    assert SyncJob.objects.claim(people.pk)


def test_a_job_waits_for_the_one_before_it(cronus: JobsWorld) -> None:
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    assert jobs.run(back.pk) is False
    assert jobs.run(there.pk) is True
    assert jobs.run(back.pk) is True
    assert ran(back).status == Status.FINISHED


def test_an_id_of_an_ended_or_unknown_job_does_nothing(cronus: JobsWorld) -> None:
    job = full(cronus)
    jobs.run(job.pk)
    assert jobs.run(job.pk) is False
    assert jobs.run(str(uuid.uuid4())) is False


# --- kinds ------------------------------------------------------------------------------------------------


def test_a_coupling_job_couples_by_the_stored_criteria(cronus: JobsWorld) -> None:
    cronus.add_account("Adatum")
    job = jobs.start(cronus.mapping(), Direction.BOTH, kind=SyncJob.Kind.COUPLE, inline=True)
    assert (job.status, job.coupled, job.failed) == (Status.FINISHED, 1, 2)
    assert cronus.mapping().couplings.filter(state="coupled").count() == 1


def test_an_uncoupling_job_removes_the_couplings_of_the_records_given(cronus: JobsWorld) -> None:
    jobs.run(full(cronus).pk)
    first = cronus.mapping().couplings.first()
    options = Options(scope=Scope.IDS, ids=(first.erp_id,))
    job = jobs.start(cronus.mapping(), TO_CRM, kind=SyncJob.Kind.UNCOUPLE, options=options, inline=True)
    assert (job.status, job.uncoupled) == (Status.FINISHED, 1)
    assert cronus.mapping().couplings.count() == 2


def test_a_dry_run_shows_what_would_be_done_and_writes_nothing(cronus: JobsWorld) -> None:
    actions = list(jobs.plan(cronus.mapping(), TO_CRM, Options(scope=Scope.EVERYTHING, create=True, dry_run=True)))
    assert [type(action).__name__ for action in actions] == ["Insert"] * 3
    assert (accounts(cronus), SyncJob.objects.count()) == ([], 0)


# --- real concurrency -------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
def test_of_many_claims_at_the_same_moment_one_wins(cronus: JobsWorld) -> None:
    jobs_of_mapping = [full(cronus), full(cronus, TO_ERP)]
    start_together, won = threading.Barrier(8), []

    def claim(job: SyncJob) -> None:
        start_together.wait(20)
        won.append(SyncJob.objects.claim(job.pk))
        connection.close()

    threads = [threading.Thread(target=claim, args=[job]) for job in jobs_of_mapping * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(job is not None for job in won) == 1
    assert SyncJob.objects.filter(status=Status.RUNNING).count() == 1
