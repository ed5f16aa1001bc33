"""Who may own a row: an enabled user or a team, with a role that lets them read rows of its table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.security.privileges import identity, named
from integration.sandbox.dataverse.security.rights import ROLES, without_roles
from integration.sandbox.dataverse.store.model import Table
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

OWNER = "ownerid"
OF_A_TEAM = "SELECT roleid FROM teamroles WHERE teamid = ?1"
TYPES = {"systemuser": ("user", 8), "team": ("team", 9)}


def check(write: Write, table: Table, rows: Iterable[Values]) -> None:
    """Raises :class:`Refusal` unless everybody whom these rows are given to may own rows of the table. Who writes is
    looked at with every request and not again; owners that are nobody are refused as references."""
    if table.owned != "user":
        return
    given = {(row[OWNER], row.get("owneridtype") or "systemuser") for row in rows if row.get(OWNER) is not None}
    for owner, kind in sorted(given - {(write.user, "systemuser")}):
        if (table.name, owner) in write.fit_owners:
            continue
        if kind == "systemuser":
            _check_enabled(write.connection, owner)
        _check_read(write.connection, table, owner, kind)
        write.fit_owners.add((table.name, owner))


def _check_enabled(connection: sqlite3.Connection, user: str) -> None:
    found = connection.execute("SELECT isdisabled, islicensed FROM systemuser WHERE systemuserid = ?", (user,))
    disabled, licensed = found.fetchone() or (0, 0)
    if disabled:
        raise Refusal(
            403,
            "0x80040225",
            f"The specified user(Id = {user}) is disabled. Consider enabling this user. Additional Details: "
            f"User IsDisabled=True, IsLicensed={bool(licensed)}",
        )


def _check_read(connection: sqlite3.Connection, table: Table, owner: str, kind: str) -> None:
    """The privilege to read, whatever its depth: an owner reaches their own rows with the smallest."""
    held = ROLES if kind == "systemuser" else OF_A_TEAM
    roles = [role for (role,) in connection.execute(held, (owner,))]
    there = connection.execute(f'SELECT 1 FROM "{kind}" WHERE "{kind}id" = ?', (owner,)).fetchone()  # noqa: S608
    if there is None:
        return
    if not roles and kind == "systemuser":
        raise without_roles(owner)
    marks = ", ".join("?" * len(roles))
    count, reads = connection.execute(
        f"SELECT COUNT(DISTINCT p.name), MAX(p.name = ?) FROM roleprivileges h "  # noqa: S608 - only marks
        f"JOIN privilege p ON p.privilegeid = h.privilegeid WHERE h.roleid IN ({marks})",
        (named(table, "Read"), *roles),
    ).fetchone()
    if not reads:
        word, type_ = TYPES[kind]
        privilege = named(table, "Read")
        raise Refusal(
            403,
            "0x80040220",
            f"Principal {word} (Id={owner}, type={type_}, roleCount={len(roles)}, privilegeCount={count}) is missing "
            f"{privilege} privilege (Id={identity(privilege)}) on OTC={table.code} for entity '{table.name}'.",
        )
