# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""What a user may do by all roles, their own and those of their teams; kept until something about roles changes.

Triggers count such changes in the table ``standing`` of the file, so whoever writes need not think of it. A request
costs one look at that number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.sandbox.dataverse.security import privileges
from integration.sandbox.dataverse.security.privileges import Depth
from integration.sandbox.shell.refusal import Refusal

WATCHED = {
    "systemuserroles": "",
    "teamroles": "",
    "teammembership": "",
    "roleprivileges": "",
    "role": "OF roleid, roletemplateid",
    "businessunit": "OF parentbusinessunitid",
    "team": "OF businessunitid",
    "systemuser": "OF isdisabled, businessunitid, applicationid, azureactivedirectoryobjectid, accessmode, islicensed",
}
"""Tables whose rows say what users may do, with the columns that count."""

ROLES = (
    "SELECT roleid FROM systemuserroles WHERE systemuserid = ?1 UNION SELECT r.roleid FROM teamroles r "
    "JOIN teammembership m ON m.teamid = r.teamid WHERE m.systemuserid = ?1"
)
HELD = (
    f"SELECT p.name, MAX(h.privilegedepthmask) FROM roleprivileges h JOIN privilege p ON p.privilegeid = h.privilegeid "
    f"WHERE h.roleid IN ({ROLES}) GROUP BY p.name"
)
OWN = (
    "SELECT 1 FROM systemuserroles u JOIN roleprivileges h ON h.roleid = u.roleid "
    "WHERE u.systemuserid = ? AND h.privilegeid = ?"
)
BELOW = (
    "WITH RECURSIVE tree(unit) AS (VALUES (?) UNION SELECT b.businessunitid FROM businessunit b "
    "JOIN tree ON b.parentbusinessunitid = tree.unit) SELECT unit FROM tree"
)

LICENSED = (0, 2)
"""Access modes (Read-Write, Read) that need a licence; applications and administrators work without one."""

Named = tuple[str, str]
"""A column of ``systemuser`` that identifies one user, and its value."""


@dataclass(frozen=True)
class Rights:
    """One user: business unit, those below it (itself among them), teams, roles, and each privilege held with its
    widest depth. ``delegate``: may act on behalf of others, by a role of their own."""

    user: str
    unit: str
    below: frozenset[str]
    teams: frozenset[str]
    roles: frozenset[str]
    depths: Mapping[str, Depth]
    delegate: bool


class RightsCache:
    """The rights of users as they are now."""

    def __init__(self) -> None:
        self._remembered: tuple[int, dict[str, Rights], dict[Named, str]] = (-1, {}, {})

    def of(self, connection: sqlite3.Connection, named: Named) -> Rights:
        """The rights of the user with this value in this column. Raises :class:`Refusal` 403 for a user who is
        disabled, without a licence, without any role or not there."""
        if connection.in_transaction:  # what it shows may still be rolled back
            return read_rights(connection, find_user(connection, named))
        version = connection.execute("SELECT version FROM standing").fetchone()[0]
        if self._remembered[0] != version:
            self._remembered = (version, {}, {})
        _, rights, users = self._remembered
        user = users.get(named)
        if user is None:
            user = users[named] = find_user(connection, named)
        found = rights.get(user)
        if found is None:
            found = rights[user] = read_rights(connection, user)
        return found


def find_user(connection: sqlite3.Connection, named: Named) -> str:
    """The id of the user with this value in this column. Raises :class:`Refusal` 403."""
    column, value = named
    found = connection.execute(f'SELECT systemuserid FROM systemuser WHERE "{column}" = ?', (value,)).fetchone()
    if found is None:
        raise Refusal(403, "0x80072560", "The user is not a member of the organization.")
    return str(found[0])


def read_rights(connection: sqlite3.Connection, user: str) -> Rights:
    """Look them up. Raises :class:`Refusal`, see :meth:`RightsCache.of`."""
    disabled, licensed, mode, unit = connection.execute(
        "SELECT isdisabled, islicensed, accessmode, businessunitid FROM systemuser WHERE systemuserid = ?", (user,)
    ).fetchone()
    if disabled:
        organization = connection.execute("SELECT name FROM organization").fetchone()
        context = organization[0] if organization else ""
        words = f"The user with SystemUserId={user} in OrganizationContext={context} is disabled"
        raise Refusal(400, "0x80041d1f", words)
    if licensed == 0 and mode in LICENSED:
        raise Refusal(403, "0x8004d24b", "The user has not been assigned any License.")
    roles = _column(connection, ROLES, user)
    if not roles:
        raise without_roles(user)
    delegating = connection.execute(OWN, (user, privileges.identity(privileges.ACT_ON_BEHALF))).fetchone()
    return Rights(
        user=user,
        unit=unit,
        below=_column(connection, BELOW, unit),
        teams=_column(connection, "SELECT teamid FROM teammembership WHERE systemuserid = ?", user),
        roles=roles,
        depths={name: Depth(reach) for name, reach in connection.execute(HELD, (user,))},
        delegate=delegating is not None,
    )


def without_roles(principal: str) -> Refusal:
    return Refusal(
        403,
        "0x80042f09",
        "SecLib::CheckPrivilegeForUser failed - no roles are assigned to user. Returned hr = -2147209463, "
        f"User: {principal}",
    )


def _column(connection: sqlite3.Connection, query: str, *values: Any) -> frozenset[str]:
    return frozenset(value for (value,) in connection.execute(query, values))


def watch(connection: sqlite3.Connection) -> None:
    """Count changes to who may do what, from now on."""
    connection.executescript(
        "CREATE TABLE IF NOT EXISTS standing (version INTEGER NOT NULL);"
        "INSERT INTO standing SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM standing);"
        "CREATE INDEX IF NOT EXISTS roleprivileges_role ON roleprivileges (roleid);"
        "CREATE INDEX IF NOT EXISTS teammembership_user ON teammembership (systemuserid);"
    )
    for table, columns in WATCHED.items():
        for event in ("INSERT", "DELETE", f"UPDATE {columns}"):
            name = f"{table}_{event.partition(' ')[0].lower()}_counts"
            connection.execute(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON {table} "
                "BEGIN UPDATE standing SET version = version + 1; END"
            )
