"""What is remembered of a page: from actions and their results to pairs, counters and failures. Pure."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from integration.sync.ledger import UNFINISHED, InFlight, Outcome, Partner, Result, State
from integration.sync.memory import SideMemory
from integration.sync.merge import brief, shown
from integration.sync.problems import waiting_for
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Changed, Counters, Failure
from integration.sync.special.base import Run
from integration.sync.transfer import ReferenceNotCoupled
from integration.sync.write import Results
from integration.systems.base import Record, Side, Table, Value, Written
from integration.systems.errors import Problem, VersionConflict

OVERTAKEN = Outcome(Result.FAILURE, "overtaken")
TROUBLED = (*UNFINISHED, Result.SKIPPED)
HISTORY = 200
"""Longer values are cut in the history."""


@dataclass(slots=True)
class Settled:
    """``completed`` are intended pairs of which nothing new is known but that they are there. ``left_out`` are skipped
    rows with their reasons, ``overtaken`` source ids to be read and decided once more, ``recovered`` those whose open
    errors close, ``waiting`` those that wait for a record, ``outcomes`` the counter that each was counted in."""

    remembered: list[Partner] = field(default_factory=list)
    completed: list[Partner] = field(default_factory=list)
    forgotten: list[Partner] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)
    recovered: list[uuid.UUID] = field(default_factory=list)
    waiting: list[uuid.UUID] = field(default_factory=list)
    outcomes: dict[uuid.UUID, str] = field(default_factory=dict)
    overtaken: list[uuid.UUID] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)


def before_writing(actions: Sequence[Action], direction: Direction) -> list[Partner]:
    """Pairs as they are stored before the page is written, in case that nobody lives to store what came of it."""
    inserts = [intended(action) for action in actions if isinstance(action, Insert)]
    side = direction.destination
    return inserts + [pair for action in actions if isinstance(action, Update) for pair in _begun(action, side)]


def intended(action: Insert) -> Partner:
    """The pair with the id that the new row is going to have."""
    return replace(action.partner, state=State.INTENDED)


def _begun(action: Update, side: Side) -> list[Partner]:
    """The pair with what was read and found to be owed, and with what is about to be written: so that our own write can
    be told from a person's edit afterwards, and nothing of a person lies unseen under it."""
    read = action.read
    if read is None or action.coupled or not action.changes:
        return []
    fields = {key: halves for key, halves in action.partner.agreed.items() if read.agreed.get(key) != halves}
    begun = replace(read, writing=InFlight(side, fields, action.twin.version)).with_owed(
        side.other, action.partner.owed(side.other)
    )
    return [begun]


def settle(
    run: Run, actions: Sequence[Action], results: Results, memory: SideMemory, *, last_try: bool = False
) -> Settled:
    """Put together what is to be stored; ``memory`` is that of the destination. Without ``last_try`` a row that
    somebody else changed meanwhile is handed back as overtaken instead of failing."""
    return _Settling(run, results, memory, last_try).of(actions)


class _Settling:
    def __init__(self, run: Run, results: Results, memory: SideMemory, last_try: bool) -> None:
        self.run, self.results, self.memory, self.last_try = run, results, memory, last_try
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
                    self._fail(partner or self._reserve(record), problem, self._label(record), record.id)
                case Uncouple() | Broken() | Restore():
                    self._deleted(action)
        return self.settled

    def _unchanged(self, action: Unchanged) -> None:
        self._count(action.record.id, "unchanged")
        if action.partner is not None:
            self.settled.remembered.append(action.partner)
            self._recover(action.record, action.before)

    def _skipped(self, action: Skip) -> None:
        self._count(action.record.id, "skipped")
        record, partner = action.record, action.partner
        if partner is not None and partner.outcome(self.direction).result is Result.SKIPPED:
            return
        if action.remembered is not None:
            self.settled.remembered.append(action.remembered)
            self._recover(record, partner)
        erp_id, crm_id = (partner.erp_id, partner.crm_id) if partner is not None else (None, None)
        if self.direction is Direction.TO_CRM:
            erp_id = record.id
        else:
            crm_id = record.id
        self.settled.left_out.append(
            Failure(self.direction, erp_id, crm_id, LEFT_OUT, action.reason, self._label(record))
        )

    def _count(self, id: uuid.UUID, name: str) -> None:
        """A row counts once: what is counted last for it here is what became of it on this page."""
        counters = self.settled.counters
        setattr(counters, name, getattr(counters, name) + 1)
        self.settled.outcomes[id] = name

    def _deleted(self, action: Uncouple | Broken | Restore) -> None:
        match action:
            case Broken(partner, problem):
                self._fail(partner, problem, "", partner.id(self.direction.source))
            case Restore(partner, replacement):
                self.settled.forgotten.append(partner)
                self.settled.remembered.append(replacement)
            case Uncouple(partner, counted):
                self.settled.forgotten.append(partner)
                self.settled.counters.uncoupled += counted

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
            self._fail(self._before(action), answer.error, self._label(action.record), action.record.id)
        elif later is not None:
            # The row is there, what belongs to it is not: the pair stays intended and is completed by the next run.
            partner = replace(action.partner, state=State.INTENDED)
            self._fail(partner, later, self._label(action.record), action.record.id)

    def _succeed(self, action: Insert | Update, answer: Written) -> None:
        settled = self.settled
        self._note_change(action)
        if isinstance(action, Insert):
            self._count(action.record.id, "inserted")
            if self.run.destination.remote and not answer.version:
                settled.completed.append(action.partner)
                self._recover(action.record, action.before)
                return
        elif action.completes:
            self._count(action.record.id, "inserted")
        elif action.coupled and not action.changes:
            self._count(action.record.id, "coupled")
        else:
            self._count(action.record.id, "modified" if action.changes else "unchanged")
        partner = self._as_written(action, answer)
        if isinstance(action, Update) and action.refused is not None:
            self._fail(partner, action.refused, self._label(action.record), action.record.id)
            return
        settled.remembered.append(partner)
        self._recover(action.record, action.before)

    def _as_written(self, action: Insert | Update, answer: Written) -> Partner:
        """The pair with what the answer, or the row itself, says about it now."""
        side, partner = self.direction.destination, action.partner
        if isinstance(action, Update) and not action.changes:
            return partner  # Nothing was written: a row that is another by now is somebody's edit.
        row = self.results.rows.get(partner.id(side))
        if row is not None:
            agreed = self.memory.confirmed(partner.agreed, self.memory.values(row))
            return replace(partner.with_seen(side, row.version), agreed=agreed)
        if answer.values is not None:
            row = Record(self.run.destination_table, answer.id, answer.values, answer.version or "")
            told = {key: value for key, value in self.memory.values(row).items() if self._is_told(key, answer.values)}
            partner = replace(partner, agreed=self.memory.confirmed(partner.agreed, told))
        return partner.with_seen(side, answer.version or "")

    def _is_told(self, key: str, values: Mapping[str, Value]) -> bool:
        return any(one.key == key and one.field(self.direction.destination) in values for one in self.run.rule.fields)

    def _overtaken(self, action: Insert | Update) -> None:
        """Somebody was faster. The pair stays open, so that the second try is not forgotten if this run ends here."""
        again = self._before(action).with_outcome(self.direction, OVERTAKEN)
        self.settled.remembered.append(again)
        self.settled.overtaken.append(action.record.id)

    def _before(self, action: Insert | Update) -> Partner:
        """The pair as it was before a write that failed: the agreed values were not reached."""
        if isinstance(action, Insert):
            place = Partner(action.partner.erp_id, action.partner.crm_id, raised=action.partner.raised)
            before = action.before or place
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
        return action.read.with_owed(side, action.partner.owed(side))

    def _note_change(self, action: Insert | Update) -> None:
        """For the history of the record; a row that an interrupted run made is told of when it is completed."""
        pair = action.partner
        if isinstance(action, Insert):
            new = [(name, "", in_words(value)) for name, value in action.values.items() if value not in (None, "")]
            self.settled.changed.append(Changed(pair.erp_id, pair.crm_id, "inserted", new))
        elif action.completes:
            made = {**action.twin.values, **action.values}
            new = [(name, "", in_words(value)) for name, value in made.items() if value not in (None, "")]
            self.settled.changed.append(Changed(pair.erp_id, pair.crm_id, "inserted", new))
        elif action.changes:
            written = [(one.field, in_words(one.old), in_words(one.new)) for one in action.changes]
            self.settled.changed.append(Changed(pair.erp_id, pair.crm_id, "modified", written))

    def _fail(self, partner: Partner, problem: Problem, label: str, id: uuid.UUID) -> None:
        after, skipped = failed(partner, self.direction, problem)
        self.settled.remembered.append(after)
        self._count(id, "skipped" if skipped else "failed")
        if isinstance(problem, ReferenceNotCoupled):
            self.settled.waiting.append(id)
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
        if before is not None and before.outcome(self.direction).result in TROUBLED:
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
