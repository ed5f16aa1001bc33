"""What people write by hand in Business Central: the same way in as a run's, and an entry in the audit log.

Rules, keys, relations, row versions and what follows from a change are the system's own. The log holds the record's id
and the names of its fields, never a value.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction

from integration.models.stored.audit import AuditEntry, record
from integration.systems.errors import NotFound
from integration.systems.system import System
from integration.systems.values import Row, Table, Value, Written
from integration.systems.wording import field_name

FIELDS = "fields"
"""Under which word an entry names the fields."""
SEPARATOR = ", "


def create(system: System, table: Table, id: uuid.UUID, values: Mapping[str, Value]) -> Written:
    """Insert one record; the answer says what is wrong with it."""
    with transaction.atomic():
        [written] = system.insert(table.name, [Row(id, values)])
        if written.ok:
            note(
                AuditEntry.Action.CREATED,
                table,
                id,
                [name for name, value in values.items() if value not in ("", None)],
            )
    return written


def change(system: System, table: Table, row: Row) -> Written:
    """Change one record, where it still has the row's version."""
    with transaction.atomic():
        [written] = system.update(table.name, [row])
        if written.ok:
            note(AuditEntry.Action.CHANGED, table, row.id, row.values)
    return written


def delete(system: System, table: Table, id: uuid.UUID, version: str) -> Written:
    """Delete one record, where it still has this version. One that is gone already answers with ``NotFound``."""
    with transaction.atomic():
        if id not in system.get(table.name, [id], ()):
            return Written(id, error=NotFound(f"This {table.label} is deleted already."))
        [written] = system.delete(table.name, [Row(id, version=version)])
        if written.ok:
            note(AuditEntry.Action.DELETED, table, id, ())
    return written


def note(action: AuditEntry.Action, table: Table, id: uuid.UUID, fields: Iterable[str]) -> None:
    """Leave an entry in the audit log."""
    labels = SEPARATOR.join(field_name(table.fields[name]) for name in fields)
    record(action, table.label, id, after={FIELDS: labels} if labels else None)
