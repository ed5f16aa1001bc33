"""Pairs of which one record is gone: finding them all, and deleting the one that is left."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from integration.sync.memory.history import label_of, naming_columns
from integration.sync.memory.ledger import Ledger, Outcome, Pair, Result
from integration.sync.memory.pair_states import is_undone
from integration.sync.problems import TwinGone
from integration.sync.rules import Direction, TableRule
from integration.sync.run import ANOTHER_PAIR, LEFT_OUT, Changed, Counters, Failure, Journal, Options
from integration.systems.errors import Problem, RecordProblem
from integration.systems.system import System
from integration.systems.values import Record, Row, Side

TWIN_DELETED = Outcome(Result.SKIPPED, TwinGone.code)
BOTH_GONE = "Both records were deleted."
BOTH_THERE = "Both records exist; delete one of them first, or delete the coupling."


class BothThere(RecordProblem):
    """Only what is left of a broken pair is deleted."""

    code = "both-there"


@dataclass(frozen=True, slots=True)
class There:
    """The records of some pairs that still exist, by id."""

    erp: Mapping[uuid.UUID, Record]
    crm: Mapping[uuid.UUID, Record]

    def of(self, side: Side) -> Mapping[uuid.UUID, Record]:
        return self.erp if side is Side.ERP else self.crm

    def sides(self, pair: Pair) -> list[Side]:
        """On which sides the pair's records exist."""
        return [side for side in Side if pair.id(side) in self.of(side)]


def look(rule: TableRule, erp: System, crm: System, pairs: Sequence[Pair]) -> There:
    """Which of these records exist; one request a side. Raises ``ConnectionProblem``."""
    return There(
        erp.get(rule.erp.name, [pair.erp_id for pair in pairs], naming_columns(rule.erp)) if pairs else {},
        crm.get(rule.crm.name, [pair.crm_id for pair in pairs], naming_columns(rule.crm)) if pairs else {},
    )


def find_deletions(rule: TableRule, erp: System, crm: System, ledger: Ledger, journal: Journal) -> Counters:
    """Compare the ids of all coupled records with both sides. A pair that has lost one record becomes skipped with an
    error that says so; one that has lost both is forgotten."""
    total = Counters()
    journal.begin(ledger.coupled())
    for pairs in ledger.pages():
        journal.go_on()
        there = look(rule, erp, crm, pairs)
        gone = [pair for pair in pairs if not there.sides(pair)]
        lonely = [pair for pair in pairs if len(there.sides(pair)) == 1]
        incomplete = [pair for pair in lonely if not is_undone(pair, _towards_the_gap(rule, pair, there))]
        failures = [_failure(rule, pair, there) for pair in incomplete if not pair.skipped]
        with ledger.page():
            ledger.forget(gone)
            journal.change([Changed(one.erp_id, one.crm_id, "uncoupled", [], reason=BOTH_GONE) for one in gone])
            ledger.remember([_marked(rule, pair, there) for pair in incomplete])
            journal.fail(failures)
            counters = Counters(skipped=len(incomplete), uncoupled=len(gone))
            counters.unchanged = len(pairs) - len(incomplete) - len(gone)
            journal.note(counters, len(pairs))
        total.add(counters)
    return total


def delete_rest(
    rule: TableRule, erp: System, crm: System, ledger: Ledger, journal: Journal, options: Options
) -> Counters:
    """Delete the record that is left of each of these broken pairs, and forget the pair. A pair of which both exist
    fails, one that a person has not asked about is left out. Raises ``ConnectionProblem``, also where our user may not
    delete; then nothing of it is forgotten."""
    pairs, others = asked_about(ledger, options.ids, options.coupled_with)
    there = look(rule, erp, crm, [*pairs, *others])
    problems: dict[uuid.UUID, Problem] = {}
    for pair in pairs:
        if len(there.sides(pair)) == len(Side):
            problems[pair.erp_id] = BothThere(BOTH_THERE)
    journal.begin(len(pairs) + len(others))
    for side, system in ((Side.CRM, crm), (Side.ERP, erp)):
        lonely = [pair for pair in pairs if there.sides(pair) == [side]]
        rows = [Row(pair.id(side), version=there.of(side)[pair.id(side)].version) for pair in lonely]
        answers = system.delete(rule.table(side).name, rows) if rows else []
        problems |= {one.erp_id: answer.error for one, answer in zip(lonely, answers, strict=True) if answer.error}
    done = [pair for pair in pairs if pair.erp_id not in problems]
    counters = Counters(deleted=len(done), failed=len(problems), skipped=len(others))
    with ledger.page():
        ledger.forget(done)
        journal.change([Changed(one.erp_id, one.crm_id, "deleted", [], _named(rule, one, there)) for one in done])
        failed = [pair for pair in pairs if pair.erp_id in problems]
        journal.fail([_not_deleted(one, problems[one.erp_id], _named(rule, one, there)) for one in failed])
        leave_out(others, {one.erp_id: _named(rule, one, there) for one in others}, journal)
        journal.note(counters, len(pairs) + len(others))
    return counters


def asked_about(
    ledger: Ledger, erp_ids: Collection[uuid.UUID], twins: Mapping[uuid.UUID, uuid.UUID]
) -> tuple[list[Pair], list[Pair]]:
    """The pairs of these records of Business Central as a person saw them, and those that are others by now."""
    pairs = list(ledger.pairs(Side.ERP, erp_ids).values())
    others = [one for one in pairs if twins.get(one.erp_id, one.crm_id) != one.crm_id]
    return [one for one in pairs if one not in others], others


def leave_out(pairs: Sequence[Pair], names: Mapping[uuid.UUID, str], journal: Journal) -> None:
    """Note that these pairs are not the ones that were asked about; ``names`` are those of their records of Business
    Central. Within ``ledger.page()``."""
    if pairs:
        journal.leave_out(
            [
                Failure(Direction.TO_CRM, a.erp_id, a.crm_id, LEFT_OUT, ANOTHER_PAIR, names.get(a.erp_id, ""))
                for a in pairs
            ]
        )


def _named(rule: TableRule, pair: Pair, there: There) -> str:
    """What the record that is left is called."""
    left = [label_of(rule.table(side), there.of(side)[pair.id(side)]) for side in there.sides(pair)]
    return left[0] if left else ""


def _towards_the_gap(rule: TableRule, pair: Pair, there: There) -> Direction:
    """The direction in which the missing record would be written; the mapping's own where it goes one way."""
    wanted = Direction.TO_ERP if there.sides(pair) == [Side.CRM] else Direction.TO_CRM
    return wanted if rule.direction.includes(wanted) else wanted.back


def _marked(rule: TableRule, pair: Pair, there: There) -> Pair:
    return pair.with_outcome(_towards_the_gap(rule, pair, there), TWIN_DELETED)


def _failure(rule: TableRule, pair: Pair, there: There) -> Failure:
    lost = Side.ERP if there.sides(pair) == [Side.CRM] else Side.CRM
    message = f"The coupled record of {rule.table(lost).label} was deleted."
    direction, label = _towards_the_gap(rule, pair, there), _named(rule, pair, there)
    return Failure(direction, pair.erp_id, pair.crm_id, TwinGone.code, message, label)


def _not_deleted(pair: Pair, problem: Problem, label: str) -> Failure:
    return Failure(Direction.TO_CRM, pair.erp_id, pair.crm_id, problem.code, str(problem), label, raw=problem.raw)
