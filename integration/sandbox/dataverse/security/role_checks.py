"""What is refused about roles as rows: a name that is taken, a copy that would go alone, and anything that would leave
the organization without its administrators."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.security.roles import ADMINISTRATOR, CUSTOMIZER
from integration.sandbox.dataverse.store.folding import folded
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

OTHER_ADMINISTRATORS = (
    "SELECT 1 FROM systemuserroles h JOIN role r ON r.roleid = h.roleid JOIN systemuser u "
    "ON u.systemuserid = h.systemuserid WHERE r.roletemplateid = ? AND u.isdisabled = 0 AND u.systemuserid <> ?"
)
HOLDS = (
    "SELECT 1 FROM systemuserroles h JOIN role r ON r.roleid = h.roleid "
    "WHERE r.roletemplateid = ? AND h.systemuserid = ?"
)
SYSTEM_ACCESS = 3
"""The access mode of the SYSTEM user, who is nobody's to change."""


def check_new(write: Write, table: Table, rows: list[Values]) -> None:
    """New roles have a name that no other role of their business unit has."""
    for row in rows:
        _check_name(write, row.get("name"), row["businessunitid"], row[table.id])


def check_change(write: Write, table: Table, current: Values, values: Values) -> None:
    """A role that is renamed or moved; the one of the administrators is neither."""
    if not values.keys() & {"name", "businessunitid"}:
        return
    if current["roletemplateid"] == ADMINISTRATOR:
        raise _fixed()
    merged = {**current, **values}
    _check_name(write, merged["name"], merged["businessunitid"], current[table.id])


def check_deletion(write: Write, table: Table, current: Values) -> None:
    """Roles of the product stay; a copy goes with the role it was made of, or with its business unit."""
    if not write.leaving.isdisjoint((current["parentrootroleid"], current["businessunitid"])) and not _origin(current):
        return
    for template, code, name in (
        (ADMINISTRATOR, "0x80041d2e", "System Administrator"),
        (CUSTOMIZER, "0x80041d4a", "System Customizer"),
    ):
        if current["roletemplateid"] == template:
            raise Refusal(400, code, f"The {name} role cannot be deleted.")
    if not _origin(current):
        raise Refusal(400, "0x8004140c", "A role that is inherited from another business unit cannot be deleted.")


def check_held(connection: sqlite3.Connection, role: str) -> None:
    """Before what a role holds is changed. Raises :class:`Refusal` for the one of the administrators."""
    found = connection.execute("SELECT roletemplateid FROM role WHERE roleid = ?", (role,)).fetchone()
    if found is not None and found[0] == ADMINISTRATOR:
        raise _fixed()


def check_parting(connection: sqlite3.Connection, user: str, role: str) -> None:
    """Before a role is taken from a user. Raises :class:`Refusal` where nobody would administer any more."""
    template = connection.execute("SELECT roletemplateid FROM role WHERE roleid = ?", (role,)).fetchone()
    if template is not None and template[0] == ADMINISTRATOR and _alone(connection, user):
        raise Refusal(400, "0x80041d30", "The only user with the System Administrator role cannot lose it.")


def check_user(write: Write, table: Table, current: Values, values: Values) -> None:
    """A user who is changed: not SYSTEM, and not disabled while nobody else administers."""
    if current["accessmode"] == SYSTEM_ACCESS and current["domainname"] == "SYSTEM":
        raise Refusal(400, "0x80041d33", "The user SYSTEM cannot be modified.")
    if values.get("isdisabled") and not current["isdisabled"] and _alone(write.connection, current[table.id]):
        raise Refusal(400, "0x80041d2f", "The only user with the System Administrator role cannot be disabled.")


def _alone(connection: sqlite3.Connection, user: str) -> bool:
    """Does nobody else administer, of those who are enabled?"""
    holds = connection.execute(HOLDS, (ADMINISTRATOR, user)).fetchone()
    return holds is not None and connection.execute(OTHER_ADMINISTRATORS, (ADMINISTRATOR, user)).fetchone() is None


def _origin(role: Values) -> bool:
    return role["parentrootroleid"] in (None, role["roleid"])


def _check_name(write: Write, name: str | None, unit: str | None, own: str) -> None:
    if not name:
        raise Refusal(400, "0x80041407", "The name of the role is missing.")
    taken = write.connection.execute(
        "SELECT 1 FROM role WHERE folded(name) = ? AND businessunitid = ? AND roleid <> ?", (folded(name), unit, own)
    ).fetchone()
    if taken:
        raise Refusal(400, "0x80041403", "A role with the same name exists already in this business unit.")


def _fixed() -> Refusal:
    return Refusal(400, "0x80041d31", "The System Administrator role cannot be modified.")
