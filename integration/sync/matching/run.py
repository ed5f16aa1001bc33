"""A matching run: couple what belongs together by criteria, before anything is synchronized."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from integration.sync.given_ids.marks import is_marked
from integration.sync.matching.comparable import Alike
from integration.sync.matching.contested import contested, resolve, untranslated
from integration.sync.matching.pairs import Criterion, Matched, match, only
from integration.sync.memory.halves import DECIDED, partnerless, plain
from integration.sync.memory.history import label_of, naming_columns
from integration.sync.memory.ledger import Agreed, Ledger, Outcome, Pair, Result, State
from integration.sync.problems import AmbiguousMatch
from integration.sync.record.field_transfer import Referring
from integration.sync.record.transfer import Draft, Transfer
from integration.sync.rules import Context, Direction, TableRule
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure, Journal, Options
from integration.sync.special import special_for
from integration.sync.special.base import Run
from integration.systems.errors import ConfigurationProblem, RecordProblem
from integration.systems.system import System, every
from integration.systems.values import Record, Side, Table

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
    side: Side = Side.ERP,
    create_unmatched: bool = False,
    winner: Side | None = None,
) -> Counters:
    """Couple all uncoupled records of the mapping (or only these ``ids`` of a ``side``) that match by ``criteria``.

    The pairs are like those coupled by hand: the next passes look at them, blank fields are filled, and what differs is
    decided by ``winner``, the side a person chose for this matching, else by the mapping's policy, else by a person.
    Unmatched records count as failed
    unless ``create_unmatched`` says that they are going to be created; ambiguous ones always do and are left alone.
    Raises ``ConfigurationProblem`` without criteria.
    """
    run = _Matching(rule, criteria, erp, crm, ledger, journal, create_unmatched, winner, side)
    return run.go(ids)


def preview(
    rule: TableRule,
    criteria: Sequence[Criterion],
    erp: System,
    crm: System,
    ledger: Ledger,
    ids: Collection[uuid.UUID] | None = None,
    side: Side = Side.ERP,
) -> Matched:
    """What a matching run would find, without coupling anything. ``ids``: only for these records of a ``side``. Of
    Sales they are compared with all, so that a second one with the same key is not overlooked."""
    if not criteria:
        raise ConfigurationProblem(f"{rule.name} has no matching criteria; choose at least one field.")
    special = special_for(Run(rule, Direction.TO_CRM, erp, crm, ledger, Options(dry_run=True), Context()))
    alike = Alike(rule, special.criteria(criteria), special, ledger)
    wanted = set(ids) if ids is not None and side is Side.ERP else None
    found = every(erp, rule.erp.name, rule.erp_filter, _columns(alike, rule.erp, Side.ERP))
    there = every(crm, rule.crm.name, rule.crm_filter, _columns(alike, rule.crm, Side.CRM))
    whole = [record for record in found if not is_marked(rule.erp, record)]
    ours = _free(ledger, Side.ERP, [record for record in whole if wanted is None or record.id in wanted])
    theirs = _free(ledger, Side.CRM, [record for record in there if not is_marked(rule.crm, record)])
    matched = match(alike.comparable(Side.ERP, ours), alike.comparable(Side.CRM, theirs), alike.criteria)
    if ids is None or side is Side.ERP:
        return matched
    free = {record.id for record in theirs}
    return only(matched, [id for id in ids if id in free])


def _free(ledger: Ledger, side: Side, records: Sequence[Record]) -> list[Record]:
    existing = ledger.pairs(side, [record.id for record in records])
    return [r for r in records if r.id not in existing or existing[r.id].state is State.RESERVED]


def _columns(alike: Alike, table: Table, side: Side) -> list[str]:
    """What is compared, and where a mark would be: a row that carries one is nobody's yet."""
    return sorted({*alike.columns(side), table.mark_field} - {""})


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
        winner: Side | None,
        side: Side,
    ) -> None:
        self.rule, self.criteria, self.erp, self.crm, self.side = rule, criteria, erp, crm, side
        self.ledger, self.journal = ledger, journal
        self.create_unmatched = create_unmatched
        self.total = Counters()
        self.winner = winner
        self.special = special_for(Run(rule, Direction.TO_CRM, erp, crm, ledger, Options(dry_run=True), Context()))
        direction = Direction.TO_CRM if rule.direction.includes(Direction.TO_CRM) else Direction.TO_ERP
        self.transfer = Transfer(rule, direction)
        self.direction = direction

    def go(self, ids: Collection[uuid.UUID] | None) -> Counters:
        matched = preview(self.rule, self.criteria, self.erp, self.crm, self.ledger, ids, self.side)
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
        columns = dict.fromkeys([*self.rule.columns(Side.ERP), *naming_columns(self.rule.erp)])
        ours = self.erp.get(self.rule.erp.name, list(pairs), list(columns))
        theirs = self.crm.get(self.rule.crm.name, list(pairs.values()), list(self.rule.columns(Side.CRM)))
        there = {e: c for e, c in pairs.items() if e in ours and c in theirs}
        sources = ours if self.direction is Direction.TO_CRM else theirs
        resolved = resolve(self.transfer, self.ledger, list(sources.values()))
        coupled = []
        for erp_id, crm_id in there.items():
            source, twin = ours[erp_id], theirs[crm_id]
            if self.direction is Direction.TO_ERP:
                source, twin = twin, source
            coupled.append(
                self._pair(erp_id, crm_id, self._decided(self.transfer.draft(source, resolved), source, twin))
            )
        with self.ledger.page():
            of_ours = self.ledger.pairs(Side.ERP, list(there)).values()
            of_theirs = self.ledger.pairs(Side.CRM, list(there.values())).values()
            self.ledger.forget([one for one in (*of_ours, *of_theirs) if one.state is State.RESERVED])
            lost = self.ledger.remember(coupled)
            coupled = [one for one in coupled if one not in lost]
            names = {id: label_of(self.rule.erp, ours[id]) for id in there}
            self.journal.change([Changed(one.erp_id, one.crm_id, "coupled", [], names[one.erp_id]) for one in coupled])
            self._count(Counters(coupled=len(coupled)), len(pairs))

    def _pair(self, erp_id: uuid.UUID, crm_id: uuid.UUID, decided: Agreed) -> Pair:
        """Like a pair coupled by hand: nothing is agreed yet, and each pass of the mapping has to look."""
        pair = Pair(erp_id, crm_id, State.COUPLED, agreed=decided)
        for direction in self.rule.direction.passes:
            pair = pair.with_owed(direction.destination, True)
        return pair

    def _decided(self, draft: Draft, source: Record, twin: Record) -> Agreed:
        """Where both sides hold something different, the side that a person chose for this matching goes over. Without
        a choice the mapping's policy decides, field by field, or else a person. A reference of that side goes over once
        it has a partner; until then both keep theirs, and no partner of the other one wins by coming first."""
        decided: dict[str, tuple[str, str]] = {}
        if self.winner is None:
            return decided
        for field in [*contested(self.transfer, draft, twin), *untranslated(self.transfer, draft, source, twin)]:
            reads = {self.direction.source: field.reads(source), self.direction.destination: field.has(twin)}
            value, other = reads[self.winner], plain(reads[self.winner.other])
            wins = partnerless(value) if isinstance(field, Referring) else DECIDED
            decided[field.key] = (wins, other) if self.winner is Side.ERP else (other, wins)
        return decided

    def _refuse(self, ambiguous: dict[uuid.UUID, list[uuid.UUID]]) -> None:
        """Ambiguous records are skipped until a person couples them, so that nobody creates a double instead."""
        existing = self.ledger.pairs(Side.ERP, list(ambiguous))
        failures, pairs = [], []
        for id, candidates in ambiguous.items():
            named = ", ".join(str(candidate) for candidate in candidates)
            problem = AmbiguousMatch(f"{len(candidates)} records match: {named}. Couple the right one by hand.")
            failures.append(self._failure(id, problem))
            before = existing.get(id) or Pair(id, uuid.uuid4())
            outcome = Outcome(Result.SKIPPED, problem.code)
            place = Pair(id, before.crm_id, before.state, stored_as=before.stored_as)
            pairs.append(place.with_outcome(self.direction, outcome))
        with self.ledger.page():
            self.ledger.remember(pairs)
            self.journal.fail(self._named(failures))
            self._count(Counters(failed=len(failures)), len(failures))

    def _leave(self, alone: Sequence[uuid.UUID]) -> None:
        """What has no match: failed, but for what a run would leave out, too."""
        with self.ledger.page():
            if self.create_unmatched:
                self._count(Counters(), len(alone))
                return
            reasons = self._reasons(alone)
            left_out = [self._left_out(id, reason) for id, reason in reasons.items()]
            self.journal.leave_out(self._named(left_out))
            self._count(Counters(skipped=len(left_out)), len(left_out))
            alone = [id for id in alone if id not in reasons]
            self.journal.fail(self._named([self._alone(id) for id in alone]))
            self._count(Counters(failed=len(alone)), len(alone))

    def _reasons(self, alone: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
        """Why some of these are none of the mapping's business."""
        if self.special.without_match:
            return dict.fromkeys(alone, self.special.without_match)
        if self.side is Side.CRM:
            return {}
        columns = sorted({*self.rule.columns(Side.ERP), *self.special.columns(Side.ERP)})
        there = self.erp.get(self.rule.erp.name, list(alone), columns)
        reasons = {id: self.special.leave_out(record) for id, record in there.items()}
        return {id: reason for id, reason in reasons.items() if reason}

    def _left_out(self, erp_id: uuid.UUID, reason: str) -> Failure:
        return replace(self._alone(erp_id), code=LEFT_OUT, message=reason)

    def _named(self, failures: Sequence[Failure]) -> list[Failure]:
        """The same with the records called by number and name."""
        labels: dict[uuid.UUID, str] = {}
        for system, table, ids in (
            (self.erp, self.rule.erp, [one.erp_id for one in failures if one.erp_id]),
            (self.crm, self.rule.crm, [one.crm_id for one in failures if one.crm_id and not one.erp_id]),
        ):
            found = system.get(table.name, ids, naming_columns(table)) if ids else {}
            labels |= {id: label_of(table, record) for id, record in found.items()}
        about = [one.erp_id or one.crm_id for one in failures]
        return [replace(one, label=labels.get(id, "") if id else "") for one, id in zip(failures, about, strict=True)]

    def _count(self, counters: Counters, done: int) -> None:
        self.total.add(counters)
        self.journal.note(counters, done)

    def _alone(self, id: uuid.UUID) -> Failure:
        """Nothing matches a record of the side that was looked from."""
        problem = NoMatch("No free record matches.")
        if self.side is Side.ERP:
            return self._failure(id, problem)
        return Failure(Direction.TO_ERP, None, id, problem.code, str(problem))

    def _failure(self, erp_id: uuid.UUID, problem: RecordProblem) -> Failure:
        return Failure(self.direction, erp_id, None, problem.code, str(problem))


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
