"""Filters of lists: what an address says is applied, named, and taken off one by one; nonsense narrows nothing."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from integration.forms.filters import AuditFilter, ErrorFilter, MappingFilter, midnight
from integration.forms.run_filters import ChangeFilter, JobFilter, JobQueueFilter, PlanFilter
from integration.models import AuditEntry, JobQueueEntry, Plan, PlannedChange, SyncError, SyncJob, TableMapping
from integration.models.stored.audit import acting, record

BERLIN, APIA = zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("Pacific/Apia")


@pytest.mark.parametrize(
    ("zone", "day", "days", "begins"),
    [
        (dt.UTC, dt.date(2026, 11, 2), 0, "2026-11-02T00:00:00+00:00"),
        (BERLIN, dt.date(2026, 11, 2), 0, "2026-11-01T23:00:00+00:00"),
        (BERLIN, dt.date(2026, 7, 2), 1, "2026-07-02T22:00:00+00:00"),
        (BERLIN, dt.date(2026, 3, 29), 1, "2026-03-29T22:00:00+00:00"),
        (BERLIN, dt.date(2026, 10, 25), 1, "2026-10-25T23:00:00+00:00"),
        (APIA, dt.date(2026, 11, 2), 0, "2026-11-01T11:00:00+00:00"),
    ],
)
def test_a_day_begins_where_the_reader_lives_also_when_clocks_change(
    zone: dt.timezone | ZoneInfo, day: dt.date, days: int, begins: str
) -> None:
    with timezone.override(zone):
        assert midnight(day, days).isoformat() == begins


@pytest.mark.parametrize(("day", "days"), [(dt.date.max, 1), (dt.date.min, -1)])
def test_a_day_beyond_the_calendar_narrows_nothing(day: dt.date, days: int) -> None:
    assert midnight(day, days) is None


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_the_ends_of_the_calendar_are_no_stack_trace_in_any_zone(day: dt.date) -> None:
    for zone in (BERLIN, APIA, dt.UTC):
        with timezone.override(zone):
            assert midnight(day) is None or midnight(day).tzinfo is dt.UTC


FILTERS = [
    (JobFilter, SyncJob), (ErrorFilter, SyncError), (AuditFilter, AuditEntry), (MappingFilter, TableMapping),
    (JobQueueFilter, JobQueueEntry), (PlanFilter, Plan), (ChangeFilter, PlannedChange),
]  # fmt: skip


FREE = {ChangeFilter: {"q", "action"}}
"""Inputs that take any text; elsewhere these are the search and a code."""


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "model"), FILTERS, ids=lambda one: one.__name__)
def test_a_value_that_a_list_does_not_have_is_named_and_narrows_nothing(kind: type[Any], model: type[Any]) -> None:
    asked = {name: "no such value" for name in kind.base_filters if name not in FREE.get(kind, {"q", "code"})}

    shown = kind(asked, model.objects.all())

    assert (shown.chosen, shown.query()) == ({}, "")
    texts = (
        "since", "until", "mapping", "status", "kind", "direction", "state", "who", "action", "outcome", "assigned",
        "age", "person", "result", "about",
    )  # fmt: skip
    assert set(shown.form.errors) <= set(texts)
    assert list(shown.rows) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "model"), FILTERS, ids=lambda one: one.__name__)
def test_blanks_are_no_filter(kind: type[Any], model: type[Any]) -> None:
    shown = kind(dict.fromkeys(kind.base_filters, "  "), model.objects.all())

    assert (shown.chosen, shown.query()) == ({}, "")


@pytest.fixture
def jobs(mapping: TableMapping) -> dict[str, SyncJob]:
    states = {"finished": SyncJob.Status.FINISHED, "failed": SyncJob.Status.FAILED}
    return {
        name: SyncJob.objects.create(mapping=mapping, direction="to_crm", status=status)
        for name, status in states.items()
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["failed", "finished"]),
        ({"status": "failed"}, ["failed"]),
        ({"status": "failed", "mapping": "CUSTOMER"}, ["failed"]),
        ({"mapping": "CONTACT"}, []),
        ({"status": "exploded"}, ["failed", "finished"]),
        ({"status": "failed", "mapping": "VESSEL"}, ["failed"]),
    ],
)
def test_jobs_are_narrowed_by_each_value_that_there_is(
    jobs: dict[str, SyncJob], asked: dict[str, Any], found: list[Any]
) -> None:
    shown = JobFilter(asked, SyncJob.objects.all())

    assert sorted(name for name, job in jobs.items() if job in shown.rows) == found


def test_a_filter_is_said_in_words_and_left_out(jobs: dict[str, SyncJob]) -> None:
    shown = JobFilter({"status": "failed", "mapping": "CUSTOMER"}, SyncJob.objects.all())

    assert shown.in_words("status", "failed") == SyncJob.Status.FAILED.label
    assert parse_qs(shown.query(status="")) == {"mapping": ["CUSTOMER"]}
    assert shown.without("status").count() == 2
    assert parse_qs(shown.query(status="finished")) == {"mapping": ["CUSTOMER"], "status": ["finished"]}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"open"}), ({"state": "closed"}, {"closed"}), ({"state": "all"}, {"open", "closed"}),
        ({"q": "PRICE"}, {"open"}), ({"q": "nothing like it"}, set()), ({"state": "all", "code": "locked"}, {"closed"}),
        ({"direction": "to_erp"}, set()), ({"direction": "to_crm"}, {"open"}), ({"direction": "both"}, {"open"}),
    ],
)  # fmt: skip
def test_errors_are_open_ones_unless_others_are_asked_for(
    jobs: dict[str, SyncJob], asked: dict[str, Any], found: set[Any]
) -> None:
    job = jobs["failed"]
    common = {"job": job, "mapping": job.mapping, "direction": "to_crm"}
    SyncError.objects.create(**common, label="open", code="refused", message="The price is negative.")
    SyncError.objects.create(**common, label="closed", code="locked", message="Busy.", closed_at=timezone.now())

    shown = ErrorFilter(asked, SyncError.objects.all())

    assert {error.label for error in shown.rows} == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({}, 2), ({"who": "susan"}, 1), ({"who": "nobody"}, 2), ({"q": "CONTO"}, 1), ({"q": "otto"}, 1),
        ({"action": "enabled"}, 1), ({"kind": "connection"}, 2), ({"since": "2000-01-01"}, 2),
        ({"until": "2000-01-01"}, 0), ({"since": "yesterday"}, 2), ({"since": "0001-01-01"}, 2),
        ({"until": "9999-12-31"}, 2),
    ],
)  # fmt: skip
def test_the_audit_log_is_narrowed_by_person_action_days_and_text(asked: dict[str, Any], number: int) -> None:
    with acting("susan"):
        record(AuditEntry.Action.ENABLED, "connection", "Contoso")
    with acting("otto"):
        record(AuditEntry.Action.DISABLED, "connection", "Fabrikam")

    assert AuditFilter(asked, AuditEntry.objects.all()).rows.count() == number


@pytest.mark.django_db
def test_an_outcome_is_only_asked_for_once_a_dry_run_was_applied() -> None:
    planned = ChangeFilter({"outcome": "applied"}, PlannedChange.objects.all(), applied=False)
    applied = ChangeFilter({"outcome": "applied"}, PlannedChange.objects.all())

    assert "outcome" not in planned.filters
    assert planned.query() == ""
    assert applied.query() == "outcome=applied"


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"q": "custom"}, True), ({"q": "ACCOUNT"}, True), ({"q": "vessel"}, False), ({"direction": "both"}, True)],
)
def test_mappings_are_found_by_name_and_by_either_table(
    mapping: TableMapping, asked: dict[str, str], found: bool
) -> None:
    assert MappingFilter(asked, TableMapping.objects.filter(pk=mapping.pk)).rows.exists() is found
