"""Many conflicts at once: of each pair the fields of which one value goes over, read in one go."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from coupling.pages.compare import GONE, Comparison
from coupling.pages.comparison.judged import JudgedField
from coupling.pages.decided import decided, in_words, stamp, under_way
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import SyncError, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem
from integration.systems.values import Record, Side

SAME = "Nothing is left to decide: no field that goes both ways has a value to carry. The next run closes this error."
LOOSE = "This record is not coupled any more."
CARRIED = "Somebody has decided this, and it is being carried: {}."
Both = tuple[Record | None, Record | None]


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """One error of a conflict, and what is chosen between. ``problem``: why nothing can be decided; ``stopped``: why
    nothing is carried though it is. The versions come back with the decision, and so does what was ``decided``
    before."""

    error: SyncError
    erp_id: uuid.UUID | None = None
    crm_id: uuid.UUID | None = None
    choices: Sequence[JudgedField] = ()
    erp_version: str = ""
    crm_version: str = ""
    problem: str = ""
    decided: str = ""
    stopped: str = ""

    @property
    def key(self) -> str:
        """What its inputs are called by."""
        return str(self.error.pk)


def conflicts_of(errors: Sequence[SyncError]) -> tuple[list[OpenConflict], str]:
    """One for each pair, in the order of the errors, and why the two systems could not be asked; blank: they were."""
    by_mapping: dict[TableMapping, list[SyncError]] = {}
    for error in errors:
        by_mapping.setdefault(error.mapping, []).append(error)
    found: dict[int, OpenConflict] = {}
    try:
        with both_opened() as connected:
            for mapping, these in by_mapping.items():
                found |= _of_mapping(connected, mapping, these)
    except Problem as problem:
        return [OpenConflict(error, problem=error.message) for error in errors], str(problem)
    return [found[error.pk] for error in errors if error.pk in found], ""


def read_all(connected: Connected, comparison: Comparison, pairs: Sequence[Pair]) -> dict[uuid.UUID, Both]:
    """Both records of these pairs by the id of the Business Central record; one request a side."""
    ours, theirs = (
        connected.system(side).get(
            comparison.rule.table(side).name, [one.id(side) for one in pairs], sorted(comparison.columns(side))
        )
        for side in Side
    )
    return {one.erp_id: (ours.get(one.erp_id), theirs.get(one.crm_id)) for one in pairs}


def _of_mapping(connected: Connected, mapping: TableMapping, errors: Sequence[SyncError]) -> dict[int, OpenConflict]:
    comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
    pairs = _pairs(mapping, errors)
    there = read_all(connected, comparison, list({one.erp_id: one for one in pairs.values()}.values()))
    found, shown, carried = {}, set(), under_way(mapping)
    for error in errors:
        pair = pairs.get(error.pk)
        if pair is None:
            found[error.pk] = OpenConflict(error, problem=LOOSE)
        elif pair.erp_id not in shown:
            shown.add(pair.erp_id)
            found[error.pk] = _open(comparison, error, pair, there[pair.erp_id], carried=carried)
    return found


def _open(comparison: Comparison, error: SyncError, pair: Pair, both: Both, *, carried: bool) -> OpenConflict:
    ours, theirs = both
    if ours is None or theirs is None:
        return OpenConflict(error, pair.erp_id, pair.crm_id, problem=GONE)
    judgement = comparison.clashing(ours, theirs, pair)
    problem = "" if judgement.fields else judgement.stopped or SAME
    if carried and decided(pair.agreed):
        problem = CARRIED.format(in_words(comparison, pair.agreed))
    versions, before = (ours.version, theirs.version), stamp(pair.agreed)
    marks = problem, before, judgement.stopped
    return OpenConflict(error, pair.erp_id, pair.crm_id, judgement.fields, *versions, *marks)


def _pairs(mapping: TableMapping, errors: Sequence[SyncError]) -> dict[int, Pair]:
    """Error -> its pair, whichever of both ids the error has."""
    by_erp = mapping.couplings.pairs(Side.ERP, [one.erp_id for one in errors if one.erp_id])
    by_crm = mapping.couplings.pairs(Side.CRM, [one.crm_id for one in errors if one.crm_id and not one.erp_id])
    found = {}
    for one in errors:
        pair = by_erp.get(one.erp_id) if one.erp_id else by_crm.get(one.crm_id) if one.crm_id else None
        if pair is not None and pair.state is State.COUPLED:
            found[one.pk] = pair
    return found
