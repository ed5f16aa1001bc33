"""What pages read off stored jobs: how far, how long, in which state; and whom an error waits for."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from integration.models import FullSynchLine, JobQueueEntry, SyncError, SyncJob
from integration.models.jobs.progress import COUNTERS
from integration.models.jobs.review import JobState, job_state
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.run import Counters

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
S, L, E = SyncJob.Status, FullSynchLine.Status, JobQueueEntry.Status
OURS, THEIRS = uuid.UUID(int=1), uuid.UUID(int=2)


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


@pytest.mark.parametrize(
    ("job", "state"),
    [
        (None, JobState.BLANK), (SyncJob(status=S.QUEUED), JobState.BLANK),
        (SyncJob(status=S.RUNNING), JobState.IN_PROCESS), (SyncJob(status=S.APPROVAL), JobState.APPROVAL),
        (SyncJob(status=S.FINISHED), JobState.SUCCESS), (SyncJob(status=S.FINISHED, failed=1), JobState.ERROR),
        (SyncJob(status=S.FAILED), JobState.ERROR), (SyncJob(status=S.REJECTED), JobState.ERROR),
    ],
)  # fmt: skip
def test_one_direction_of_a_line_is_in_error_as_soon_as_one_row_failed(job: SyncJob | None, state: JobState) -> None:
    assert job_state(job) is state
    assert FullSynchLine(to_crm_job=job).to_crm_state is state
    assert FullSynchLine(to_erp_job=job).to_erp_state is state


@pytest.mark.parametrize(
    ("passed", "done", "total", "percent", "left"),
    [
        (0, 0, None, None, None),
        (1, 0, 100, 0, None),
        (1, 60, None, None, None),
        (1, 60, 120, 50, minutes(1)),
        (10, 600, 600, 99, minutes(0)),
        (10, 700, 600, 99, minutes(0)),
        (2, 1, 1000, 0, minutes(1998)),
        (1, 5, 0, None, minutes(0)),
    ],
)
def test_a_run_says_how_far_it_is_and_about_how_long_it_takes(
    passed: int, done: int, total: int | None, percent: int | None, left: dt.timedelta | None
) -> None:
    with time_machine.travel(NOON, tick=False):
        job = SyncJob(started_at=NOON - minutes(passed), records_done=done, records_total=total)
        assert (job.percent, job.time_left) == (percent, left)
        assert job.duration == minutes(passed)
        assert job.rate == (done / (passed * 60) if done and passed else None)


def test_a_run_that_ended_is_through_and_takes_no_more_time() -> None:
    job = SyncJob(started_at=NOON, finished_at=NOON + minutes(3), records_done=7, records_total=9)

    assert (job.percent, job.time_left, job.duration) == (100, None, minutes(3))


def test_a_run_that_has_not_begun_has_no_duration_and_no_rate() -> None:
    assert (SyncJob().duration, SyncJob().rate, SyncJob().time_left, SyncJob().percent) == (None, None, None, None)


def test_counters_are_those_of_the_engine() -> None:
    numbers = {name: place for place, name in enumerate(COUNTERS, 1)}

    assert SyncJob(**numbers).counters == Counters(**numbers)


@pytest.mark.parametrize(
    ("jobs", "current"),
    [
        ({}, None),
        ({"to_crm_job": S.QUEUED}, "to_crm_job"),
        ({"couple_job": S.FINISHED, "to_crm_job": S.RUNNING, "to_erp_job": S.QUEUED}, "to_crm_job"),
        ({"couple_job": S.FINISHED, "to_crm_job": S.QUEUED, "to_erp_job": S.RUNNING}, "to_erp_job"),
        ({"couple_job": S.FINISHED, "to_crm_job": S.FINISHED, "to_erp_job": S.QUEUED}, "to_erp_job"),
        ({"couple_job": S.FINISHED, "to_crm_job": S.FINISHED}, "to_crm_job"),
    ],
)
def test_the_job_of_a_line_is_the_one_that_runs_else_the_next_else_the_last(
    jobs: dict[str, Any], current: str | None
) -> None:
    made = {name: SyncJob(pk=uuid.uuid4(), status=status) for name, status in jobs.items()}
    line = FullSynchLine(**made)

    assert line.current_job == made.get(current)
    assert line.jobs == list(made.values())


@pytest.mark.parametrize(
    ("totals", "expected"), [([], None), ([None], None), ([3], 3), ([3, None], 3), ([3, 4], 7), ([0, 0], 0)]
)
def test_the_rows_of_a_line_are_those_of_the_jobs_that_know_them(totals: list[Any], expected: int | None) -> None:
    names = ("to_crm_job", "to_erp_job")
    jobs = {name: SyncJob(records_total=total, records_done=2) for name, total in zip(names, totals, strict=False)}

    line = FullSynchLine(**jobs)

    assert (line.records_total, line.records_done) == (expected, 2 * len(totals))


@pytest.mark.parametrize("status", list(L))
def test_only_a_line_whose_job_stands_in_the_queue_or_runs_is_started(status: Any) -> None:
    line = FullSynchLine(status=status)

    assert line.is_started is (status in (L.READY, L.IN_PROCESS))
    assert line.is_dead is line.is_started
    assert line.is_alive is False
    assert line.can_restart is (status == L.ERROR or line.is_dead)


# --- errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (SyncError(label="1000 Bicycle", erp_id=OURS), "1000 Bicycle"),
        (SyncError(erp_id=OURS, crm_id=THEIRS), "(name not known)"),
        (SyncError(crm_id=THEIRS), "(name not known)"),
        (SyncError(), "All records"),
    ],
)
def test_an_error_names_its_record_as_far_as_anything_is_known_of_it(error: SyncError, name: str) -> None:
    assert error.record_name == name


@pytest.mark.parametrize(
    ("code", "direction", "waiting", "couple_with", "couples"),
    [
        ("refused", "to_crm", "", "", str(OURS)),
        ("reference-not-coupled", "to_crm", "salesperson/4711", "", str(OURS)),
        ("twin-merged", "to_crm", "account/4711", "4711", str(OURS)),
        ("number-taken", "to_crm", "account/4711", "4711", str(OURS)),
        ("number-taken", "to_erp", "customer/4711", str(THEIRS), "4711"),
        ("number-taken", "to_crm", "", "", str(OURS)),
        ("twin-merged", "to_erp", "account/", "", str(OURS)),
    ],
)
def test_an_error_offers_whom_to_couple_with_where_its_problem_names_one(
    code: str, direction: str, waiting: str, couple_with: str, couples: str
) -> None:
    error = SyncError(code=code, direction=direction, waiting_for=waiting, erp_id=OURS, crm_id=THEIRS)

    assert (error.couple_with, error.couples_erp) == (couple_with, couples)
    assert error.source_side == ("erp" if direction == "to_crm" else "crm")
    table, _, id = waiting.partition("/")
    assert error.waits_for == ((table, id) if id else None)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SyncError(label="Adatum", message="No."), "Adatum: No."),
        (SyncError(erp_id=OURS, message="No."), f"{OURS}: No."),
        (SyncError(crm_id=THEIRS, message="No."), f"{THEIRS}: No."),
    ],
)
def test_an_error_is_one_line_of_record_and_message(error: SyncError, text: str) -> None:
    assert str(error) == text


# --- job queue entries --------------------------------------------------------------------------------------------


@pytest.fixture
def entry(mapping: TableMapping) -> JobQueueEntry:
    return mapping.queue_entries.first() or JobQueueEntry.objects.create(name="CUSTOMER", mapping=mapping)


def at(entry: JobQueueEntry, status: str, **more: Any) -> JobQueueEntry:
    JobQueueEntry.objects.filter(pk=entry.pk).update(**{"status": status, "held_status": "", **more})
    entry.refresh_from_db()
    return entry


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("set_ready", E.ON_HOLD, E.READY), ("set_ready", E.ERROR, E.READY), ("set_on_hold", E.READY, E.ON_HOLD),
        ("set_on_hold", E.IN_PROCESS, E.ON_HOLD), ("hold", E.READY, E.ON_HOLD), ("hold", E.ON_HOLD, E.ON_HOLD),
        ("go_on", E.APPROVAL, E.IN_PROCESS), ("go_on", E.ON_HOLD, E.ON_HOLD), ("release", E.READY, E.READY),
        ("release", E.ON_HOLD, E.ON_HOLD),
    ],
)  # fmt: skip
def test_a_verb_moves_an_entry_from_where_it_may(entry: JobQueueEntry, verb: str, before: Any, after: Any) -> None:
    getattr(at(entry, before), verb)()

    entry.refresh_from_db()
    assert entry.status == after


@pytest.mark.parametrize(("before", "back"), [(E.READY, E.READY), (E.IN_PROCESS, E.READY), (E.INACTIVE, E.INACTIVE),
                                              (E.ERROR, E.ERROR)])  # fmt: skip
def test_what_a_full_synchronization_held_goes_back_to_where_it_was(
    entry: JobQueueEntry, before: Any, back: Any
) -> None:
    at(entry, before).hold()
    entry.release()

    entry.refresh_from_db()
    assert (entry.status, entry.held_status) == (back, "")


@pytest.mark.parametrize(
    ("attempts", "at_most", "for_good", "status"),
    [(0, 3, False, E.READY), (1, 3, False, E.READY), (2, 3, False, E.ERROR), (0, 1, False, E.ERROR),
     (0, 3, True, E.ERROR)],
)  # fmt: skip
def test_an_entry_tries_again_until_it_was_tried_often_enough(
    entry: JobQueueEntry, attempts: int, at_most: int, for_good: bool, status: Any
) -> None:
    at(entry, E.IN_PROCESS, attempts=attempts, max_attempts=at_most, rerun_seconds=30)
    with time_machine.travel(NOON, tick=False):
        entry.record_failure("No route to Contoso.", for_good=for_good)

    entry.refresh_from_db()
    assert (entry.status, entry.message) == (status, "No route to Contoso.")
    assert entry.next_start == NOON + dt.timedelta(seconds=30)


@pytest.mark.parametrize(("active", "status", "wait"), [(True, E.READY, 5), (False, E.INACTIVE, 60)])
def test_an_entry_sleeps_where_nothing_has_changed(entry: JobQueueEntry, active: bool, status: Any, wait: int) -> None:
    at(entry, E.IN_PROCESS, minutes=5, inactivity_minutes=60, attempts=2, message="It failed.")
    with time_machine.travel(NOON, tick=False):
        entry.schedule_next(active)

    entry.refresh_from_db()
    assert (entry.status, entry.attempts, entry.message) == (status, 0, "")
    assert entry.next_start == NOON + minutes(wait)


def test_an_entry_that_a_person_put_on_hold_meanwhile_stays_there(entry: JobQueueEntry) -> None:
    at(entry, E.IN_PROCESS)
    JobQueueEntry.objects.filter(pk=entry.pk).update(status=E.ON_HOLD)

    entry.schedule_next(True)

    entry.refresh_from_db()
    assert entry.status == E.ON_HOLD


def test_only_one_of_two_who_saw_the_same_takes_an_entry(entry: JobQueueEntry) -> None:
    at(entry, E.READY)
    other = JobQueueEntry.objects.get(pk=entry.pk)

    assert (entry.take(), other.take()) == (True, False)
    entry.refresh_from_db()
    assert entry.status == E.IN_PROCESS


@pytest.mark.parametrize("status", list(E))
def test_only_an_entry_that_sleeps_is_woken(entry: JobQueueEntry, status: Any) -> None:
    assert at(entry, status).wake() is (status == E.INACTIVE)
