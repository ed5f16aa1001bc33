"""A list page of one table: rows, search, coupled or not, sorting, paging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from coupling import records, verbs
from coupling.sides import opened
from integration.models import TableMapping
from integration.models.ends import NAMES
from integration.sync.rules import Direction
from integration.systems.base import Side, System, Table
from integration.systems.errors import Problem, TableMissing


@dataclass(frozen=True, slots=True)
class Caption:
    """The head of a column, and the query that sorts by it (a second time: the other way round)."""

    name: str
    label: str
    query: str


@dataclass(slots=True)
class Listing:
    """What the template shows. ``problem``: why the side does not answer."""

    side: Side
    name: str
    title: str = ""
    table: Table | None = None
    captions: Sequence[Caption] = ()
    lines: Sequence[records.Line] = ()
    next: str = ""
    problem: str = ""
    search: str = ""
    state: str = ""
    order: str = ""
    mappings: Sequence[TableMapping] = field(default_factory=list)

    @property
    def mapping(self) -> TableMapping | None:
        return self.mappings[0] if self.mappings else None

    @property
    def can_create(self) -> bool:
        direction = Direction.TO_CRM if self.side is Side.ERP else Direction.TO_ERP
        return self.mapping is not None and Direction(self.mapping.direction).includes(direction)

    @property
    def way(self) -> str:
        """How "Synchronize Now" goes for several records: both ways where the mapping does."""
        return verbs.ways(self.mapping)[0][0] if self.mapping else ""

    @property
    def kept(self) -> str:
        """The query of this list without its bookmark."""
        return urlencode({"q": self.search, "state": self.state, "order": self.order})


def listing(side: Side, name: str, asked: Mapping[str, str]) -> Listing:
    """The page that was asked for. Raises ``TableMissing``; a side that does not answer is told in ``problem``."""
    shown = Listing(side, name, search=asked.get("q", ""), state=asked.get("state", ""), order=asked.get("order", ""))
    shown.mappings = records.mappings_of(side, name)
    try:
        with opened(side) as system:
            _fill(shown, system, asked.get("after") or None)
    except TableMissing:
        raise
    except Problem as problem:
        shown.title = shown.title or name
        shown.problem = f"{NAMES[side]} does not answer: {problem}"
    return shown


def _fill(shown: Listing, system: System, after: str | None) -> None:
    table = system.describe(shown.name)
    shown.table, shown.title = table, records.title_of(shown.side, table)
    shown.captions = [_caption(shown, table, name) for name in records.columns_of(shown.side, table)]
    where = records.searched(table, shown.search)
    if shown.state == "coupled":
        shown.lines = records.coupled_page(system, table, where, shown.search)
        return
    lines, following = records.page_of(system, table, where, shown.order, after)
    shown.lines = [line for line in lines if line.mapping is None] if shown.state == "uncoupled" else lines
    shown.next = following or ""


def _caption(shown: Listing, table: Table, name: str) -> Caption:
    order = f"-{name}" if shown.order == name else name
    return Caption(
        name, table.fields[name].label or name, urlencode({"q": shown.search, "state": shown.state, "order": order})
    )
