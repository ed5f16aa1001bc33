"""A list page of one table of either side: rows, what narrows them, their couplings, and all of it as a spreadsheet.

How a list looks is a matter of ``integration.pages.lists``, which rows there are one of ``integration.pages.rows``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coupling.models import Tally
from coupling.pages import list_states, records
from coupling.pages.captions import noun
from coupling.pages.in_sales import named, open_of
from coupling.pages.tables import caption, captions, listed
from coupling.pages.unsynchronized import Changed, changed_since
from coupling.sides import opened, opened_to_download
from integration.connection.live_systems import NAMES
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, TableMapping
from integration.pages import rows
from integration.pages.lists import cells
from integration.pages.lists.address import Address, Asked
from integration.pages.lists.every import MOST
from integration.pages.lists.layout import chosen_columns, views_of
from integration.pages.lists.pane import Chip, pane
from integration.pages.lists.shown import Line, Look, ShownList, columns_named
from integration.pages.parts import first_url
from integration.pages.standings import Standing
from integration.sync.rules import Direction
from integration.systems.errors import Problem, TableMissing
from integration.systems.filters import EVERYTHING, Filter, both
from integration.systems.formats import whole
from integration.systems.system import System
from integration.systems.values import Record, Side, Table

STATE, OF, ALL = "state", "of", "all"
STATES = {
    Standing.COUPLED.value: "Coupled",
    Standing.UNCOUPLED.value: "Not coupled",
    Standing.DIFFERING.value: "Differing",
    Standing.WAITING.value: "Waiting",
    Standing.OPEN.value: "Failed",
    Standing.SKIPPED.value: "Skipped",
    Standing.UNDONE.value: "Left out by an undo",
}
RARE = (Standing.UNDONE.value,)
"""Offered only while it is looked at: the ways to look at a list stand in one line of a page of 1280 pixels. Skipped
Records has these records of all tables."""
COUPLING = cells.Column("", "Coupling", cells.Width.STATE)
"""What our side knows of each row; it stands behind the fields of the table."""


@dataclass(slots=True)
class Listing:
    """One list as it was asked for, and what its page shows. ``outside``: rows outside the mappings' filters, too;
    ``of``: only the open ones of this account."""

    side: Side
    name: str
    mappings: Sequence[TableMapping]
    is_enabled: bool
    shown: ShownList
    state: str = ""
    outside: bool = False
    of: uuid.UUID | None = None
    ids: Sequence[uuid.UUID] = field(default_factory=tuple)
    coupled: bool = False
    """Is one of the rows shown coupled?"""
    unknown: str = ""
    """What of a state nobody knows now, and why."""
    setup: ConnectionSetup = field(default_factory=ConnectionSetup)
    """As this page has read it."""

    @property
    def narrowed(self) -> bool:
        """Is a list of Sales shown as its mappings see it, and not the rows outside their filters too?"""
        inside = bool(self.mappings) and not self.outside and self.of is None
        return self.side is Side.CRM and inside and self.state in ("", Standing.UNCOUPLED)

    @property
    def creations(self) -> Sequence[tuple[str, str]]:
        """(mapping, caption) of every kind of record that can be made of these on the other side."""
        direction = Direction.away_from(self.side)
        going = [mapping for mapping in self.mappings if creates(mapping, direction)]
        return [(mapping.name, f"Create {noun(other(mapping, self.side))}") for mapping in going]

    @property
    def elsewhere(self) -> str:
        """The other side's name."""
        return NAMES[self.side.other]

    @property
    def problem(self) -> str:
        return self.shown.problem


def other(mapping: TableMapping, side: Side) -> str:
    """The table on the other side."""
    return mapping.table(side.other)


def asked_for(side: Side, name: str, asked: Asked, person: Any = None) -> Listing:
    """The list as it was asked for, still empty."""
    address = Address(asked, (STATE, OF))
    state = address.value(STATE)
    mappings = records.mappings_of(side, name)
    if state not in STATES and not (state == ALL and side is Side.CRM):
        address.drop(STATE)
    of = named(address.value(OF)) if side is Side.CRM else None
    if of is None:
        address.drop(OF)
    key = f"{side}/{name}"
    nouns = caption(name, side).lower(), captions(side, name).lower()
    shown = ShownList(key, records.title_of(side, name), nouns, address, views=views_of(person, key))
    shown.selectable = shown.takes_all = bool(mappings)
    known = state if state in STATES and mappings else ""
    setup = ConnectionSetup.current()
    made = Listing(side, name, mappings, setup.is_enabled, shown, known, state == ALL, of, setup=setup)
    shown.looks = _looks(made)
    return made


def listing(side: Side, name: str, asked: Asked, person: Any = None) -> Listing:
    """The page that was asked for. Raises ``TableMissing``; a side that does not answer is named in ``problem``."""
    made = asked_for(side, name, asked, person)
    shown = made.shown
    try:
        with opened(side, made.setup) as system:
            table = _described(made, system, person)
            wanted = _rows(made, system, table)
            found = rows.page(wanted, shown.open_bookmark())
            _fill(made, table, found.records)
            shown.keep_bookmark(found.after)
            shown.notice = " ".join(one for one in (made.unknown, found.notice) if one)
            _count(made, wanted, found)
    except TableMissing:
        raise
    except Problem as problem:
        shown.problem = str(problem)
    return made


def exported(side: Side, name: str, asked: Asked, person: Any = None) -> Iterator[list[str]]:
    """Every row of the list in the columns shown, heads first. Raises what the side raises; where it falls silent later
    on, the last row says so."""
    made = asked_for(side, name, asked, person)
    with opened_to_download(side) as system:
        table = _described(made, system, person)
        fields = [table.fields[column.name] for column in made.shown.columns if column.name]
        pages = rows.pages(_rows(made, system, table))
        page: Sequence[Record] = next(pages, [])
        yield [column.label for column in made.shown.columns]
        try:
            while page:
                known = _known(made, page)
                for record in page:
                    values = [cells.worded(record.values.get(one.name), one) for one in fields]
                    yield [*values, known[record.id].label] if made.mappings else values
                page = next(pages, [])
        except Problem as problem:
            yield [f"This list is incomplete: {problem}"]


def ids_of(side: Side, name: str, asked: Asked, person: Any = None) -> tuple[list[uuid.UUID], bool]:
    """The rows on all pages of the list, in its order and at most ``MOST`` of them, and whether these are all. Raises
    what the side raises."""
    made = asked_for(side, name, asked, person)
    with opened(side, made.setup) as system:
        wanted = replace(_rows(made, system, _described(made, system, person)), size=rows.BY_ID)
        found = rows.page(wanted)
        ids = [record.id for record in found.records]
        while found.after and len(ids) <= MOST:
            found = rows.page(wanted, found.after)
            ids += [record.id for record in found.records]
    ids = list(dict.fromkeys(ids))
    return ids[:MOST], not found.after and len(ids) <= MOST


def _described(made: Listing, system: System, person: Any) -> Table:
    """The table; from here on the list has its columns, its order and its filters."""
    table, shown = system.describe(made.name), made.shown
    page = listed(made.side, table)
    shown.title = records.title_of(made.side, made.name, table)
    shown.nouns = page.caption.lower(), page.captions.lower()
    shown.offered = cells.offered(table)
    shown.columns = columns_named(shown.offered, chosen_columns(person, shown.key, page.columns, table.fields))
    if made.mappings:
        shown.columns = [*shown.columns, COUPLING]
    shown.usual = page.order
    shown.pane = pane(table, page.filters, shown.address)
    if made.of is not None:
        only = Chip("Only", "open ones of one account", shown.address.query(**{OF: ""}))
        shown.pane.chips = [*shown.pane.chips, only]
    shown.looks = _looks(made)
    shown.widest = f"{STATE}={ALL}" if made.side is Side.CRM and (shown.is_narrowed or made.narrowed) else ""
    return table


def _looks(made: Listing) -> list[Look]:
    if not made.mappings:
        return []
    narrows = made.side is Side.CRM and made.of is None
    chosen = ALL if made.outside else made.state
    words = {"": "In the filter" if narrows else "All", **STATES, **({ALL: "All"} if narrows else {})}
    if chosen not in RARE:
        words = {state: label for state, label in words.items() if state not in RARE}
    return [Look(label, made.shown.address.query(state=state), state == chosen) for state, label in words.items()]


def _rows(made: Listing, system: System, table: Table) -> rows.Asked:
    """Which rows of the side the list shows."""
    shown = made.shown
    columns = [column.name for column in shown.columns if column.name]
    columns = list(dict.fromkeys([*columns, *records.read_columns(made.side, table)]))
    where = both(_filter_of(made, table), shown.pane.where)
    standing, also = Standing(made.state), Changed()
    if standing is Standing.DIFFERING:
        also = changed_since(made.side, made.mappings, made.setup)
        made.unknown = also.notice
    return rows.Asked(
        system, table, made.mappings, columns, where, shown.order, standing, shown.nouns[0], made.narrowed,
        also=frozenset(also.ids), knows_all=True,
    )  # fmt: skip


def _filter_of(made: Listing, table: Table) -> Filter:
    inside = records.inside(table, made.mappings) if made.narrowed else EVERYTHING
    of = open_of(table, made.of) if made.of is not None else EVERYTHING
    return both(records.searched(table, made.shown.search), inside, of)


def _fill(made: Listing, table: Table, page: Sequence[Record]) -> None:
    fields = [table.fields[column.name] for column in made.shown.columns if column.name]
    known = _known(made, page)
    made.ids = [record.id for record in page]
    made.coupled = any(one.is_coupled for one in known.values())
    made.shown.lines = [_line(made, table, record, fields, known[record.id]) for record in page]


def _known(made: Listing, page: Sequence[Record]) -> Mapping[uuid.UUID, list_states.Known]:
    differing = made.state == Standing.DIFFERING
    return list_states.read(made.side, made.mappings, page, asks=made.setup, differing=differing)


def _line(made: Listing, table: Table, record: Record, fields: Sequence[Any], known: list_states.Known) -> Line:
    found = [cells.cell_of(record, one) for one in fields]
    if made.mappings:
        found.append(known.cell(made.side))
    url = first_url("record", (made.side.value, made.name, record.id))
    return Line(record.id, records.name_of(made.side, table, record), url, found)


def _count(made: Listing, wanted: rows.Asked, found: rows.Found) -> None:
    """How many rows there are, and how many of them are coupled, as far as that is cheap to know."""
    shown = made.shown
    if made.state:
        shown.count_rows(found.total)
        shown.also = "" if found.total is not None else STATES[made.state].lower()
        return
    is_whole = len(found.records) < rows.ROWS and not found.after and shown.start == 1
    total = len(found.records) if is_whole else found.total
    if total is None:
        total, counts_all = rows.count(wanted)
    else:
        counts_all = wanted.system.counts_all
    shown.count_rows(total, counts_all)
    if made.mappings and not shown.pane.chips:
        shown.also = f"{whole(_coupled(made))} coupled"


def _coupled(made: Listing) -> int:
    kept = Tally.objects.filter(mapping__in=[mapping.pk for mapping in made.mappings])
    return sum(kept.values_list("coupled", flat=True))
