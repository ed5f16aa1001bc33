"""Is there such a record, or is anything remembered of one? A page about a record that nobody knows is not found."""

from __future__ import annotations

import uuid

from integration.connection import systems
from integration.connection.opening import open_for_words
from integration.models import ConnectionSetup, PlannedChange, RecordChange, SyncError, TableMapping
from integration.systems.errors import Problem, TableMissing
from integration.systems.values import Side


def is_known(side: Side, table: str, id: uuid.UUID) -> bool:
    """What our side remembers goes first, also of a record that was deleted; then its own system is asked. Where that
    does not answer, there may be such a record."""
    about = {f"{side.value}_id": id}
    coupled = TableMapping.objects.filter(**{f"{side.value}_table": table, f"couplings__{side.value}_id": id})
    noted = (model.objects.filter(**about) for model in (RecordChange, SyncError, PlannedChange))
    return any(rows.exists() for rows in (coupled, *noted)) or _is_there(side, table, id)


def _is_there(side: Side, table: str, id: uuid.UUID) -> bool:
    try:
        if side is Side.ERP:
            return id in systems.open_erp().get(table, [id], [])
        with open_for_words(ConnectionSetup.current()) as crm:
            return id in crm.get(table, [id], [])
    except TableMissing:
        return False
    except Problem:
        return True
