"""The truth table: what happens to one record, given its coupling, its twin and its draft. Pure.

``dismiss`` answers what can be answered without looking at the other side (most rows of most runs), ``decide`` the
rest, ``deleted`` what a deletion means. Each branch is one row of the table in the design.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from integration.sync.actions import (
    Action,
    Broken,
    Fail,
    Ignore,
    Insert,
    Restore,
    Skip,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.ledger import LOOK_AGAIN, Outcome, Partner, Result, State
from integration.sync.merge import Merged, Merger
from integration.sync.problems import AmbiguousMatch, Conflict, TwinGone, TwinMerged, waiting_for
from integration.sync.rules import DeletionPolicy, Direction, TableRule
from integration.sync.run import Options, Scope
from integration.sync.transfer import Draft, ReferenceNotCoupled
from integration.systems.base import Record, Ref
from integration.systems.errors import Problem

MASTER = "masterid"
"""The column of Sales that says into which record one was merged."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What all records of a run are judged by. ``user_id`` is ours in the source system; ``creates`` is false where
    a special rule never makes rows (option values)."""

    rule: TableRule
    direction: Direction
    options: Options
    merger: Merger
    user_id: uuid.UUID | None = None
    creates: bool = True
    takes_over: bool = False

    # --- without the other side ---------------------------------------------------------------------------

    def dismiss(self, record: Record, partner: Partner | None) -> Action | None:
        """The action where neither draft nor twin is needed, else ``None``."""
        if partner is None or partner.state is State.RESERVED:
            return self._dismiss_uncoupled(record, partner)
        if self._stays_skipped(partner):
            return Skip(record, "Skipped after it failed twice the same way; retry it.", partner)
        if partner.state is State.INTENDED or self._must_look(partner):
            return None
        if record.version == partner.version(self.direction.source):
            return Unchanged(record)
        if partner.adopt and self._is_echo(record):
            return Unchanged(record, self.merger.adopted(record, partner), partner)
        # Another version than the remembered one, though last written by us: somebody's edit may be under our write.
        return None

    def _dismiss_uncoupled(self, record: Record, partner: Partner | None) -> Action | None:
        if partner is not None and self._stays_skipped(partner):
            return Skip(record, "Skipped after it failed twice the same way; retry it.", partner)
        tried_before = partner is not None and (
            partner.outcome(self.direction).result is not Result.NONE or partner.pending is self.direction
        )
        if tried_before or self.options.create:
            return None
        if self.rule.only_coupled and self.options.scope is Scope.IDS:
            return Skip(record, "It is not coupled, and the mapping synchronizes only coupled records.", partner)
        if self._is_echo(record) or self.rule.only_coupled:
            return Ignore(record)
        return None

    def _stays_skipped(self, partner: Partner) -> bool:
        # A changed row comes through the change feed: it deserves another try by itself.
        return partner.skipped and not self.options.force and self.options.scope is not Scope.CHANGED

    def _must_look(self, partner: Partner) -> bool:
        return (
            self.options.force
            or self.options.scope is Scope.IDS
            or partner.pending is self.direction
            or partner.skipped
            or bool(partner.writing)
            or partner.version(self.direction.source) == LOOK_AGAIN
            or partner.outcome(self.direction).result in (Result.FAILURE, Result.WAITING)
        )

    def _is_echo(self, record: Record) -> bool:
        """Last written by us: not a change, unless the mapping only reads from Sales or somebody asked for the row."""
        return (
            self.user_id is not None
            and record.modified_by == self.user_id
            and self.rule.direction is Direction.BOTH
            and self.options.scope is not Scope.IDS
        )

    # --- with the other side ------------------------------------------------------------------------------

    def decide(
        self,
        record: Record,
        partner: Partner | None,
        twin: Record | None,
        draft: Draft,
        matches: Sequence[tuple[Record, Partner | None]] = (),
    ) -> Action:
        """The action for a record that has to be looked at. ``matches`` are its natural matches on the other side,
        each with the pair that holds it already."""
        if draft.left_out:
            return self._left_out(record, partner, twin, draft)
        if draft.problem is not None:
            return Fail(record, draft.problem, partner)
        if partner is None or partner.state is State.RESERVED:
            return self._decide_uncoupled(record, partner, draft, matches)
        if twin is not None:
            master = twin.values.get(MASTER)
            if isinstance(master, Ref):
                return Fail(record, TwinMerged(master), partner)
            return self._moved(record, partner, twin) if draft.moved else self._update(record, partner, twin, draft)
        if partner.state is State.INTENDED:
            return self._insert(record, draft, partner)
        return self._twin_gone(record, partner, draft)

    def _left_out(self, record: Record, partner: Partner | None, twin: Record | None, draft: Draft) -> Action:
        if partner is None or not draft.ends_pair:
            return Skip(record, draft.left_out, partner)
        counted = partner.state is State.COUPLED
        return Uncouple(partner, counted, record, draft.left_out, twin)

    def _moved(self, record: Record, partner: Partner, twin: Record) -> Uncouple:
        """The twin goes now; the record is planned once more at the end of the run, or else by the next one."""
        again = replace(self._pair(record, uuid.uuid4()), pending=self.direction)
        return Uncouple(partner, False, record, twin=twin, again=again)

    def _decide_uncoupled(
        self,
        record: Record,
        partner: Partner | None,
        draft: Draft,
        matches: Sequence[tuple[Record, Partner | None]],
    ) -> Action:
        free = [match for match, taken in matches if taken is None or self.takes_over or taken.state is State.RESERVED]
        if len(free) == 1 and len(matches) == 1:
            return self._couple(record, partner, free[0], matches[0][1], draft)
        if matches:
            named = ", ".join(str(match.id) for match, _ in matches)
            why = "is coupled with another record already" if not free else "is not the only candidate"
            return Fail(record, AmbiguousMatch(f"The matching record {why}: {named}."), partner)
        if not self.creates:
            return Skip(record, "There is no matching option on the other side.")
        return self._insert(record, draft, partner)

    def _couple(
        self, record: Record, reserved: Partner | None, twin: Record, taken: Partner | None, draft: Draft
    ) -> Action:
        fresh = self._pair(record, twin.id)
        # A natural match has no agreed values; the mapping's data decides, as for a row we had written ourselves.
        forced = replace(self, options=replace(self.options, force=True))
        update = forced._update(record, fresh, twin, draft)
        # The pair that is remembered takes the place of the one with its id here; the other one has to go.
        stale = taken or reserved if self.direction is Direction.TO_CRM else reserved or taken
        if isinstance(update, Unchanged):
            return Update(record, twin, update.partner or fresh, coupled=True, replaces=stale)
        return replace(update, coupled=True, replaces=stale) if isinstance(update, Update) else update

    def _insert(self, record: Record, draft: Draft, partner: Partner | None, replaces: Partner | None = None) -> Insert:
        before, partner = partner, partner or self._pair(record, uuid.uuid4())
        values = {**draft.values, **draft.extra, **draft.on_insert}
        filled = self.merger.filled(values, draft)
        remembered = replace(
            partner.with_version(self.direction.source, record.version).with_outcome(self.direction, _well(draft)),
            state=State.COUPLED,
            agreed=self.merger.agreed_after_insert(draft, filled),
            adopt=True,
            pending=self.direction.back if self._gives_back(filled.keys()) else None,
            skipped=False,
        )
        return Insert(record, remembered, {**values, **filled}, before, replaces, tuple(draft.missing))

    def _gives_back(self, filled: Collection[str]) -> bool:
        """Does a new row have something for the one it is made from: what a template filled, and its number?"""
        numbered = self.direction is Direction.TO_ERP and self.merger.gives_back
        return numbered or bool(self.merger.two_way.keys() & filled)

    def _update(self, record: Record, partner: Partner, twin: Record, draft: Draft) -> Action:
        partner = self.merger.with_arrived(partner, twin if self.direction is Direction.TO_CRM else record)
        merged = self.merger.merge(draft, twin, partner, force=self.options.force)
        if merged.conflicts:
            return Fail(record, _conflict(merged), partner)
        remembered = self._remembered(record, partner, twin, merged, _well(draft))
        if not merged.changes and partner.state is State.COUPLED:
            return Unchanged(record, remembered, partner, draft.partial)
        return Update(
            record,
            twin,
            remembered,
            merged.changes,
            before=partner,
            completes=partner.state is State.INTENDED,
            left=merged.left,
            missing=tuple(draft.missing),
            partial=draft.partial,
        )

    def _remembered(self, record: Record, partner: Partner, twin: Record, merged: Merged, outcome: Outcome) -> Partner:
        """The pair after this: a side's version is remembered only when nothing of that side is left to carry."""
        after = partner.with_version(self.direction.source, record.version)
        if not merged.left:
            after = after.with_version(self.direction.destination, twin.version)
        return replace(
            after.with_outcome(self.direction, outcome),
            state=State.COUPLED,
            agreed=merged.agreed,
            adopt=partner.adopt and merged.left,
            pending=self.direction.back if merged.left else None,
            skipped=False,
        )

    def _twin_gone(self, record: Record, partner: Partner, draft: Draft) -> Action:
        match self.rule.deletion:
            case DeletionPolicy.RESTORE:
                return self._insert(record, draft, self._pair(record, uuid.uuid4()), replaces=partner)
            case DeletionPolicy.REMOVE:
                return Uncouple(partner)
            case _:
                side = self.direction.destination
                other, twin_id = self.rule.table(side), partner.id(side)
                problem = TwinGone(f"The coupled record of {other.label} was deleted (id {twin_id}).")
                return Fail(record, problem, partner)

    def _pair(self, record: Record, twin_id: uuid.UUID) -> Partner:
        if self.direction is Direction.TO_CRM:
            return Partner(erp_id=record.id, crm_id=twin_id)
        return Partner(erp_id=twin_id, crm_id=record.id)

    # --- the source row is gone ---------------------------------------------------------------------------

    def deleted(self, partner: Partner, twin: Record | None) -> Action:
        """What the deletion of a coupled source row means."""
        if twin is None or partner.state is State.RESERVED:
            return Uncouple(partner, counted=False)
        match self.rule.deletion:
            case DeletionPolicy.REMOVE:
                return Uncouple(partner)
            case DeletionPolicy.RESTORE if self.rule.direction is Direction.BOTH:
                return Restore(partner, self._reserved_back(partner))
            case _:
                table = self.rule.table(self.direction.source)
                return Broken(partner, TwinGone(f"The coupled record of {table.label} was deleted."))

    def _reserved_back(self, partner: Partner) -> Partner:
        fresh = uuid.uuid4()
        erp, crm = (fresh, partner.crm_id) if self.direction is Direction.TO_CRM else (partner.erp_id, fresh)
        return Partner(erp_id=erp, crm_id=crm, pending=self.direction.back)


def _well(draft: Draft) -> Outcome:
    """A success; where a reference had to be left blank, with the record whose coupling takes it up again."""
    return Outcome(Result.SUCCESS, waiting_for=draft.waits_for)


def failed(partner: Partner, direction: Direction, problem: Problem) -> tuple[Partner, bool]:
    """The pair after a failure, and whether it becomes Skipped by it: the same code twice in a row, unless the
    record only waits for another one or the cause passes by itself."""
    before = partner.outcome(direction)
    waiting = isinstance(problem, ReferenceNotCoupled)
    again = before.result is Result.FAILURE and before.code == problem.code
    skipped = again and not waiting and not problem.retryable
    result = Result.WAITING if waiting else Result.FAILURE
    outcome = Outcome(result, problem.code, waiting_for(problem))
    return replace(partner.with_outcome(direction, outcome), skipped=partner.skipped or skipped), skipped


def _conflict(merged: Merged) -> Conflict:
    parts = [
        f"{clash.source_label} is “{clash.source_value}” here and {clash.destination_label} is "
        f"“{clash.destination_value}” there"
        for clash in merged.conflicts
    ]
    return Conflict(f"Both records were changed: {'; '.join(parts)}. Choose which one wins.")
