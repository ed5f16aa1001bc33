"""Which way to synchronize two records is proposed, and why: for Synchronize After Coupling and for Synchronize Now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coupling.commands.synchronize_now import CAPTIONS, GET, MERGE, SEND, ways
from coupling.pages.asking.effects import Effects
from coupling.pages.compare import Comparison, look
from coupling.pages.comparison.judged import JudgedField
from integration.connection.live_systems import NAMES
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import TableMapping
from integration.sync.memory.ledger import Pair
from integration.sync.rules import Direction
from integration.systems.values import Record, Side
from integration.systems.wording import sentence

NO = ""
CHOOSE = "Choose a record first: what each way would write is shown then."
AGREE = "Both records agree in every field that is compared."
STAYS = "What differs stays as it is on each side."
ALIKE = "Neither record has changed since they last agreed."
BOTH = "Both records have changed since they last agreed."
HAS_CHANGED = "The {} record has changed since both last agreed."
WOULD_BLANK = "{} would make {} blank, which Merge keeps."


@dataclass(frozen=True, slots=True)
class Proposal:
    """The way (blank: No), and the reason in one sentence."""

    way: str
    reason: str


def proposed(
    mapping: TableMapping, pairs: Sequence[JudgedField], ours: Record, theirs: Record | None, *, coupled: bool
) -> Proposal:
    """Of two records that are going to be coupled. ``coupled``: they are already."""
    if theirs is None:
        return Proposal(NO, CHOOSE)
    if coupled:
        return Proposal(NO, "These records are coupled already.")
    if not any(pair.differs for pair in pairs):
        return Proposal(NO, AGREE)
    differing = [pair for pair in pairs if pair.is_carried]
    if not differing:
        return Proposal(NO, STAYS)
    one_way = {Direction.TO_CRM: SEND, Direction.TO_ERP: GET}.get(Direction(mapping.direction))
    if one_way:
        return Proposal(one_way, f"{mapping.name} goes this way only.")
    ours_only = [pair for pair in differing if pair.erp_text and not pair.crm_text]
    theirs_only = [pair for pair in differing if pair.crm_text and not pair.erp_text]
    if len(ours_only) + len(theirs_only) == len(differing):
        return _filling(ours_only, theirs_only)
    return _newer(mapping, ours, theirs)


def suggested(connected: Connected, mapping: TableMapping, pair: Pair) -> Proposal:
    """Of a coupled pair: the way that would carry something; both or none: merge. Before both have agreed for the first
    time it is what is proposed to whoever couples them. Raises ``ConnectionProblem``."""
    offered = [way for way, _ in ways(mapping)]
    if MERGE not in offered:
        return Proposal(offered[0], "")
    if not pair.agreed:
        first = _at_first(connected, mapping, pair)
        return first if first.way != NO else Proposal(MERGE, first.reason)
    found = look(connected, mapping, pair)
    if found.conflict:
        return Proposal(MERGE, found.conflict)
    if found.to_crm and found.to_erp:
        return Proposal(MERGE, BOTH)
    if found.to_crm:
        return Proposal(SEND, HAS_CHANGED.format(NAMES[Side.ERP]))
    if found.to_erp:
        return Proposal(GET, HAS_CHANGED.format(NAMES[Side.CRM]))
    if found.problem:
        return Proposal(MERGE, found.problem)
    if found.differing:
        differing = ", ".join(found.differing)
        return Proposal(MERGE, f"They differ in {differing}, which Merge leaves as it is on each side.")
    return Proposal(MERGE, ALIKE)


def careful(mapping: TableMapping, found: Proposal, effects_of: Callable[[str], Effects]) -> Proposal:
    """The proposal, or Merge where that way would make values blank that Merge keeps. ``effects_of`` a way are asked
    only as far as needed."""
    if found.way not in (SEND, GET) or MERGE not in dict(ways(mapping)):
        return found
    blanked = _blanked(effects_of(found.way))
    blanked_anyway = _blanked(effects_of(MERGE)) if blanked else []
    kept = [label for label in blanked if label not in blanked_anyway]
    if not kept:
        return found
    way, _, _ = CAPTIONS[found.way].partition(":")
    return Proposal(MERGE, WOULD_BLANK.format(way, ", ".join(kept)))


def _blanked(effects: Effects) -> list[str]:
    return [one.label for row in effects.rows for one in row.fields if one.blanks]


def _at_first(connected: Connected, mapping: TableMapping, pair: Pair) -> Proposal:
    comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
    ours, theirs = comparison.read(connected, pair)
    if ours is None or theirs is None:
        return Proposal(NO, "")
    return proposed(mapping, comparison.fields(ours, theirs, pair), ours, theirs, coupled=False)


def _filling(ours_only: Sequence[JudgedField], theirs_only: Sequence[JudgedField]) -> Proposal:
    """Nothing is overwritten: blanks are filled."""
    if ours_only and theirs_only:
        return Proposal(MERGE, "Each record fills what is blank in the other one.")
    named = ", ".join(pair.erp_label for pair in ours_only or theirs_only)
    if ours_only:
        return Proposal(SEND, sentence(f"Blank in Dynamics 365 Sales: {named}"))
    return Proposal(GET, sentence(f"Blank in Business Central: {named}"))


def _newer(mapping: TableMapping, ours: Record, theirs: Record) -> Proposal:
    """Both hold something different: whoever was changed later knows better."""
    if ours.modified_at is None or theirs.modified_at is None or ours.modified_at == theirs.modified_at:
        way = mapping.conflict if mapping.conflict in (SEND, GET) else MERGE
        words = "the mapping's rule for conflicts says so" if way != MERGE else "what both hold is left to decide"
        return Proposal(way, f"Nobody knows which record is newer; {words}.")
    if ours.modified_at > theirs.modified_at:
        return Proposal(SEND, "The Business Central record was changed later.")
    return Proposal(GET, "The Dynamics 365 Sales record was changed later.")
