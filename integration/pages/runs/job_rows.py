"""The rows of a job page: what became of each record, by outcome, page by page behind a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet

from integration.models import SyncError, SyncJob
from integration.pages.runs.families import changes_of, errors_of
from integration.pages.runs.rows import Row, lines, rows
from integration.pages.runs.tabs import (
    FAILED,
    LABELS,
    LEFT,
    SKIPPED,
    Asked,
    Cause,
    Tab,
    causes,
    numbers_of,
    tab_of,
)

AT_ONCE = 50
NOT_ONE_BY_ONE = "Nothing differed in these records, so nothing about them is kept one by one."


@dataclass(slots=True)
class Shown:
    """One page of rows of a run, or of the passes that belong together."""

    tabs: list[Tab] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    show: str = ""
    first: int = 1
    number: int = 0
    next_query: str = ""
    first_query: str = ""
    previous_query: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        return LABELS.get(self.show, "")

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def cause(self) -> Cause | None:
        return next((one for one in self.causes if one.here), None)


def shown(passes: Sequence[SyncJob], asked: Asked) -> Shown:
    """The tabs of these passes, and the rows of the one that is asked for, else of the first that has any."""
    numbers = numbers_of(passes)
    asked.show = tab_of(asked.show, numbers)
    there = [key for key in LABELS if numbers.get(key) or key == asked.show]
    tabs = [
        Tab(key, LABELS[key], numbers.get(key, 0), asked.query(show=key, code="", q=""), key == asked.show)
        for key in there
    ]
    page = Shown(tabs, show=asked.show, number=numbers.get(asked.show, 0), first=asked.first)
    if asked.show == FAILED:
        page.causes = causes(passes, asked)
    if not asked.show:
        return page
    found = list(_narrowed(_rows_of(passes, asked), asked)[: AT_ONCE + 1])
    page.rows = list(rows(found[:AT_ONCE]))
    if len(found) > AT_ONCE:
        behind = {"before": found[AT_ONCE - 1].pk, "from": asked.first + AT_ONCE}
        page.next_query = asked.query(**behind)
    if asked.before:
        page.first_query, page.previous_query = asked.query(), _previous(passes, asked)
    if not page.rows and asked.show == "unchanged" and not asked.q:
        page.note = NOT_ONE_BY_ONE
    return page


def _previous(passes: Sequence[SyncJob], asked: Asked) -> str:
    """The query of the page before: it begins behind the row that stands a page further up than this one."""
    every = replace(asked, before=0)
    newer = _narrowed(_rows_of(passes, asked), every).filter(pk__gte=asked.before).order_by("pk")
    behind = newer.values_list("pk", flat=True)[AT_ONCE : AT_ONCE + 1]
    return next((asked.query(**{"before": pk, "from": asked.first - AT_ONCE}) for pk in behind), asked.query())


def exported(passes: Sequence[SyncJob], asked: Asked) -> Iterator[list[str]]:
    """What the tab shows as lines of a file, one a field; of no tab, everything but what was unchanged."""
    yield ["Time", "Mapping", "Direction", "What was done", "Record", "Field", "Old value", "New value", "Reason"]
    keys = [asked.show] if asked.show else [key for key in LABELS if key not in (SKIPPED, "unchanged")]
    for key in keys:
        chosen = Asked(show=key, code=asked.code, q=asked.q)
        last = 0
        while found := list(_narrowed(_rows_of(passes, chosen), Asked(key, asked.code, asked.q, last))[:500]):
            for row in rows(found):
                yield from lines(row)
            last = found[-1].pk


def _rows_of(passes: Sequence[SyncJob], asked: Asked) -> QuerySet[Any]:
    if asked.show == FAILED:
        found: QuerySet[Any] = errors_of(passes).filter(code=asked.code) if asked.code else errors_of(passes)
        return found.select_related("mapping", "job__started_by")
    if asked.show in (LEFT, SKIPPED):
        wanted = errors_of(passes, left_out=True)
        return (wanted if asked.show == LEFT else wanted.none()).select_related("mapping", "job__started_by")
    return changes_of(passes).filter(action=asked.show).select_related("job__mapping", "job__started_by")


def _narrowed(found: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Newest first, behind a row, with a text in it."""
    if asked.q:
        reason = "message" if found.model is SyncError else "reason"
        found = found.filter(Q(label__icontains=asked.q) | Q(**{f"{reason}__icontains": asked.q}))
    return (found.filter(pk__lt=asked.before) if asked.before else found).order_by("-pk")
