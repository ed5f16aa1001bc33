"""Unit groups and units: a group creates its base unit, every other unit counts in units of its own group."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write


def check_groups(write: Write, table: Table, rows: list[Values]) -> None:
    for row in rows:
        if not row.get("baseuomname"):
            raise Refusal(400, "0x80043810", "The name of the base unit is missing.")


def create_base_units(write: Write, table: Table, rows: list[Values]) -> None:
    """The unit every group starts with: quantity 1, no base of its own."""
    units: list[Values] = [
        {"name": row["baseuomname"], "uomscheduleid": row["uomscheduleid"], "quantity": "1", "isschedulebaseuom": 1}
        for row in rows
    ]
    write.create(write.model["uom"], units)


def check_units(write: Write, table: Table, rows: list[Values]) -> None:
    """A unit of a group needs a quantity of a base in the same group (the group's base unit if none is named)."""
    for row in rows:
        if row.get("isschedulebaseuom"):
            continue
        group = row.get("uomscheduleid")
        if group is None:
            raise Refusal(400, "0x80043b0a", "The unit group of the unit is missing: 'uomscheduleid'.")
        if not row.get("name"):
            raise Refusal(400, "0x80043b26", "The name of the unit is missing.")
        if row.get("baseuom") is None:
            row["baseuom"] = base_unit(write, group)
        _check_base(write, row["baseuom"], group)
        _check_quantity(row.get("quantity"))
        row["isschedulebaseuom"] = 0


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    if current["isschedulebaseuom"]:
        if values.get("baseuom") is not None:
            raise Refusal(400, "0x80043b17", "The base unit of a unit group must not have a base unit.")
        if values.get("quantity", current["quantity"]) != current["quantity"]:
            raise Refusal(400, "0x80043b18", "The quantity of the base unit of a unit group cannot be modified.")
        return
    if "baseuom" in values and values["baseuom"] is None:
        raise Refusal(400, "0x80043b1c", "A unit that is not the base unit of its group needs a base unit.")
    if "baseuom" in values:
        _check_base(write, values["baseuom"], current["uomscheduleid"])
    if "quantity" in values:
        _check_quantity(values["quantity"])


def keep_base_unit(write: Write, table: Table, current: Values) -> None:
    if current["isschedulebaseuom"]:
        raise Refusal(400, "0x80043b03", "The base unit of a unit group cannot be deleted.")


def base_unit(write: Write, group: str) -> str | None:
    found = write.connection.execute(
        "SELECT uomid FROM uom WHERE uomscheduleid = ? AND isschedulebaseuom = 1", (group,)
    ).fetchone()
    return found[0] if found else None


def _check_base(write: Write, unit: str | None, group: str) -> None:
    """A unit counts in a unit of its own group. One that does not exist is refused elsewhere."""
    found = write.connection.execute("SELECT uomscheduleid FROM uom WHERE uomid = ?", (unit,)).fetchone()
    if found is not None and found[0] != group:
        raise Refusal(400, "0x80043b0b", "The base unit does not belong to the unit group.")


def check_group(write: Write, unit: str | None, group: str | None) -> None:
    """The unit belongs to the group. A unit that does not exist is refused elsewhere."""
    found = write.connection.execute("SELECT uomscheduleid FROM uom WHERE uomid = ?", (unit,)).fetchone()
    if found is not None and found[0] != group:
        raise Refusal(400, "0x80043b14", "The unit is not part of the unit group.")


def _check_quantity(quantity: Any) -> None:
    if quantity is None or Decimal(quantity) <= 0:
        raise refusals.invalid("The quantity of a unit must be greater than zero.")
