"""A list page of one table: its heads, search, coupled or not, sorting, paging, and all rows for a spreadsheet.

Which rows there are is a matter of ``integration.pages.rows``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from coupling.pages import records
from coupling.pages.captions import noun
from coupling.pages.in_sales import named, open_of
from coupling.sides import opened, opened_to_download
from integration.connection.live_systems import NAMES
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, TableMapping
from integration.pages import rows
from integration.pages.rows import Standing
from integration.sync.rules import Direction
from integration.systems.errors import Problem, TableMissing
from integration.systems.filters import EVERYTHING, Filter, both
from integration.systems.system import System
from integration.systems.values import Record, Side, Table
from integration.systems.wording import field_name

COUPLED, UNCOUPLED, SKIPPED = Standing.COUPLED.value, Standing.UNCOUPLED.value, Standing.SKIPPED.value
ALL = "all"
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
    shown.after = rows.unsigned(asked.get("after", ""), shown.salt)
    try:
        with opened(side) as system:
            table = _described(shown, system)
            shown.captions = [_caption(shown, table, column) for column in records.columns_of(side, table)]
            found = rows.page(_rows(shown, system, table), shown.after)
            shown.lines = records.lines(side, table, found.records, shown.mappings)
            shown.next, shown.notice = rows.signed(found.after, shown.salt), found.notice
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
        pages = rows.pages(_rows(shown, system, table))
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


def _rows(shown: Listing, system: System, table: Table) -> rows.Asked:
    """Which rows of the side the list shows."""
    order = shown.order or table.number_field or table.name_field
    columns = records.read_columns(shown.side, table)
    where, standing = _filter_of(shown, table), Standing(shown.state)
    return rows.Asked(system, table, shown.mappings, columns, where, order or "", standing, inside=shown.narrowed)


def _filter_of(shown: Listing, table: Table) -> Filter:
    inside = records.inside(table, shown.mappings) if shown.narrowed else EVERYTHING
    of = open_of(table, shown.of) if shown.of is not None else EVERYTHING
    return both(records.searched(table, shown.search), inside, of)
