"""The verbs beyond create, change and delete. Documents will bring theirs: release, ship, invoice, pay, archive."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from integration.business_central.tables import TableColumns
from integration.systems.errors import NotFound, Refused
from integration.systems.values import FieldType


def act(table: TableColumns, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> None:
    """Do it. Raises ``Refused`` for a verb the table does not know, ``NotFound``."""
    blocked = table.columns.get("blocked")
    if action not in ("block", "unblock") or blocked is None:
        raise Refused(f"{table.table.label} knows no action “{action}”.")
    row: Any = table.model.objects.filter(pk=id).first()
    if row is None:
        raise NotFound(f"There is no {table.table.label} with the id {id}.")
    if blocked.field.type is FieldType.BOOLEAN:
        row.blocked = action == "block"
    else:
        row.blocked = _option(table, arguments.get("option")) if action == "block" else 0
    row.save(update_fields=["blocked"])


def _option(table: TableColumns, wanted: Any) -> int:
    """Which blocking: the one named, or the strictest, which is the last."""
    options = {option.value for option in table.columns["blocked"].field.options} - {0}
    if wanted is None:
        return max(options)
    if wanted not in options:
        raise Refused(f"{table.table.label} cannot be blocked with {wanted}.")
    return int(wanted)
