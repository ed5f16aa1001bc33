"""Jobs: the row is the truth, a claim is held by one, progress is written page by page."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection, transaction

from integration import jobs
from integration.jobs import verbs
from integration.jobs.journal import PAUSE
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.systems.errors import Refused, SignInRefused, Unreachable
from integration.systems.values import Side
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran, silent_for, world

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
    return world


def full(world: JobsWorld, direction: Direction = TO_CRM) -> SyncJob:
    return jobs.start(world.mapping(), direction, options=EVERYTHING)


def one(world: JobsWorld, customer: uuid.UUID) -> SyncJob:
    options = Options(scope=Scope.IDS, ids=(customer,), create=True)
    return jobs.start(world.mapping(), TO_CRM, options=options)


def accounts(world: JobsWorld) -> list[str]:
    return world.names(Side.CRM, "account")


# --- start ------------------------------------------------------------------------------------------------


def test_a_started_job_waits_as_a_row_until_a_worker_claims_it(cronus):
    job = full(cronus)
    assert (job.status, job.claim, job.run_options) == (Status.QUEUED, None, EVERYTHING)
    assert accounts(cronus) == []


def test_a_job_that_is_rolled_back_is_neither_there_nor_sent(cronus, monkeypatch):
    sent: list[SyncJob] = []
    monkeypatch.setattr("integration.jobs.create.send", sent.extend)
    with transaction.atomic():
        full(cronus)
        transaction.set_rollback(True)
    assert (SyncJob.objects.count(), sent) == (0, [])


def test_the_queue_gets_the_id_only_after_the_commit(cronus, monkeypatch):
    sent: list[SyncJob] = []
    monkeypatch.setattr("integration.jobs.create.send", sent.extend)
    with transaction.atomic():
        job = full(cronus)
        assert sent == []
    assert sent == [job]


def test_a_second_click_finds_the_job_of_the_first(cronus):
    assert full(cronus).pk == full(cronus).pk
    assert full(cronus, TO_ERP).pk != full(cronus).pk


def test_a_queue_that_does_not_answer_leaves_the_row_queued(cronus, settings, caplog):
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


def test_two_workers_that_take_the_same_id_make_one_run(cronus):
    job = full(cronus)
    first, second = SyncJob.objects.claim(job.pk), SyncJob.objects.claim(job.pk)
    assert first is not None
    assert second is None
    assert ran(job).claim == first.claim


def test_two_runs_of_one_mapping_never_hold_a_claim_at_once(cronus):
    there, back = full(cronus), full(cronus, TO_ERP)
    assert SyncJob.objects.claim(there.pk) is not None
    assert SyncJob.objects.claim(back.pk) is None
    assert ran(back).status == Status.QUEUED


def test_runs_of_different_mappings_go_side_by_side(cronus):
    customers, people = full(cronus), jobs.start(cronus.mapping("SALESPEOPLE"), TO_ERP)
    assert SyncJob.objects.claim(customers.pk)
    assert SyncJob.objects.claim(people.pk)


def test_a_job_waits_for_the_one_before_it(cronus):
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    assert jobs.run(back.pk) is False
    assert jobs.run(there.pk) is True
    assert jobs.run(back.pk) is True
    assert ran(back).status == Status.FINISHED


def test_an_id_of_an_ended_or_unknown_job_does_nothing(cronus):
    job = full(cronus)
    jobs.run(job.pk)
    assert jobs.run(job.pk) is False
    assert jobs.run(str(uuid.uuid4())) is False


# --- a run ------------------------------------------------------------------------------------------------


def test_a_run_writes_counters_progress_and_end(cronus):
    job = ran(jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True))
    assert (job.status, job.inserted, job.failed) == (Status.FINISHED, 3, 0)
    assert (job.records_done, job.records_total, job.percent) == (3, 3, 100)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware"]
    assert job.started_at <= job.finished_at
    assert job.claim is None


def test_progress_is_seen_page_by_page_while_the_run_goes_on(cronus):
    job = full(cronus)
    seen: list[tuple[str, int, int | None]] = []

    def look() -> None:
        now = SyncJob.objects.get(pk=job.pk)
        seen.append((now.status, now.inserted, now.records_total))

    cronus.during_insert(look, "Litware")
    jobs.run(job.pk)
    assert seen == [(Status.RUNNING, 2, 3)]


def test_a_full_run_sets_the_cursor_of_its_side_when_it_is_through(cronus):
    jobs.run(full(cronus).pk)
    mapping = cronus.mapping()
    assert mapping.erp_cursor
    assert not mapping.crm_cursor


def test_the_next_run_reads_only_what_changed_since(cronus):
    jobs.run(full(cronus).pk)
    jobs.run(jobs.start(cronus.mapping(), TO_CRM).pk)
    cronus.erp.edit("customer", cronus.erp.find("customer").records[0].id, phone_no="030 99")
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert (job.modified, job.records_done) == (1, 1)


def test_a_cursor_that_a_person_cleared_during_the_run_stays_cleared(cronus):
    jobs.run(full(cronus).pk)
    job = full(cronus)
    cronus.add_customer("Proseware")
    cronus.before_page(2, lambda: cronus.mapping().require_full_run())
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).cursor, cronus.mapping().erp_cursor) == (Status.QUEUED, "", "")
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).inserted) == (Status.FINISHED, 1)


def test_a_row_that_failed_is_an_error_of_the_job_and_closed_by_its_success(cronus):
    def adatum(call):
        return any(row.values.get("name") == "Adatum" for row in call.rows)

    cronus.crm.fail_on("insert", Refused("Account Adatum is on a black list."), when=adatum)
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    error = SyncError.objects.get()
    assert (job.status, job.inserted, job.failed) == (Status.FINISHED, 2, 1)
    assert (error.job, error.message, error.closed_at) == (job, "Account Adatum is on a black list.", None)
    again = jobs.start(cronus.mapping(), TO_CRM, options=Options(create=True), inline=True)
    error.refresh_from_db()
    assert (again.inserted, again.failed) == (1, 0)
    assert error.closed_at is not None


def test_a_row_that_fails_again_has_one_open_error(cronus):
    cronus.crm.fail_on("insert", Refused("No."), times=10)
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert SyncError.objects.count() >= 3
    assert SyncError.objects.open().count() == 3


def test_a_lost_connection_fails_the_job_in_words_and_running_again_completes_it(cronus):
    cronus.crm.fail_on("insert", Unreachable("Nobody answers at https://contoso.crm.example."), done=1)
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert (job.status, job.code) == (Status.FAILED, "unreachable")
    assert job.message == "Nobody answers at https://contoso.crm.example."
    assert "Traceback" in job.call_stack
    assert "Traceback" not in job.message
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware"]


def test_an_unexpected_error_fails_the_job_without_its_stack_in_the_message(cronus, caplog):
    cronus.crm.fail_on("insert", ZeroDivisionError("oops"))
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert (job.status, job.code, job.message) == (Status.FAILED, "unexpected", verbs.UNEXPECTED)
    assert "ZeroDivisionError" in job.call_stack
    assert "ended unexpectedly" in caplog.text


def test_a_mapping_without_its_table_fails_the_job_with_the_tables_name(cronus):
    TableMapping.objects.filter(name="CUSTOMER").update(crm_table="bci_firm")
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert (job.status, job.code) == (Status.FAILED, "table-missing")
    assert "bci_firm" in job.message


def test_what_waited_for_a_failed_run_is_canceled_and_says_why(cronus):
    cronus.crm.fail_on("insert", SignInRefused("Nobody answers."))
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    jobs.run(there.pk)
    assert ran(back).status == Status.CANCELED
    assert "Nobody answers." in ran(back).message


def test_a_disabled_connection_fails_the_job_with_what_to_do(cronus):
    from integration.models import ConnectionSetup

    ConnectionSetup.objects.update(is_enabled=False)
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert job.status == Status.FAILED
    assert "Enable it" in job.message


# --- cancel, pause, fence, resume ----------------------------------------------------------------------------


def test_a_queued_job_is_canceled_at_once_with_those_that_wait_for_it(cronus):
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    jobs.cancel(there)
    assert {ran(there).status, ran(back).status} == {Status.CANCELED}
    assert jobs.run(there.pk) is False


def test_a_running_job_is_canceled_after_its_page_and_what_is_written_is_remembered(cronus):
    job = full(cronus)
    cronus.during_insert(lambda: SyncJob.objects.filter(pk=job.pk).update(cancel_requested=True), "Adatum")
    jobs.run(job.pk)
    written = accounts(cronus)
    assert ran(job).status == Status.CANCELED
    assert 0 < len(written) < 3
    assert cronus.mapping().couplings.filter(state="coupled").count() == len(written) == ran(job).inserted


def test_a_long_run_gives_way_to_a_run_of_one_record_and_goes_on_from_where_it_was(cronus):
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


def test_a_worker_that_is_to_end_gives_the_claim_back_after_its_page(cronus):
    job = full(cronus)
    cronus.during_insert(PAUSE.set, "Adatum")
    try:
        jobs.run(job.pk)
    finally:
        PAUSE.clear()
    assert (ran(job).status, ran(job).claim) == (Status.QUEUED, None)
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).inserted) == (Status.FINISHED, 3)


def test_a_run_without_a_sign_of_life_is_dead_and_can_be_resumed(cronus):
    job = full(cronus)
    SyncJob.objects.claim(job.pk)
    assert not SyncJob.objects.dead().exists()
    silent_for(job, 31)
    assert ran(job).is_dead
    assert list(SyncJob.objects.dead()) == [job]
    assert jobs.run(job.pk) is True
    assert (ran(job).status, ran(job).resumed, ran(job).inserted) == (Status.FINISHED, 1, 3)


def test_a_run_that_was_taken_over_stops_and_writes_nothing_more(cronus, caplog):
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


def test_a_resumed_full_run_does_not_read_again_what_was_done(cronus):
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


# --- kinds ------------------------------------------------------------------------------------------------


def test_a_coupling_job_couples_by_the_stored_criteria(cronus):
    cronus.add_account("Adatum")
    job = jobs.start(cronus.mapping(), Direction.BOTH, kind=SyncJob.Kind.COUPLE, inline=True)
    assert (job.status, job.coupled, job.failed) == (Status.FINISHED, 1, 2)
    assert cronus.mapping().couplings.filter(state="coupled").count() == 1


def test_an_uncoupling_job_removes_the_couplings_of_the_records_given(cronus):
    jobs.run(full(cronus).pk)
    first = cronus.mapping().couplings.first()
    options = Options(scope=Scope.IDS, ids=(first.erp_id,))
    job = jobs.start(cronus.mapping(), TO_CRM, kind=SyncJob.Kind.UNCOUPLE, options=options, inline=True)
    assert (job.status, job.uncoupled) == (Status.FINISHED, 1)
    assert cronus.mapping().couplings.count() == 2


def test_a_dry_run_shows_what_would_be_done_and_writes_nothing(cronus):
    actions = list(jobs.plan(cronus.mapping(), TO_CRM, Options(scope=Scope.EVERYTHING, create=True, dry_run=True)))
    assert [type(action).__name__ for action in actions] == ["Insert"] * 3
    assert (accounts(cronus), SyncJob.objects.count()) == ([], 0)


# --- real concurrency -------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
def test_of_many_claims_at_the_same_moment_one_wins(cronus):
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
