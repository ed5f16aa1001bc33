"""Synchronization Log of one record: every run that touched it, what it did, with which fields, and its errors."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.runs.captions import Captions, is_id, named_by_runs
from integration.pages.runs.existing import is_known
from integration.pages.runs.rows import Row, lines, rows
from integration.pages.runs.titles import Title, names_here, titles
from integration.systems.values import Side

AT_ONCE = 50
LATEST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One of the latest runs of a mapping."""

    job: SyncJob
    title: Title


@dataclass(slots=True)
class RecordLog:
    """One page of it. ``runs`` are the latest runs of the record's mappings, where none has touched it yet."""

    side: Side
    table: str
    id: uuid.UUID
    noun: str
    name: str
    rows: Sequence[Row] = ()
    next_query: str = ""
    previous_query: str = ""
    is_first: bool = True
    lines: Sequence[Line] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.noun} {self.name}".strip()


def record_log(side: Side, table: str, id: uuid.UUID, query: Mapping[str, str]) -> RecordLog | None:
    """The log as its address asks for it; ``None`` where no mapping knows this table, or nobody such a record."""
    mappings = list(TableMapping.objects.filter(**{f"{side.value}_table": table}).order_by("position", "name"))
    if not mappings and not _touched(side, table, id)[1].exists():
        return None
    keys = [_number(text) for text in query.get("before", "").split("-", 1)]
    found = _page(side, table, id, keys if len(keys) == 2 else [0, 0])
    if not found and not is_known(side, table, id):
        return None
    page = RecordLog(side, table, id, Captions().table(side, table), known_name(side, table, id))
    page.is_first = len(keys) != 2
    page.rows = list(rows(found[:AT_ONCE]))
    if len(found) > AT_ONCE:
        page.next_query = urlencode({"before": _key(found[:AT_ONCE], keys)})
    if not page.is_first:
        page.previous_query = _previous(side, table, id, keys)
    if not found and page.is_first:
        page.lines = _latest(mappings)
    return page


def exported(side: Side, table: str, id: uuid.UUID) -> Iterator[list[str]]:
    """All of it as lines of a file, the newest first."""
    yield ["Time", "Mapping", "Direction", "What was done", "Record", "Field", "Old value", "New value", "Reason"]
    keys = [0, 0]
    while found := _page(side, table, id, keys)[:AT_ONCE]:
        for row in rows(found):
            yield from lines(row)
        keys = [_number(text) for text in _key(found, keys).split("-")]


def _page(side: Side, table: str, id: uuid.UUID, keys: Sequence[int]) -> list[Any]:
    """One row more than a page of what runs did and what went wrong, the newest first, each behind its own key."""
    found: list[Any] = []
    for asked, key in zip(_touched(side, table, id), keys, strict=True):
        behind = asked.filter(pk__lt=key) if key else asked
        found += behind.order_by("-pk")[: AT_ONCE + 1]
    return sorted(found, key=lambda one: one.created_at, reverse=True)[: AT_ONCE + 1]


def _previous(side: Side, table: str, id: uuid.UUID, keys: Sequence[int]) -> str:
    """The query of the page before the one behind these keys: of the rows above, the lowest make it up, and it begins
    behind the next one of each kind."""
    above = [
        list(asked.filter(pk__gte=key).order_by("pk")[: AT_ONCE + 1]) if key else []
        for asked, key in zip(_touched(side, table, id), keys, strict=True)
    ]
    page = sorted(chain(*above), key=lambda one: one.created_at)[:AT_ONCE]
    begins = [next((one.pk for one in kind if one not in page), 0) for kind in above]
    return urlencode({"before": "-".join(map(str, begins)) if any(begins) else ""})


def _touched(side: Side, table: str, id: uuid.UUID) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What runs did with the record; what went wrong with it. Both by its id on this side."""
    about = {f"{side.value}_id": id}
    changes = RecordChange.objects.filter(
        Q(table="", **{f"job__mapping__{side.value}_table": table}) | Q(table=table, side=side.value), **about
    )
    errors = SyncError.objects.filter(**about, **{f"mapping__{side.value}_table": table})
    started = "job__started_by"
    return changes.select_related("job__mapping", started), errors.select_related("mapping", started)


def _key(found: Sequence[Any], before: Sequence[int]) -> str:
    """The last of both kinds that are shown; where a page has none of a kind, as it was."""
    last = list(before) if len(before) == 2 else [0, 0]
    for place, model in enumerate((RecordChange, SyncError)):
        numbers = [one.pk for one in found if isinstance(one, model)]
        last[place] = min(numbers, default=last[place])
    return f"{last[0]}-{last[1]}"


def known_name(side: Side, table: str, id: uuid.UUID) -> str:
    """As Business Central calls it now, else as the last run called it; blank where nobody knows."""
    if side is Side.ERP and (name := names_here(table, [id]).get(id)):
        return "" if is_id(name) else name
    return named_by_runs([str(id)]).get(str(id), "")


def _latest(mappings: Sequence[TableMapping]) -> list[Line]:
    jobs = list(SyncJob.objects.filter(mapping__in=mappings).select_related("mapping", "started_by")[:LATEST_RUNS])
    named = titles(jobs)
    return [Line(job, named[job.pk]) for job in jobs]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
