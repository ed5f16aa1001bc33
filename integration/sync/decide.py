"""The truth table: what happens to one record, given its coupling, its twin and its draft. Pure.

``shortcut`` answers what can be answered without looking at the other side (most rows of most runs), ``decide`` the
rest, ``deleted`` what a deletion means.

==================  =================  ====================================  ==========================================
coupling            twin               case                                  action
==================  =================  ====================================  ==========================================
any                 any                a rule of the table leaves it out     Skip; Uncouple where the pair ends with it;
                                                                             Ignore where nobody would miss it
none, reserved      –                  a value or reference cannot go        Fail, or Waiting for what to couple first
none, reserved      –                  another mapping holds the record      Skip, the other mapping named
none, reserved      –                  one free natural match                Update that couples
none, reserved      –                  the match is taken, or several match  Fail, the candidates listed
none, reserved      –                  none of these                         Insert
intended            there              an interrupted run has written it     Update that completes the pair
intended            not there          an interrupted run has not            Insert with the id of then
coupled             gone               deletion policy none                  Fail: the twin was deleted
coupled             gone               … restore                             Insert, coupled anew
coupled             gone               … remove coupling                     Uncouple
coupled             merged into other  accounts and contacts of Sales        Fail, the surviving record offered
coupled             there              no field differs                      Unchanged, versions renewed
coupled             there              fields differ (``verdict``)           Update of the differing fields only
coupled             there              a field changed on both sides         Fail: a conflict, nothing is written
coupled             there, we deleted  source deleted: none / restore /      Broken / Restore / Uncouple
                                       remove coupling
coupled             gone, we deleted   both records are gone                 Uncouple, silently
coupled             one of them gone   the table ignores deletions           Skip, or nothing at all
==================  =================  ====================================  ==========================================
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.sync.actions import (
    Action,
    Fail,
    Ignore,
    Insert,
    Restore,
    Skip,
    SourceDeleted,
    Unchanged,
    Uncouple,
    Update,
)
from integration.sync.given_ids.marks import is_marked
from integration.sync.memory.ledger import Outcome, Pair, Result, State, Wait
from integration.sync.memory.outcomes import failed, succeeded
from integration.sync.memory.pair_states import is_undone, not_made
from integration.sync.merging.merge import Look, Merged
from integration.sync.problems import AmbiguousMatch, Conflict, InDoubt, TwinGone, TwinMerged
from integration.sync.record.meaning import Lack
from integration.sync.record.transfer import Draft
from integration.sync.rules import DeletionPolicy, Direction
from integration.sync.run import LEFT_OUT
from integration.sync.shortcut import Shortcut
from integration.systems.values import Record, Ref, Side
from integration.systems.wording import record_name

__all__ = ["MASTER", "Decider", "failed"]

NOTHING_TO_WAIT_FOR: frozenset[Wait] = frozenset()
MASTER = "masterid"
"""The column of Sales that says into which record one was merged."""


@dataclass(frozen=True, slots=True)
class Decider(Shortcut):
    """Judges the records of a run, also those that need the other side."""

    def decide(
        self,
        record: Record,
        pair: Pair | None,
        twin: Record | None,
        draft: Draft,
        matches: Sequence[tuple[Record, Pair | None]] = (),
        back: Draft | None = None,
        holder: str = "",
    ) -> Action:
        """The action for a record that has to be looked at. ``matches`` are its natural matches on the other side,
        each with the pair that holds it already; ``back`` what the twin would make of the record, as far as that is
        needed; ``holder`` the other mapping in which this record, or its one match, is coupled already."""
        if draft.silent:
            return Ignore(record)
        if draft.left_out:
            return self._left_out(record, pair, twin, draft)
        if twin is not None and is_marked(self.rule.table(self.direction.destination), twin):
            return Fail(record, InDoubt("Its other record is being made at the moment."), pair)
        if pair is None or pair.state is State.RESERVED:
            if draft.problem is not None:
                return Fail(record, draft.problem, self._with_waits(pair or self._reserved(record), draft))
            return self._decide_uncoupled(record, pair, draft, matches, holder)
        if twin is not None:
            master = twin.values.get(MASTER)
            if isinstance(master, Ref):
                return Fail(record, TwinMerged(master), pair)
            return self._moved(record, pair, twin) if draft.moved else self._update(record, pair, twin, draft, back)
        if draft.problem is not None:
            return Fail(record, draft.problem, self._with_waits(not_made(pair, self.direction.destination), draft))
        if pair.state is State.INTENDED:
            return self._insert(record, draft, pair)
        return self._twin_gone(record, pair, draft)

    def _left_out(self, record: Record, pair: Pair | None, twin: Record | None, draft: Draft) -> Action:
        """Where the pair ends with it, its twin goes, too. For a reason that can pass the record is remembered with
        what makes it pass."""
        if pair is not None and draft.unpairs:
            return Uncouple(pair, pair.state is State.COUPLED, record, draft.left_out, twin)
        unmade: Pair | None = None
        if pair is not None and pair.state is State.INTENDED and twin is None:
            pair = unmade = not_made(pair, self.direction.destination)
        if not draft.left_out_waits:
            return Skip(record, draft.left_out, pair, unmade)
        place = self._with_waits(pair or self._reserved(record), draft)
        outcome = Outcome(Result.LEFT_OUT, LEFT_OUT)
        return Skip(record, draft.left_out, pair, place.with_outcome(self.direction, outcome))

    def _moved(self, record: Record, pair: Pair, twin: Record) -> Uncouple:
        """The twin goes now; the record is planned once more at the end of the run, or else by the next one."""
        again = self._reserved(record).with_owed(self.direction.destination, True)
        return Uncouple(pair, False, record, twin=twin, again=again)

    def _with_waits(self, pair: Pair, draft: Draft, back: Draft | None = None) -> Pair:
        """The pair with all that its passes wait for, in both directions."""
        return replace(pair, waits=self._waits(draft, back))

    def _waits(self, draft: Draft, back: Draft | None = None) -> frozenset[Wait]:
        direction = self.direction
        if back is None and not draft.may_wait:
            return NOTHING_TO_WAIT_FOR
        waits = {Wait(direction.destination, table, id) for table, id in draft.waits()}
        if back is not None:
            waits |= {Wait(direction.source, table, id) for table, id in back.waits()}
        return frozenset(waits)

    def _decide_uncoupled(
        self,
        record: Record,
        pair: Pair | None,
        draft: Draft,
        matches: Sequence[tuple[Record, Pair | None]],
        holder: str,
    ) -> Action:
        if holder:
            named = record_name(self.rule.table(self.direction.source), record)
            return Skip(record, f"{named} is coupled in {holder} already. Delete that coupling first to have it here.")
        free = [
            match
            for match, twin_pair in matches
            if twin_pair is None or self.takes_over or twin_pair.state is State.RESERVED
        ]
        if len(free) == 1 and len(matches) == 1:
            return self._couple(record, pair, free[0], matches[0][1], draft)
        if matches:
            named = ", ".join(str(match.id) for match, _ in matches)
            why = "is coupled with another record already" if not free else "is not the only candidate"
            return Fail(record, AmbiguousMatch(f"The matching record {why}: {named}."), pair)
        if not self.creates:
            return Skip(record, "There is no matching option on the other side.")
        return self._insert(record, draft, pair)

    def _couple(
        self, record: Record, reserved: Pair | None, twin: Record, twin_pair: Pair | None, draft: Draft
    ) -> Action:
        fresh = replace(self._pair(record, twin.id), state=State.COUPLED)
        # A natural match has no agreed values; the mapping's data decides, as for a row we had written ourselves.
        decided = replace(self, options=replace(self.options, winner=self.direction.source))
        update = decided._update(record, fresh, twin, draft, None)
        # The pair that is remembered takes the place of the one with its id here; the other one has to go.
        stale = twin_pair or reserved if self.direction is Direction.TO_CRM else reserved or twin_pair
        if isinstance(update, Unchanged):
            return Update(record, twin, update.pair or fresh, coupled=True, replaces=stale)
        return replace(update, coupled=True, replaces=stale) if isinstance(update, Update) else update

    def _insert(self, record: Record, draft: Draft, pair: Pair | None, replaces: Pair | None = None) -> Insert:
        before, pair = pair, pair or self._reserved(record)
        values = {**draft.values, **draft.extra, **draft.on_insert}
        for meant in draft.meant.values():
            values |= {name: value for name, value in meant.columns.items() if name not in values}
        filled = self.merger.filled(values, draft)
        agreed, gives_back = self.merger.born(record, draft, filled.keys())
        remembered = succeeded(
            pair,
            self.direction,
            agreed=agreed,
            waits=self._waits(draft),
            seen=(record.version, ""),
            owed=(gives_back, draft.is_put_off),
        )
        return Insert(record, remembered, {**values, **filled}, before, replaces, _missing(draft))

    def _update(self, record: Record, before: Pair, twin: Record, draft: Draft, back: Draft | None) -> Action:
        """Both rows are read against what is remembered before anything is judged."""
        direction = self.direction
        here, there = self.memories[direction.source], self.memories[direction.destination]
        held = there.values(twin)
        read = there.read(here.read(before, record), twin, held)
        look = Look(draft, record, twin, read, back, self.options.winner, held)
        if draft.problem is not None:
            return Fail(record, draft.problem, self._as_far_as_equal(look))
        merged = self.merger.merge(look)
        if merged.conflicts:
            return Fail(record, _conflict(merged, direction), self._as_far_as_equal(look))
        if merged.problem is not None:
            return Fail(record, merged.problem, self._as_far_as_equal(look))
        remembered = self._remembered(look, merged)
        refused = merged.refused[0] if merged.refused else None
        if not merged.changes and before.state is State.COUPLED:
            return Unchanged(record, remembered, before, refused)
        return Update(
            record,
            twin,
            remembered,
            merged.changes,
            before=before,
            read=read,
            completes=before.state is State.INTENDED,
            refused=refused,
            missing=_missing(draft),
        )

    def _as_far_as_equal(self, look: Look) -> Pair:
        """The pair of a record that cannot go: renewed is only what is equal, and what it waits for."""
        return replace(self._with_waits(look.pair, look.draft, look.back), agreed=self.merger.equal_fields(look))

    def _remembered(self, look: Look, merged: Merged) -> Pair:
        """The pair after a look that ends well: this direction's debt is paid, the other one's stays or is new."""
        owes_back = look.pair.owed(self.direction.source) or merged.owes
        return succeeded(
            look.pair,
            self.direction,
            agreed=merged.agreed,
            waits=self._waits(look.draft, look.back),
            seen=(look.record.version, look.twin.version),
            owed=(owes_back, look.draft.is_put_off),
        )

    def _twin_gone(self, record: Record, pair: Pair, draft: Draft) -> Action:
        if is_undone(pair, self.direction):  # Its record has changed since an undoing deleted the other one.
            place = not_made(replace(pair, state=State.INTENDED), self.direction.destination)
            return self._insert(record, draft, place)
        if self.ignores_deletions:
            return Skip(record, "The other record was deleted, and deletions are not carried.", pair)
        match self.rule.deletion:
            case DeletionPolicy.RESTORE:
                return self._insert(record, draft, self._reserved(record), replaces=pair)
            case DeletionPolicy.REMOVE:
                return Uncouple(pair)
            case _:
                return Fail(record, TwinGone(self._gone(self.direction.destination)), pair)

    # --- the source row is gone ---------------------------------------------------------------------------

    def deleted(self, pair: Pair, twin: Record | None) -> Action | None:
        """What the deletion of a coupled source row means; ``None``: nothing, its pair stays as it is."""
        if twin is None or pair.state is State.RESERVED:
            return Uncouple(pair, counted=False)
        if self.ignores_deletions:
            return None
        match self.rule.deletion:
            case DeletionPolicy.REMOVE:
                return Uncouple(pair)
            case DeletionPolicy.RESTORE if self.rule.direction is Direction.BOTH:
                return Restore(pair, self._reserved_back(pair))
            case _:
                left = record_name(self.rule.table(self.direction.destination), twin)
                return SourceDeleted(pair, TwinGone(self._gone(self.direction.source)), left)

    def _gone(self, side: Side) -> str:
        """Nobody knows the name of what is deleted: its partner, which the error is listed under, says who it was."""
        return f"The coupled record of {self.rule.table(side).label} was deleted."

    def _reserved_back(self, pair: Pair) -> Pair:
        fresh = uuid.uuid4()
        erp, crm = (fresh, pair.crm_id) if self.direction is Direction.TO_CRM else (pair.erp_id, fresh)
        return Pair(erp_id=erp, crm_id=crm).with_owed(self.direction.source, True)


def _missing(draft: Draft) -> tuple[str, ...]:
    """The fields left as they are since the other side has no equal for their value."""
    return tuple([lacking.label for lacking in draft.lacking.values() if lacking.kind is Lack.LEAVE])


def _conflict(merged: Merged, direction: Direction) -> Conflict:
    parts = "; ".join(clash.in_words(direction) for clash in merged.conflicts)
    changed = any(clash.agreed for clash in merged.conflicts)
    why = "Both records were changed" if changed else "Both records differ and have never agreed"
    return Conflict(f"{why}: {parts}. Choose which one wins.")
