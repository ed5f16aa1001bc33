"""A list of documents of Dynamics 365 Sales: its heads, what narrows it, in which order, and a spreadsheet of it.

Which rows there are is a matter of ``integration.pages.rows``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from integration.connection.opening import open_for_download, open_for_page
from integration.connection.systems import Connected
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages import rows
from integration.pages.rows import Standing
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, OneOf, both
from integration.systems.values import Record, Table
from integration.views.sales.kinds import Kind
from integration.views.sales.lines import Line, columns, lines_of

SHOWN = (("no", "Not in Business Central"), ("yes", "In Business Central"), ("open", "With an open error"))
STANDINGS = {"": Standing.ANY, "no": Standing.UNCOUPLED, "yes": Standing.COUPLED, "open": Standing.OPEN}
SILENT = "Dynamics 365 Sales does not answer: {}"


@dataclass(frozen=True, slots=True)
class Caption:
    """The head of a column, and the query that sorts by it (a second time: the other way round; blank: it cannot)."""

    label: str
    query: str = ""
    sorted: str = ""
    number: bool = False


@dataclass(slots=True)
class Listing:
    """What the template shows. ``problem``: why Sales does not answer; ``next``: the bookmark of the next page."""

    kind: Kind
    search: str
    state: str
    there: str
    order: str
    mapping: TableMapping | None
    setup: ConnectionSetup
    after: str = ""
    lines: Sequence[Line] = ()
    next: str = ""
    notice: str = ""
    problem: str = ""
    errors: Sequence[SyncError] = field(default_factory=list)

    @property
    def may_run(self) -> bool:
        """Is everything switched on that makes documents of these?"""
        return self.mapping is not None and self.setup.is_enabled and self.setup.order_integration_enabled

    @property
    def kept(self) -> str:
        """The query of this list without its bookmark."""
        return self.query()

    def query(self, **changed: str) -> str:
        asked = {"q": self.search, "state": self.state, "there": self.there, "order": self.order} | changed
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def salt(self) -> str:
        """A bookmark only opens the list it was made for: it can be an address inside the organization."""
        return f"sales/{self.kind.table}?{self.kept}"

    @property
    def captions(self) -> list[Caption]:
        return [
            self._caption("No.", self.kind.number),
            self._caption("Name", "name"),
            Caption("Account"),
            Caption("Status"),
            self._caption("Age", self.kind.dated, reversed=True),
            self._caption("Total", "totalamount", number=True),
            Caption("Business Central"),
            Caption("Waits because"),
        ]

    def _caption(self, label: str, column: str, number: bool = False, reversed: bool = False) -> Caption:
        up, down = (f"-{column}", column) if reversed else (column, f"-{column}")
        sorted_so = {up: "ascending", down: "descending"}.get(self.order, "")
        return Caption(label, self.query(order=down if self.order == up else up), sorted_so, number)


def asked_for(kind: Kind, asked: Mapping[str, str]) -> Listing:
    """The list as it was asked for, still empty."""
    there, order = asked.get("there", ""), asked.get("order", "")
    sortable = (kind.number, "name", kind.dated, "totalamount")
    return Listing(
        kind,
        search=asked.get("q", "").strip(),
        state=kind.state(asked.get("state", "")).key,
        there=there if there in dict(SHOWN) else "",
        order=order if order.removeprefix("-") in sortable else "",
        mapping=kind.stored_mapping(),
        setup=ConnectionSetup.current(),
    )


def listing(kind: Kind, asked: Mapping[str, str]) -> Listing:
    """The page that was asked for. Sales that does not answer is told in ``problem``, with what is ours: the open
    errors."""
    shown = asked_for(kind, asked)
    shown.after = rows.unsigned(asked.get("after", ""), shown.salt)
    try:
        with open_for_page(shown.setup) as connected:
            table = connected.crm.describe(kind.table)
            found = rows.page(_rows(shown, connected, table), shown.after)
            shown.lines = lines_of(kind, connected, table, found.records)
            shown.next, shown.notice = rows.signed(found.after, shown.salt), found.notice
    except Problem as problem:
        shown.problem = SILENT.format(problem)
        errors = SyncError.objects.open().filter(mapping=shown.mapping).select_related("mapping", "job")
        shown.errors = list(errors[: rows.ROWS]) if shown.mapping is not None else []
    return shown


def exported(kind: Kind, asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Every row of the list, heads first. Raises what Sales raises before the first row; where it falls silent later
    on, the last row says so."""
    shown = asked_for(kind, asked)
    with open_for_download(shown.setup) as connected:
        table = connected.crm.describe(kind.table)
        pages = rows.pages(_rows(shown, connected, table))
        page: Sequence[Record] = next(pages, [])
        yield ["No.", "Name", "Account", "Status", "Since", "Total", "Currency", "Business Central", "Waits because"]
        try:
            while page:
                yield from (_row(line) for line in lines_of(kind, connected, table, page))
                page = next(pages, [])
        except Problem as problem:
            yield [f"This list is incomplete: {problem}"]


def _row(line: Line) -> list[str]:
    since = line.since.isoformat() if line.since else ""
    became = f"{line.became.text} {line.became.state.label}".strip() if line.became else ""
    reason = line.error.message if line.error else line.reason
    account = line.account.label if line.account else ""
    total = line.total.replace(",", "")
    return [line.number, line.name, account, line.state.label, since, total, line.currency, became, reason]


def _rows(shown: Listing, connected: Connected, table: Table) -> rows.Asked:
    """Which documents the list shows."""
    kind, mappings = shown.kind, [shown.mapping] if shown.mapping is not None else []
    read, order = columns(kind, table), shown.order or f"-{kind.dated}"
    order = order if order.removeprefix("-") in read else ""
    return rows.Asked(
        connected.crm, table, mappings, read, _filter_of(shown, table), order, STANDINGS[shown.there], kind.noun
    )


def _filter_of(shown: Listing, table: Table) -> Filter:
    codes = shown.kind.state(shown.state).codes
    stands = OneOf("statecode", codes) if codes else EVERYTHING
    named = [name for name in (shown.kind.number, "name") if name in table.fields]
    sought = AnyOf(tuple(Comparison(name, "contains", shown.search) for name in named)) if shown.search else EVERYTHING
    return both(stands, sought)
