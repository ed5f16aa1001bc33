"""Synchronize After Coupling: what the dialog proposes, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coupling.commands.synchronize_now import GET, MERGE, SEND
from coupling.pages.comparison.judged import JudgedField
from integration.models import TableMapping
from integration.sync.rules import Direction
from integration.systems.values import Record
from integration.systems.wording import sentence

NO = ""
AGREE = "Both records agree in every field that is compared."
STAYS = "What differs stays as it is on each side."


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
        return Proposal(NO, "")
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
