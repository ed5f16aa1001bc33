"""What is remembered of a page: from actions and their results to pairs, counters and failures. Pure.

A page of five customers on its way to Sales, and what becomes of each:

    action                    answer of Sales             remembered                        counted
    Insert Adatum             created, version 7          pair, seen Sales 7                inserted
    Insert Contoso            refused: name too long      pair not made, id kept, failure   failed
    Insert Fabrikam           no answer came              pair stays intended: the next     failed
                                                          run looks for the id first
    Update Litware            412: somebody saved it      overtaken: read and decided once  (by the second look)
                                                          more at the end of the run
    Update Proseware          written, version 9          agreed values, seen Sales 9;      modified
                                                          its open errors close
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from integration.sync.actions import (
    Action,
    Fail,
    Insert,
    Restore,
    SideWrite,
    Skip,
    SourceDeleted,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.given_ids.intentions import before_writing, intended
from integration.sync.memory.history import changes_besides, changes_of, in_words, label_of, label_written
from integration.sync.memory.ledger import Outcome, Pair, Result, SideWritten, State
from integration.sync.memory.outcomes import failed, failure_of
from integration.sync.memory.pair_states import not_made
from integration.sync.memory.side_memory import SideMemory
from integration.sync.page_result import PageResult
from integration.sync.problems import InDoubt
from integration.sync.record.transfer import ReferenceNotCoupled
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Changed, Failure, Scope
from integration.sync.special.base import Run
from integration.sync.write import Results
from integration.systems.errors import Problem, VersionConflict
from integration.systems.values import Record, Value, Written

__all__ = ["PageResult", "before_writing", "collect_results", "in_words", "intended", "label_of"]

GONE = "The coupled record was deleted."
OVERTAKEN = Outcome(Result.FAILURE, "overtaken")


def collect_results(
    run: Run, actions: Sequence[Action], results: Results, memory: SideMemory, *, last_try: bool = False
) -> PageResult:
    """Put together what is to be stored; ``memory`` is that of the destination. Without ``last_try`` a row that
    somebody else changed meanwhile is handed back as overtaken instead of failing."""
    return _Collecting(run, results, memory, last_try).of(actions)


class _Collecting:
    def __init__(self, run: Run, results: Results, memory: SideMemory, last_try: bool) -> None:
        self.run, self.results, self.memory, self.last_try = run, results, memory, last_try
        self.direction = run.direction
        self.table = run.rule.table(run.direction.destination)
        self.page_result = PageResult()

    def of(self, actions: Sequence[Action]) -> PageResult:
        for action in actions:
            match action:
                case Insert() | Update():
                    self._written(action)
                case Unchanged():
                    self._unchanged(action)
                case Skip():
                    self._skipped(action)
                case Fail(record, problem, pair):
                    self._fail(pair or self._reserve(record), problem, self._label(record), record.id)
                case Uncouple() | SourceDeleted() | Restore():
                    self._deleted(action)
        for write, answer in self.results.besides:
            self._written_besides(write, answer)
        return self.page_result

    def _written_besides(self, write: SideWrite, answer: Written) -> None:
        """For the history: with the record where it is part of it, else with the pair that the row belongs to."""
        change = changes_besides(write, self.direction.destination, self.table, self._label(write.record))
        changed = self.page_result.changed
        place = next(
            (n for n, one in enumerate(changed) if (one.erp_id, one.crm_id) == (change.erp_id, change.crm_id)), None
        )
        if write.must and place is not None:
            changed[place] = replace(changed[place], fields=[*changed[place].fields, *change.fields])
            return
        changed.append(change)
        if not write.must:
            columns, side = frozenset(write.values), self.direction.destination
            row = SideWritten(side, write.table, write.id, columns, write.seen, answer.version or "")
            self.page_result.besides.append(row)

    def _unchanged(self, action: Unchanged) -> None:
        if action.refused is not None and action.pair is not None:
            self._fail_partly(action.record, action.pair, action.refused)
            return
        self._count(action.record.id, "unchanged")
        if action.pair is not None:
            self._looked_at(action.record, action.pair)
            self.page_result.remembered.append(action.pair)
            self._recover(action.record)

    def _looked_at(self, record: Record, pair: Pair) -> None:
        """Somebody who asked for single records is answered about each of them, also that there was nothing to do."""
        if self.run.options.scope is Scope.IDS:
            self.page_result.changed.append(Changed(pair.erp_id, pair.crm_id, "unchanged", [], self._label(record)))

    def _fail_partly(self, record: Record, pair: Pair, problem: Problem) -> None:
        """All but one field is as it should be. Such a record is never skipped, so that the others go on. One that was
        written all the same counts as both."""
        self._count(record.id, "failed")
        after = pair.with_outcome(self.direction, Outcome(Result.FAILURE, problem.code))
        self.page_result.remembered.append(after)
        self._note(after, problem, self._label(record))

    def _skipped(self, action: Skip) -> None:
        self._count(action.record.id, "skipped")
        record, pair = action.record, action.pair
        if pair is not None and pair.outcome(self.direction).result is Result.SKIPPED:
            return
        if action.remembered is not None:
            self.page_result.remembered.append(action.remembered)
            self._recover(record)
        self.page_result.left_out.append(self._no_fault(record, pair, action.reason))

    def _count(self, id: uuid.UUID, name: str) -> None:
        """A row counts once: what is counted last for it here is what became of it on this page."""
        counters = self.page_result.counters
        setattr(counters, name, getattr(counters, name) + 1)
        self.page_result.outcomes[id] = name

    def _deleted(self, action: Uncouple | SourceDeleted | Restore) -> None:
        match action:
            case SourceDeleted(pair, problem, label):
                self._fail(pair, problem, label, pair.id(self.direction.source))
            case Restore(pair, replacement):
                self.page_result.forgotten.append(pair)
                self.page_result.remembered.append(replacement)
            case Uncouple(pair, counted):
                self._uncoupled(action, pair, counted)

    def _uncoupled(self, action: Uncouple, pair: Pair, counted: bool) -> None:
        record = action.record
        removed = self.results.removed.get(pair.id(self.direction.source))
        if removed is not None and removed.error is not None:
            label = self._label(record) if record else ""
            self._fail(pair, removed.error, label, pair.id(self.direction.source))
            return
        self.page_result.forgotten.append(pair)
        self.page_result.counters.uncoupled += counted
        if action.again is not None:
            self.page_result.remembered.append(action.again)
        if counted:
            label = self._label(record) if record else ""
            why = action.reason or GONE
            self.page_result.changed.append(Changed(pair.erp_id, pair.crm_id, "uncoupled", [], label, why))
        if record is not None and action.reason:
            if not counted:
                self._count(record.id, "skipped")
            self.page_result.left_out.append(self._no_fault(record, pair, action.reason))
            self._recover(record)

    def _no_fault(self, record: Record, pair: Pair | None, reason: str) -> Failure:
        """For the list of what was left out."""
        erp_id, crm_id = (pair.erp_id, pair.crm_id) if pair is not None else (None, None)
        if self.direction is Direction.TO_CRM:
            erp_id = record.id
        else:
            crm_id = record.id
        return Failure(self.direction, erp_id, crm_id, LEFT_OUT, reason, self._label(record))

    def _written(self, action: Insert | Update) -> None:
        replaced_before = isinstance(action, Insert) and self.run.is_apart
        if action.replaces is not None and not replaced_before:
            # Also where the write was refused: the pair that stands for the next try takes its place.
            self.page_result.forgotten.append(action.replaces)
        answer = self.results.written[action.record.id]
        later = self.results.later.get(action.record.id)
        if answer.error is None and later is None:
            self._succeed(action, answer)
        elif isinstance(answer.error, VersionConflict) and not self.last_try:
            self._overtaken(action)
        elif answer.error is not None:
            self._fail(self._before(action), answer.error, self._label(action.record), action.record.id)
        elif later is not None:
            # The row is there, what belongs to it is not: the pair stays intended and is completed by the next run.
            pair = replace(action.pair, state=State.INTENDED)
            self._fail(pair, later, self._label(action.record), action.record.id)

    def _succeed(self, action: Insert | Update, answer: Written) -> None:
        page_result = self.page_result
        side, row = self.direction.destination, self.results.rows.get(action.pair.id(self.direction.destination))
        label = label_written(action, self.run.rule, side, answer.values if row is None else row.values)
        change = changes_of(action, side, self.table, label)
        if change is not None:
            page_result.changed.append(change)
        elif isinstance(action, Update) and action.refused is None:
            self._looked_at(action.record, action.pair)
        if isinstance(action, Insert):
            self._count(action.record.id, "inserted")
            if self.run.is_apart and not answer.version:
                page_result.completed.append(action.pair)
                self._recover(action.record)
                return
        elif action.completes:
            self._count(action.record.id, "inserted")
        elif action.coupled and not action.changes:
            self._count(action.record.id, "coupled")
        elif action.changes or action.refused is None:
            self._count(action.record.id, "modified" if action.changes else "unchanged")
        pair = self._as_written(action, answer)
        if isinstance(action, Update) and action.refused is not None:
            self._fail_partly(action.record, pair, action.refused)
            return
        page_result.remembered.append(pair)
        self._recover(action.record)

    def _as_written(self, action: Insert | Update, answer: Written) -> Pair:
        """The pair with what the answer, or the row itself, says about it now."""
        side, pair = self.direction.destination, action.pair
        if isinstance(action, Update) and not action.changes:
            return pair  # Nothing was written: a row that is another by now is somebody's edit.
        row = self.results.rows.get(pair.id(side))
        if row is not None:
            agreed = self.memory.confirmed(pair.agreed, self.memory.values(row))
            return replace(pair.with_seen(side, row.version), agreed=agreed)
        if answer.values is not None:
            row = Record(self.run.destination_table, answer.id, answer.values, answer.version or "")
            answered = {
                key: value for key, value in self.memory.values(row).items() if self._is_answered(key, answer.values)
            }
            pair = replace(pair, agreed=self.memory.confirmed(pair.agreed, answered))
        return pair.with_seen(side, answer.version or "")

    def _is_answered(self, key: str, values: Mapping[str, Value]) -> bool:
        """A field with a meaning of its own needs more than the column that was written."""
        return self.memory.columns.get(key) in values

    def _overtaken(self, action: Insert | Update) -> None:
        """Somebody was faster. The pair stays open, so that the second try is not forgotten if this run ends here."""
        again = self._before(action).with_outcome(self.direction, OVERTAKEN)
        self.page_result.remembered.append(again)
        self.page_result.overtaken.append(action.record.id)

    def _before(self, action: Insert | Update) -> Pair:
        """The pair as it was before a write that failed: the agreed values were not reached."""
        if isinstance(action, Insert):
            one = action.pair
            place = Pair(one.erp_id, one.crm_id, raised=one.raised, stored_as=one.stored_as)
            before = not_made(action.before or place, self.direction.destination)
            return replace(
                place,
                to_crm=before.to_crm,
                to_erp=before.to_erp,
                owed_erp=before.owed_erp,
                owed_crm=before.owed_crm,
            )
        if action.coupled or action.read is None:
            return self._reserve(action.record)
        side = self.direction.source
        return action.read.with_owed(side, action.pair.owed(side))

    def _fail(self, pair: Pair, problem: Problem, label: str, id: uuid.UUID) -> None:
        after, skipped = failed(pair, self.direction, problem)
        if not isinstance(problem, InDoubt):  # The pair is not written while the doubt rests, or it would never end.
            self.page_result.remembered.append(after)
        self._count(id, "skipped" if skipped else "failed")
        if isinstance(problem, ReferenceNotCoupled):
            self.page_result.waiting.append(id)
        self._note(after, problem, label)

    def _note(self, pair: Pair, problem: Problem, label: str) -> None:
        self.page_result.failures.append(failure_of(pair, self.direction, problem, label))

    def _recover(self, record: Record) -> None:
        """However its errors came about, also under a pair that is forgotten by now: they are past."""
        self.page_result.recovered.append(record.id)

    def _label(self, record: Record) -> str:
        return label_of(self.run.rule.table(self.direction.source), record)

    def _reserve(self, record: Record) -> Pair:
        fresh = uuid.uuid4()
        if self.direction is Direction.TO_CRM:
            return Pair(erp_id=record.id, crm_id=fresh)
        return Pair(erp_id=fresh, crm_id=record.id)
