"""Two records side by side, and what keeps one from being synchronized: asked of the engine's own planner."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coupling.pages.comparison.judged import JudgedField, Judgement, judge, judge_each
from coupling.pages.records import Cell, cells
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.actions import Action, Fail, Update
from integration.sync.memory.ledger import Agreed, Pair, State
from integration.sync.plan import Planner
from integration.sync.problems import Conflict
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Options, Scope
from integration.sync.special.base import Run
from integration.systems.values import Page, Record, Side

GONE = "One of both records does not exist any more."
Both = tuple[Record | None, Record | None]


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that has to be coupled first, and where it is."""

    message: str
    side: Side
    table: str
    id: uuid.UUID


class Comparison:
    """Compares records of a mapping, any number of pairs. Raises ``ConfigurationProblem`` for a broken mapping."""

    def __init__(self, connected: Connected, mapping: TableMapping, rule: TableRule) -> None:
        self.mapping, self.rule = mapping, rule
        self.planners = planners_of(connected, mapping, rule)
        self.planner = self.planners[0]
        self.to_crm = self.planner.run.direction is Direction.TO_CRM

    def fields(self, ours: Record | None, theirs: Record | None, pair: Pair | None = None) -> list[JudgedField]:
        """Every field of two records, as the card of the pair shows it; ``pair``: where they are one already. One
        record alone is compared with nothing."""
        if ours is None or theirs is None:
            return []
        return judge(self.planners, (ours, theirs), pair or _would_be(ours, theirs)).fields

    def fields_of_each(self, rows: Sequence[tuple[Record, Record]]) -> list[list[JudgedField]]:
        """The same of records that would be pairs; many ask no more often than one."""
        return [one.fields for one in judge_each(self.planners, [(both, _would_be(*both)) for both in rows])]

    def held(self, ours: Record) -> list[Cell]:
        """What a record of Business Central holds in the mapped fields that are filled in."""
        mapped = (self.rule.field(Side.ERP, field) for field in self.rule.fields)
        columns = dict.fromkeys(field.name for field in mapped if field is not None)
        return [cell for cell in cells(self.rule.erp, columns, ours) if cell.text]

    def clashing(self, pairs: Sequence[tuple[Record, Record, Pair]]) -> list[Judgement]:
        """Of each pair the two-way fields of which one side's value goes over, as a person chooses between them. The
        card judges them by the first pass, too, which carries all of them."""
        found = judge_each(self.planners[:1], [((ours, theirs), pair) for ours, theirs, pair in pairs])
        two_way = self.two_way
        for judgement in found:
            judgement.fields = [one for one in judgement.fields if one.key in two_way and one.is_carried]
        return found

    @property
    def two_way(self) -> set[str]:
        """The keys of the fields that a person may decide."""
        return {field.key for field in self.planner.transfer.fields if field.two_way}

    def label(self, key: str) -> str:
        """What people call a field; blank for one that is not mapped (any more)."""
        fields = ((one, planner.run.direction) for planner in self.planners for one in planner.transfer.fields)
        for one, direction in fields:
            if one.key == key:
                return one.label if direction is Direction.TO_CRM else one.destination_label
        return ""

    def missing(self, ours: Record) -> Missing | None:
        """What has to be coupled before this record of ours can go to Sales, if anything. It holds ``columns``."""
        problem = self.planner.problem(ours) if self.to_crm else None
        if isinstance(problem, ReferenceNotCoupled):
            return Missing(str(problem), Side.ERP, problem.table, problem.id)
        return None

    def columns(self, side: Side) -> set[str]:
        """The columns that records of this side are read with, to be compared."""
        return {*self.rule.columns(side), *read_by(self.planners, side)}

    def agreed_for(self, ours: Record, theirs: Record, winners: Mapping[str, Side]) -> Agreed:
        """Agreed values with which the next passes let these sides win."""
        source, twin = (ours, theirs) if self.to_crm else (theirs, ours)
        return self.planner.decided(source, twin, winners)

    def read(self, connected: Connected, pair: Pair) -> Both:
        """Both records with the columns of the mapping."""
        return self.read_all(connected, [pair])[pair.erp_id]

    def read_all(self, connected: Connected, pairs: Sequence[Pair]) -> dict[uuid.UUID, Both]:
        """The same of many pairs, by the id of the Business Central record; one request a side."""
        ours, theirs = (
            connected.system(side).get(
                self.rule.table(side).name, [one.id(side) for one in pairs], sorted(self.columns(side))
            )
            for side in Side
        )
        return {one.erp_id: (ours.get(one.erp_id), theirs.get(one.crm_id)) for one in pairs}


def _would_be(ours: Record, theirs: Record) -> Pair:
    return Pair(ours.id, theirs.id, State.COUPLED)


def missing_first(
    connected: Connected, mapping: TableMapping, direction: Direction, id: uuid.UUID, rule: TableRule | None = None
) -> Missing | None:
    """What has to be coupled before this record of the direction's source can be carried, if anything: salespeople
    before customers, units before items, price groups before prices, currencies before what is in them."""
    if not Direction(mapping.direction).includes(direction):
        return None
    rule = rule or build_rule(mapping, connected.erp, connected.crm)
    planner = planner_of(connected, mapping, rule, direction, (id,))
    found = planner.run.source.get(planner.run.source_table, [id], planner.source_columns)
    for record in found.values():
        problem = planner.problem(record)
        if isinstance(problem, ReferenceNotCoupled):
            return Missing(str(problem), direction.source, problem.table, problem.id)
    return None


@dataclass(slots=True)
class Look:
    """What the next passes would do with one pair: do they write to Sales, to Business Central, or stop at a conflict
    or another problem? ``differing``: labels of the fields in which both records are not the same."""

    to_crm: bool = False
    to_erp: bool = False
    conflict: str = ""
    problem: str = ""
    differing: Sequence[str] = ()


def look(connected: Connected, mapping: TableMapping, pair: Pair) -> Look:
    """Ask the planners of both directions, whatever versions say. Raises ``ConnectionProblem``."""
    rule, found = build_rule(mapping, connected.erp, connected.crm), Look()
    for direction in Direction(mapping.direction).passes:
        ids = (pair.id(direction.source),)
        planner = planner_of(connected, mapping, rule, direction, ids, force=True)
        there = planner.run.source.get(planner.run.source_table, list(ids), planner.source_columns)
        for action in planner.plan(Page(list(there.values()))):
            _note(found, direction, action)
    comparison = Comparison(connected, mapping, rule)
    fields = comparison.fields(*comparison.read(connected, pair), pair)
    found.differing = [one.label for one in fields if one.differs or one.lacking]
    return found


def _note(found: Look, direction: Direction, action: Action) -> None:
    if isinstance(action, Update) and action.changes:
        found.to_crm |= direction is Direction.TO_CRM
        found.to_erp |= direction is Direction.TO_ERP
    elif isinstance(action, Fail) and isinstance(action.problem, Conflict):
        found.conflict = str(action.problem)
    elif isinstance(action, Fail):
        found.problem = str(action.problem)


def planners_of(connected: Connected, mapping: TableMapping, rule: TableRule) -> list[Planner]:
    """One for each pass of the mapping."""
    return [planner_of(connected, mapping, rule, one) for one in rule.direction.passes]


def read_by(planners: Sequence[Planner], side: Side) -> set[str]:
    """The columns of this side that any of these looks at."""
    return {name for planner in planners for name in planner.read_columns[side]}


def planner_of(
    connected: Connected,
    mapping: TableMapping,
    rule: TableRule,
    direction: Direction,
    ids: tuple[uuid.UUID, ...] = (),
    *,
    force: bool = False,
) -> Planner:
    """A plan that nobody carries out."""
    systems = {Side.ERP: connected.erp, Side.CRM: connected.crm}
    ledger: Any = mapping.couplings
    options = Options(scope=Scope.IDS, ids=ids, create=True, dry_run=True, force=force)
    source, destination = systems[direction.source], systems[direction.destination]
    return Planner(Run(rule, direction, source, destination, ledger, options, connected.context))
