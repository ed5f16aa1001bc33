"""The chosen records, each with what an action is going to do with it: nobody is left out without a reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256

from coupling.pages import records
from coupling.pages.asking.outside import why_outside
from coupling.pages.list_states import CONFLICT, SKIPPED, Known, of_ids
from coupling.sides import both_opened, opened
from integration.models import TableMapping
from integration.pages.runs.captions import named_by_runs
from integration.sync.memory.ledger import Pair
from integration.sync.rules import DeletionPolicy
from integration.systems.errors import Problem
from integration.systems.filters import FilterError, fields_of, parse
from integration.systems.values import Record, Side, Table
from integration.systems.wording import NAMELESS


class Kind(StrEnum):
    """How a chosen record stands."""

    COUPLED = "coupled"
    SKIPPED = "skipped"
    CONFLICT = "in conflict"
    OUTSIDE = "coupled, outside the filter"
    HALF = "coupled, the other record is deleted"
    LEFT = "deleted, the other record is there"
    BROKEN = "coupled, one of both records is deleted and nobody has said what then"
    BOTH_GONE = "both records are deleted"
    FREE = "not coupled"
    FREE_OUTSIDE = "not coupled, outside the filter"
    GONE = "deleted"


IN_A_PAIR = (Kind.COUPLED, Kind.SKIPPED, Kind.CONFLICT, Kind.OUTSIDE, Kind.HALF, Kind.LEFT, Kind.BOTH_GONE)
DONE: Mapping[str, Sequence[Kind]] = {
    "synchronize": (Kind.COUPLED, Kind.SKIPPED, Kind.CONFLICT, Kind.HALF, Kind.LEFT),
    "uncouple": IN_A_PAIR,
    "create": (Kind.FREE, Kind.HALF),
}
"""With which records an action does something."""
NOBODY_HAS_SAID = (
    "left out: one of both records was deleted. Restore it, delete the other one, too, or delete the coupling"
)
WORDS: Mapping[tuple[str, Kind], str] = {
    ("synchronize", Kind.COUPLED): "synchronized",
    ("synchronize", Kind.SKIPPED): "skipped until now; tried again",
    ("synchronize", Kind.CONFLICT): "in conflict until now; tried again",
    ("synchronize", Kind.HALF): "the other record is deleted; the mapping's rule for deletions decides",
    ("synchronize", Kind.LEFT): "deleted here; the mapping's rule for deletions decides",
    ("synchronize", Kind.BROKEN): NOBODY_HAS_SAID,
    ("synchronize", Kind.BOTH_GONE): "left out: both records are deleted. Delete the coupling",
    ("synchronize", Kind.FREE): "left out: not coupled. Couple or create it first",
    ("uncouple", Kind.COUPLED): "coupling deleted",
    ("uncouple", Kind.SKIPPED): "coupling deleted; it is no longer skipped",
    ("uncouple", Kind.CONFLICT): "coupling deleted; its conflict needs no decision any more",
    ("uncouple", Kind.OUTSIDE): "coupling deleted",
    ("uncouple", Kind.HALF): "coupling deleted; the other record is gone already",
    ("uncouple", Kind.LEFT): "coupling deleted; this record is gone already",
    ("uncouple", Kind.BOTH_GONE): "coupling deleted; both records are gone already",
    ("uncouple", Kind.FREE): "left out: not coupled",
    ("uncouple", Kind.FREE_OUTSIDE): "left out: not coupled",
    ("create", Kind.FREE): "created and coupled",
    ("create", Kind.HALF): "the other record is deleted; a new one is created and coupled",
    ("create", Kind.COUPLED): "left out: coupled already",
    ("create", Kind.SKIPPED): "left out: coupled already",
    ("create", Kind.CONFLICT): "left out: coupled already",
    ("create", Kind.OUTSIDE): "left out: coupled already",
}
GONE_ALREADY = "left out: the record does not exist any more"
OUTSIDE_FILTER = "left out: outside the filter"
NAMED = 20
"""So many records of a group are named."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One chosen record. ``reason``: which condition of the filter it does not meet."""

    id: uuid.UUID
    name: str
    kind: Kind
    mapping: TableMapping | None = None
    pair: Pair | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Chosen records of which the same becomes."""

    words: str
    is_done: bool
    rows: Sequence[Chosen]

    @property
    def first(self) -> Sequence[Chosen]:
        """Those that a page names."""
        return self.rows[:NAMED]

    @property
    def more(self) -> int:
        """How many it only counts."""
        return len(self.rows) - len(self.first)


@dataclass(slots=True)
class Selection:
    """All that were chosen. ``problem``: what could not be asked, so that nobody knows which are deleted."""

    side: Side
    table: str
    action: str
    rows: list[Chosen] = field(default_factory=list)
    problem: str = ""

    @property
    def done(self) -> list[Chosen]:
        """Those with which the action does something."""
        return [row for row in self.rows if row.kind in DONE[self.action]]

    @property
    def seen(self) -> str:
        """A digest of the pairs these records are in: another one where any of them is coupled otherwise."""
        pairs = [row.pair for row in self.rows if row.pair is not None]
        places = sorted((str(one.erp_id), str(one.crm_id), one.stored_as) for one in pairs)
        return sha256(repr(places).encode()).hexdigest()

    @property
    def left_out(self) -> list[Group]:
        return [group for group in self.groups if not group.is_done]

    @property
    def is_unusual(self) -> bool:
        """Is there more to say of them than that the action takes them as they are?"""
        return len(self.rows) > 1 or any(row.kind not in (Kind.COUPLED, Kind.FREE) for row in self.rows)

    @property
    def groups(self) -> list[Group]:
        """By what becomes of them, those first with which something is done."""
        kinds = dict.fromkeys([*DONE[self.action], *Kind])
        found = [(kind, [row for row in self.rows if row.kind is kind]) for kind in kinds]
        return [Group(self.words(kind), kind in DONE[self.action], rows) for kind, rows in found if rows]

    @property
    def broken(self) -> list[uuid.UUID]:
        """Those of which a person says what becomes of them, since a record of theirs was deleted."""
        return [row.id for row in self.rows if row.kind is Kind.BROKEN]

    def words(self, kind: Kind) -> str:
        """What becomes of a record of this kind."""
        otherwise = OUTSIDE_FILTER if kind in (Kind.OUTSIDE, Kind.FREE_OUTSIDE) else GONE_ALREADY
        return WORDS.get((self.action, kind), otherwise)

    def pairs(self) -> dict[TableMapping, list[Pair]]:
        """The pairs of ``done``, by mapping."""
        found: dict[TableMapping, list[Pair]] = {}
        for row in self.done:
            if row.mapping is not None and row.pair is not None:
                found.setdefault(row.mapping, []).append(row.pair)
        return found


def selected(
    side: Side, table: str, action: str, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID]
) -> Selection:
    """Look at these records and at the others of their pairs, a few requests for all. A side that does not answer is
    told in ``problem``; then nothing counts as deleted."""
    found = Selection(side, table, action)
    known = of_ids(side, mappings, ids)
    here: Mapping[uuid.UUID, Record] | None = None
    described: Table | None = None
    try:
        with opened(side) as system:
            described = system.describe(table)
            here = system.get(table, list(ids), _columns(side, described, mappings))
    except Problem as problem:
        found.problem = str(problem)
    there = _there(found, side, known.values())
    gone = [str(id) for id in ids if here is not None and id not in here]
    names = named_by_runs(gone) if gone else {}
    for id in ids:
        called = names.get(str(id), NAMELESS)
        found.rows.append(_asked(action, _chosen(side, described, id, called, mappings, known[id], here, there)))
    return found


def _asked(action: str, row: Chosen) -> Chosen:
    """Without a rule for deletions a run could only fail at what has lost a record."""
    decides = row.mapping is not None and row.mapping.deletion != DeletionPolicy.NONE.value
    is_broken = action == "synchronize" and row.kind in (Kind.HALF, Kind.LEFT) and not decides
    return replace(row, kind=Kind.BROKEN) if is_broken else row


def _there(found: Selection, side: Side, known: Iterable[Known]) -> dict[int, Mapping[uuid.UUID, Record]] | None:
    """By mapping: the other records that exist."""
    by_mapping: dict[TableMapping, list[uuid.UUID]] = {}
    for one in known:
        if one.is_coupled and one.mapping is not None and one.pair is not None:
            by_mapping.setdefault(one.mapping, []).append(one.pair.id(side.other))
    if not by_mapping:
        return {}
    try:
        with both_opened() as connected:
            system = connected.system(side.other)
            return {one.pk: system.get(one.table(side.other), ids, []) for one, ids in by_mapping.items()}
    except Problem as problem:
        found.problem = found.problem or str(problem)
        return None


def _columns(side: Side, table: Table, mappings: Sequence[TableMapping]) -> list[str]:
    """What names a record, and what the filters look at."""
    wanted = list(records.read_columns(side, table))
    for mapping in mappings:
        try:
            wanted += fields_of(parse(mapping.filter(side), table))
        except FilterError:
            continue
    return [name for name in dict.fromkeys(wanted) if name in table.fields]


def _chosen(
    side: Side,
    table: Table | None,
    id: uuid.UUID,
    called: str,
    mappings: Sequence[TableMapping],
    known: Known,
    here: Mapping[uuid.UUID, Record] | None,
    there: Mapping[int, Mapping[uuid.UUID, Record]] | None,
) -> Chosen:
    mapping, pair = known.mapping, known.pair
    record = here.get(id) if here is not None else None
    name = records.name_of(side, table, record) if table is not None and record is not None else called
    is_here = here is None or record is not None
    if not known.is_coupled or mapping is None or pair is None:
        return _free(side, table, id, name, mappings, record, is_here)
    is_there = there is None or pair.id(side.other) in there.get(mapping.pk, {})
    reason = why_outside(mapping, side, table, record) if table is not None else ""
    return Chosen(id, name, _in_a_pair(known, is_here, is_there, reason), mapping, pair, reason)


def _in_a_pair(known: Known, is_here: bool, is_there: bool, reason: str) -> Kind:
    if not is_here:
        return Kind.LEFT if is_there else Kind.BOTH_GONE
    if not is_there:
        return Kind.HALF
    if reason:
        return Kind.OUTSIDE
    return {SKIPPED: Kind.SKIPPED, CONFLICT: Kind.CONFLICT}.get(known.state, Kind.COUPLED)


def _free(
    side: Side,
    table: Table | None,
    id: uuid.UUID,
    name: str,
    mappings: Sequence[TableMapping],
    record: Record | None,
    is_here: bool,
) -> Chosen:
    if not is_here:
        return Chosen(id, name, Kind.GONE)
    reasons = [why_outside(one, side, table, record) for one in mappings] if table is not None else []
    reason = min(reasons, key=len) if reasons and all(reasons) else ""
    return Chosen(id, name, Kind.FREE_OUTSIDE if reason else Kind.FREE, reason=reason)
