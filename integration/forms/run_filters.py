"""The filter forms of the lists of runs: the job log, the rows of a run, dry runs, job queue entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from integration.defaults.tasks import TASK_ENTRIES
from integration.forms.filters import DaysFilter, ListFilter, day_filter, mapping_filter, text_filter
from integration.models import JobQueueEntry, Plan, PlannedChange, SyncError, SyncJob, User
from integration.models.mapping.choices import DIRECTIONS

FAILED, CHANGED = "failed", "changed"
SYNCH, HOUSE = "synchronization", "application"
SCHEDULER = ":scheduler"
"""Nobody: no user name has a colon."""


class JobFilter(DaysFilter):
    """Integration Synch. Job Log."""

    moment = "queued_at"

    mapping = mapping_filter()
    direction = django_filters.ChoiceFilter(label="Direction", choices=DIRECTIONS, empty_label="All")
    status = django_filters.ChoiceFilter(label="Status", choices=SyncJob.Status.choices, empty_label="All")
    result = django_filters.ChoiceFilter(
        label="Result", choices=[(FAILED, "With errors"), (CHANGED, "Changed something")], empty_label="All",
        method="by_result",
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(label="Type", choices=SyncJob.Kind.choices, empty_label="All")
    person = django_filters.ChoiceFilter(
        label="Started by", choices=lambda: _starters(), empty_label="All", method="by_person"
    )
    since = day_filter("From", "since_day")
    until = day_filter("To", "until_day")
    q = text_filter("Mapping or message contains", "containing")

    class Meta:
        model = SyncJob
        fields: list[str] = []

    def containing(self, rows: QuerySet[SyncJob], name: str, value: str) -> QuerySet[SyncJob]:
        return rows.filter(Q(mapping__name__icontains=value) | Q(message__icontains=value))

    def by_result(self, rows: QuerySet[SyncJob], name: str, value: str) -> QuerySet[SyncJob]:
        failed = Q(failed__gt=0) | Q(status=SyncJob.Status.FAILED)
        changed = Q(inserted__gt=0) | Q(modified__gt=0) | Q(coupled__gt=0) | Q(uncoupled__gt=0) | Q(deleted__gt=0)
        return rows.filter(failed if value == FAILED else changed)

    def by_person(self, rows: QuerySet[SyncJob], name: str, value: str) -> QuerySet[SyncJob]:
        return rows.filter(started_by=None) if value == SCHEDULER else rows.filter(started_by__username=value)


def _starters() -> Iterator[tuple[str, str]]:
    """Who starts runs: the scheduler, and everybody who may."""
    yield SCHEDULER, "Scheduler"
    for name in User.objects.order_by("username").values_list("username", flat=True):
        yield name, name


class JobQueueFilter(ListFilter):
    """Job Queue Entries."""

    mapping = mapping_filter()
    status = django_filters.ChoiceFilter(label="Status", choices=JobQueueEntry.Status.choices, empty_label="All")
    about = django_filters.ChoiceFilter(
        label="About", choices=[(SYNCH, "Synchronization with Sales"), (HOUSE, "This application itself")],
        empty_label="All", method="by_subject",
    )  # fmt: skip
    q = text_filter("Description or message contains", "containing")

    class Meta:
        model = JobQueueEntry
        fields: list[str] = []

    def containing(self, rows: QuerySet[JobQueueEntry], name: str, value: str) -> QuerySet[JobQueueEntry]:
        return rows.filter(Q(name__icontains=value) | Q(message__icontains=value))

    def by_subject(self, rows: QuerySet[JobQueueEntry], name: str, value: str) -> QuerySet[JobQueueEntry]:
        """Retention and preflight run whether there is a connection or not."""
        tasks = [entry.task.value for entry in TASK_ENTRIES if not entry.feature]
        house = Q(mapping=None, task__in=tasks)
        return rows.filter(house) if value == HOUSE else rows.exclude(house)


class PlanFilter(ListFilter):
    """Dry Runs."""

    status = django_filters.ChoiceFilter(label="Status", choices=Plan.Status.choices, empty_label="All")
    q = text_filter("Dry run of", "containing")

    class Meta:
        model = Plan
        fields: list[str] = []

    def containing(self, rows: QuerySet[Plan], name: str, value: str) -> QuerySet[Plan]:
        return rows.filter(title__icontains=value)


class ChangeFilter(ListFilter):
    """The planned changes of one dry run; an outcome can only be asked for once it is applied."""

    mapping = mapping_filter()
    outcome = django_filters.ChoiceFilter(
        label="Outcome", choices=[one for one in PlannedChange.Outcome.choices if one[0]], empty_label="All"
    )
    q = text_filter("Record contains", "containing")
    action = django_filters.CharFilter(label="Action", widget=forms.HiddenInput)

    class Meta:
        model = PlannedChange
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[PlannedChange], *, applied: bool = True) -> None:
        super().__init__(data, queryset)
        if not applied:
            del self.filters["outcome"]

    def containing(self, rows: QuerySet[PlannedChange], name: str, value: str) -> QuerySet[PlannedChange]:
        return rows.filter(label__icontains=value)


class RowsFilter(ListFilter):
    """The rows of one run: the tab and the cause stand in the address, a text is searched for in names and reasons."""

    show = django_filters.CharFilter(label="Show", method="by_nothing", widget=forms.HiddenInput)
    code = django_filters.CharFilter(label="Cause", method="by_nothing", widget=forms.HiddenInput)
    q = text_filter("Record or reason contains", "by_nothing")

    class Meta:
        model = SyncError
        fields: list[str] = []

    def by_nothing(self, rows: QuerySet[SyncError], name: str, value: str) -> QuerySet[SyncError]:
        """The rows stand in two tables; ``pages/runs/job_rows.py`` looks at what is asked for."""
        return rows
