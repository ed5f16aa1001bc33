"""What an action would write, field by field, asked of the engine's own planner before anything is written."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coupling.commands.synchronize_now import MERGE, PASSES
from coupling.pages import records
from coupling.pages.asking.left import left_of
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.models.jobs.synch_error import OF_THE_PAIR
from integration.sync.actions import Action, Change, Fail, Insert, SideWrite, Skip, Update
from integration.sync.memory.ledger import Pair
from integration.sync.plan import Planner
from integration.sync.problems import Conflict
from integration.sync.rules import DeletionPolicy, Direction, TableRule
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.systems.naming import names_of
from integration.systems.values import Field, Page, Record, Ref, Side, Table, Value
from integration.systems.wording import field_name, shorten

LOOKED_AT = 50
"""So many records are looked at for a page; a dry run lists all of them."""
SHOWN = 10
"""Of more records than are looked at, the fields of so many are listed."""

NEW = "the new record"


@dataclass(frozen=True, slots=True)
class FieldEffect:
    """One field of one side that would be written. ``blanks``: it holds something now and would hold nothing."""

    side: Side
    label: str
    old: str
    new: str
    blanks: bool

    @property
    def where(self) -> str:
        return NAMES[self.side]


@dataclass(slots=True)
class RecordEffect:
    """What would become of one record; ``id`` is of the side the person looks at. ``left``: what is not carried since
    the other side has no equal for it, in sentences."""

    id: uuid.UUID
    name: str
    fields: list[FieldEffect] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    creates: bool = False
    of_pair: set[str] = field(default_factory=set)
    """Codes of what is wrong with the pair: one pass has said it, the other one means the same."""

    @property
    def alarms(self) -> bool:
        """Is there a problem, or a value that would become or stay blank?"""
        return bool(self.problems or self.left) or any(one.blanks for one in self.fields)

    @property
    def stays(self) -> bool:
        return not (self.fields or self.problems or self.creates)


@dataclass(slots=True)
class Effects:
    """The first ``LOOKED_AT`` of ``number`` records."""

    side: Side
    number: int
    rows: list[RecordEffect] = field(default_factory=list)

    @property
    def changing(self) -> list[RecordEffect]:
        return [row for row in self.rows if not row.stays or (row.left and self.number == 1)]

    @property
    def first(self) -> list[RecordEffect]:
        """Those whose fields are listed: all, but of a great number only the first, and before them what somebody has
        to see (problems, values that would become blank)."""
        if self.number <= LOOKED_AT:
            return self.changing
        return sorted(self.changing, key=lambda row: not row.alarms)[:SHOWN]

    @property
    def more(self) -> int:
        """How many records would change, too, beside those listed and those nobody looked at."""
        return len(self.changing) - len(self.first)

    @property
    def staying(self) -> int:
        return sum(row.stays for row in self.rows)

    @property
    def blanks(self) -> int:
        return sum(one.blanks for row in self.rows for one in row.fields)

    @property
    def undecided(self) -> int:
        """Of how many records nothing is written, since their values clash and this way does not say which stay."""
        return sum(Conflict.code in row.of_pair for row in self.rows)

    @property
    def unseen(self) -> int:
        """How many records nobody looked at."""
        return self.number - len(self.rows)

    def written(self, side: Side) -> int:
        return sum(one.side is side for row in self.rows for one in row.fields)

    @property
    def summary(self) -> str:
        """As a title: "2 fields in Dynamics 365 Sales, 1 in Business Central would change"."""
        written = {side: self.written(side) for side in (Side.CRM, Side.ERP)}
        parts = [f"{number} in {NAMES[side]}" for side, number in written.items() if number]
        if not parts:
            return "No field changes."
        number, where = parts[0].split(" ", 1)
        first = f"{number} field{'' if number == '1' else 's'} {where}"
        return f"{', '.join([first, *parts[1:]])} would change."


def of_pairs(connected: Connected, mapping: TableMapping, side: Side, pairs: Sequence[Pair], way: str) -> Effects:
    """What this way of synchronizing would do with these pairs, which are coupled or would be: by ``send`` and ``get``
    the source wins. Raises ``ConnectionProblem`` and ``ConfigurationProblem``."""
    looked = list(pairs[:LOOKED_AT])
    rule = build_rule(mapping, connected.erp, connected.crm, list(connected.context.filters))
    found = _Found(connected, rule, side, AsCoupled(mapping.couplings, looked))
    for direction in passes_of(mapping, way):
        ids = {one.id(direction.source): one.id(side) for one in looked}
        found.look(direction, ids, winner=direction.source if way != MERGE else None, create=False)
    return found.effects(len(pairs), [one.id(side) for one in looked])


def passes_of(mapping: TableMapping, way: str) -> list[Direction]:
    return [one for one in PASSES.get(way, ()) if Direction(mapping.direction).includes(one)]


def of_new(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> Effects:
    """What the other records of these would hold, which are not coupled, or whose other record was deleted. Raises as
    ``of_pairs``."""
    looked = list(ids[:LOOKED_AT])
    rule = replace(build_rule(mapping, connected.erp, connected.crm), deletion=DeletionPolicy.RESTORE)
    found = _Found(connected, rule, side, mapping.couplings)
    found.look(Direction.away_from(side), {id: id for id in looked}, winner=None, create=True)
    return found.effects(len(ids), looked)


class AsCoupled:
    """The ledger of a mapping, read as if these pairs were coupled."""

    def __init__(self, ledger: Any, pairs: Sequence[Pair]) -> None:
        self.ledger, self.coupled = ledger, pairs

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        assumed = {one.id(side): one for one in self.coupled if one.id(side) in ids}
        others = [id for id in ids if id not in assumed]
        return {**(self.ledger.pairs(side, others) if others else {}), **assumed}

    def __getattr__(self, name: str) -> Any:
        """All else is as it is stored."""
        return getattr(self.ledger, name)


class _Found:
    def __init__(self, connected: Connected, rule: TableRule, side: Side, ledger: Any) -> None:
        self.connected, self.rule, self.side, self.ledger = connected, rule, side, ledger
        self.rows: dict[uuid.UUID, RecordEffect] = {}
        self.names: dict[uuid.UUID, str] = {}

    def look(
        self, direction: Direction, ids: Mapping[uuid.UUID, uuid.UUID], *, winner: Side | None, create: bool
    ) -> None:
        """Plan one pass. ``ids``: the records of its source -> those the person looks at."""
        source, destination = self.connected.source_and_destination(direction)
        options = Options(scope=Scope.IDS, ids=tuple(ids), create=create, dry_run=True, force=True, winner=winner)
        run = Run(self.rule, direction, source, destination, self.ledger, options, self.connected.context)
        planner = Planner(run)
        there = source.get(run.source_table, list(ids), planner.source_columns)
        actions = planner.plan(Page(list(there.values())))
        self.names |= names_of(destination, _written(actions))
        self.names |= {one.pair.id(destination.side): NEW for one in actions if isinstance(one, Insert)}
        for action in actions:
            self._note(direction, ids, action)

    def effects(self, number: int, ids: Sequence[uuid.UUID]) -> Effects:
        table = self.rule.table(self.side)
        read = self.connected.system(self.side).get(table.name, list(ids), records.read_columns(self.side, table))
        for id in ids:
            row = self._row(id)
            row.name = records.name_of(self.side, table, read[id]) if id in read else f"{table.label} (deleted)"
        return Effects(self.side, number, [self.rows[id] for id in ids])

    def _row(self, id: uuid.UUID) -> RecordEffect:
        return self.rows.setdefault(id, RecordEffect(id, ""))

    def _note(self, direction: Direction, ids: Mapping[uuid.UUID, uuid.UUID], action: Action) -> None:
        record = getattr(action, "record", None)
        if not isinstance(record, Record) or record.id not in ids:
            return
        row, table = self._row(ids[record.id]), self.rule.table(direction.destination)
        if isinstance(action, Insert | Update):
            row.left += left_of(self.rule, direction, action)
        match action:
            case Insert(values=values):
                row.creates = True
                given = [Change(name, None, new) for name, new in values.items() if new not in (None, "")]
                row.fields += [self._effect(direction, table, one) for one in given]
            case Update(changes=changes):
                row.fields += [self._effect(direction, table, one) for one in changes]
            case SideWrite(changes=changes, label=label) if label:
                beside = self.connected.system(direction.destination).describe(action.table)
                row.fields += [self._effect(direction, beside, one, f"{label}: ") for one in changes]
            case Fail(problem=problem) if problem.code in row.of_pair:
                pass
            case Fail(problem=problem):
                row.of_pair |= {problem.code}.intersection(OF_THE_PAIR)
                row.problems += [text for text in [str(problem)] if text not in row.problems]
            case Skip(reason=reason):
                row.problems += [text for text in [reason] if text not in row.problems]
            case _:
                pass

    def _effect(self, direction: Direction, table: Table, change: Change, before: str = "") -> FieldEffect:
        known = table.fields.get(change.field)
        old, new = (shorten(self._text(value, known)) for value in (change.old, change.new))
        label = before + (field_name(known) if known else change.field)
        return FieldEffect(direction.destination, label, old, new, blanks=bool(old and not new))

    def _text(self, value: Value, field: Field | None) -> str:
        name = self.names.get(value.id) if isinstance(value, Ref) else ""
        return name or records.shown(value, field)


def _written(actions: Sequence[Action]) -> Iterator[Value]:
    """The values that these actions would replace and write."""
    for action in actions:
        if isinstance(action, Insert):
            yield from action.values.values()
        elif isinstance(action, Update | SideWrite):
            for change in action.changes:
                yield from (change.old, change.new)
