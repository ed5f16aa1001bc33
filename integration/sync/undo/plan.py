"""What undoing a run comes to, record by record. Reads both sides and the ledger, writes nothing: this is the preview,
and the run itself begins with it.

A field goes back where the record still holds what the run wrote (or what its system made of that); whatever else it
holds by now is somebody's change, and stays. A run wrote phone 030 2 over 030 1 and city Rome over Bern:

    account holds     phone      city
    030 2, Rome       030 1      Bern       both go back
    030 9, Rome       stays      Bern       somebody changed the phone since
    030 1, Bern       –          –          it is as it was already: nothing to do, however often it is asked for
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from integration.sync.actions import Change
from integration.sync.memory.halves import made_of, value_of
from integration.sync.memory.ledger import Pair, State
from integration.sync.memory.outcomes import WENT_WELL
from integration.sync.memory.pair_states import is_undone
from integration.sync.plan import Planner
from integration.sync.record.values import normalizer
from integration.sync.undo import removing
from integration.sync.undo.past import Past, Undoing, line_of
from integration.sync.undo.remembering import is_decided, moved, put_back
from integration.systems.values import Record, Side, Value
from integration.systems.wording import record_name

SINCE = "Somebody has changed it since, so it stays."
NO_COLUMN = "The field does not exist any more."
FIXED = "It cannot be changed once the record is there."
WORKED_OUT = "It is worked out anew at every synchronization, so it would come back."
DECISION = "A decision about it is on its way, so it stays."
BRINGS = "The other side has changed it since; the next synchronization brings that value."
GONE = "The record does not exist any more."
ELSEWHERE = "It is coupled with another record since, so it stays."
BEING_MADE = "It is still being made; synchronize it first."
ALONG = "It was written along with another record: it cannot be put back, so it stays."
NOT_KEPT = "Its exact values were not kept: it cannot be put back."
DELETED = "The run deleted it, and deletions cannot be undone."
AS_BEFORE = "It is as it was before the run."


class UndoPlanner(Planner):
    """Plans the way back of one run's writes. ``run`` goes in the direction of the run that is undone."""

    def plan_back(self, pasts: Sequence[Past], *, removes: bool = False) -> list[Undoing]:
        """One entry a record, in their order. ``removes``: records that the run made are deleted where nothing was
        done with them since, else all of them stay. Raises ``ConnectionProblem``."""
        side, direction = self.run.direction.destination, self.run.direction
        own = [past for past in pasts if not past.table]
        rows = self._rows([past.id(side) for past in own], {name for past in own for name in past.exact})
        pairs = self.run.ledger.pairs(side, [past.id(side) for past in own])
        sources = self._sources([pair.id(direction.source) for pair in pairs.values()])
        self._prepare_meanings(list(rows.values()), list(sources.values()))
        planned = [self._undoing(past, rows, pairs, sources) for past in pasts]
        alone = [one for one in planned if not one.reason and one.past.inserted]
        self._remove(alone, removes)
        for one in planned:
            if not one.reason and not one.past.inserted:
                self._put_back(one)
        return planned

    # --- reading ---------------------------------------------------------------------------------------------------

    def _rows(self, ids: Sequence[uuid.UUID], written: set[str]) -> dict[uuid.UUID, Record]:
        table = self.run.rule.table(self.run.direction.destination)
        named = {table.number_field, table.name_field} | written
        columns = sorted({*self.destination_columns, *(name for name in named if name in table.fields)})
        return self.run.destination.get(table.name, ids, columns) if ids else {}

    def _sources(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Record]:
        return self.run.source.get(self.run.source_table, ids, self.source_columns) if ids else {}

    def _prepare_meanings(self, rows: Sequence[Record], sources: Sequence[Record]) -> None:
        if sources:
            self._prepare(sources)
        for meaning in self.meanings if rows else ():
            meaning.prepare(self.run.direction.destination, rows)

    # --- one record ------------------------------------------------------------------------------------------------

    def _undoing(
        self,
        past: Past,
        rows: Mapping[uuid.UUID, Record],
        pairs: Mapping[uuid.UUID, Pair],
        sources: Mapping[uuid.UUID, Record],
    ) -> Undoing:
        side, table = self.run.direction.destination, self.run.rule.table(self.run.direction.destination)
        row, pair = rows.get(past.id(side)), pairs.get(past.id(side))
        if past.table:
            return Undoing(past, past.label, reason=ALONG)
        if past.deleted or (past.unkept and not past.exact and not past.inserted):
            return Undoing(past, "" if row is None else record_name(table, row), reason=_lasting(past))
        begun = pair is not None and is_undone(pair, self.run.direction)
        if row is None:
            undoing = Undoing(past, "", reason=AS_BEFORE if begun else GONE)
            if pair is not None and begun and pair.state is State.COUPLED:
                undoing.after = removing.set_aside(pair, self.run.direction, sources.get(pair.id(side.other)))
            return undoing
        if pair is not None and begun and pair.state is State.COUPLED:
            pair = pair.with_outcome(self.run.direction, WENT_WELL)
        undoing = Undoing(past, record_name(table, row), row, before=pair, begun=begun)
        if pair is None:
            return undoing
        undoing.source = sources.get(pair.id(side.other))
        undoing.read = self._as_read(undoing, pair, row)
        if pair.id(side.other) != past.id(side.other):
            undoing.reason = ELSEWHERE
        elif pair.state is State.INTENDED:
            undoing.reason = BEING_MADE
        return undoing

    def _as_read(self, undoing: Undoing, pair: Pair, row: Record) -> Pair:
        """The pair once both rows were read against what is remembered of them."""
        read = self.memories[self.run.direction.destination].read(pair, row)
        if undoing.source is not None:
            read = self.memories[self.run.direction.source].read(read, undoing.source)
        return read

    # --- records that the run made ---------------------------------------------------------------------------------

    def _remove(self, made: Sequence[Undoing], removes: bool) -> None:
        side, system = self.run.direction.destination, self.run.destination
        stays = removing.STAYS if (side, self.run.destination_table) in removing.MAY_GO else removing.NOT_DEFINED
        for one in made:
            one.reason = stays
            if removes and one.row is not None:
                one.reason = removing.why_it_stays(one.past, one.read, one.row, self.memories[side])
        remembered = removing.remembered(system, [one.past for one in made if one.reason == removing.REFERRED])
        going = [one.row.id for one in made if not one.reason and one.row is not None]
        referring = removing.referring(system, self.run.destination_table, going)
        for one in made:
            if not one.reason and one.row is not None:
                one.reason = referring.why_it_stays(one.row.id)
                one.removes = not one.reason
                one.after = None if one.read is None else self._aside(one, one.read)
            one.detail = removing.in_words({**remembered, **referring.by}.get(one.past.id(side), {}))

    def _aside(self, one: Undoing, pair: Pair) -> Pair:
        return removing.set_aside(pair, self.run.direction, one.source)

    # --- fields that the run wrote ---------------------------------------------------------------------------------

    def _put_back(self, one: Undoing) -> None:
        row = one.row
        if row is None:
            return
        fixed = self._worked_out(one)
        for column, values in one.past.exact.items():
            self._field(one, row, column, values, fixed)
        if not one.lines:
            one.reason = AS_BEFORE
            one.arrived = self._arrived(one, row)
        if one.changes and one.read is not None:
            one.after = self._remembered(one, one.read, row)

    def _field(
        self, one: Undoing, row: Record, column: str, values: tuple[Value, Value], fixed: frozenset[str]
    ) -> None:
        """Put one field back, or say why it stays; nothing where it is as it was."""
        table, (old, new) = self.run.rule.table(self.run.direction.destination), values
        described = table.fields.get(column)
        if described is None:
            one.lines.append(line_of(table, column, (None, old), NO_COLUMN))
            return
        normal, now = normalizer(described), row.values.get(column)
        if normal(now) == normal(old):
            return
        reason = ""
        if not self._is_as_written(one, column, normal(now), normal(new)):
            reason = SINCE
        elif not described.updatable:
            reason = FIXED
        elif column in fixed:
            reason = WORKED_OUT
        elif one.read is not None and is_decided(one.read, self._keys_of(column)):
            reason = DECISION
        note = BRINGS if not reason and self._source_changed(one, column) else ""
        one.lines.append(line_of(table, column, (now, old), reason, note))
        if not reason:
            one.changes.append(Change(column, now, old))

    def _is_as_written(self, one: Undoing, column: str, now: str, written: str) -> bool:
        """Does the field hold what the run wrote? What its system made of that (rounded, trimmed) counts as well, where
        it is remembered as that."""
        if now == written:
            return True
        if one.read is None or not made_of(now, written):
            return False
        place = 0 if self.run.direction.destination is Side.ERP else 1
        agreed = (one.read.agreed.get(key) for key in self._keys_of(column))
        return any(halves is not None and value_of(halves[place]) == now for halves in agreed)

    def _keys_of(self, column: str) -> list[str]:
        """The fields of the mapping that this column says, or says together with others."""
        side = self.run.direction.destination
        meant = [meaning.key for meaning in self.meanings if column in meaning.columns(side)]
        return meant + [key for key, name in self.memories[side].columns.items() if name == column]

    def _source_changed(self, one: Undoing, column: str) -> bool:
        if one.source is None or one.read is None:
            return False
        memory = self.memories[self.run.direction.source]
        named = set(self._keys_of(column))
        only = replace(one.read, agreed={key: halves for key, halves in one.read.agreed.items() if key in named})
        return memory.differs(only, one.source)

    def _worked_out(self, one: Undoing) -> frozenset[str]:
        """The columns that a special rule writes at every look, whatever is agreed."""
        direction, source = self.run.direction, one.source
        if source is None or one.read is None or not self.run.rule.direction.includes(direction):
            return frozenset()
        draft = self._draft(source, self._resolve(self.transfer, [source]), one.row)
        return frozenset(draft.extra)

    def _remembered(self, one: Undoing, read: Pair, row: Record) -> Pair:
        """The pair once the fields are back."""
        side = self.run.direction.destination
        memory, other = self.memories[side], self.memories[side.other]
        before = memory.values(row)
        after = memory.values(replace(row, values={**row.values, **one.values()}))
        there = {} if one.source is None else other.values(one.source)
        is_read = not self.run.destination.remote
        return put_back(read, side, moved(before, after), after, there, is_read=is_read)

    def _arrived(self, one: Undoing, row: Record) -> bool:
        """Is it as it was because an undoing that was interrupted has written it?"""
        begun, side = one.before.in_flight if one.before is not None else None, self.run.direction.destination
        return begun is not None and begun.side is side and begun.seen != row.version


def _lasting(past: Past) -> str:
    """Why nothing of this can ever go back."""
    return DELETED if past.deleted else NOT_KEPT
