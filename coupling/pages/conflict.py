"""What a person sees of a conflict: the fields of which one value goes over, and who changed them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from coupling.models import CouplingError
from coupling.pages import records
from coupling.pages.compare import GONE, Comparison
from coupling.pages.comparison.judged import Judgement
from coupling.pages.comparison.touched import LastChanges, Touched
from coupling.pages.decided import in_words, stamp
from coupling.sides import both_opened
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.memory.ledger import State
from integration.systems.values import Side


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Both records as they are now, and the judgement of what a person chooses between. The versions come back with the
    decision, and so does what was ``decided`` before; ``carried`` says that in words. ``touched``: who changed both
    last."""

    mapping: TableMapping
    erp_id: uuid.UUID
    crm_id: uuid.UUID
    title: str
    judgement: Judgement
    erp_version: str
    crm_version: str
    decided: str
    carried: str
    touched: Collection[Touched]


def conflict_of(mapping: TableMapping, erp_id: uuid.UUID) -> ConflictView | None:
    """``None`` where there is no such pair. Raises ``CouplingError`` where one of its records is gone, and
    ``ConnectionProblem``."""
    pair = mapping.couplings.pairs(Side.ERP, [erp_id]).get(erp_id)
    if pair is None or pair.state is not State.COUPLED:
        return None
    with both_opened() as connected:
        comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
        ours, theirs = comparison.read(connected, pair)
        if ours is None or theirs is None:
            raise CouplingError(GONE)
        title = records.name_of(Side.ERP, comparison.rule.erp, ours)
        [judgement] = comparison.clashing([(ours, theirs, pair)])
        changes = LastChanges(connected, [(comparison.rule.erp, ours, theirs)])
        judgement.fields = changes.noted_at(erp_id, judgement.fields)
        marks = stamp(pair.agreed), in_words(comparison, pair.agreed), changes.of(ours, theirs).values()
        return ConflictView(mapping, erp_id, pair.crm_id, title, judgement, ours.version, theirs.version, *marks)
