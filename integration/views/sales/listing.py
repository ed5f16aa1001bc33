"""A list of documents of Dynamics 365 Sales: its columns, what narrows it, and a spreadsheet of it.

How it looks is a matter of ``integration.pages.lists``, which rows there are one of ``integration.pages.rows``.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from integration.connection.opening import open_for_download, open_for_page
from integration.connection.systems import Connected
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages import rows
from integration.pages.in_sales import unsent
from integration.pages.lists import cells
from integration.pages.lists.address import Address, Asked
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.every import MOST
from integration.pages.lists.layout import chosen_columns, views_of
from integration.pages.lists.pane import Select, pane, selected
from integration.pages.lists.shown import Line as Shown
from integration.pages.lists.shown import Look, ShownList, columns_named
from integration.pages.parts import first_url
from integration.pages.standings import Standing
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, OneOf, both
from integration.systems.values import Record, Ref, Table
from integration.views.sales.kinds import ALL, Kind
from integration.views.sales.lines import Line, columns, lines_of

STATE, THERE = "state", "there"
SHOWN = (("no", "Not in Business Central"), ("yes", "In Business Central"), ("open", "With an open error"))
STANDINGS = {"": Standing.ANY, "no": Standing.UNCOUPLED, "yes": Standing.COUPLED, "open": Standing.OPEN}
BECAME, WAITS = "became", "waits"
CUSTOMER, CURRENCY = "customerid", "transactioncurrencyid"
FILTERS = ("name", CUSTOMER, "totalamount", CURRENCY, "ownerid", "createdon", "submitdate", "requestdeliveryby",
           "effectiveto")  # fmt: skip


@dataclass(slots=True)
class Listing:
    """One list as it was asked for, and what its page shows. ``errors``: what is ours while Sales is silent."""

    kind: Kind
    shown: ShownList
    state: str
    there: str
    mapping: TableMapping | None
    setup: ConnectionSetup
    errors: Sequence[SyncError] = field(default_factory=list)

    @property
    def may_run(self) -> bool:
        """Is everything switched on that makes documents of these?"""
        return self.mapping is not None and self.setup.is_enabled and self.setup.order_integration_enabled


def own_columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of these lists that say more than a field of the table."""
    return (
        Column(kind.number, "No.", Width.STATE, kind.number),
        Column("name", "Name", Width.TEXT, "name"),
        Column(CUSTOMER, "Account"),
        Column("statecode", "Status", Width.STATE),
        Column(kind.dated, "Age", Width.CODE, kind.dated, turned=True),
        Column("totalamount", "Total", Width.STATE, "totalamount", number=True),
        Column(BECAME, "Business Central", Width.MOMENT, fades=True),
        Column(WAITS, "Waits because", Width.NAME, fades=True),
    )


def asked_for(kind: Kind, asked: Asked, person: Any = None) -> Listing:
    """The list as it was asked for, still empty."""
    address = Address(asked, (STATE, THERE))
    state, there = kind.state(address.value(STATE)).key, address.value(THERE)
    if not state:
        address.drop(STATE)
    if there not in STANDINGS:
        address.drop(THERE)
        there = ""
    key = f"sales/{kind.table}"
    nouns = (kind.noun, f"{kind.noun}s")
    shown = ShownList(key, kind.title, nouns, address, f"-{kind.dated}", views=views_of(person, key))
    shown.columns = own_columns(kind)
    shown.widest = f"{STATE}={ALL}"
    made = Listing(kind, shown, state, there, kind.stored_mapping(), ConnectionSetup.current())
    shown.selectable = shown.takes_all = made.may_run
    shown.looks = [Look(one.label, address.query(state=one.key), one.key == state) for one in kind.states]
    return made


def listing(kind: Kind, asked: Asked, person: Any = None) -> Listing:
    """The page that was asked for. Sales that does not answer is named in ``problem``, with what is ours: the open
    errors."""
    made = asked_for(kind, asked, person)
    shown = made.shown
    try:
        with open_for_page(made.setup) as connected:
            table = _described(made, connected, person)
            wanted = _rows(made, connected, table)
            found = rows.page(wanted, shown.open_bookmark())
            lines = lines_of(kind, connected, table, found.records)
            shown.lines = [_line(made, table, *pair) for pair in zip(lines, found.records, strict=True)]
            shown.fade()
            shown.keep_bookmark(found.after)
            shown.notice = found.notice
            _count(made, wanted, found)
    except Problem as problem:
        shown.problem = str(problem)
        errors = SyncError.objects.open().filter(mapping=made.mapping).select_related("mapping", "job")
        made.errors = list(errors[: rows.ROWS]) if made.mapping is not None else []
    return made


def ids_of(kind: Kind, asked: Asked, person: Any = None) -> tuple[list[uuid.UUID], bool]:
    """The documents on all pages of the list, in its order and at most ``MOST`` of them, and whether these are all.
    Raises what Sales raises."""
    made = asked_for(kind, asked, person)
    ids: list[uuid.UUID] = []
    with open_for_page(made.setup) as connected:
        for page in rows.pages(_rows(made, connected, _described(made, connected, person))):
            ids = list(dict.fromkeys([*ids, *(record.id for record in page)]))
            if len(ids) > MOST:
                break
    return ids[:MOST], len(ids) <= MOST


def exported(kind: Kind, asked: Asked, person: Any = None) -> Iterator[list[str]]:
    """Every row of the list in the columns shown, heads first. Raises what Sales raises before the first row; where it
    falls silent later on, the last row says so."""
    made = asked_for(kind, asked, person)
    with open_for_download(made.setup) as connected:
        table = _described(made, connected, person)
        pages = rows.pages(_rows(made, connected, table))
        page: Sequence[Record] = next(pages, [])
        names = [column.name for column in made.shown.columns]
        yield _flat([("Since" if column.name == kind.dated else column.label) for column in made.shown.columns], names)
        try:
            while page:
                lines = lines_of(kind, connected, table, page)
                for line, record in zip(lines, page, strict=True):
                    yield _exported(made, table, line, record)
                page = next(pages, [])
        except Problem as problem:
            yield [f"This list is incomplete: {problem}"]


def _flat(heads: Sequence[str], names: Sequence[str]) -> list[str]:
    """A total has its currency in a cell of its own."""
    found = list(heads)
    if "totalamount" in names:
        found.insert(names.index("totalamount") + 1, "Currency")
    return found


def _described(made: Listing, connected: Connected, person: Any) -> Table:
    """The table; from here on the list has its columns and its filters."""
    table, shown, kind = connected.crm.describe(made.kind.table), made.shown, made.kind
    own = {column.name: column for column in own_columns(kind)}
    shown.offered = [*own.values(), *(column for column in cells.offered(table) if column.name not in own)]
    names = chosen_columns(person, shown.key, list(own), [column.name for column in shown.offered])
    shown.columns = columns_named(shown.offered, names)
    offered = [name for name in FILTERS if name in table.fields]
    shown.pane = pane(table, offered, shown.address, [_there(made)])
    shown.looks = [Look(one.label, shown.address.query(state=one.key), one.key == made.state) for one in kind.states]
    return table


def _there(made: Listing) -> Select:
    return selected(THERE, "Business Central", [("", "All"), *SHOWN], made.there)


def _rows(made: Listing, connected: Connected, table: Table) -> rows.Asked:
    """Which documents the list shows."""
    kind, mappings, shown = made.kind, [made.mapping] if made.mapping is not None else [], made.shown
    chosen = [column.name for column in shown.columns if column.name in table.fields]
    read = list(dict.fromkeys([*columns(kind, table), *chosen]))
    order = shown.order if shown.order.removeprefix("-") in table.fields else ""
    where = both(_filter_of(made, table), shown.pane.where)
    return rows.Asked(connected.crm, table, mappings, read, where, order, STANDINGS[made.there], kind.noun)


def _filter_of(made: Listing, table: Table) -> Filter:
    state, search = made.kind.state(made.state), made.shown.search
    stands = OneOf("statecode", state.codes) if state.codes else EVERYTHING
    named = [name for name in (made.kind.number, "name") if name in table.fields]
    sought = AnyOf(tuple(Comparison(name, "contains", search) for name in named)) if search else EVERYTHING
    return both(stands, unsent(table) if state.unsent else EVERYTHING, sought)


def _count(made: Listing, wanted: rows.Asked, found: rows.Found) -> None:
    """How many there are, as far as that is cheap to know."""
    shown = made.shown
    is_whole = len(found.records) < rows.ROWS and not found.after and shown.start == 1
    if found.total is not None or made.there:
        shown.count_rows(len(found.records) if is_whole else found.total)
        return
    total = len(found.records) if is_whole else wanted.system.count(wanted.table.name, wanted.where)
    shown.count_rows(total, wanted.system.counts_all)


# --- cells ---------------------------------------------------------------------------------------------------------


def _line(made: Listing, table: Table, line: Line, record: Record) -> Shown:
    url = reverse(made.kind.card, args=[line.id])
    special = _special(made.kind, url)
    found = []
    for column in made.shown.columns:
        make = special.get(column.name)
        found.append(make(line) if make else cells.cell_of(record, table.fields[column.name]))
    return Shown(line.id, line.number, url, found)


def _special(kind: Kind, url: str) -> Mapping[str, Callable[[Line], Cell]]:
    return {
        kind.number: lambda line: Cell(line.number, url, line.number),
        "name": lambda line: cells.text_cell(line.name),
        CUSTOMER: lambda line: _account(line.account),
        "statecode": lambda line: Cell(line.state.label, state=line.state, title=line.state.label),
        kind.dated: lambda line: Cell(line.age, title=_day(line.since)),
        "totalamount": lambda line: Cell(f"{line.total} {line.currency}".strip(), number=True, title=line.total),
        BECAME: _became,
        WAITS: lambda line: _reason(line, url),
    }


def _day(day: dt.date | None) -> str:
    return cells.worded(day)


def _account(account: Ref | None) -> Cell:
    if account is None:
        return Cell()
    return Cell(account.label, first_url("record", ("crm", account.table, account.id)), account.label)


def _became(line: Line) -> Cell:
    if line.became is None:
        return Cell()
    links = [(one.label, first_url("record", ("erp", one.table, one.id))) for one in line.became.links]
    text = f"{line.became.text} {line.became.state.label}".strip()
    return Cell(text, title=text, state=line.became.state, links=links)


def _reason(line: Line, url: str) -> Cell:
    if line.error is None:
        return Cell(line.reason, soft=True, wraps=True)
    return Cell(line.error_text, url, wraps=True)


def _exported(made: Listing, table: Table, line: Line, record: Record) -> list[str]:
    words = {
        made.kind.number: line.number,
        "name": line.name,
        CUSTOMER: line.account.label if line.account else "",
        "statecode": line.state.label,
        made.kind.dated: _day(line.since),
        "totalamount": line.total.replace(",", ""),
        BECAME: _became(line).text,
        WAITS: line.error_text or line.reason,
    }
    found = []
    for column in made.shown.columns:
        if column.name in words:
            found.append(words[column.name])
        else:
            found.append(cells.worded(record.values.get(column.name), table.fields[column.name]))
        if column.name == "totalamount":
            found.append(line.currency)
    return found
