"""Rows on their way in: a page at a time, in bulk, each row with an answer of its own.

Everything happens inside a savepoint under the company's write lock, so that what is checked before a write (ids, keys,
relations, versions) still holds when it is written, and a failed bulk write leaves the caller's transaction usable. It
is then repeated row by row:

    insert [Adatum, Fabrikam, Adatum again]      savepoint: the constraint refuses all three, rolled back
    insert [Adatum]                              savepoint: stored
    insert [Fabrikam]                            savepoint: stored
    insert [Adatum again]                        savepoint: DuplicateKey, rolled back; the answer of this row alone
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError

from integration.business_central.models import CompanyRow
from integration.business_central.number_series import NumberRefused
from integration.business_central.row_versions import lock_company
from integration.business_central.rows import BATCH_SIZE, Change
from integration.business_central.tables import Column, TableColumns
from integration.business_central.writing.keys import Keys, changed_key_conflict
from integration.business_central.writing.relations import Relations
from integration.business_central.writing.validation import stored_values
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

Batch = Mapping[int, Row]
Answers = dict[int, Written]
"""Rows and answers go by the position in the batch: one id may come twice."""
Work = Callable[[TableColumns, Batch], Answers]


def write(work: Work, table: TableColumns, rows: Sequence[Row]) -> list[Written]:
    """Do the work in batches and answer in the order of the rows. A database that is busy too long fails its batch as
    ``Locked``, which is retryable. Raises ``FieldMissing``."""
    table.select(sorted({name for row in rows for name in row.values}))
    answers: Answers = {}
    for start in range(0, len(rows), BATCH_SIZE):
        answers |= _attempt(work, table, dict(enumerate(rows[start : start + BATCH_SIZE], start)))
    return [answers[position] for position in range(len(rows))]


def _attempt(work: Work, table: TableColumns, batch: Batch) -> Answers:
    try:
        with transaction.atomic():
            lock_company()
            return work(table, batch)
    except (DatabaseError, NumberRefused, ProtectedError, RecordProblem) as error:
        if len(batch) == 1 or isinstance(error, OperationalError):
            return {position: Written(row.id, error=problem_of(table, error)) for position, row in batch.items()}
    answers: Answers = {}
    for position, row in batch.items():
        answers |= _attempt(work, table, {position: row})
    return answers


def problem_of(table: TableColumns, error: Exception) -> Problem:
    """The answer of the database or the company as a problem of the row."""
    label = table.table.label
    if isinstance(error, RecordProblem):
        return error
    if isinstance(error, OperationalError):
        return Locked(f"{label} is locked by another user at the moment.", raw=str(error))
    if isinstance(error, ProtectedError):
        users = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
        return Refused(f"The {label} is in use ({', '.join(users)}) and cannot be deleted.")
    if isinstance(error, NumberRefused):
        return Refused(str(error))
    if isinstance(error, IntegrityError):
        return DuplicateKey(f"There is a {label} with this key already.", raw=str(error))
    return Refused(f"The {label} could not be stored: {error}", raw=str(error))


# --- insert --------------------------------------------------------------------------------------------------------


def insert(table: TableColumns, batch: Batch) -> Answers:
    """Insert rows with the ids they bring."""
    answers: Answers = {}
    fresh: dict[int, CompanyRow] = {}
    keys = Keys(table, [row.id for row in batch.values()])
    usable, refused = valid_rows(table, batch, new=True)
    answers |= refused
    for position, values in usable:
        instance = table.model(system_id=batch[position].id, **values)
        problem = keys.id_conflict(instance.pk) or _broken_rule(instance)
        if problem is None:
            fresh[position] = instance
            keys.reserve_id(instance.pk)
        else:
            answers[position] = Written(instance.pk, error=problem)
    for position, problem in keys.key_conflicts(fresh).items():
        answers[position] = Written(fresh.pop(position).pk, error=problem)
    table.model.objects.bulk_create(fresh.values())
    return answers | {position: Written(row.pk, str(row.row_version)) for position, row in fresh.items()}


Usable = list[tuple[int, dict[str, Any]]]


def valid_rows(
    table: TableColumns, batch: Batch, *, new: bool, trusted: Mapping[str, Collection[uuid.UUID]] | None = None
) -> tuple[Usable, Answers]:
    """The rows whose values fit and whose relations are there, as stored columns; and the answers of the others.
    ``trusted``: by column the ids of rows that are going to be there."""
    answers: Answers = {}
    accepted: dict[int, Mapping[Column, Any]] = {}
    usable: Usable = []
    required = {name: "" for name, column in table.columns.items() if column.field.required} if new else {}
    for position, row in batch.items():
        values = stored_values(table.columns, {**required, **row.values})
        if isinstance(values, RecordProblem):
            answers[position] = Written(row.id, error=values)
        else:
            accepted[position] = values
    relations = Relations(table.model, accepted.values(), trusted or {})
    for position, accepted_values in accepted.items():
        resolved = relations.resolve(accepted_values)
        if isinstance(resolved, RecordProblem):
            answers[position] = Written(batch[position].id, error=resolved)
        else:
            usable.append((position, {column.attribute: value for column, value in resolved.items()}))
    return usable, answers


def _broken_rule(instance: CompanyRow) -> RecordProblem | None:
    for name, message in instance.problems():
        return InvalidValue(message, field=name, value=getattr(instance, name))
    return None


# --- update --------------------------------------------------------------------------------------------------------


def update(table: TableColumns, batch: Batch) -> Answers:
    """Change the given columns of rows. A row that names a version is refused where it has another one by now; a row
    that comes twice is changed twice and written once."""
    stored = table.model.objects.in_bulk([row.id for row in batch.values()])
    answers = _outdated(table, batch, stored)
    current = {position: row for position, row in batch.items() if position not in answers}
    changes: dict[uuid.UUID, Change] = {}
    written: dict[int, CompanyRow] = {}
    usable, refused = valid_rows(table, current, new=False)
    answers |= refused
    for position, values in usable:
        row, instance = batch[position], stored[batch[position].id]
        change = changes.get(row.id) or Change(instance, instance.columns(), row.validate)
        problem = _apply(table, change, values)
        if problem is None:
            changes[row.id], written[position] = change, instance
        else:
            answers[position] = Written(row.id, error=problem)
    table.model.objects.write_changes(list(changes.values()))
    return answers | {position: Written(row.pk, str(row.row_version)) for position, row in written.items()}


def _outdated(table: TableColumns, batch: Batch, stored: Mapping[uuid.UUID, CompanyRow]) -> Answers:
    """The answers of the rows that are gone or have another version by now."""
    answers: Answers = {}
    for position, row in batch.items():
        instance = stored.get(row.id)
        if instance is None:
            gone = NotFound(f"There is no {table.table.label} with the id {row.id}.")
            answers[position] = Written(row.id, error=gone)
        elif row.version is not None and row.version != str(instance.row_version):
            changed = VersionConflict(f"{table.table.label} {instance} was changed by another user in the meantime.")
            answers[position] = Written(row.id, error=changed)
    return answers


def _apply(table: TableColumns, change: Change, values: dict[str, Any]) -> RecordProblem | None:
    """Set the values, and all of them back again where the row's rules or its new key refuse them: the row may come
    twice in the page and be written for its other change."""
    before = {name: getattr(change.row, name) for name in values}
    for name, value in values.items():
        setattr(change.row, name, value)
    problem = _broken_rule(change.row) or changed_key_conflict(table, change)
    if problem is not None:
        for name, value in before.items():
            setattr(change.row, name, value)
    return problem


# --- delete --------------------------------------------------------------------------------------------------------


def delete(table: TableColumns, batch: Batch) -> Answers:
    """Delete rows. A row that is gone already counts as deleted."""
    stored = table.model.objects.in_bulk([row.id for row in batch.values()])
    stale = _outdated(table, {position: row for position, row in batch.items() if row.id in stored}, stored)
    going = {row.id for position, row in batch.items() if row.id in stored and position not in stale}
    if going:
        table.model.objects.filter(pk__in=going).delete()
    return {position: stale.get(position, Written(row.id)) for position, row in batch.items()}
