"""Rows on their way in: a page at a time, in bulk, each row with an answer of its own.

Everything happens inside a savepoint behind the door, so that what is checked before a write (ids, keys, relations,
versions) still holds when it is written, and a failed bulk write leaves the caller's transaction usable: it is then
repeated row by row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError

from integration.business_central.accepting import accept_all
from integration.business_central.keys import Keys
from integration.business_central.models import CompanyRow
from integration.business_central.models.bulk import update_rows
from integration.business_central.models.door import hold
from integration.business_central.models.numbers import SeriesUsedUp
from integration.business_central.models.rows import Change
from integration.business_central.relations import Relations
from integration.business_central.tables import TableColumns
from integration.systems.errors import (
    DuplicateKey,
    InvalidValue,
    Locked,
    NotFound,
    Problem,
    RecordProblem,
    Refused,
    VersionConflict,
)
from integration.systems.values import Row, Written

AT_ONCE = 500
Batch = Mapping[int, Row]
Answers = dict[int, Written]
"""Rows and answers go by the position in the batch: one id may come twice."""
Work = Callable[[TableColumns, Batch], Answers]


def write(work: Work, table: TableColumns, rows: Sequence[Row]) -> list[Written]:
    """Do the work in batches, answers in the order of the rows. A database that is busy too long fails its batch as
    ``Locked``, which is retryable. Raises ``FieldMissing``."""
    table.select(sorted({name for row in rows for name in row.values}))
    answers: Answers = {}
    for start in range(0, len(rows), AT_ONCE):
        answers |= _attempt(work, table, dict(enumerate(rows[start : start + AT_ONCE], start)))
    return [answers[position] for position in range(len(rows))]


def _attempt(work: Work, table: TableColumns, batch: Batch) -> Answers:
    try:
        with transaction.atomic():
            hold()
            return work(table, batch)
    except (DatabaseError, SeriesUsedUp, ProtectedError) as error:
        if len(batch) == 1 or isinstance(error, OperationalError):
            return {position: Written(row.id, error=_problem(table, error)) for position, row in batch.items()}
    answers: Answers = {}
    for position, row in batch.items():
        answers |= _attempt(work, table, {position: row})
    return answers


def _problem(table: TableColumns, error: Exception) -> Problem:
    """What the database or the company said, as a problem of the row."""
    label = table.table.label
    if isinstance(error, OperationalError):
        return Locked(f"{label} is locked by somebody else at the moment.", raw=str(error))
    if isinstance(error, ProtectedError):
        users = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
        return Refused(f"The {label} is in use ({', '.join(users)}) and cannot be deleted.")
    if isinstance(error, IntegrityError):
        return DuplicateKey(f"There is a {label} with this key already.", raw=str(error))
    return Refused(f"The {label} could not be stored: {error}", raw=str(error))


# --- insert --------------------------------------------------------------------------------------------------------


def insert(table: TableColumns, batch: Batch) -> Answers:
    answers: Answers = {}
    made: dict[int, CompanyRow] = {}
    keys = Keys(table, [row.id for row in batch.values()])
    for position, values in _accepted(table, batch, answers, new=True):
        instance = table.model(system_id=batch[position].id, **values)
        problem = keys.taken_id(instance.pk) or _rules(instance)
        if problem is None:
            made[position] = instance
            keys.reserve_id(instance.pk)
        else:
            answers[position] = Written(instance.pk, error=problem)
    for position, problem in keys.taken(made).items():
        answers[position] = Written(made.pop(position).pk, error=problem)
    table.model.objects.bulk_create(made.values())
    return answers | {position: Written(row.pk, str(row.row_version)) for position, row in made.items()}


def _accepted(table: TableColumns, batch: Batch, answers: Answers, *, new: bool) -> list[tuple[int, dict[str, Any]]]:
    """The rows whose values fit and whose relations are there, as stored columns; the others are answered."""
    accepted, usable = {}, []
    required = {name: "" for name, column in table.columns.items() if column.field.required} if new else {}
    for position, row in batch.items():
        found = accept_all(table.columns, {**required, **row.values})
        if isinstance(found, RecordProblem):
            answers[position] = Written(row.id, error=found)
        else:
            accepted[position] = found
    relations = Relations(table.model, accepted.values())
    for position, values in accepted.items():
        resolved = relations.resolve(values)
        if isinstance(resolved, RecordProblem):
            answers[position] = Written(batch[position].id, error=resolved)
        else:
            usable.append((position, {column.attribute: value for column, value in resolved.items()}))
    return usable


def _rules(instance: CompanyRow) -> RecordProblem | None:
    for name, message in instance.problems():
        return InvalidValue(message, field=name, value=getattr(instance, name))
    return None


# --- update --------------------------------------------------------------------------------------------------------


def update(table: TableColumns, batch: Batch) -> Answers:
    stored = table.model.objects.in_bulk([row.id for row in batch.values()])
    answers = _refused(table, batch, stored)
    left = {position: row for position, row in batch.items() if position not in answers}
    changes: dict[uuid.UUID, Change] = {}
    written: dict[int, CompanyRow] = {}
    for position, values in _accepted(table, left, answers, new=False):
        row, instance = batch[position], stored[batch[position].id]
        change = changes.get(row.id) or Change(instance, instance.columns(), row.validate)
        problem = _apply(change, values) or Keys.of_change(table, change)
        if problem is None:
            changes[row.id], written[position] = change, instance
        else:
            answers[position] = Written(row.id, error=problem)
    update_rows(table.model, list(changes.values()))
    return answers | {position: Written(row.pk, str(row.row_version)) for position, row in written.items()}


def _refused(table: TableColumns, batch: Batch, stored: Mapping[uuid.UUID, CompanyRow]) -> Answers:
    """The rows that are gone or have another version by now."""
    answers: Answers = {}
    for position, row in batch.items():
        instance = stored.get(row.id)
        if instance is None:
            gone = NotFound(f"There is no {table.table.label} with the id {row.id}.")
            answers[position] = Written(row.id, error=gone)
        elif row.version is not None and row.version != str(instance.row_version):
            stale = VersionConflict(f"{table.table.label} {instance} was changed by somebody else in the meantime.")
            answers[position] = Written(row.id, error=stale)
    return answers


def _apply(change: Change, values: dict[str, Any]) -> RecordProblem | None:
    """Set the values, and back again where the row's rules refuse them."""
    before = {name: getattr(change.row, name) for name in values}
    for name, value in values.items():
        setattr(change.row, name, value)
    problem = _rules(change.row)
    if problem is not None:
        for name, value in before.items():
            setattr(change.row, name, value)
    return problem


# --- delete --------------------------------------------------------------------------------------------------------


def delete(table: TableColumns, batch: Batch) -> Answers:
    stored = table.model.objects.in_bulk([row.id for row in batch.values()])
    stale = _refused(table, {position: row for position, row in batch.items() if row.id in stored}, stored)
    going = {row.id for position, row in batch.items() if row.id in stored and position not in stale}
    if going:
        table.model.objects.filter(pk__in=going).delete()
    return {position: stale.get(position, Written(row.id)) for position, row in batch.items()}
