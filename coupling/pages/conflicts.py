"""Many conflicts at once: of each pair the fields of which one value goes over, read in one go."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from coupling.pages.compare import GONE, Comparison
from coupling.pages.comparison.judged import JudgedField, Judgement
from coupling.pages.comparison.touched import LastChanges, Touched
from coupling.pages.decided import decided, in_words, stamp, under_way
from coupling.sides import both_opened
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models import SyncError, TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem
from integration.systems.values import Record, Side, Table

SAME = "Nothing is left to decide: no field that goes both ways has a value to carry. The next run closes this error."
LOOSE = "This record is not coupled any more."
CARRIED = "Somebody has decided this, and it is being carried: {}."


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """One error of a conflict, and what is chosen between. ``problem``: why nothing can be decided; ``stopped``: why
    nothing is carried though it is. The versions come back with the decision, and so does what was ``decided``
    before. ``touched``: who changed both records last."""

    error: SyncError
    erp_id: uuid.UUID | None = None
    crm_id: uuid.UUID | None = None
    choices: Sequence[JudgedField] = ()
    erp_version: str = ""
    crm_version: str = ""
    problem: str = ""
    decided: str = ""
    stopped: str = ""
    touched: Collection[Touched] = ()

    @property
    def key(self) -> str:
        """What its inputs are called by."""
        return str(self.error.pk)


Whole = tuple[Record, Record, Pair]


@dataclass(frozen=True, slots=True)
class Found:
    """The errors of one mapping, with the pairs they are about. ``whole``: by the id of the Business Central record,
    those of which both records are there; ``carried``: a run of the mapping is under way."""

    comparison: Comparison
    errors: Sequence[SyncError]
    pairs: Mapping[int, Pair]
    whole: Mapping[uuid.UUID, tuple[Whole, Judgement]]
    carried: bool

    @property
    def rows(self) -> list[tuple[Table, Record, Record]]:
        return [(self.comparison.rule.erp, ours, theirs) for (ours, theirs, _), _ in self.whole.values()]


def conflicts_of(errors: Sequence[SyncError]) -> tuple[list[OpenConflict], str]:
    """One for each pair, in the order of the errors, and why the two systems could not be asked; blank: they were."""
    by_mapping: dict[TableMapping, list[SyncError]] = {}
    for error in errors:
        by_mapping.setdefault(error.mapping, []).append(error)
    shown: dict[int, OpenConflict] = {}
    try:
        with both_opened() as connected:
            found = [_found(connected, mapping, these) for mapping, these in by_mapping.items()]
            changes = LastChanges(connected, [row for one in found for row in one.rows])
            for one in found:
                shown |= _of_mapping(one, changes)
    except Problem as problem:
        return [OpenConflict(error, problem=error.message) for error in errors], str(problem)
    return [shown[error.pk] for error in errors if error.pk in shown], ""


def _found(connected: Connected, mapping: TableMapping, errors: Sequence[SyncError]) -> Found:
    comparison = Comparison(connected, mapping, build_rule(mapping, connected.erp, connected.crm))
    pairs = _pairs(mapping, errors)
    by_id = {pair.erp_id: pair for pair in pairs.values()}
    there = comparison.read_all(connected, list(by_id.values()))
    whole = [
        (ours, theirs, by_id[id]) for id, (ours, theirs) in there.items() if ours is not None and theirs is not None
    ]
    judged = zip(whole, comparison.clashing(whole), strict=True)
    return Found(comparison, errors, pairs, {one[0].id: (one, said) for one, said in judged}, under_way(mapping))


def _of_mapping(found: Found, changes: LastChanges) -> dict[int, OpenConflict]:
    opened, shown = {}, set()
    for error in found.errors:
        pair = found.pairs.get(error.pk)
        if pair is None:
            opened[error.pk] = OpenConflict(error, problem=LOOSE)
        elif pair.erp_id not in shown:
            shown.add(pair.erp_id)
            opened[error.pk] = _open(found, error, pair, changes)
    return opened


def _open(found: Found, error: SyncError, pair: Pair, changes: LastChanges) -> OpenConflict:
    if pair.erp_id not in found.whole:
        return OpenConflict(error, pair.erp_id, pair.crm_id, problem=GONE)
    (ours, theirs, _), judgement = found.whole[pair.erp_id]
    problem = "" if judgement.fields else judgement.stopped or SAME
    if found.carried and decided(pair.agreed):
        problem = CARRIED.format(in_words(found.comparison, pair.agreed))
    return OpenConflict(
        error,
        pair.erp_id,
        pair.crm_id,
        changes.noted_at(pair.erp_id, judgement.fields),
        ours.version,
        theirs.version,
        problem,
        stamp(pair.agreed),
        judgement.stopped,
        changes.of(ours, theirs).values(),
    )


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
