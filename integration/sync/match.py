"""A matching run: couple what belongs together by criteria, before anything is synchronized."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from integration.sync.alike import Alike
from integration.sync.ledger import Ledger, Outcome, Partner, Result, State
from integration.sync.matching import Criterion, Matched, match
from integration.sync.merge import Merger, agreed_with_winner
from integration.sync.problems import AmbiguousMatch
from integration.sync.rules import ConflictPolicy, Context, Direction, Reference, TableRule
from integration.sync.run import Counters, Failure, Journal, Options
from integration.sync.settle import label_of
from integration.sync.special import special_for
from integration.sync.special.base import Run
from integration.sync.transfer import Known, Transfer, known
from integration.systems.base import Record, Side, System, every
from integration.systems.errors import ConfigurationProblem, RecordProblem

AT_ONCE = 500
T = TypeVar("T")


class NoMatch(RecordProblem):
    """No free record on the other side has the same values."""

    code = "no-match"


def couple_matching(
    rule: TableRule,
    criteria: Sequence[Criterion],
    erp: System,
    crm: System,
    ledger: Ledger,
    journal: Journal,
    *,
    ids: Collection[uuid.UUID] | None = None,
    create_unmatched: bool = False,
    follow: bool = False,
) -> Counters:
    """Couple all uncoupled records of the mapping (or only these ERP ``ids``) that match by ``criteria``.

    The pairs are made so that the next synchronization lets Business Central win where both sides differ (Sales where
    the mapping's update policy says so) and a filled field win over a blank one. Unmatched records count as failed
    unless ``create_unmatched`` says that they are going to be created; ambiguous ones always do and are left alone.
    ``follow``: the pairs are open for the next pass, though nobody changes their records.
    Raises ``ConfigurationProblem`` without criteria.
    """
    run = _Matching(rule, criteria, erp, crm, ledger, journal, create_unmatched, follow)
    return run.go(ids)


def preview(
    rule: TableRule,
    criteria: Sequence[Criterion],
    erp: System,
    crm: System,
    ledger: Ledger,
    ids: Collection[uuid.UUID] | None = None,
) -> Matched:
    """What a matching run would find, without coupling anything."""
    if not criteria:
        raise ConfigurationProblem(f"{rule.name} has no matching criteria; choose at least one field.")
    special = special_for(Run(rule, Direction.TO_CRM, erp, crm, ledger, Options(dry_run=True), Context()))
    alike = Alike(rule, special.criteria(criteria), special, ledger)
    wanted = set(ids) if ids is not None else None
    found = every(erp, rule.erp.name, rule.erp_filter, alike.columns(Side.ERP))
    ours = _free(ledger, Side.ERP, [record for record in found if wanted is None or record.id in wanted])
    theirs = _free(ledger, Side.CRM, list(every(crm, rule.crm.name, rule.crm_filter, alike.columns(Side.CRM))))
    return match(alike.told(Side.ERP, ours), alike.told(Side.CRM, theirs), alike.criteria)


def _free(ledger: Ledger, side: Side, records: Sequence[Record]) -> list[Record]:
    known = ledger.partners(side, [record.id for record in records])
    return [r for r in records if r.id not in known or known[r.id].state is State.RESERVED]


class _Matching:
    def __init__(
        self,
        rule: TableRule,
        criteria: Sequence[Criterion],
        erp: System,
        crm: System,
        ledger: Ledger,
        journal: Journal,
        create_unmatched: bool,
        follow: bool,
    ) -> None:
        self.rule, self.criteria, self.erp, self.crm = rule, criteria, erp, crm
        self.ledger, self.journal = ledger, journal
        self.create_unmatched = create_unmatched
        self.total = Counters()
        self.winner = Side.CRM if rule.conflict is ConflictPolicy.GET else Side.ERP
        direction = Direction.TO_CRM if rule.direction.includes(Direction.TO_CRM) else Direction.TO_ERP
        self.transfer = Transfer(rule, direction)
        self.merger = Merger(rule, self.transfer)
        self.direction = direction
        self.pending = direction if follow else None

    def go(self, ids: Collection[uuid.UUID] | None) -> Counters:
        matched = preview(self.rule, self.criteria, self.erp, self.crm, self.ledger, ids)
        self.journal.begin(len(matched.pairs) + len(matched.ambiguous) + len(matched.alone))
        for chunk in _chunks(list(matched.pairs.items())):
            self.journal.go_on()
            self._couple(dict(chunk))
        for ambiguous in _chunks(list(matched.ambiguous.items())):
            self._refuse(dict(ambiguous))
        for alone in _chunks(matched.alone):
            self._leave(alone)
        return self.total

    def _couple(self, pairs: dict[uuid.UUID, uuid.UUID]) -> None:
        ours = self.erp.get(self.rule.erp.name, list(pairs), list(self.rule.columns(Side.ERP)))
        theirs = self.crm.get(self.rule.crm.name, list(pairs.values()), list(self.rule.columns(Side.CRM)))
        there = {e: c for e, c in pairs.items() if e in ours and c in theirs}
        sources = ours if self.direction is Direction.TO_CRM else theirs
        resolved: dict[Reference, Known] = {
            reference: known(self.ledger.resolve(reference, self.direction.source, wanted))
            for reference, wanted in self.transfer.wanted(sources.values()).items()
        }
        partners = []
        for erp_id, crm_id in there.items():
            source, twin = ours[erp_id], theirs[crm_id]
            if self.direction is Direction.TO_ERP:
                source, twin = twin, source
            draft = self.transfer.draft(source, resolved)
            agreed = agreed_with_winner(self.merger, draft, twin, self.winner)
            partners.append(Partner(erp_id, crm_id, State.COUPLED, agreed=agreed, pending=self.pending))
        with self.ledger.page():
            stale = {**self.ledger.partners(Side.ERP, list(there))}
            self.ledger.forget([*stale.values(), *self.ledger.partners(Side.CRM, list(there.values())).values()])
            self.ledger.remember(partners)
            self._count(Counters(coupled=len(partners)), len(pairs))

    def _refuse(self, ambiguous: dict[uuid.UUID, list[uuid.UUID]]) -> None:
        """Ambiguous records are skipped until a person couples them, so that nobody creates a double instead."""
        known = self.ledger.partners(Side.ERP, list(ambiguous))
        failures, partners = [], []
        for id, candidates in ambiguous.items():
            named = ", ".join(str(candidate) for candidate in candidates)
            problem = AmbiguousMatch(f"{len(candidates)} records match: {named}. Couple the right one by hand.")
            failures.append(self._failure(id, problem))
            before = known.get(id) or Partner(id, uuid.uuid4())
            outcome = Outcome(Result.FAILURE, problem.code)
            partners.append(
                Partner(id, before.crm_id, before.state, skipped=True).with_outcome(self.direction, outcome)
            )
        with self.ledger.page():
            self.ledger.remember(partners)
            self.journal.fail(self._named(failures))
            self._count(Counters(failed=len(failures)), len(failures))

    def _leave(self, alone: Sequence[uuid.UUID]) -> None:
        with self.ledger.page():
            if self.create_unmatched:
                self._count(Counters(), len(alone))
                return
            self.journal.fail(self._named([self._failure(id, NoMatch("No free record matches.")) for id in alone]))
            self._count(Counters(failed=len(alone)), len(alone))

    def _named(self, failures: Sequence[Failure]) -> list[Failure]:
        """The same with the records called by number and name."""
        table = self.rule.erp
        columns = [name for name in (table.number_field, table.name_field) if name]
        found = self.erp.get(table.name, [one.erp_id for one in failures if one.erp_id], columns)
        labels = {id: label_of(table, record) for id, record in found.items()}
        return [replace(one, label=labels.get(one.erp_id, "")) if one.erp_id else one for one in failures]

    def _count(self, counters: Counters, done: int) -> None:
        self.total.add(counters)
        self.journal.note(counters, done)

    def _failure(self, erp_id: uuid.UUID, problem: RecordProblem) -> Failure:
        return Failure(self.direction, erp_id, None, problem.code, str(problem))


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
