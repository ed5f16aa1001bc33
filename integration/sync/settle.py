"""What is remembered of a page: from actions and their results to pairs, counters and failures. Pure."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from integration.sync.actions import (
    Action,
    Broken,
    Fail,
    Insert,
    Restore,
    Skip,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.decide import failed
from integration.sync.ledger import Outcome, Partner, Result, State
from integration.sync.merge import brief, shown
from integration.sync.problems import waiting_for
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure
from integration.sync.special.base import Run
from integration.sync.write import Results
from integration.systems.base import Record, Table, Value, Written
from integration.systems.errors import Problem, VersionConflict

OVERTAKEN = Outcome(Result.FAILURE, "overtaken")
HISTORY = 200
"""Longer values are cut in the history."""


@dataclass(slots=True)
class Settled:
    """``completed`` are intended pairs of which nothing new is known but that they are there. ``left_out`` are skipped
    rows with their reasons, ``overtaken`` source ids to be read and decided once more, ``recovered`` those whose open
    errors close."""

    remembered: list[Partner] = field(default_factory=list)
    completed: list[Partner] = field(default_factory=list)
    forgotten: list[Partner] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)
    recovered: list[uuid.UUID] = field(default_factory=list)
    overtaken: list[uuid.UUID] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)


def before_writing(actions: Sequence[Action]) -> list[Partner]:
    """Pairs as they are stored before the page is written, in case that nobody lives to store what came of it."""
    inserts = [intended(action) for action in actions if isinstance(action, Insert)]
    # A twin that is about to be deleted: the next run finishes that, or makes the record another one.
    inserts += [replace(action.partner, state=State.INTENDED) for action in actions if _removes(action)]
    return inserts + [pair for action in actions if isinstance(action, Update) for pair in _begun(action)]


def _removes(action: Action) -> TypeGuard[Uncouple]:
    return isinstance(action, Uncouple) and action.twin is not None


def intended(action: Insert) -> Partner:
    """The pair with the id that the new row is going to have."""
    return replace(action.partner, state=State.INTENDED)


def _begun(action: Update) -> list[Partner]:
    """The pair with what is about to be written, so that it can be told from a person's edit afterwards. Where such an
    edit stays under our write, the row must not be taken for nothing but ours."""
    before = action.before
    if before is None or action.coupled:
        return []
    writing = {key: halves for key, halves in action.partner.agreed.items() if before.agreed.get(key) != halves}
    wary = before.adopt and action.left
    begun = replace(before, adopt=before.adopt and not wary, writing=writing if action.changes else {})
    return [begun] if begun.writing or wary else []


def settle(run: Run, actions: Sequence[Action], results: Results, *, last_try: bool = False) -> Settled:
    """Put together what is to be stored. Without ``last_try`` a row that somebody else changed meanwhile is handed
    back as overtaken instead of failing."""
    return _Settling(run, results, last_try).of(actions)


class _Settling:
    def __init__(self, run: Run, results: Results, last_try: bool) -> None:
        self.run, self.results, self.last_try = run, results, last_try
        self.direction = run.direction
        self.settled = Settled()

    def of(self, actions: Sequence[Action]) -> Settled:
        for action in actions:
            match action:
                case Insert() | Update():
                    self._written(action)
                case Unchanged():
                    self._unchanged(action)
                case Skip():
                    self._skipped(action)
                case Fail(record, problem, partner):
                    self._fail(partner or self._reserve(record), problem, self._label(record))
                case Uncouple() | Broken() | Restore():
                    self._deleted(action)
        return self.settled

    def _unchanged(self, action: Unchanged) -> None:
        if action.partial is not None and action.partner is not None:
            self._fail_partly(action.record, action.partner, action.partial)
            return
        self.settled.counters.unchanged += 1
        if action.partner is not None:
            self.settled.remembered.append(action.partner)
            self._recover(action.record, action.before)

    def _fail_partly(self, record: Record, partner: Partner, problem: Problem) -> None:
        """All but one field is as it should be. Such a record is never skipped, so that the others go on."""
        self.settled.counters.failed += 1
        after = partner.with_outcome(self.direction, Outcome(Result.FAILURE, problem.code))
        self.settled.remembered.append(after)
        self._note(after, problem, self._label(record))

    def _skipped(self, action: Skip) -> None:
        self.settled.counters.skipped += 1
        record, partner = action.record, action.partner
        if partner is not None and partner.skipped:
            return
        self.settled.left_out.append(self._no_fault(record, partner, action.reason))

    def _deleted(self, action: Uncouple | Broken | Restore) -> None:
        match action:
            case Broken(partner, problem):
                self._fail(partner, problem, "")
            case Restore(partner, replacement):
                self.settled.forgotten.append(partner)
                self.settled.remembered.append(replacement)
            case Uncouple(partner, counted):
                self._uncoupled(action, partner, counted)

    def _uncoupled(self, action: Uncouple, partner: Partner, counted: bool) -> None:
        record = action.record
        removed = self.results.removed.get(partner.id(self.direction.source))
        if removed is not None and removed.error is not None:
            self._fail(partner, removed.error, self._label(record) if record else "")
            return
        self.settled.forgotten.append(partner)
        self.settled.counters.uncoupled += counted
        if action.again is not None:
            self.settled.remembered.append(action.again)
        if record is not None and action.reason:
            self.settled.counters.skipped += not counted
            self.settled.left_out.append(self._no_fault(record, partner, action.reason))
            self._recover(record, partner)

    def _no_fault(self, record: Record, partner: Partner | None, reason: str) -> Failure:
        """For the list of what was left out."""
        erp_id, crm_id = (partner.erp_id, partner.crm_id) if partner is not None else (None, None)
        if self.direction is Direction.TO_CRM:
            erp_id = record.id
        else:
            crm_id = record.id
        return Failure(self.direction, erp_id, crm_id, LEFT_OUT, reason, self._label(record))

    def _written(self, action: Insert | Update) -> None:
        replaced_before = isinstance(action, Insert) and self.run.destination.remote
        if action.replaces is not None and not replaced_before:
            # Also where the write was refused: the pair that stands for the next try takes its place.
            self.settled.forgotten.append(action.replaces)
        answer = self.results.written[action.record.id]
        later = self.results.later.get(action.record.id)
        if answer.error is None and later is None:
            self._succeed(action, answer)
        elif isinstance(answer.error, VersionConflict) and not self.last_try:
            self._overtaken(action)
        elif answer.error is not None:
            self._fail(self._before(action), answer.error, self._label(action.record))
        elif later is not None:
            # The row is there, what belongs to it is not: the pair stays intended and is completed by the next run.
            self._fail(replace(action.partner, state=State.INTENDED), later, self._label(action.record))

    def _succeed(self, action: Insert | Update, answer: Written) -> None:
        settled, side = self.settled, self.direction.destination
        partner = action.partner
        self._tell_change(action)
        if isinstance(action, Insert):
            settled.counters.inserted += 1
            if self.run.destination.remote and not answer.version:
                settled.completed.append(partner)
                self._recover(action.record, action.before)
                return
            partner = replace(partner.with_version(side, answer.version or ""), adopt=not answer.version)
        else:
            if action.changes and not action.left:
                partner = replace(partner.with_version(side, answer.version or ""), adopt=not answer.version)
            settled.counters.inserted += action.completes
            settled.counters.coupled += action.coupled and not action.changes
            settled.counters.modified += not action.completes and bool(action.changes)
            plain = not (action.completes or action.coupled or action.changes)
            settled.counters.unchanged += plain and action.partial is None
            if action.partial is not None:
                self._fail_partly(action.record, partner, action.partial)
                return
        settled.remembered.append(partner)
        self._recover(action.record, action.before)

    def _overtaken(self, action: Insert | Update) -> None:
        """Somebody was faster. The pair stays open, so that the second try is not forgotten if this run ends here."""
        again = self._before(action).with_outcome(self.direction, OVERTAKEN)
        self.settled.remembered.append(again)
        self.settled.overtaken.append(action.record.id)

    def _before(self, action: Insert | Update) -> Partner:
        """The pair as it was before a write that failed: the agreed values were not reached."""
        if isinstance(action, Insert):
            untouched = Partner(action.partner.erp_id, action.partner.crm_id)
            before = action.before or untouched
            return replace(untouched, to_crm=before.to_crm, to_erp=before.to_erp, skipped=before.skipped)
        return action.before if action.before and not action.coupled else self._reserve(action.record)

    def _tell_change(self, action: Insert | Update) -> None:
        """For the history of the record."""
        pair = action.partner
        if isinstance(action, Insert):
            new = [(name, "", in_words(value)) for name, value in action.values.items() if value not in (None, "")]
            self.settled.changed.append(Changed(pair.erp_id, pair.crm_id, "inserted", new))
        elif action.changes:
            written = [(one.field, in_words(one.old), in_words(one.new)) for one in action.changes]
            self.settled.changed.append(Changed(pair.erp_id, pair.crm_id, "modified", written))

    def _fail(self, partner: Partner, problem: Problem, label: str) -> None:
        after, skipped = failed(partner, self.direction, problem)
        self.settled.remembered.append(after)
        self.settled.counters.skipped += skipped
        self.settled.counters.failed += not skipped
        self._note(after, problem, label)

    def _note(self, partner: Partner, problem: Problem, label: str) -> None:
        twin_known = partner.state is not State.RESERVED
        towards_crm = self.direction is Direction.TO_CRM
        self.settled.failures.append(
            Failure(
                direction=self.direction,
                erp_id=partner.erp_id if towards_crm or twin_known else None,
                crm_id=partner.crm_id if not towards_crm or twin_known else None,
                code=problem.code,
                message=str(problem),
                label=label,
                raw=problem.raw,
                waiting_for=waiting_for(problem),
                call_stack="".join(traceback.format_exception(problem)) if problem.__traceback__ else "",
            )
        )

    def _recover(self, record: Record, before: Partner | None) -> None:
        if before is not None and before.outcome(self.direction).result in (Result.FAILURE, Result.WAITING):
            self.settled.recovered.append(record.id)

    def _label(self, record: Record) -> str:
        return label_of(self.run.rule.table(self.direction.source), record)

    def _reserve(self, record: Record) -> Partner:
        fresh = uuid.uuid4()
        if self.direction is Direction.TO_CRM:
            return Partner(erp_id=record.id, crm_id=fresh)
        return Partner(erp_id=fresh, crm_id=record.id)


def in_words(value: Value) -> str:
    """A value as the history keeps it."""
    text = value if isinstance(value, str) else shown(value)
    return text if len(text) <= HISTORY else brief(text, HISTORY)


def label_of(table: Table, record: Record) -> str:
    """The record as people call it: number and name."""
    parts = [str(record.values.get(name) or "") for name in (table.number_field, table.name_field) if name]
    return " ".join(dict.fromkeys(part for part in parts if part))[:250]
