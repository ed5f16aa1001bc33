"""What is asked before an action: of whom, what would change, what goes along, what comes first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from coupling import commands
from coupling.pages.asking import effects
from coupling.pages.asking.along import Along, along
from coupling.pages.asking.effects import Effects
from coupling.pages.asking.needs import Need, needs
from coupling.pages.asking.proposal import careful, suggested
from coupling.pages.asking.selection import Kind, Selection
from coupling.pages.asking.twins import Twin, twins
from coupling.pages.captions import noun
from coupling.pages.tables import captions
from coupling.sides import both_opened
from integration.connection.document_passes import INVOICES
from integration.connection.live_systems import NAMES
from integration.mappings.flows import creates
from integration.models import TableMapping
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.systems.errors import Problem
from integration.systems.formats import whole
from integration.systems.values import Side

TITLE = {"synchronize": "Synchronize Now", "uncouple": "Delete Coupling", "create": "Create"}


@dataclass(slots=True)
class Question:
    """What the template shows. ``effects`` by mapping; ``problem``: what could not be asked, and why."""

    action: str
    selection: Selection
    mappings: Sequence[TableMapping]
    ways: Sequence[tuple[str, str]] = ()
    way: str = ""
    suggested: str = ""
    reason: str = ""
    effects: list[tuple[TableMapping, Effects]] = field(default_factory=list)
    along: Along | None = None
    needs: Sequence[Need] = ()
    twins: Sequence[Twin] | None = None
    """What may be there already; ``None`` where nobody looked."""
    problem: str = ""

    def fall_silent(self, problem: Problem) -> None:
        """A side does not answer (any more): what it said of some of the records is no answer about all of them."""
        self.problem, self.effects, self.needs, self.twins = str(problem), [], (), None

    @property
    def number(self) -> int:
        return len(self.selection.done)

    @property
    def is_shut_out(self) -> bool:
        """Is something that comes first outside the filter of its mapping?"""
        return any(need.outside for need in self.needs)

    @property
    def is_new(self) -> bool:
        """Is it about records that are to be made?"""
        return self.action == "create"

    @property
    def ids(self) -> list[uuid.UUID]:
        """All that were chosen."""
        return [row.id for row in self.selection.rows]

    @property
    def caption(self) -> str:
        """What the button and the title say."""
        if self.action != "create":
            return TITLE[self.action]
        side = self.selection.side
        return f"Create {noun(self.mappings[0].table(side.other))} in {NAMES[side.other]}"

    @property
    def whom(self) -> str:
        """The one record by its name, or how many of which table."""
        side, rows = self.selection.side, self.selection.rows
        if len(rows) == 1:
            return rows[0].name
        return f"{whole(len(rows))} {captions(side, self.selection.table)}"

    @property
    def mapped(self) -> str:
        """ "CUSTOMER: Customer ↔ Account"."""
        arrows = {Direction.TO_CRM: "→", Direction.TO_ERP: "←", Direction.BOTH: "↔"}
        return "; ".join(
            f"{one.name}: {noun(one.erp_table)} {arrows[Direction(one.direction)]} {noun(one.crm_table)}"
            for one in self.mappings
        )

    @property
    def can_be_done(self) -> bool:
        """Is there anything to do, and nothing that only a person can clear away first?"""
        return bool(self.number) and all(need.can_be_done for need in self.needs)

    @property
    def creates_others(self) -> str:
        """The mapping in which those that are not coupled can have their other records made; blank where there are
        none, or not in one mapping only."""
        is_some = any(row.kind is Kind.FREE for row in self.selection.rows)
        direction = Direction.away_from(self.selection.side)
        possible = is_some and len(self.mappings) == 1 and creates(self.mappings[0], direction)
        return self.mappings[0].name if possible else ""

    @property
    def only_pair(self) -> Pair | None:
        """What a single record is coupled with."""
        pairs = [pair for held in self.selection.pairs().values() for pair in held]
        return pairs[0] if len(pairs) == 1 else None

    @property
    def blanks(self) -> int:
        return sum(found.blanks for _, found in self.effects)

    @property
    def overwritten(self) -> str:
        """Which side's values go, in a mapping that goes one way."""
        return NAMES[Side.CRM] if self.way == commands.SEND else NAMES[Side.ERP]

    @property
    def winning(self) -> str:
        return NAMES[Side.ERP] if self.way == commands.SEND else NAMES[Side.CRM]


def about_synchronizing(selection: Selection, way: str = "") -> Question:
    """Synchronize Now, with what the way would write; without a way the suggested one is looked at."""
    pairs = selection.pairs()
    asked = Question("synchronize", selection, list(pairs))
    if not pairs:
        return asked
    asked.ways = _common_ways(asked.mappings)
    if not asked.ways:
        asked.problem = "These mappings do not synchronize in the same direction. Choose records of one of them."
        return asked
    _suggest(asked, [(mapping, pair) for mapping, held in pairs.items() for pair in held])
    asked.way = way if way in dict(asked.ways) else asked.suggested
    _look(asked, pairs)
    return asked


def about_uncoupling(selection: Selection) -> Question:
    """Delete Coupling, with what goes along."""
    pairs = selection.pairs()
    return Question("uncouple", selection, list(pairs), along=along(pairs))


def about_creating(selection: Selection, mapping: TableMapping) -> Question:
    """Create, with what the new records would hold, what comes first, and what may be there already."""
    asked = Question("create", selection, [mapping])
    ids = [row.id for row in selection.done]
    if not ids:
        return asked
    try:
        with both_opened() as connected:
            if (mapping.erp_table, mapping.crm_table) != INVOICES:  # What an invoice needs is made before it.
                looked_at = ids[: effects.LOOKED_AT]
                asked.twins = twins(connected, mapping, selection.side, looked_at)
                asked.needs = needs(connected, mapping, selection.side, looked_at)
            asked.effects = [(mapping, effects.of_new(connected, mapping, selection.side, ids))]
    except Problem as problem:
        asked.fall_silent(problem)
    return asked


def _common_ways(mappings: Sequence[TableMapping]) -> list[tuple[str, str]]:
    """The ways in which all of them can be synchronized."""
    offered = [commands.ways(mapping) for mapping in mappings]
    return [one for one in offered[0] if all(one in others for others in offered)] if offered else []


def _suggest(asked: Question, pairs: Sequence[tuple[TableMapping, Pair]]) -> None:
    asked.suggested = asked.ways[0][0]
    if len(pairs) != 1:
        return
    mapping, pair = pairs[0]
    with suppress(Problem), both_opened() as connected:  # where a side does not answer, the preview says so
        effects_of = partial(effects.of_pairs, connected, mapping, asked.selection.side, [pair])
        found = careful(mapping, suggested(connected, mapping, pair), effects_of)
        asked.suggested, asked.reason = found.way, found.reason


def _look(asked: Question, pairs: dict[TableMapping, list[Pair]]) -> None:
    """What the way would write."""
    side = asked.selection.side
    try:
        with both_opened() as connected:
            for mapping, held in pairs.items():
                asked.effects.append((mapping, effects.of_pairs(connected, mapping, side, held, asked.way)))
                source = effects.passes_of(mapping, asked.way)[0].source
                ids = [pair.id(source) for pair in held[: effects.LOOKED_AT]]
                asked.needs = [*asked.needs, *needs(connected, mapping, source, ids)]
    except Problem as problem:
        asked.fall_silent(problem)
