"""A list of documents of Dynamics 365 Sales: which rows, in which order, a page at a time.

Sales pages by its own bookmarks. What the ledger and the log of errors know (coupled, not coupled, something open) is
asked in one of two ways: a few rows are read by their ids; otherwise whole pages of Sales are looked through until
there are enough rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core import signing

from integration.connection.opening import open_for_download, open_for_page
from integration.connection.systems import Connected
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem
from integration.systems.filters import EVERYTHING, AnyOf, Comparison, Filter, OneOf, both, matches
from integration.systems.values import Page, Record, Table
from integration.views.sales.kinds import Kind
from integration.views.sales.lines import Line, columns, coupled, lines_of

ROWS = 25
BY_ID = 500
SCANNED, SCANS = 100, 20
EXPORTED_AT_ONCE = 200
THERE, NOT_THERE, OPEN = "yes", "no", "open"
SHOWN = ((NOT_THERE, "Not in Business Central"), (THERE, "In Business Central"), (OPEN, "With an open error"))
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
    shown.after = _opened(shown, asked.get("after", ""))
    try:
        with open_for_page(shown.setup) as connected:
            table = connected.crm.describe(kind.table)
            found, following = _page(shown, connected, table)
            shown.lines = lines_of(kind, connected, table, found)
            shown.next = signing.dumps(following, salt=shown.salt, compress=True) if following else ""
    except Problem as problem:
        shown.problem = SILENT.format(problem)
        errors = SyncError.objects.open().filter(mapping=shown.mapping).select_related("mapping", "job")
        shown.errors = list(errors[:ROWS]) if shown.mapping is not None else []
    return shown


def exported(kind: Kind, asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Every row of the list, heads first. Raises what Sales raises before the first row; where it falls silent later
    on, the last row says so."""
    shown = asked_for(kind, asked)
    with open_for_download(shown.setup) as connected:
        table = connected.crm.describe(kind.table)
        pages = _pages(shown, connected, table)
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


# --- which rows ----------------------------------------------------------------------------------------------------


def _page(shown: Listing, connected: Connected, table: Table) -> tuple[Sequence[Record], str]:
    """The rows of one page, and the bookmark of the next."""
    if not shown.there:
        page = _find(shown, connected, table, ROWS, shown.after or None)
        return page.records, page.cursor or ""
    ids = _few(shown)
    if ids is None:
        return _scan(shown, connected, table)
    start = int(shown.after) if shown.after.isdecimal() else 0
    found = _by_id(shown, connected, table, ids)
    return found[start : start + ROWS], str(start + ROWS) if len(found) > start + ROWS else ""


def _pages(shown: Listing, connected: Connected, table: Table) -> Iterator[Sequence[Record]]:
    """All rows, some at a time."""
    ids = _few(shown) if shown.there else None
    if ids is not None:
        yield _by_id(shown, connected, table, ids)
        return
    after: str | None = None
    while True:
        page = _find(shown, connected, table, EXPORTED_AT_ONCE, after)
        wanted = _wanted(shown, page.records)
        if wanted:
            yield wanted
        after = page.cursor
        if after is None:
            return


def _find(shown: Listing, connected: Connected, table: Table, size: int, after: str | None) -> Page:
    kind = shown.kind
    read = columns(kind, table)
    order = [shown.order or f"-{kind.dated}"]
    order = [name for name in order if name.removeprefix("-") in read]
    return connected.crm.find(kind.table, _filter_of(shown, table), read, order, size, after)


def _filter_of(shown: Listing, table: Table) -> Filter:
    codes = shown.kind.state(shown.state).codes
    stands = OneOf("statecode", codes) if codes else EVERYTHING
    named = [name for name in (shown.kind.number, "name") if name in table.fields]
    sought = AnyOf(tuple(Comparison(name, "contains", shown.search) for name in named)) if shown.search else EVERYTHING
    return both(stands, sought)


def _scan(shown: Listing, connected: Connected, table: Table) -> tuple[Sequence[Record], str]:
    """Whole pages of Sales until there are enough rows."""
    found: list[Record] = []
    after: str | None = shown.after or None
    for _ in range(SCANS):
        page = _find(shown, connected, table, SCANNED, after)
        found += _wanted(shown, page.records)
        after = page.cursor
        if after is None or len(found) >= ROWS:
            return found, after or ""
    shown.notice = f"{SCANS * SCANNED:,} {shown.kind.noun}s looked through; there are more behind them."
    return found, after or ""


def _wanted(shown: Listing, page: Sequence[Record]) -> list[Record]:
    if shown.there not in (THERE, NOT_THERE):
        return list(page)
    pairs = coupled(shown.mapping, [record.id for record in page])
    there = {id for id, pair in pairs.items() if pair.state is not State.RESERVED}
    return [record for record in page if (record.id in there) is (shown.there == THERE)]


def _few(shown: Listing) -> list[uuid.UUID] | None:
    """The ids of those asked for, where they are few; ``None`` where they are many, or those nobody coupled."""
    if shown.there == NOT_THERE:
        return None
    if shown.mapping is None:
        return []
    if shown.there == OPEN:
        errors = SyncError.objects.open().filter(mapping=shown.mapping, crm_id__isnull=False).order_by("crm_id")
        failed = errors.values_list("crm_id", flat=True).distinct()[:BY_ID]
        return [id for id in failed if id is not None]
    rows = shown.mapping.couplings.exclude(state=State.RESERVED.value).order_by("pk")
    ids = list(rows.values_list("crm_id", flat=True)[: BY_ID + 1])
    return ids if len(ids) <= BY_ID else None


def _by_id(shown: Listing, connected: Connected, table: Table, ids: Sequence[uuid.UUID]) -> list[Record]:
    kind, where = shown.kind, _filter_of(shown, table)
    found = connected.crm.get(kind.table, ids, columns(kind, table)).values() if ids else ()
    order = shown.order or f"-{kind.dated}"
    name = order.removeprefix("-")
    rows = [record for record in found if matches(where, record)]
    return sorted(rows, key=lambda one: _sort_key(one, name), reverse=order.startswith("-"))


def _sort_key(record: Record, name: str) -> tuple[bool, object]:
    """Blank comes first."""
    value = record.values.get(name)
    if value is None or value == "":
        return False, ""
    return True, value.casefold() if isinstance(value, str) else value


def _opened(shown: Listing, bookmark: str) -> str:
    """What Sales gave as its bookmark; a spoilt one opens the first page."""
    try:
        return str(signing.loads(bookmark, salt=shown.salt)) if bookmark else ""
    except signing.BadSignature:
        return ""
