"""What keeps the record of a card from being coupled, and whether there is anything left to be coupled."""

from __future__ import annotations

from dataclasses import dataclass

from coupling.pages.asking.ours import OURS, is_our_price_list
from coupling.pages.asking.outside import why_outside
from coupling.pages.asking.selection import Kind, selected
from coupling.pages.cards import GONE, Card


@dataclass(frozen=True, slots=True)
class Standing:
    """``ours``: why nobody couples it; ``why_outside``: which conditions of the filter it does not meet; ``both_gone``:
    only the coupling is left."""

    ours: str = ""
    why_outside: str = ""
    both_gone: bool = False


def standing_of(card: Card) -> Standing:
    """Ask the other side only where the record itself is gone."""
    ours = OURS if not card.coupled and is_our_price_list(card.name, card.record) else ""
    why = ""
    if card.outside and card.mapping is not None and card.table is not None:
        why = why_outside(card.mapping, card.side, card.table, card.record)
    both_gone = False
    if card.problem == GONE and card.mapping is not None:
        [row] = selected(card.side, card.name, "uncouple", [card.mapping], [card.id]).rows
        both_gone = row.kind is Kind.BOTH_GONE
    return Standing(ours, why, both_gone)
