"""Pairs of which one record is gone: finding them all, and deleting the one that is left."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from integration.sync.memory.ledger import Ledger, Outcome, Partner, Result
from integration.sync.problems import TwinGone
from integration.sync.rules import Direction, TableRule
from integration.sync.run import Counters, Failure, Journal
from integration.systems.errors import Problem, RecordProblem
from integration.systems.system import System
from integration.systems.values import Record, Row, Side

BROKEN = Outcome(Result.SKIPPED, TwinGone.code)
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

    def sides(self, partner: Partner) -> list[Side]:
        """On which sides the pair's records exist."""
        return [side for side in Side if partner.id(side) in self.of(side)]


def look(rule: TableRule, erp: System, crm: System, partners: Sequence[Partner]) -> There:
    """Which of these records exist; one request a side. Raises ``ConnectionProblem``."""
    return There(
        erp.get(rule.erp.name, [partner.erp_id for partner in partners], ()) if partners else {},
        crm.get(rule.crm.name, [partner.crm_id for partner in partners], ()) if partners else {},
    )


def find_broken(rule: TableRule, erp: System, crm: System, ledger: Ledger, journal: Journal) -> Counters:
    """Compare the ids of all coupled records with both sides. A pair that has lost one record becomes skipped with an
    error that says so; one that has lost both is forgotten."""
    total = Counters()
    journal.begin(ledger.coupled())
    for partners in ledger.pages():
        journal.go_on()
        there = look(rule, erp, crm, partners)
        gone = [partner for partner in partners if not there.sides(partner)]
        broken = [partner for partner in partners if len(there.sides(partner)) == 1]
        failures = [_failure(rule, partner, there) for partner in broken if not partner.skipped]
        with ledger.page():
            ledger.forget(gone)
            ledger.remember([_marked(rule, partner, there) for partner in broken])
            journal.fail(failures)
            counters = Counters(skipped=len(broken), uncoupled=len(gone))
            counters.unchanged = len(partners) - len(broken) - len(gone)
            journal.note(counters, len(partners))
        total.add(counters)
    return total


def delete_rest(
    rule: TableRule, erp: System, crm: System, ledger: Ledger, journal: Journal, erp_ids: Collection[uuid.UUID]
) -> Counters:
    """Delete the record that is left of each of these broken pairs, and forget the pair. A pair of which both exist
    fails. Raises ``ConnectionProblem``, also where our user may not delete; then nothing of it is forgotten."""
    partners = list(ledger.partners(Side.ERP, erp_ids).values())
    there = look(rule, erp, crm, partners)
    problems: dict[uuid.UUID, Problem] = {}
    for partner in partners:
        if len(there.sides(partner)) == len(Side):
            problems[partner.erp_id] = BothThere(BOTH_THERE)
    journal.begin(len(partners))
    for side, system in ((Side.CRM, crm), (Side.ERP, erp)):
        lonely = [partner for partner in partners if there.sides(partner) == [side]]
        rows = [Row(partner.id(side), version=there.of(side)[partner.id(side)].version) for partner in lonely]
        answers = system.delete(rule.table(side).name, rows) if rows else []
        problems |= {one.erp_id: answer.error for one, answer in zip(lonely, answers, strict=True) if answer.error}
    done = [partner for partner in partners if partner.erp_id not in problems]
    counters = Counters(deleted=len(done), failed=len(problems))
    with ledger.page():
        ledger.forget(done)
        journal.fail([_told(partner, problems[partner.erp_id]) for partner in partners if partner.erp_id in problems])
        journal.note(counters, len(partners))
    return counters


def _towards_the_gap(rule: TableRule, partner: Partner, there: There) -> Direction:
    """The direction in which the missing record would be written; the mapping's own where it goes one way."""
    wanted = Direction.TO_ERP if there.sides(partner) == [Side.CRM] else Direction.TO_CRM
    return wanted if rule.direction.includes(wanted) else wanted.back


def _marked(rule: TableRule, partner: Partner, there: There) -> Partner:
    return partner.with_outcome(_towards_the_gap(rule, partner, there), BROKEN)


def _failure(rule: TableRule, partner: Partner, there: There) -> Failure:
    lost = Side.ERP if there.sides(partner) == [Side.CRM] else Side.CRM
    message = f"The coupled record of {rule.table(lost).label} was deleted."
    return Failure(_towards_the_gap(rule, partner, there), partner.erp_id, partner.crm_id, TwinGone.code, message)


def _told(partner: Partner, problem: Problem) -> Failure:
    return Failure(Direction.TO_CRM, partner.erp_id, partner.crm_id, problem.code, str(problem), raw=problem.raw)
