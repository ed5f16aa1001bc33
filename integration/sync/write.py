"""The writing half of a page: inserts, updates, then what the special rule has to follow up. No ledger in here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from integration.sync.actions import Action, Insert, SideWrite, Uncouple, Update
from integration.sync.given_ids.marks import mark
from integration.sync.matching.number_conflicts import arrived_by_code, find_number_conflicts
from integration.sync.special.base import Run, Special
from integration.systems.errors import ConfigurationProblem, DuplicateKey, Problem
from integration.systems.values import Document, Record, Row, Value, Written


@dataclass(slots=True)
class Results:
    """What became of a page, by source id: the answer to the write, that to deleting a twin, the failure of a later
    wave, the rows as they are now where the destination is local, and what became of those written besides."""

    removed: dict[uuid.UUID, Written] = field(default_factory=dict)
    written: dict[uuid.UUID, Written] = field(default_factory=dict)
    later: Mapping[uuid.UUID, Problem] = field(default_factory=dict)
    rows: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    besides: Sequence[tuple[SideWrite, Written]] = ()


def write(run: Run, special: Special, actions: Sequence[Action], columns: Sequence[str] = ()) -> Results:
    """Write a page; ``columns`` are read back where that costs no request. Where the destination gives the ids,
    ``follow`` is left to the caller, who gives the new rows their pairs first. Raises a ``ConnectionProblem`` where the
    system as a whole does not answer any more."""
    results = Results()
    _delete(run, [action for action in actions if isinstance(action, Uncouple)], results)
    inserts = [action for action in actions if isinstance(action, Insert)]
    updates = [action for action in actions if isinstance(action, Update)]
    if inserts or updates:
        special.before()
    if inserts:
        _insert(run, special, inserts, results)
    if updates:
        _update(run, special, updates, results)
    if not run.gives_ids:
        follow(run, special, actions, results, columns)
    return results


def follow(
    run: Run,
    special: Special,
    actions: Sequence[Action],
    results: Results,
    columns: Sequence[str] = (),
    without: Collection[uuid.UUID] = (),
) -> None:
    """What follows the writes of a page, under the ids that its rows have; not for the records named in ``without``."""
    inserts = [action for action in actions if isinstance(action, Insert)]
    written: list[Insert | Update] = [*inserts, *(action for action in actions if isinstance(action, Update))]
    done = [one for one in written if results.written[one.record.id].ok and one.record.id not in without]
    results.later = special.after(done) if done else {}
    succeeded = {action.record.id for action in done} - results.later.keys()
    besides = [one for one in actions if isinstance(one, SideWrite) and one.record.id in succeeded]
    if besides:
        results.later = {**results.later, **_besides(run, besides, results)}
    if done and not run.is_apart:
        ids = [action.pair.id(run.direction.destination) for action in done]
        results.rows = run.destination.get(run.destination_table, ids, columns)


def _besides(run: Run, writes: Sequence[SideWrite], results: Results) -> dict[uuid.UUID, Problem]:
    """What is written besides, wave by wave: each covers the records whose earlier waves succeeded. Answers the
    failures of those without which a record is not complete. Any other that somebody was faster with, or that is
    refused, stays as it is: that is no fault of the record."""
    failed: dict[uuid.UUID, Problem] = {}
    made: list[tuple[SideWrite, Written]] = []
    for wave in sorted({one.wave for one in writes}):
        due = [one for one in writes if one.wave == wave and one.record.id not in failed]
        for write, answer in _written_besides(run, due):
            if answer.ok or (write.is_new and isinstance(answer.error, DuplicateKey)):
                made.append((write, answer))
            elif write.must and answer.error is not None:
                failed[write.record.id] = answer.error
    results.besides = made
    return failed


def _written_besides(run: Run, writes: Sequence[SideWrite]) -> Iterator[tuple[SideWrite, Written]]:
    kinds: dict[tuple[str, bool], list[SideWrite]] = {}
    for one in writes:
        kinds.setdefault((one.table, one.is_new), []).append(one)
    for (table, is_new), ones in kinds.items():
        write = run.destination.insert if is_new else run.destination.update
        rows = [Row(one.id, one.values, None if is_new else one.seen or None) for one in ones]
        yield from zip(ones, write(table, rows), strict=True)


def _delete(run: Run, uncoupled: Sequence[Uncouple], results: Results) -> None:
    """The twins that go with their pairs, and those that get something written when their pairs go."""
    owners = {action.twin.id: action.pair.id(run.direction.source) for action in uncoupled if action.twin is not None}
    left = [action.last for action in uncoupled if action.last is not None]
    gone = [Row(id) for id in owners if id not in {row.id for row in left}]
    answers = run.destination.delete(run.destination_table, gone) if gone else []
    answers += run.destination.update(run.destination_table, left) if left else []
    results.removed = {owners[answer.id]: answer for answer in answers}


def _insert(run: Run, special: Special, inserts: Sequence[Insert], results: Results) -> None:
    side, table = run.direction.destination, run.destination_table
    rows = [Row(action.pair.id(side), _values(run, action), validate=validated(run)) for action in inserts]
    answers = _inserted(run, [special.insert(action, row) for action, row in zip(inserts, rows, strict=True)])
    if run.gives_ids:
        _named_by_their_system(run, inserts, answers, results)
        return
    refused = [row.id for row, answer in zip(rows, answers, strict=True) if isinstance(answer.error, DuplicateKey)]
    # A duplicate of an id of ours means that an earlier try, thought lost, has arrived.
    there = run.destination.get(table, refused, ()) if refused else {}
    twice = [a for a, row in zip(inserts, rows, strict=True) if row.id in set(refused) - there.keys()]
    conflicts = find_number_conflicts(run, twice) if twice else {}
    for action, row, answer in zip(inserts, rows, answers, strict=True):
        arrived = row.id in there
        problem = conflicts.get(action.record.id, answer.error)
        results.written[action.record.id] = Written(row.id) if arrived else replace(answer, error=problem)


def _inserted(run: Run, new: Sequence[Row | Document]) -> list[Written]:
    """Insert rows, or documents with all that belongs to them. Raises ``ConfigurationProblem``."""
    documents = [one for one in new if isinstance(one, Document)]
    if not documents:
        return run.destination.insert(run.destination_table, [one for one in new if isinstance(one, Row)])
    insert_documents = getattr(run.destination, "insert_documents", None)
    if insert_documents is None:
        raise ConfigurationProblem(f"{run.rule.name} writes whole documents, which the other system does not take.")
    answers: list[Written] = insert_documents(run.destination_table, documents)
    return answers


def _values(run: Run, action: Insert) -> Mapping[str, Value]:
    """The values of a new row; with a mark where only that finds the row again."""
    side = run.direction.destination
    marked = run.rule.table(side).mark_field
    return {**action.values, marked: mark(action.pair.id(side))} if run.gives_ids and marked else action.values


def _named_by_their_system(run: Run, inserts: Sequence[Insert], answers: Sequence[Written], results: Results) -> None:
    """The answers have the ids. A key that is there already is an earlier try of ours, or somebody else's."""
    refused = [
        action for action, answer in zip(inserts, answers, strict=True) if isinstance(answer.error, DuplicateKey)
    ]
    marked = run.rule.table(run.direction.destination).mark_field
    arrived = {} if marked or not refused else arrived_by_code(run, refused)
    conflicts = find_number_conflicts(run, refused) if marked and refused else {}
    for action, answer in zip(inserts, answers, strict=True):
        id = action.record.id
        results.written[id] = arrived.get(id) or replace(answer, error=conflicts.get(id, answer.error))


def _update(run: Run, special: Special, updates: Sequence[Update], results: Results) -> None:
    rows, behind = [], []
    for action in updates:
        if action.changes:
            row = Row(action.twin.id, action.values, action.twin.version, validated(run))
            rows.append(special.finish(action, row))
            behind.append(action)
        else:
            results.written[action.record.id] = Written(action.twin.id, action.twin.version)
    if rows:
        answers = run.destination.update(run.destination_table, rows)
        for action, answer in zip(behind, answers, strict=True):
            results.written[action.record.id] = answer


def validated(run: Run) -> frozenset[str]:
    """Mapped columns as their mapping says, those of templates always."""
    side = run.direction.destination
    mapped = {rule.field(side) for rule in run.rule.fields_towards(run.direction) if rule.validate}
    return frozenset(mapped.union(*(template.values for template in run.rule.templates_for(side))))
