"""What a run writes while it goes on, and how it ends."""

from __future__ import annotations

import pytest

from integration import jobs
from integration.jobs import endings
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.run import Options
from integration.systems.errors import Refused, SignInRefused, Unreachable
from tests.integration.jobs.runs.customers import EVERYTHING, Status, accounts, cronus, full, world
from tests.integration.jobs_world import TO_CRM, TO_ERP, JobsWorld, ran
from tests.sandbox.conftest import Caller

__all__ = ["cronus", "world"]


# --- a run ------------------------------------------------------------------------------------------------


def test_a_run_writes_counters_progress_and_end(cronus: JobsWorld) -> None:
    job = ran(jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True))
    assert (job.status, job.inserted, job.failed) == (Status.FINISHED, 3, 0)
    assert (job.records_done, job.records_total, job.percent) == (3, 3, 100)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware"]
    assert job.started_at <= job.finished_at
    assert job.claim is None


def test_progress_is_seen_page_by_page_while_the_run_goes_on(cronus: JobsWorld) -> None:
    job = full(cronus)
    seen: list[tuple[str, int, int | None]] = []

    def look() -> None:
        now = SyncJob.objects.get(pk=job.pk)
        seen.append((now.status, now.inserted, now.records_total))

    cronus.during_insert(look, "Litware")
    jobs.run(job.pk)
    assert seen == [(Status.RUNNING, 2, 3)]


def test_a_full_run_sets_the_cursor_of_its_side_when_it_is_through(cronus: JobsWorld) -> None:
    jobs.run(full(cronus).pk)
    mapping = cronus.mapping()
    assert mapping.erp_cursor
    assert not mapping.crm_cursor


def test_the_next_run_reads_only_what_changed_since(cronus: JobsWorld) -> None:
    jobs.run(full(cronus).pk)
    jobs.run(jobs.start(cronus.mapping(), TO_CRM).pk)
    cronus.erp.edit("customer", cronus.erp.find("customer").records[0].id, phone_no="030 99")
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert (job.modified, job.records_done) == (1, 1)


def test_a_cursor_that_a_person_cleared_during_the_run_stays_cleared(cronus: JobsWorld) -> None:
    jobs.run(full(cronus).pk)
    job = full(cronus)
    cronus.add_customer("Proseware")
    cronus.before_page(2, lambda: cronus.mapping().require_full_run())
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).cursor, cronus.mapping().erp_cursor) == (Status.QUEUED, "", "")
    jobs.run(job.pk)
    assert (ran(job).status, ran(job).inserted) == (Status.FINISHED, 1)


def test_a_row_that_failed_is_an_error_of_the_job_and_closed_by_its_success(cronus: JobsWorld) -> None:
    def adatum(call: Caller) -> bool:
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


def test_a_row_that_fails_again_has_one_open_error(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", Refused("No."), times=10)
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert SyncError.objects.count() >= 3
    assert SyncError.objects.open().count() == 3


def test_a_lost_connection_fails_the_job_in_words_and_running_again_completes_it(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", Unreachable("Nobody answers at https://contoso.crm.example."), done=1)
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert (job.status, job.code) == (Status.FAILED, "unreachable")
    assert job.message == "Nobody answers at https://contoso.crm.example."
    assert "Traceback" in job.call_stack
    assert "Traceback" not in job.message
    jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert accounts(cronus) == ["Adatum", "Fabrikam", "Litware"]


def test_an_unexpected_error_fails_the_job_without_its_stack_in_the_message(
    cronus: JobsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    cronus.crm.fail_on("insert", ZeroDivisionError("oops"))
    job = jobs.start(cronus.mapping(), TO_CRM, options=EVERYTHING, inline=True)
    assert (job.status, job.code, job.message) == (Status.FAILED, "unexpected", endings.UNEXPECTED)
    assert "ZeroDivisionError" in job.call_stack
    assert "ended unexpectedly" in caplog.text


def test_a_mapping_without_its_table_fails_the_job_with_the_tables_name(cronus: JobsWorld) -> None:
    TableMapping.objects.filter(name="CUSTOMER").update(crm_table="bci_firm")
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert (job.status, job.code) == (Status.FAILED, "table-missing")
    assert "bci_firm" in job.message


def test_what_waited_for_a_failed_run_is_canceled_and_says_why(cronus: JobsWorld) -> None:
    cronus.crm.fail_on("insert", SignInRefused("Nobody answers."))
    there = full(cronus)
    back = jobs.start(cronus.mapping(), TO_ERP, after=there)
    jobs.run(there.pk)
    assert ran(back).status == Status.CANCELED
    assert "Nobody answers." in ran(back).message


def test_a_disabled_connection_fails_the_job_with_what_to_do(cronus: JobsWorld) -> None:
    from integration.models import ConnectionSetup

    ConnectionSetup.objects.update(is_enabled=False)
    job = jobs.start(cronus.mapping(), TO_CRM, inline=True)
    assert job.status == Status.FAILED
    assert "Enable it" in job.message
