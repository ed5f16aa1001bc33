"""Undoing a run: page by page, planned, intended, written, remembered. A crash between any two lines repeats work and
changes nothing more:

    before it is intended     nothing is stored: the record is planned again
    after it is intended      the pair says what was going to be written; the row is read against that
    after it is written       the record is as it was before the run: nothing to write, what it means is remembered
    after it is remembered    its page is counted in the same transaction: the run goes on behind it

The run that is undone keeps its history. This one gets its own, so that it can be undone, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integration.sync.memory.history import in_words
from integration.sync.memory.ledger import Pair
from integration.sync.memory.outpaced import Outpaced
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure, Journal
from integration.sync.special.base import Run
from integration.sync.undo.past import Past, Undoing, reasons_of
from integration.sync.undo.plan import AS_BEFORE, ELSEWHERE, UndoPlanner
from integration.sync.undo.remembering import begun
from integration.sync.undo.removing import about_to_go
from integration.sync.write import validated
from integration.systems.errors import NotFound, Problem, VersionConflict
from integration.systems.values import Record, Row, Side, Written

AT_ONCE = 100
TRIES = 3


def undo(run: Run, pasts: Sequence[Past], journal: Journal, *, done: int = 0, removes: bool = False) -> Counters:
    """Put back what was written, as far as nobody changed it since; ``done`` of these were dealt with before. Record
    errors are noted and the run goes on; a ``ConnectionProblem``, ``Fenced`` and ``Canceled`` end it."""
    return _Undo(run, journal, removes).go(pasts, done)


class _Undo:
    def __init__(self, run: Run, journal: Journal, removes: bool) -> None:
        self.run, self.journal, self.removes = run, journal, removes
        self.side, self.table = run.direction.destination, run.destination_table
        self.planner = UndoPlanner(run)
        self.total = Counters()

    def go(self, pasts: Sequence[Past], done: int) -> Counters:
        self.journal.begin(len(pasts))
        for start in range(done, len(pasts), AT_ONCE):
            self.journal.go_on()
            self._page(pasts[start : start + AT_ONCE])
        return self.total

    def _page(self, pasts: Sequence[Past]) -> None:
        """Where somebody couples or uncouples one of the records meanwhile, all of it is planned once more."""
        for _ in range(TRIES):
            try:
                self._once(pasts)
            except Outpaced:
                continue
            return
        self._once(pasts, is_last=True)

    def _once(self, pasts: Sequence[Past], *, is_last: bool = False) -> None:
        planned = self.planner.plan_back(pasts, removes=self.removes)
        if self.run.destination.remote:
            self._intend(planned, is_last=is_last)
            self._store(planned, self._write(planned), len(pasts))
            return
        with self.run.ledger.page():
            self._remember(planned, self._write(planned), len(pasts), or_nothing=not is_last)

    # --- writing ---------------------------------------------------------------------------------------------------

    def _intend(self, planned: Sequence[Undoing], *, is_last: bool) -> None:
        """Store what is about to be written, and mark what is about to be deleted. Raises ``Outpaced``."""
        intended = [
            about_to_go(one.read, self.run.direction) if one.removes else begun(one.read, self.side, one.after, one.row)
            for one in planned
            if (one.removes or one.changes) and one.read is not None and one.after is not None and one.row is not None
        ]
        if not intended:
            return
        with self.run.ledger.page():
            lost = self.run.ledger.remember(intended)
            if lost and not is_last:
                raise Outpaced(lost)
        for one in planned:
            if one.past.erp_id in {pair.erp_id for pair in lost}:
                one.changes, one.removes, one.reason = [], False, ELSEWHERE

    def _write(self, planned: list[Undoing]) -> dict[int, Written]:
        """The answers by the place of each record; one that somebody changed meanwhile is planned once more."""
        answers = self._write_once(planned)
        overtaken = [place for place, answer in answers.items() if isinstance(answer.error, VersionConflict)]
        if overtaken:
            again = self.planner.plan_back([planned[place].past for place in overtaken], removes=self.removes)
            for place, one in zip(overtaken, again, strict=True):
                planned[place] = one
                answers.pop(place)
            answers |= self._write_once(planned, overtaken)
        return answers

    def _write_once(self, planned: Sequence[Undoing], places: Sequence[int] | None = None) -> dict[int, Written]:
        asked = range(len(planned)) if places is None else places
        changed = [place for place in asked if planned[place].changes]
        gone = [place for place in asked if planned[place].removes]
        checked = validated(self.run)
        rows = [self._row(planned[place], checked) for place in changed]
        answers = dict(zip(changed, self.run.destination.update(self.table, rows) if rows else [], strict=True))
        deleted = [Row(row.id, version=row.version) for place in gone if (row := planned[place].row) is not None]
        answers |= zip(gone, self.run.destination.delete(self.table, deleted) if deleted else [], strict=True)
        return answers

    def _row(self, one: Undoing, checked: frozenset[str]) -> Row:
        if one.row is None:
            raise NotFound("The record does not exist any more.")
        return Row(one.row.id, one.values(), one.row.version, checked)

    # --- remembering -----------------------------------------------------------------------------------------------

    def _store(self, planned: Sequence[Undoing], answers: dict[int, Written], done: int) -> None:
        with self.run.ledger.page():
            self._remember(planned, answers, done)

    def _remember(
        self, planned: Sequence[Undoing], answers: dict[int, Written], done: int, *, or_nothing: bool = False
    ) -> None:
        counters, left, failures = Counters(), list[Failure](), list[Failure]()
        pairs, changed = list[Pair](), list[Changed]()
        rows = self._rows_now(planned, answers)
        for place, one in enumerate(planned):
            answer = answers.get(place)
            if answer is not None and answer.error is not None:
                counters.failed += 1
                failures.append(self._failure(one, answer.error))
                pairs += [one.before] if one.before is not None else []
                continue
            counters.add(_counted(one))
            pairs += self._pairs_after(one, answer, rows.get(one.past.id(self.side)))
            if one.changes or one.arrived or one.removes:
                changed.append(self._changed(one))
            reason = one.why if one.reason != AS_BEFORE else ""
            if reason or one.left:
                left.append(self._note(one, LEFT_OUT, reason or reasons_of(one.left)))
        lost = self.run.ledger.remember(pairs)
        if lost and or_nothing:
            raise Outpaced(lost)
        for store, entries in ((self.journal.fail, failures), (self.journal.leave_out, left)):
            if entries:
                store(entries)
        if changed:
            self.journal.change(changed)
        self.total.add(counters)
        self.journal.note(counters, done)

    def _rows_now(self, planned: Sequence[Undoing], answers: dict[int, Written]) -> dict[uuid.UUID, Record]:
        """The written rows as they are now, where asking costs no request."""
        ids = [planned[place].past.id(self.side) for place, answer in answers.items() if answer.error is None]
        if self.run.destination.remote or not ids:
            return {}
        return self.run.destination.get(self.table, ids, self.planner.destination_columns)

    def _pairs_after(self, one: Undoing, answer: Written | None, row: Record | None) -> list[Pair]:
        """What is remembered of the pair: nothing of one that is uncoupled, its place of one whose record is gone."""
        if one.removes or one.row is None:
            return [one.after] if one.after is not None else []
        if one.read is None:
            return []
        if answer is None:
            return [one.read] if one.read != one.before or one.begun else []
        pair = replace(one.after or one.read, in_flight=None)
        version = row.version if row is not None else answer.version or ""
        is_seen = bool(one.read.seen(self.side)) and one.read.seen(self.side) == one.row.version
        if row is not None:
            memory = self.planner.memories[self.side]
            pair = replace(pair, agreed=memory.confirmed(pair.agreed, memory.values(row)))
        return [pair.with_seen(self.side, version if is_seen else "")]

    # --- words -----------------------------------------------------------------------------------------------------

    def _changed(self, one: Undoing) -> Changed:
        exact = {change.field: (change.old, change.new) for change in one.changes}
        if one.arrived:
            exact = {column: (new, old) for column, (old, new) in one.past.exact.items()}
        described = self.run.rule.table(self.side).fields
        fields = [
            (column, in_words(old, described.get(column)), in_words(new, described.get(column)))
            for column, (old, new) in exact.items()
        ]
        ids, what = (one.past.erp_id, one.past.crm_id), "deleted" if one.removes else "modified"
        return Changed(*ids, what, fields, one.shown_name, exact=None if one.removes else exact, side=self.side)

    def _failure(self, one: Undoing, problem: Problem) -> Failure:
        return replace(self._note(one, problem.code, str(problem)), raw=problem.raw)

    def _note(self, one: Undoing, code: str, message: str) -> Failure:
        """Of a record that is not there no id is kept: whatever gets it later is another one. Of one that this mapping
        does not couple neither."""
        ids = {side: None if one.past.table else one.past.id(side) for side in Side}
        if one.row is None:
            ids[self.side] = None
        return Failure(self.run.direction, ids[Side.ERP], ids[Side.CRM], code, message, one.shown_name)


def _counted(one: Undoing) -> Counters:
    if one.removes:
        return Counters(deleted=1)
    if one.changes or one.arrived:
        return Counters(modified=1)
    return Counters(unchanged=1) if one.reason == AS_BEFORE else Counters(skipped=1)
