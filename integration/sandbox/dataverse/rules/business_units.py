"""Business units: one root, every other below another one; a unit is disabled before it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

PARENT = "parentbusinessunitid"
NO_PARENT = Refusal(400, "0x80041d02", "The parent business unit is missing: there is one root only.")


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """The root came with the organization."""
    if any(row.get(PARENT) is None for row in rows):
        raise NO_PARENT


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    """The root stays enabled, the others stay below another one."""
    if current[PARENT] is None:
        if values.get("isdisabled"):
            raise Refusal(400, "0x80041d63", "The root business unit cannot be disabled.")
    elif PARENT in values and values[PARENT] is None:
        raise NO_PARENT


def check_deletion(write: Write, table: Table, current: Values) -> None:
    """Only a disabled unit without others below it goes."""
    if current[PARENT] is None:
        raise Refusal(400, "0x80041d19", "The root business unit cannot be deleted.")
    if not current["isdisabled"]:
        raise Refusal(400, "0x80041d60", "A business unit that is not disabled cannot be deleted.")
    below = write.connection.execute("SELECT 1 FROM businessunit WHERE parentbusinessunitid = ?", (current[table.id],))
    if below.fetchone():
        raise Refusal(400, "0x80041d61", "A business unit that has others below it cannot be deleted.")
