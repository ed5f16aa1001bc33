"""States and status reasons: every reason belongs to one state, a state alone takes its default reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.model import Column, Table

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write


def start(write: Write, table: Table, rows: list[Values]) -> None:
    """New rows start in the first state unless they name another."""
    if not table.has("statecode"):
        return
    fresh = default_status(table.columns["statuscode"], 0)
    for row in rows:
        state = row.get("statecode")
        if state is None and row.get("statuscode") is None:
            row["statecode"], row["statuscode"] = 0, fresh
        else:
            row["statecode"], row["statuscode"] = pair(table, state or 0, row.get("statuscode"), row[table.id])


def change(write: Write, table: Table, current: Values, values: Values) -> None:
    """A given state or reason is completed by the other and checked."""
    if "statecode" not in values and "statuscode" not in values:
        return
    state = values["statecode"] if "statecode" in values else current["statecode"]
    status = values.get("statuscode")
    values["statecode"], values["statuscode"] = pair(table, state, status, current[table.id])


def pair(table: Table, state: int, status: int | None, row: Any) -> tuple[int, int]:
    """The state and its reason, checked. Raises :class:`Refusal` 0x80048408."""
    reasons = table.columns["statuscode"]
    if status is None:
        return state, default_status(reasons, state)
    if status not in reasons.options or reasons.options[status].state != state:
        label = table.columns["statecode"].options[state].label
        raise refusals.bad_status(status, f"{table.schema}State.{label}", f"{table.label} with Id {row}")
    return state, status


def default_status(reasons: Column, state: int) -> int:
    return min(value for value, choice in reasons.options.items() if choice.state == state)
