"""The filter forms of all lists that are rows of this database.

Their addresses are those of the inputs (``?status=failed&mapping=CUSTOMER``). A value that the list does
not have is named at its input and leaves everything else as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from integration.models import AuditEntry, SyncError, SyncJob, TableMapping, User
from integration.models.mapping.choices import DIRECTIONS
from integration.pages.advice import ADVICE, meaning

CLOSED, ALL = "closed", "all"
ME, NOBODY = "*me", "*nobody"
"""Whose errors are looked for; no username has an asterisk."""
AGES = [("1", "1 hour"), ("24", "1 day"), ("72", "3 days"), ("168", "1 week"), ("720", "30 days")]
"""Hours since a record began to fail."""


class ListFilter(django_filters.FilterSet):
    """A filter form. ``query()`` keeps the filter in an address."""

    def __init__(self, data: Any, queryset: QuerySet[Any]) -> None:
        super().__init__(data, queryset=queryset)

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that every valid value lets through."""
        return self.qs

    @property
    def chosen(self) -> dict[str, str]:
        """Input -> what the address says, without blanks and without values this list does not know."""
        bad = self.form.errors
        given = {name: str(self.data.get(name, "")).strip() for name in self.filters}
        return {name: value for name, value in given.items() if value and name not in bad}

    def query(self, **changed: str) -> str:
        """The filter as the query of an address, with these values instead; blank leaves one out."""
        return urlencode({name: value for name, value in {**self.chosen, **changed}.items() if value})

    def without(self, name: str) -> QuerySet[Any]:
        """The rows as they were if this filter did not stand."""
        return self.again({key: value for key, value in self.chosen.items() if key != name}).rows

    def again(self, chosen: dict[str, str]) -> Self:
        """The same filter with these values."""
        return type(self)(chosen, self.queryset.all())

    def in_words(self, name: str, value: str) -> str:
        """A value of an input as people read it."""
        choices = getattr(self.form.fields[name], "choices", ())
        return next((str(label) for key, label in choices if str(key) == value), value)


def mapping_filter() -> django_filters.ModelChoiceFilter:
    """One mapping, by its name."""
    rows = TableMapping.objects.order_by("position", "name")
    return django_filters.ModelChoiceFilter(
        field_name="mapping", label="Mapping", queryset=rows, to_field_name="name", empty_label="All"
    )


def text_filter(label: str, method: str) -> django_filters.CharFilter:
    """A search input."""
    return django_filters.CharFilter(label=label, method=method, widget=forms.TextInput(attrs={"type": "search"}))


class DaysFilter(ListFilter):
    """Rows of some days, both included; a list says in ``moment`` which column that is about."""

    moment = "at"

    def since_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        begin = midnight(value)
        return rows.filter(**{f"{self.moment}__gte": begin}) if begin else rows

    def until_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        end = midnight(value, days=1)
        return rows.filter(**{f"{self.moment}__lt": end}) if end else rows


def day_filter(label: str, method: str) -> django_filters.DateFilter:
    """A day, as other pages lead here with it; a person asks in the filter pane."""
    return django_filters.DateFilter(label=label, method=method, widget=forms.HiddenInput)


class ErrorFilter(ListFilter):
    """Integration Synch. Errors: open ones unless ``state`` says otherwise. ``person``: who looks, for "me"."""

    mapping = mapping_filter()
    code = django_filters.ChoiceFilter(label="Cause", choices=(), empty_label="All")
    kind = django_filters.ChoiceFilter(
        field_name="job__kind", label="Type of job", choices=SyncJob.Kind.choices, empty_label="All"
    )
    direction = django_filters.ChoiceFilter(label="Direction", choices=DIRECTIONS[:2], empty_label="Both")
    assigned = django_filters.ChoiceFilter(
        label="Assigned to", choices=lambda: _assignees(), empty_label="Anybody", method="of_person"
    )
    age = django_filters.ChoiceFilter(label="Older than", choices=AGES, empty_label="Any age", method="older_than")
    state = django_filters.ChoiceFilter(
        label="Show", choices=[(CLOSED, "Closed"), (ALL, "All")], empty_label="Open", method="by_nothing"
    )
    q = text_filter("Record or message contains", "containing")

    class Meta:
        model = SyncError
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[SyncError], *, person: User | None = None) -> None:
        super().__init__(data, queryset)
        self.person = person
        self.filters["code"].extra["choices"] = _causes(str(data.get("code", "")))

    def again(self, chosen: dict[str, str]) -> Self:
        return type(self)(chosen, self.queryset.all(), person=self.person)

    def by_nothing(self, rows: QuerySet[SyncError], name: str, value: str) -> QuerySet[SyncError]:
        """``filter_queryset`` looks at the state, since blank narrows, too."""
        return rows

    def of_person(self, rows: QuerySet[SyncError], name: str, value: str) -> QuerySet[SyncError]:
        if value == NOBODY:
            return rows.filter(assigned_to=None)
        return rows.filter(assigned_to=self.person) if value == ME else rows.filter(assigned_to__username=value)

    def older_than(self, rows: QuerySet[SyncError], name: str, value: str) -> QuerySet[SyncError]:
        return rows.filter(first_at__lt=timezone.now() - dt.timedelta(hours=int(value)))

    def filter_queryset(self, queryset: QuerySet[SyncError]) -> QuerySet[SyncError]:
        state = self.form.cleaned_data.get("state")
        if state != ALL:
            queryset = queryset.filter(closed_at__isnull=state != CLOSED)
        return super().filter_queryset(queryset)

    def containing(self, rows: QuerySet[SyncError], name: str, value: str) -> QuerySet[SyncError]:
        return rows.filter(Q(label__icontains=value) | Q(message__icontains=value))


def _causes(chosen: str) -> list[tuple[str, str]]:
    """The codes of open errors by what they mean, and the one that is asked for where it means something."""
    stored = set(SyncError.objects.open().order_by().values_list("code", flat=True).distinct())
    known = stored | ({chosen} & {*ADVICE})
    return sorted(((code, meaning(code)) for code in known), key=lambda one: one[1])


def _assignees() -> Iterator[tuple[str, str]]:
    """Oneself, nobody, and everybody who looks after an open error."""
    yield from ((ME, "Me"), (NOBODY, "Nobody"))
    people = User.objects.filter(pk__in=SyncError.objects.open().exclude(assigned_to=None).values("assigned_to"))
    for person in people.order_by("username"):
        yield person.username, person.get_full_name() or person.username


class AuditFilter(DaysFilter):
    """The audit log: by person, action, kind of thing, days (both included) and text."""

    who = django_filters.ChoiceFilter(label="Who", choices=lambda: _values("who"), empty_label="All")
    action = django_filters.ChoiceFilter(label="Action", choices=AuditEntry.Action.choices, empty_label="All")
    kind = django_filters.ChoiceFilter(label="What", choices=lambda: _values("kind"), empty_label="All")
    since = day_filter("From", "since_day")
    until = day_filter("To", "until_day")
    q = text_filter("Text", "containing")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def containing(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return rows.filter(Q(subject__icontains=value) | Q(who__icontains=value))


def _values(name: str) -> Iterator[tuple[str, str]]:
    """What stands in a column of the log, as choices."""
    found = AuditEntry.objects.order_by().values_list(name, flat=True).distinct()
    return ((value, value) for value in sorted(filter(None, found)))


def midnight(day: dt.date, days: int = 0) -> dt.datetime | None:
    """The beginning of this day where the reader lives, or of one so many days later; ``None`` beyond the calendar."""
    try:
        wanted = dt.datetime.combine(day + dt.timedelta(days=days), dt.time())
        return timezone.make_aware(wanted).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


class MappingFilter(ListFilter):
    """Integration Table Mappings."""

    q = text_filter("Name or table contains", "containing")
    direction = django_filters.ChoiceFilter(label="Direction", choices=DIRECTIONS, empty_label="All")

    class Meta:
        model = TableMapping
        fields: list[str] = []

    def containing(self, rows: QuerySet[TableMapping], name: str, value: str) -> QuerySet[TableMapping]:
        return rows.filter(Q(name__icontains=value) | Q(erp_table__icontains=value) | Q(crm_table__icontains=value))
