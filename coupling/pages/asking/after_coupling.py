"""Synchronize After Coupling, for every page that couples two records: which way is proposed, and what the chosen one
would write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from coupling.commands.synchronize_now import ways
from coupling.pages.asking.effects import Effects, of_pairs
from coupling.pages.asking.proposal import NO, Proposal, careful, proposed
from coupling.pages.comparison.judged import JudgedField
from integration.connection.systems import Connected
from integration.models import TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.values import Record, Side


@dataclass(frozen=True, slots=True)
class AfterCoupling:
    """``way``: what is chosen, which is the proposal until somebody chooses another (blank: No). ``effects``: what it
    would write; ``None`` where it is No, or no record to couple with is chosen yet."""

    ways: Sequence[tuple[str, str]]
    proposal: Proposal
    way: str
    effects: Effects | None = None


def after_coupling(
    connected: Connected,
    mapping: TableMapping,
    both: tuple[Record, Record | None],
    fields: Sequence[JudgedField],
    chosen: str | None,
    pair: Pair | None = None,
) -> AfterCoupling:
    """``both``: the record, and the one it is going to be coupled with, with their ``fields``; ``chosen``: the way that
    somebody chose; ``pair``: where both are one already. Raises ``ConnectionProblem``."""
    (ours, theirs), offered = both, ways(mapping)
    proposal = proposed(mapping, fields, ours, theirs, coupled=pair is not None)
    if theirs is None:
        return AfterCoupling(offered, proposal, _way(offered, chosen, proposal))
    would_be = pair or Pair(ours.id, theirs.id, State.COUPLED)
    effects_of = cache(partial(of_pairs, connected, mapping, Side.ERP, [would_be]))
    proposal = careful(mapping, proposal, effects_of)
    way = _way(offered, chosen, proposal)
    return AfterCoupling(offered, proposal, way, effects_of(way) if way != NO else None)


def _way(offered: Sequence[tuple[str, str]], chosen: str | None, proposal: Proposal) -> str:
    """What was chosen, as long as it is offered: somebody may have changed meanwhile which way the mapping goes."""
    return chosen if chosen is not None and chosen in (NO, *dict(offered)) else proposal.way
