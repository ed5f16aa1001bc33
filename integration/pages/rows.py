"""Which rows a list of one table shows: those of one standing (coupled, not coupled, skipped, ...), a page at a time.

A side pages by its own bookmarks. What our side alone knows (couplings, errors) is asked in one of two ways: a few
rows are read by their ids and sorted here; for many, the side's own pages are read until enough rows are found.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from integration.models import SyncError, TableMapping
from integration.sync.memory.ledger import Result, State
from integration.systems.filters import EVERYTHING, Filter, matches
from integration.systems.system import System
from integration.systems.values import Page, Record, Ref, Side, Table, Value

ROWS = 50
BY_ID = 500
"""So many rows are read by their ids; what is behind them pages as the side does."""
SCANNED, SCANS = 100, 20
AT_ONCE = 500
"""So many rows are read at once where all of them are wanted."""


class Standing(StrEnum):
    """What our side knows of a record. ``ANY``: all rows; ``SKIPPED``: it rests, since it failed twice the same way;
    ``OPEN``: an error of it is open; ``WAITING``: it waits for another record; ``CHANGED``: coupled, and written
    on this side since the last look at it."""

    ANY = ""
    COUPLED = "coupled"
    UNCOUPLED = "uncoupled"
    SKIPPED = "skipped"
    OPEN = "open"
    WAITING = "waiting"
    CHANGED = "changed"


IS_COUPLED = ~Q(state=State.RESERVED.value)
RESTS = Q(to_crm_result=Result.SKIPPED.value) | Q(to_erp_result=Result.SKIPPED.value)
WAITS = Q(to_crm_result=Result.WAITING.value) | Q(to_erp_result=Result.WAITING.value)
PAIRS = {
    Standing.COUPLED: IS_COUPLED,
    Standing.SKIPPED: RESTS,
    Standing.WAITING: WAITS,
    Standing.CHANGED: IS_COUPLED,
}
"""Which pairs are in a standing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a table are asked for. ``mappings``: those that couple its records; ``where``: what else the rows
    meet; ``order``: a column, ``-name`` for descending, blank for the side's own order; ``noun``: what a notice calls a
    row."""

    system: System
    table: Table
    mappings: Sequence[TableMapping]
    columns: Sequence[str]
    where: Filter = EVERYTHING
    order: str = ""
    standing: Standing = Standing.ANY
    noun: str = "record"

    @property
    def side(self) -> Side:
        return self.system.side


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page. ``after``: the bookmark of the next page; ``notice``: what a person has to know of it;
    ``total``: how many there are in all, where that is known already."""

    records: Sequence[Record]
    after: str = ""
    notice: str = ""
    total: int | None = None


def page(asked: Asked, after: str = "") -> Found:
    """The page behind a bookmark. Raises what the side raises."""
    if not asked.standing:
        found = _find(asked, ROWS, after or None)
        return Found(found.records, found.cursor or "")
    ids = _few(asked)
    if ids is None:
        return _scan(asked, after)
    start = int(after) if after.isdecimal() else 0
    records = _by_id(asked, ids)
    following = str(start + ROWS) if len(records) > start + ROWS else ""
    return Found(records[start : start + ROWS], following, total=len(records))


def pages(asked: Asked) -> Iterator[Sequence[Record]]:
    """All rows, some at a time. Raises what the side raises."""
    ids = _few(asked) if asked.standing else None
    if ids is not None:
        yield _by_id(asked, ids)
        return
    after: str | None = None
    while True:
        found = _find(asked, AT_ONCE, after)
        wanted = _wanted(asked, found.records)
        if wanted:
            yield wanted
        after = found.cursor
        if after is None:
            return


def signed(bookmark: str, salt: str) -> str:
    """A bookmark for an address; it only opens the list of this ``salt``, since it can be an address inside the
    organization."""
    return signing.dumps(bookmark, salt=salt, compress=True) if bookmark else ""


def unsigned(text: str, salt: str) -> str:
    """The bookmark in it; a spoilt one opens the first page."""
    try:
        return str(signing.loads(text, salt=salt)) if text else ""
    except signing.BadSignature:
        return ""


def _find(asked: Asked, size: int, after: str | None) -> Page:
    order = [asked.order] if asked.order else []
    return asked.system.find(asked.table.name, asked.where, asked.columns, order, size, after)


def _scan(asked: Asked, bookmark: str) -> Found:
    """Whole pages of the side until there are enough rows."""
    found: list[Record] = []
    after: str | None = bookmark or None
    for _ in range(SCANS):
        read = _find(asked, SCANNED, after)
        found += _wanted(asked, read.records)
        after = read.cursor
        if after is None or len(found) >= ROWS:
            return Found(found, after or "")
    return Found(found, after or "", f"{SCANS * SCANNED:,} {asked.noun}s looked through; there are more behind them.")


def _wanted(asked: Asked, records: Sequence[Record]) -> list[Record]:
    """Those of these rows that have the standing."""
    if not asked.standing:
        return list(records)
    is_without = asked.standing is Standing.UNCOUPLED
    ids = [record.id for record in records]
    there = set(_ids(asked, Standing.COUPLED if is_without else asked.standing, ids))
    return _changed(asked, [record for record in records if (record.id in there) is not is_without])


def _changed(asked: Asked, records: Sequence[Record]) -> list[Record]:
    """Of these coupled rows those that have another version than the ledger has seen; where that is not asked for, all
    of them."""
    if asked.standing is not Standing.CHANGED or not records:
        return list(records)
    column, seen = f"{asked.side}_id", f"seen_{asked.side}"
    pairs = asked.mappings[0].couplings.model.objects.filter(mapping__in=[mapping.pk for mapping in asked.mappings])
    pairs = pairs.filter(**{f"{column}__in": [record.id for record in records]}).exclude(**{seen: ""})
    versions = dict(pairs.values_list(column, seen))
    return [record for record in records if record.id in versions and versions[record.id] != record.version]


def _few(asked: Asked) -> list[uuid.UUID] | None:
    """The ids of the rows that have the standing, ``None`` where they are many (or those nobody coupled)."""
    if asked.standing is Standing.UNCOUPLED:
        return None
    ids = list(dict.fromkeys(_ids(asked, asked.standing)[: BY_ID + 1]))
    return ids if len(ids) <= BY_ID else None


def _ids(asked: Asked, standing: Standing, among: Collection[uuid.UUID] | None = None) -> QuerySet[Any, Any]:
    """The ids of the records in a standing, of these or of all."""
    column, mappings = f"{asked.side}_id", [mapping.pk for mapping in asked.mappings]
    if not mappings:
        return SyncError.objects.none()
    if standing is Standing.OPEN:
        rows = SyncError.objects.open().filter(mapping__in=mappings, **{f"{column}__isnull": False})
        rows = rows.order_by(column).distinct()
    else:
        pairs = asked.mappings[0].couplings.model.objects.filter(PAIRS[standing], mapping__in=mappings)
        rows = pairs.order_by("pk")
    if among is not None:
        rows = rows.filter(**{f"{column}__in": list(among)})
    return rows.values_list(column, flat=True)


def _by_id(asked: Asked, ids: Sequence[uuid.UUID]) -> list[Record]:
    found = asked.system.get(asked.table.name, ids, asked.columns).values() if ids else ()
    name = asked.order.removeprefix("-")
    records = _changed(asked, [record for record in found if matches(asked.where, record)])
    return sorted(records, key=lambda one: _sort_key(one.values.get(name)), reverse=asked.order.startswith("-"))


def _sort_key(value: Value) -> tuple[bool, object]:
    """Blank comes first."""
    if value is None or value == "":
        return False, ""
    if isinstance(value, Ref):
        return True, value.label.casefold()
    return True, value.casefold() if isinstance(value, str) else value
