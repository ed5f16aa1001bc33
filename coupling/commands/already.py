"""Records that are coupled already: each is named with the one that it is coupled with."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from coupling.models import CouplingError
from coupling.sides import NAMED, names
from integration.models import TableMapping
from integration.pages.runs.captions import named_by_runs
from integration.sync.memory.ledger import State
from integration.systems.values import Side
from integration.systems.wording import NAMELESS, sentence

ALREADY, MEANWHILE = "Coupled already", "Coupled by somebody else meanwhile"


class Called(NamedTuple):
    """One record by name."""

    side: Side
    table: str
    id: uuid.UUID
    name: str


class CoupledAlready(CouplingError):
    """Nothing was coupled, since these are: pairs of a Business Central id and a Sales id. What they are called is
    asked when somebody wants to read it, and not inside a transaction."""

    def __init__(
        self, mapping: TableMapping, pairs: Sequence[tuple[uuid.UUID, uuid.UUID]], what: str = ALREADY, cure: str = ""
    ) -> None:
        super().__init__(what)
        self.mapping, self.pairs, self.what, self.cure = mapping, pairs, what, cure

    def __str__(self) -> str:
        pairs = ", ".join(f"{ours.name} with {theirs.name}" for ours, theirs in self.called())
        return f"{sentence(f'{self.what}: {pairs}{self.more}')} {self.cure}".rstrip()

    @property
    def more(self) -> str:
        """How many are not named."""
        left = len(self.pairs) - NAMED
        return f" and {left} more" if left > 0 else ""

    def called(self) -> list[tuple[Called, Called]]:
        """The first few pairs by name. One that its system does not name now is called as a run has called it."""
        pairs = self.pairs[:NAMED]
        ours, theirs = (self._names(side, [pair[place] for pair in pairs]) for place, side in enumerate(Side))
        tables = self.mapping.erp_table, self.mapping.crm_table
        return [
            (Called(Side.ERP, tables[0], erp, ours(erp)), Called(Side.CRM, tables[1], crm, theirs(crm)))
            for erp, crm in pairs
        ]

    def _names(self, side: Side, ids: Sequence[uuid.UUID]) -> Callable[[uuid.UUID], str]:
        found = {str(id): name for id, name in names(side, self.mapping.table(side), ids).items()}
        left = [str(id) for id in ids if str(id) not in found]
        found |= named_by_runs(left) if left else {}
        return lambda one: found.get(str(one), NAMELESS)


def coupled_of(
    mapping: TableMapping, side: Side, ids: Sequence[uuid.UUID], what: str = ALREADY, cure: str = ""
) -> CoupledAlready:
    """What these records of one side are coupled with."""
    pairs = mapping.couplings.pairs(side, ids)
    coupled = [pairs[id] for id in ids if id in pairs and pairs[id].state is not State.RESERVED]
    return CoupledAlready(mapping, [(pair.erp_id, pair.crm_id) for pair in coupled], what, cure)
