"""Changing documents that are closed to changes: Submitted, Canceled, Fulfilled and Invoiced orders, Paid and Canceled
invoices.

Sales takes a change of such a row only in its first state, and some moves between states only from there (Paid Partial
-> Paid Complete, Canceled -> Paid). So it is opened, changed and closed again in one change set, and nobody finds it
open, whatever happens on the way::

    PATCH its first state (If-Match: its version)      PATCH the columns      PATCH the wanted state

Opening would revive a Canceled order as well. So who writes says from which states he does (``Row.from_states``), the
state is read with the version that the change set depends on, and a row in any other state is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integration.dataverse import batch, rows
from integration.dataverse.batch import Together
from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.session import Session
from integration.dataverse.writing import changesets
from integration.dataverse.writing.actions import State
from integration.dataverse.writing.blame import ErrorAttribution
from integration.dataverse.writing.changesets import ChangeSet, Operation
from integration.dataverse.writing.documents import read
from integration.dataverse.writing.naming import unchangeable
from integration.dataverse.writing.papers import STATE_COLUMNS
from integration.systems.errors import BadAnswer, NotFound, Problem, Refused, TimedOut, VersionConflict
from integration.systems.values import Record, Row, Value, Written

FIRST_STATES: Mapping[str, State] = {"salesorder": State(0, 1), "invoice": State(0, 4)}
"""Tables whose rows are closed to changes outside of this state, with the reason they are opened with."""
UNCERTAIN = (VersionConflict, TimedOut)


def opens(table: str, row: Row) -> bool:
    """Is this row to be opened for its change, if it is closed?"""
    return bool(row.from_states) and table in FIRST_STATES


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it is and as it is to be."""

    row: Row
    version: str
    columns: Mapping[str, Value]
    now: State
    then: State

    def operations(self, entity: Entity, shown: str) -> ChangeSet:
        """The writes, in order: none where nothing differs."""
        first, state = FIRST_STATES[entity.table.name], self.now
        steps: list[Mapping[str, Value]] = []
        if self.now.state != first.state and (self.columns or self.then != self.now):
            state = self.then if self.then.state == first.state else first
            steps.append(_columns(state))
        if self.columns:
            steps.append(self.columns)
        if self.then != state:
            steps.append(_columns(self.then))
        versions = [self.version, *["*"] * len(steps)]
        return [self._patch(entity, step, version, shown) for step, version in zip(steps, versions, strict=False)]

    def _patch(self, entity: Entity, values: Mapping[str, Value], version: str, shown: str) -> Operation:
        headers = {"If-Match": version, "Prefer": f"return=representation,{rows.KINDS_ONLY}"}
        path = f"{entity.set_name}({self.row.id})?$select={shown}"
        return Operation(batch.Part("PATCH", path, headers, rows.body(entity, values)), entity, self.row)


class ClosedWriter:
    """Updates rows of one table, each from the states that it names."""

    def __init__(self, session: Session, entity: Entity) -> None:
        self.session, self.entity = session, entity

    def update(self, wanted: Sequence[Row]) -> list[Written]:
        """Change them, answers in their order. One that is gone answers with ``NotFound``, one of another version with
        ``VersionConflict``, one in another state than it says with ``Refused``. Raises what concerns every row."""
        there = read(self.session, self.entity, [row.id for row in wanted], STATE_COLUMNS)
        answers: dict[int, Written] = {}
        changes: dict[int, Change] = {}
        for place, row in enumerate(wanted):
            found = there.get(row.id)
            problem = self._problem(row, found)
            if problem is not None or found is None:
                answers[place] = Written(row.id, error=problem)
            else:
                changes[place] = _change(row, found)
        answers |= self._send(changes)
        return [answers[place] for place in range(len(wanted))]

    def _problem(self, row: Row, found: Record | None) -> Problem | None:
        label = self.entity.table.label
        if found is None:
            return NotFound(f"There is no {label} with the id {row.id}.")
        if row.version not in (None, found.version):
            return VersionConflict("Somebody changed the record in the meantime.")
        state = found.values["statecode"]
        if state not in row.from_states:
            options = self.entity.table.fields["statecode"].options
            name = next((option.label for option in options if option.value == state), str(state))
            return Refused(f"{label} is {name} in Dynamics 365 Sales and stays as it is.")
        return unchangeable(self.entity, replace(row, values=_plain(row)))

    def _send(self, changes: Mapping[int, Change]) -> dict[int, Written]:
        sets = {place: change.operations(self.entity, self._select(change.row)) for place, change in changes.items()}
        written = {place: Written(changes[place].row.id, changes[place].version) for place in sets if not sets[place]}
        sent = [place for place in sets if sets[place]]
        together = changesets.send(self.session, [sets[place] for place in sent])
        answers = dict(zip(sent, together, strict=True))
        made = self._made({place: changes[place] for place in sent if _doubtful(answers[place])})
        listed = {
            place: made.get(place) or self._written(changes[place].row, sets[place], answers[place]) for place in sent
        }
        order = [changes[place].row for place in sent]
        judged = ErrorAttribution(self.session, self.entity).page(order, list(listed.values()), len(written))
        return written | dict(zip(sent, judged, strict=True))

    def _written(self, row: Row, operations: ChangeSet, answer: Together) -> Written:
        if answer.problem is not None:
            return Written(row.id, error=changesets.problem_of(operations, answer))
        body = answer.answers[-1].json() if answer.answers[-1].body else None
        if not isinstance(body, dict):
            raise BadAnswer(f"{self.entity.table.label}: the answer does not show what was written.")
        record = rows.Reader(self.entity, list(row.values)).record(body)
        return Written(row.id, record.version, values=record.values)

    def _made(self, changes: Mapping[int, Change]) -> dict[int, Written]:
        """Those that an attempt made whose answer never came: they hold what was to be written, and we wrote last."""
        names = sorted({name for change in changes.values() for name in [*change.row.values, *STATE_COLUMNS]})
        there = read(self.session, self.entity, [change.row.id for change in changes.values()], names)
        ours = self.session.ours() if there else frozenset()
        return {
            place: Written(
                change.row.id, found.version, values={name: found.values[name] for name in change.row.values}
            )
            for place, change in changes.items()
            if (found := there.get(change.row.id)) is not None and found.modified_by in ours and _holds(found, change)
        }

    def _select(self, row: Row) -> str:
        return query.select(self.entity, rows.columns(self.entity, list(row.values)))


def _change(row: Row, found: Record) -> Change:
    now = _state(found.values)
    named = any(name in row.values for name in STATE_COLUMNS)
    return Change(row, found.version, _plain(row), now, _state(row.values) if named else now)


def _state(values: Mapping[str, Value]) -> State:
    """The state that these values name. Raises ``ValueError`` for one without its reason."""
    state, status = (values.get(name) for name in STATE_COLUMNS)
    if not isinstance(state, int) or not isinstance(status, int):
        raise ValueError("A state is written together with its reason: statecode and statuscode.")
    return State(state, status)


def _plain(row: Row) -> dict[str, Value]:
    return {name: value for name, value in row.values.items() if name not in STATE_COLUMNS}


def _columns(state: State) -> Mapping[str, Value]:
    return {"statecode": state.state, "statuscode": state.status}


def _doubtful(answer: Together) -> bool:
    return answer.repeated and isinstance(answer.problem, UNCERTAIN)


def _holds(found: Record, change: Change) -> bool:
    wanted = {**change.row.values, **_columns(change.then)}
    return all(found.values[name] == value for name, value in wanted.items())
