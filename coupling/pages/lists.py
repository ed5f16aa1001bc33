"""A list page of one table: rows, search, coupled or not, sorting, paging, and all rows for a spreadsheet.

A side pages by its own bookmarks. What the ledger alone knows (coupled, not coupled, skipped) is asked in one of two
ways: a few pairs are read by their ids and sorted here; for many, the side's own pages are read until enough rows
are found.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core import signing

from coupling.models import RESTS, Coupling
from coupling.pages import records
from coupling.pages.captions import noun
from coupling.pages.in_sales import named, open_of
from coupling.sides import opened, opened_to_download
from integration.connection.live_systems import NAMES
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.errors import Problem, TableMissing
from integration.systems.filters import EVERYTHING, Filter, both, matches
from integration.systems.system import System
from integration.systems.values import Page, Record, Ref, Side, Table, Value
from integration.systems.wording import field_name

ROWS = 25
BY_ID = 500
"""So many pairs are read by their ids; what is behind them pages as the side does."""
SCANNED, SCANS = 100, 20
EXPORTED_AT_ONCE = 500
COUPLED, UNCOUPLED, SKIPPED, ALL = "coupled", "uncoupled", "skipped", "all"
STATES = ((COUPLED, "Coupled"), (UNCOUPLED, "Not coupled"), (SKIPPED, "Skipped"))


@dataclass(frozen=True, slots=True)
class Caption:
    """The head of a column, and the query that sorts by it (a second time: the other way round; blank: it cannot).
    ``sorted`` is as in ``aria-sort``."""

    label: str
    query: str
    sorted: str = ""


@dataclass(slots=True)
class Listing:
    """What the template shows. ``problem``: why the side does not answer; ``next``: the bookmark of the next page."""

    side: Side
    name: str
    title: str
    search: str
    state: str
    order: str
    mappings: Sequence[TableMapping]
    is_enabled: bool
    after: str = ""
    captions: Sequence[Caption] = ()
    lines: Sequence[records.Line] = ()
    next: str = ""
    notice: str = ""
    problem: str = ""
    states: Sequence[tuple[str, str]] = field(default=STATES)
    outside: bool = False
    of: uuid.UUID | None = None
    """Only the open ones of this account."""

    @property
    def narrowed(self) -> bool:
        """Is a list of Sales shown as its mappings see it, and not the rows outside their filters too?"""
        inside = bool(self.mappings) and not self.outside and self.of is None
        return self.side is Side.CRM and inside and self.state in ("", UNCOUPLED)

    @property
    def creations(self) -> list[tuple[str, str]]:
        """(mapping, caption) of every kind of record that can be made of these on the other side."""
        direction = Direction.away_from(self.side)
        going = [mapping for mapping in self.mappings if creates(mapping, direction)]
        return [(mapping.name, f"Create {noun(other(mapping, self.side))}") for mapping in going]

    @property
    def elsewhere(self) -> str:
        """The other side's name."""
        return NAMES[self.side.other]

    @property
    def kept(self) -> str:
        """The query of this list without its bookmark."""
        return self.query()

    def query(self, **changed: str) -> str:
        state = ALL if self.outside else self.state
        of = str(self.of or "")
        asked = {"q": self.search, "state": state, "order": self.order, "of": of} | changed
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def salt(self) -> str:
        """A bookmark only opens the list it was made for: it can be an address inside the organization."""
        return f"{self.side}/{self.name}?{self.kept}"


def other(mapping: TableMapping, side: Side) -> str:
    """The table on the other side."""
    return mapping.table(side.other)


def asked_for(side: Side, name: str, asked: Mapping[str, str]) -> Listing:
    """The list as it was asked for, still empty."""
    state = asked.get("state", "")
    return Listing(
        side,
        name,
        title=records.title_of(side, name),
        search=asked.get("q", "").strip(),
        state=state if state in dict(STATES) else "",
        outside=state == ALL,
        order=asked.get("order", ""),
        mappings=records.mappings_of(side, name),
        is_enabled=ConnectionSetup.current().is_enabled,
        of=named(asked.get("of", "")) if side is Side.CRM else None,
    )


def listing(side: Side, name: str, asked: Mapping[str, str]) -> Listing:
    """The page that was asked for. Raises ``TableMissing``; a side that does not answer is told in ``problem``."""
    shown = asked_for(side, name, asked)
    shown.after = _opened(shown, asked.get("after", ""))
    try:
        with opened(side) as system:
            table = _described(shown, system)
            shown.captions = [_caption(shown, table, column) for column in records.columns_of(side, table)]
            found, following = _page(shown, system, table)
            shown.lines = records.lines(side, table, found, shown.mappings)
            shown.next = signing.dumps(following, salt=shown.salt, compress=True) if following else ""
    except TableMissing:
        raise
    except Problem as problem:
        shown.problem = f"{NAMES[side]} does not answer: {problem}"
    return shown


def exported(side: Side, name: str, asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Every row of the list, heads first, each value safe for a spreadsheet. Raises what the side raises; where it
    falls silent later on, the last row says so."""
    shown = asked_for(side, name, asked)
    with opened_to_download(side) as system:
        table = _described(shown, system)
        heads = [table.fields[column].label or column for column in records.columns_of(side, table)]
        pages = _pages(shown, system, table)
        page: Sequence[Record] = next(pages, [])
        yield [*heads, "Coupled"]
        try:
            while page:
                for line in records.lines(side, table, page, shown.mappings):
                    yield [*(cell.text for cell in line.cells), "Yes" if line.coupled else "No"]
                page = next(pages, [])
        except Problem as problem:
            yield [f"This list is incomplete: {problem}"]


def _described(shown: Listing, system: System) -> Table:
    """The table; from here on the list has an order that exists."""
    table = system.describe(shown.name)
    shown.title = records.title_of(shown.side, shown.name, table)
    wanted = table.fields.get(shown.order.removeprefix("-"))
    if wanted is None or not records.sortable(wanted):
        shown.order = ""
    return table


def _caption(shown: Listing, table: Table, name: str) -> Caption:
    column = table.fields[name]
    if not records.sortable(column):
        return Caption(field_name(column), "")
    sorted_so = {name: "ascending", f"-{name}": "descending"}.get(shown.order, "")
    order = f"-{name}" if shown.order == name else name
    return Caption(field_name(column), shown.query(order=order), sorted_so)


# --- which rows ----------------------------------------------------------------------------------------------


def _page(shown: Listing, system: System, table: Table) -> tuple[Sequence[Record], str]:
    """The rows of one page, and the bookmark of the next."""
    if not shown.state:
        page = _find(shown, system, table, ROWS, shown.after or None)
        return page.records, page.cursor or ""
    ids = _few(shown)
    if ids is None:
        return _scan(shown, system, table)
    start = int(shown.after) if shown.after.isdecimal() else 0
    found = _by_id(shown, system, table, ids)
    return found[start : start + ROWS], str(start + ROWS) if len(found) > start + ROWS else ""


def _pages(shown: Listing, system: System, table: Table) -> Iterator[Sequence[Record]]:
    """All rows, some at a time."""
    ids = _few(shown) if shown.state else None
    if ids is not None:
        yield _by_id(shown, system, table, ids)
        return
    after: str | None = None
    while True:
        page = _find(shown, system, table, EXPORTED_AT_ONCE, after)
        wanted = _wanted(shown, page.records)
        if wanted:
            yield wanted
        after = page.cursor
        if after is None:
            return


def _find(shown: Listing, system: System, table: Table, size: int, after: str | None) -> Page:
    order = shown.order or table.number_field or table.name_field
    columns = records.read_columns(shown.side, table)
    return system.find(table.name, _filter_of(shown, table), columns, [order] if order else [], size, after)


def _filter_of(shown: Listing, table: Table) -> Filter:
    inside = records.inside(table, shown.mappings) if shown.narrowed else EVERYTHING
    of = open_of(table, shown.of) if shown.of is not None else EVERYTHING
    return both(records.searched(table, shown.search), inside, of)


def _scan(shown: Listing, system: System, table: Table) -> tuple[Sequence[Record], str]:
    """Whole pages of the side until there are enough rows in the state asked for."""
    found: list[Record] = []
    after: str | None = shown.after or None
    for _ in range(SCANS):
        page = _find(shown, system, table, SCANNED, after)
        found += _wanted(shown, page.records)
        after = page.cursor
        if after is None or len(found) >= ROWS:
            return found, after or ""
    shown.notice = f"{SCANS * SCANNED:,} records looked through; there are more behind them."
    return found, after or ""


def _wanted(shown: Listing, page: Sequence[Record]) -> list[Record]:
    if not shown.state:
        return list(page)
    mapped = records.mapped_pairs(shown.side, shown.mappings, [record.id for record in page])
    coupled = {id for id, (_, pair) in mapped.items() if pair.state is not State.RESERVED}
    skipped = {id for id, (_, pair) in mapped.items() if pair.skipped}
    if shown.state == UNCOUPLED:
        return [record for record in page if record.id not in coupled]
    chosen = coupled if shown.state == COUPLED else skipped
    return [record for record in page if record.id in chosen]


def _few(shown: Listing) -> list[uuid.UUID] | None:
    """The ids in the state asked for, ``None`` where they are many (or those of records nobody coupled)."""
    if shown.state == UNCOUPLED:
        return None
    pairs = Coupling.objects.filter(mapping__in=[mapping.pk for mapping in shown.mappings])
    pairs = pairs.filter(RESTS) if shown.state == SKIPPED else pairs.exclude(state=State.RESERVED.value)
    ids = list(pairs.values_list(f"{shown.side.value}_id", flat=True)[: BY_ID + 1])
    return ids if len(ids) <= BY_ID else None


def _by_id(shown: Listing, system: System, table: Table, ids: Sequence[uuid.UUID]) -> list[Record]:
    where, columns = _filter_of(shown, table), records.read_columns(shown.side, table)
    found = [record for record in system.get(table.name, ids, columns).values() if matches(where, record)]
    order = shown.order or table.number_field or table.name_field
    name = order.removeprefix("-")
    return sorted(found, key=lambda record: _sort_key(record.values.get(name)), reverse=order.startswith("-"))


def _sort_key(value: Value) -> tuple[bool, object]:
    """Blank comes first."""
    if value is None or value == "":
        return False, ""
    if isinstance(value, Ref):
        return True, value.label.casefold()
    return True, value.casefold() if isinstance(value, str) else value


def _opened(shown: Listing, bookmark: str) -> str:
    """What the side gave as its bookmark; a spoilt one opens the first page."""
    try:
        return str(signing.loads(bookmark, salt=shown.salt)) if bookmark else ""
    except signing.BadSignature:
        return ""
