"""What has to be coupled first, all of it and in the right order, with the way to have it done."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coupling.pages import records
from coupling.pages.asking.exact import Exact, exact_of_each
from coupling.pages.captions import noun
from coupling.pages.compare import planner_of
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.mappings.flows import creates
from integration.models import TableMapping
from integration.sync.rules import Direction, TableRule
from integration.systems.filters import reason_outside
from integration.systems.values import Record, Side

DEEPEST = 4
"""A contact needs its customer, that one its salesperson and its currency; nothing standard goes deeper."""


@dataclass(frozen=True, slots=True)
class Need:
    """A record that has to be coupled first. ``match``: the one it is beyond doubt, and what it is called; else
    ``creates``: its other record can be made. ``outside``: the conditions of the mapping's filter that keep it from
    both."""

    mapping: TableMapping | None
    side: Side
    table: str
    id: uuid.UUID
    name: str
    match: uuid.UUID | None = None
    match_name: str = ""
    creates: bool = False
    outside: str = ""

    @property
    def can_be_done(self) -> bool:
        return self.match is not None or self.creates

    @property
    def what(self) -> str:
        """ "Salesperson/Purchaser JO Jim Olive"."""
        return f"{noun(self.table)} {self.name}"

    @property
    def step(self) -> str:
        """What is done with it, in words."""
        if self.outside and self.mapping is not None:
            return f"outside the filter of {self.mapping.name}: {self.outside}"
        if self.match is not None:
            return f"coupled with {self.match_name}"
        if self.creates and self.mapping is not None:
            return f"created in {NAMES[self.side.other]} as {noun(self.mapping.table(self.side.other))}"
        return "to be coupled by a person"

    @property
    def cure(self) -> str:
        """What can be done about one outside the filter."""
        return f"Change that in {NAMES[self.side]}, name another {noun(self.table)} there, or change the filter."


def needs(connected: Connected, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Need]:
    """What these records of one side need, each behind what it needs itself. Raises ``ConnectionProblem``."""
    return _Needs(connected).of(mapping, side, ids, 0)


class _Needs:
    """What is needed of one table is looked at together: its rule is built once, its records are read at once."""

    def __init__(self, connected: Connected) -> None:
        self.connected = connected
        self.seen: set[uuid.UUID] = set()

    def of(self, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], depth: int) -> list[Need]:
        direction = Direction.away_from(side)
        if depth == DEEPEST or not ids or not Direction(mapping.direction).includes(direction):
            return []
        rule = build_rule(mapping, self.connected.erp, self.connected.crm)
        planner = planner_of(self.connected, mapping, rule, direction, tuple(ids))
        there = planner.run.source.get(planner.run.source_table, list(ids), planner.source_columns)
        missing: dict[str, list[uuid.UUID]] = {}
        for table, id in planner.missing(list(there.values())):
            missing.setdefault(table, []).append(id)
        found: list[Need] = []
        for table, wanted in missing.items():
            found += self._with_their_own(side, table, wanted, depth)
        return found

    def _with_their_own(self, side: Side, table: str, wanted: Sequence[uuid.UUID], depth: int) -> list[Need]:
        ids = [id for id in wanted if id not in self.seen]
        self.seen |= set(ids)
        found: dict[uuid.UUID, Need] = {id: Need(None, side, table, id, str(id)) for id in ids}
        mappings = list(TableMapping.objects.of_table(side, table))
        for mapping in mappings:
            # Each record is the business of the first mapping whose filter it passes.
            for need in self._needs(mapping, side, [id for id in ids if _is_open(found[id])]):
                found[need.id] = found[need.id] if need.outside and found[need.id].outside else need
        behind: list[Need] = []
        for mapping in mappings:
            of_it = [need for need in found.values() if need.mapping == mapping]
            behind += self.of(mapping, side, [one.id for one in of_it if not (one.match or one.outside)], depth + 1)
        return [*behind, *found.values()]

    def _needs(self, mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID]) -> list[Need]:
        if not ids:
            return []
        rule = build_rule(mapping, self.connected.erp, self.connected.crm)
        there = records.read(self.connected, rule, side, ids)
        matches = exact_of_each(self.connected, mapping, rule, side, list(there.values()))
        wanted = Counter(match.record.id for match in matches.values() if match.record is not None)
        contested = {id for id, match in matches.items() if match.record is not None and wanted[match.record.id] > 1}
        return [
            self._need(mapping, rule, side, there[id], matches[id], is_contested=id in contested)
            if id in there
            else Need(mapping, side, mapping.table(side), id, str(id))
            for id in ids
        ]

    def _need(
        self, mapping: TableMapping, rule: TableRule, side: Side, record: Record, match: Exact, *, is_contested: bool
    ) -> Need:
        """``is_contested``: its match is another one's, too, so a person has to say whose."""
        name = records.name_of(side, rule.table(side), record)
        outside = reason_outside(rule.filter(side), record, rule.table(side))
        if outside:
            return Need(mapping, side, mapping.table(side), record.id, name, outside=outside)
        twin = match.record if not is_contested else None
        return Need(
            mapping, side, mapping.table(side), record.id, name, twin.id if twin else None, match.name if twin else "",
            creates(mapping, Direction.away_from(side)) and not match.several and not is_contested,
        )  # fmt: skip


def _is_open(need: Need) -> bool:
    """Has no mapping taken it so far?"""
    return need.mapping is None or bool(need.outside)
