"""Integration Synch. Job Log: one page of runs behind a key, however long the history is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integration.models import SyncJob
from integration.models.jobs.progress import COUNTERS
from integration.pages.runs.titles import Title, titles

AT_ONCE = 50
COUNTED_AT_MOST = 1_000
HEAD = ("Job", "Mapping", "Direction", "Type", "Status", "Start", "Finish", "Started by")


class Chosen(Protocol):
    """The filter in force: the runs it lets through, and itself as the query of an address."""

    @property
    def rows(self) -> QuerySet[SyncJob]: ...
    def query(self, **changed: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One run of the log."""

    job: SyncJob
    title: Title


class JobLog:
    """A page of the log as its address asks for it: ``before`` is the key of the last row of the page before."""

    def __init__(self, chosen: Chosen, query: Mapping[str, str]) -> None:
        self.chosen = chosen
        self._before = _key(query.get("before", ""))
        self.first = int(query["from"]) if query.get("from", "").isdecimal() and len(query["from"]) < 9 else 1

    @cached_property
    def _found(self) -> list[SyncJob]:
        return list(_behind(self._rows, self._before)[: AT_ONCE + 1])

    @property
    def _rows(self) -> QuerySet[SyncJob]:
        rows: QuerySet[SyncJob] = self.chosen.rows.select_related("mapping", "started_by")
        return rows.order_by("-queued_at", "-pk")

    @cached_property
    def lines(self) -> list[Line]:
        """The runs of this page, newest first."""
        jobs = self._found[:AT_ONCE]
        named = titles(jobs)
        return [Line(job, named[job.pk]) for job in jobs]

    @cached_property
    def number(self) -> str:
        """How many there are, counted as far as a person would: a history of years is not counted at every look."""
        counted = self.chosen.rows.order_by()[: COUNTED_AT_MOST + 1].count()
        if counted > COUNTED_AT_MOST:
            return f"more than {COUNTED_AT_MOST:,} runs"
        return f"{counted:,} {'run' if counted == 1 else 'runs'}"

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def first_query(self) -> str:
        """The query of the first page; blank on it."""
        return self.chosen.query() if self._before else ""

    @property
    def is_first(self) -> bool:
        return self._before is None

    @property
    def next_query(self) -> str:
        """The query of the next page; blank where this is the last."""
        if len(self._found) <= AT_ONCE:
            return ""
        last = self._found[AT_ONCE - 1]
        key = f"{last.queued_at.astimezone(dt.UTC).isoformat()}/{last.pk}"
        kept = self.chosen.query()
        more = urlencode({"before": key, "from": self.first + AT_ONCE})
        return f"{kept}&{more}" if kept else more

    def exported(self) -> Iterator[list[str]]:
        """All runs that the filter lets through, as lines of a file."""
        yield [*HEAD, *(name.capitalize() for name in COUNTERS)]
        before: tuple[dt.datetime, uuid.UUID] | None = None
        while jobs := list(_behind(self._rows, before)[:500]):
            named = titles(jobs)
            for job in jobs:
                yield _line(job, named[job.pk])
            before = jobs[-1].queued_at, jobs[-1].pk


def _line(job: SyncJob, title: Title) -> list[str]:
    started_by = job.started_by.get_username() if job.started_by else ""
    head = [title.about, job.mapping.name, title.way, job.get_kind_display(), job.get_status_display()]
    counters = [str(number) for number in job.counters.as_dict().values()]
    return [*map(str, head), _moment(job.started_at), _moment(job.finished_at), started_by, *counters]


def _moment(at: dt.datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def _behind(rows: QuerySet[SyncJob], key: tuple[dt.datetime, uuid.UUID] | None) -> QuerySet[SyncJob]:
    if key is None:
        return rows
    at, id = key
    return rows.filter(queued_at__lte=at).filter(Q(queued_at__lt=at) | Q(pk__lt=id))


def _key(text: str) -> tuple[dt.datetime, uuid.UUID] | None:
    """(time, id) of the row behind which the page begins; whatever else is typed counts as the beginning."""
    at, _, id = text.partition("/")
    try:
        moment = parse_datetime(at)
        return (moment, uuid.UUID(id)) if moment is not None and moment.tzinfo is not None else None
    except ValueError:
        return None
