"""Which rows a list of one table shows: those of one standing (coupled, not coupled, skipped, ...), a page at a time.

A side pages by its own bookmarks. What our side alone knows (couplings, errors) is asked in one of three ways: a few
rows are read by their ids and sorted here; rows nobody coupled are found in the catalog, and read by their ids as well;
otherwise the side's own pages are read until enough rows are found.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.core import signing
from django.db.models import QuerySet

from integration.models import TableMapping
from integration.models.stored.catalog import CatalogRow, CatalogTable
from integration.models.stored.catalog_words import Part
from integration.pages import catalog
from integration.pages.catalog import Place
from integration.pages.standings import Standing, ids_in
from integration.systems.filters import EVERYTHING, Filter, fields_of, matches
from integration.systems.formats import whole
from integration.systems.system import COUNTED_AT_MOST, NAMED_AT_ONCE, CountsSome, System
from integration.systems.values import Page, Record, Ref, Side, Table, Value

ROWS = 50
BY_ID = 500
"""So many rows are read by their ids; what is behind them pages as the side does."""
SCANNED, SCANS = 100, 20
LOOKED = "{} {}s looked through; there are more behind them."
CATALOG = "catalog:"
"""How a bookmark in the catalog begins."""
BY_IDS = set(Standing) - {Standing.ANY, Standing.COUPLED, Standing.UNCOUPLED}
"""Standings that the catalog does not mark. Where few rows have one, they are read and sorted: along the whole list
they may stand far behind."""
AT_ONCE = 500
"""So many rows are read at once where all of them are wanted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a table are asked for. ``mappings``: those that couple its records; ``where``: what else the rows
    meet; ``order``: a column, ``-name`` for descending, blank for the side's own order; ``noun``: what a notice calls a
    row; ``inside``: only rows inside the filter of a mapping (``where`` says which); ``size``: rows of a page; ``also``
    is in the standing, too, as a page has found out; ``knows_all``: no other mapping couples records of this table."""

    system: System
    table: Table
    mappings: Sequence[TableMapping]
    columns: Sequence[str]
    where: Filter = EVERYTHING
    order: str = ""
    standing: Standing = Standing.ANY
    noun: str = "record"
    inside: bool = False
    size: int = field(default_factory=lambda: ROWS)
    also: frozenset[uuid.UUID] = frozenset()
    knows_all: bool = False

    @property
    def side(self) -> Side:
        return self.system.side

    @property
    def of_table(self) -> Sequence[TableMapping] | None:
        """All mappings of the table; ``None``: they have to be asked for."""
        return self.mappings if self.knows_all else None


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
    found = _by_catalog(asked, after)
    if found is not None:
        return found
    after = "" if after.startswith(CATALOG) else after
    if not asked.standing:
        read = _find(asked, asked.size, after or None)
        return Found(read.records, read.cursor or "")
    ids = _few(asked)
    if ids is None:
        return _scan(asked, after)
    start = int(after) if after.isdecimal() else 0
    records = _by_id(asked, ids)
    following = str(start + asked.size) if len(records) > start + asked.size else ""
    return Found(records[start : start + asked.size], following, total=len(records))


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


def count(asked: Asked) -> tuple[int, bool]:
    """How many rows meet what is asked for, and whether these are all. A whole table is counted; of a part of it, a few
    thousand are. Raises what the side raises."""
    system = asked.system
    if asked.where == EVERYTHING or not isinstance(system, CountsSome):
        return system.count(asked.table.name, asked.where), system.counts_all
    number = system.count_some(asked.table.name, asked.where)
    return min(number, COUNTED_AT_MOST), number <= COUNTED_AT_MOST


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


def _by_catalog(asked: Asked, bookmark: str) -> Found | None:
    """Rows that the catalog finds, as they are now; ``None`` where it cannot say."""
    head = _catalog_of(asked, bookmark)
    if head is None:
        return None
    found: list[tuple[Record, Place]] = []
    (rows, are_many), at, is_down = _entries(asked, head), _place(bookmark), asked.order.startswith("-")
    is_first, known = at is None, _counted(rows) if asked.standing in BY_IDS else None
    if known is not None:
        rows = CatalogRow.objects.filter(pk__in=rows.order_by().values("pk"))
    for size in (asked.size + 1, *[BY_ID] * SCANS):
        places = catalog.places(rows, size, at, is_down=is_down)
        found += _there(asked, places)
        if len(found) > asked.size:
            shown, following = found[: asked.size], _bookmark(found[asked.size - 1][1])
            total = None if are_many else _number(asked, rows, known)
            return Found([record for record, _ in shown], following, total=total)
        if len(places) < size:
            total = len(found) if is_first else None if are_many else _number(asked, rows, known)
            return Found([record for record, _ in found], total=total)
        at = places[-1]
    following = _bookmark(at) if at is not None else ""
    return Found([record for record, _ in found], following, LOOKED.format(whole(SCANS * BY_ID), asked.noun))


def _counted(rows: QuerySet[CatalogRow]) -> int | None:
    """How many they are, unless they are too many to count."""
    number = rows.order_by()[: COUNTED_AT_MOST + 1].count()
    return number if number <= COUNTED_AT_MOST else None


def _number(asked: Asked, rows: QuerySet[CatalogRow], known: int | None) -> int | None:
    """How many rows of a standing are meant, where the catalog knows all that is asked for and they are not too many to
    count. Without a standing the side counts by itself."""
    if not asked.standing or not _says_all(asked):
        return None
    return _counted(rows) if known is None else known


def _says_all(asked: Asked) -> bool:
    return catalog.says_all(asked.side, asked.table, asked.where, inside=asked.inside, mappings=asked.of_table)


def _catalog_of(asked: Asked, bookmark: str) -> CatalogTable | None:
    """The catalog, where it helps, has the order asked for, and the bookmark is one of its own. Sales searches by
    itself."""
    helps = asked.standing or (asked.side is Side.ERP and catalog.text_in(asked.table, asked.where))
    has_order = asked.order.removeprefix("-") in ("", catalog.key_of(asked.table))
    if not helps or not has_order or (bookmark and not bookmark.startswith(CATALOG)):
        return None
    return catalog.caught_up(asked.system, asked.table, mappings=asked.of_table)


def _entries(asked: Asked, head: CatalogTable) -> tuple[QuerySet[CatalogRow], bool]:
    """The rows of the catalog that can be meant, and whether they are known to be more than are counted."""
    part = Part.ALL
    if asked.standing is Standing.COUPLED:
        part = Part.COUPLED
    if asked.standing is Standing.UNCOUPLED:
        part = Part.FREE_INSIDE if asked.inside else Part.FREE
    rows, are_many = catalog.meant(head, part, asked.table, asked.where, narrowed=asked.standing in BY_IDS)
    if asked.inside:
        rows = rows.filter(inside=True)
    if asked.standing not in BY_IDS:
        return rows, are_many
    ids = ids_in(asked.standing, asked.side, asked.mappings, also=asked.also).order_by()
    return rows.filter(record_id__in=ids), False


def _there(asked: Asked, places: Sequence[Place]) -> list[tuple[Record, Place]]:
    """The rows at these places of the catalog, as they are now: without those that are gone, lie outside what is asked
    for, or were coupled meanwhile. Standings that the catalog does not mark were asked for along with the places."""
    there = _still(asked, [id for _, id in places])
    wanted = {one.id: one for one in (there if asked.standing in BY_IDS else _wanted(asked, there))}
    return [(wanted[place[1]], place) for place in places if place[1] in wanted]


def _place(bookmark: str) -> Place | None:
    id, _, position = bookmark.removeprefix(CATALOG).partition(" ")
    return (position, uuid.UUID(id)) if id else None


def _bookmark(place: Place) -> str:
    return f"{CATALOG}{place[1]} {place[0]}"


def _scan(asked: Asked, bookmark: str) -> Found:
    """Whole pages of the side until there are enough rows."""
    found: list[Record] = []
    after: str | None = bookmark or None
    for _ in range(SCANS):
        read = _find(asked, SCANNED, after)
        found += _wanted(asked, read.records)
        after = read.cursor
        if after is None or len(found) >= asked.size:
            return Found(found, after or "")
    return Found(found, after or "", LOOKED.format(whole(SCANS * SCANNED), asked.noun))


def _wanted(asked: Asked, records: Sequence[Record]) -> list[Record]:
    """Those of these rows that have the standing."""
    if not asked.standing:
        return list(records)
    is_without = asked.standing is Standing.UNCOUPLED
    ids = [record.id for record in records]
    standing = Standing.COUPLED if is_without else asked.standing
    there = set(ids_in(standing, asked.side, asked.mappings, ids, asked.also))
    return [record for record in records if (record.id in there) is not is_without]


def _few(asked: Asked) -> list[uuid.UUID] | None:
    """The ids of the rows that have the standing, ``None`` where they are many (or those nobody coupled)."""
    if asked.standing is Standing.UNCOUPLED:
        return None
    ids = list(dict.fromkeys(ids_in(asked.standing, asked.side, asked.mappings, also=asked.also)[: BY_ID + 1]))
    return ids if len(ids) <= BY_ID else None


def _still(asked: Asked, ids: Sequence[uuid.UUID]) -> list[Record]:
    """Those of these rows that meet what is asked for, read with what that asks about, shown or not."""
    columns = list(dict.fromkeys([*asked.columns, *sorted(fields_of(asked.where))]))
    found: list[Record] = []
    for start in range(0, len(ids), NAMED_AT_ONCE):
        found += asked.system.get(asked.table.name, ids[start : start + NAMED_AT_ONCE], columns).values()
    return [record for record in found if matches(asked.where, record)]


def _by_id(asked: Asked, ids: Sequence[uuid.UUID]) -> list[Record]:
    name = asked.order.removeprefix("-")
    return sorted(
        _still(asked, ids), key=lambda one: _sort_key(one.values.get(name)), reverse=asked.order.startswith("-")
    )


def _sort_key(value: Value) -> tuple[bool, object]:
    """Blank comes first."""
    if value is None or value == "":
        return False, ""
    if isinstance(value, Ref):
        return True, value.label.casefold()
    return True, value.casefold() if isinstance(value, str) else value
