"""Actions on a row, beyond insert, update and delete: ``block`` and ``unblock``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from integration.business_central.tables import TableColumns
from integration.systems.errors import NotFound, Refused
from integration.systems.values import FieldType


def act(table: TableColumns, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> None:
    """Do an action. ``option`` among the arguments of ``block``: which blocking, by the value of the option. Raises
    ``Refused`` for an action that the table does not have or an option it does not know, and ``NotFound``."""
    blocked = table.columns.get("blocked")
    if action not in ("block", "unblock") or blocked is None:
        raise Refused(f"{table.table.label} has no action “{action}”.")
    row: Any = table.model.objects.filter(pk=id).first()
    if row is None:
        raise NotFound(f"There is no {table.table.label} with the id {id}.")
    if blocked.field.type is FieldType.BOOLEAN:
        row.blocked = action == "block"
    else:
        row.blocked = _chosen_blocking(table, arguments.get("option")) if action == "block" else 0
    row.save(update_fields=["blocked"])


def _chosen_blocking(table: TableColumns, option: Any) -> int:
    """The blocking that is asked for, or the strictest, which is the last."""
    options = {choice.value for choice in table.columns["blocked"].field.options} - {0}
    if option is None:
        return max(options)
    if option not in options:
        raise Refused(f"{table.table.label} cannot be blocked with {option}.")
    return int(option)
