"""Security roles: defined once in the root business unit, with a copy in each unit below.

    define(write, role, "Salesperson", {"prvReadAccount": "Global", "prvWriteAccount": "Basic"})

Users and teams hold the copy of their own unit. A copy has the privileges of the role it was made of.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from integration.sandbox.dataverse.security.privileges import Depth, depth, identity, of_tables

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.model import Table
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

ADMINISTRATOR = "627090ff-40a3-4053-8790-584edc5be201"
CUSTOMIZER = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
"""Templates: by these a role is recognized, whatever it is called."""


def define(write: Write, role: str, name: str, privileges: Mapping[str, str], template: str | None = None) -> None:
    """Make the role of this id hold exactly these privileges (name -> depth), with its copies in all business units.
    A role of the same name that is there already becomes this one, and whoever holds it keeps it. A privilege the
    organization does not know is left out. Raises ``ValueError`` for a depth that does not exist."""
    _adopt(write, role, name)
    root = _root(write)
    if not write.there("role", {role}):
        values = {"roleid": role, "name": name, "businessunitid": root, "roletemplateid": template}
        write.create(write.model["role"], [values])
    write.connection.execute(
        "UPDATE role SET name = ?, versionnumber = ?, parentrootroleid = ?, "
        "roletemplateid = COALESCE(?, roletemplateid) WHERE roleid = ? OR parentrootroleid = ?",
        (name, write.versions(1), role, template, role, role),
    )
    grant(write.connection, [role], {key: depth(text) for key, text in privileges.items()}, anew=True)
    repeat(write.connection, role)


def grant(connection: sqlite3.Connection, roles: Iterable[str], held: Mapping[str, Depth], anew: bool = False) -> None:
    """Give the roles these privileges; ``anew``: and take all others away."""
    for role in roles:
        if anew:
            connection.execute("DELETE FROM roleprivileges WHERE roleid = ?", (role,))
        connection.executemany(
            "INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber) "
            "SELECT ?, ?, privilegeid, CASE WHEN canbebasic THEN ? ELSE 8 END, (SELECT value FROM counter) "
            "FROM privilege WHERE privilegeid = ?",
            [(str(uuid.uuid4()), role, int(reach), identity(name)) for name, reach in held.items()],
        )


def repeat(connection: sqlite3.Connection, role: str) -> None:
    """The copies of a role hold what the role holds."""
    copies = connection.execute(
        "SELECT roleid FROM role WHERE parentrootroleid = ? AND roleid != parentrootroleid", (role,)
    ).fetchall()
    for (copy,) in copies:
        connection.execute("DELETE FROM roleprivileges WHERE roleid = ?", (copy,))
        _copy_privileges(connection, role, copy)


def give_new_tables(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Who administers or customizes may do everything with tables that were just made."""
    roles = connection.execute(
        "SELECT roleid FROM role WHERE roletemplateid IN (?, ?)", (ADMINISTRATOR, CUSTOMIZER)
    ).fetchall()
    grant(connection, [role for (role,) in roles], dict.fromkeys(of_tables(tables), Depth.GLOBAL))


def complete(connection: sqlite3.Connection) -> None:
    """Administrators hold every privilege there is, those of tables that came with a new version among them."""
    missing = connection.execute(
        "SELECT r.roleid, p.privilegeid FROM role r, privilege p WHERE r.roletemplateid = ? AND NOT EXISTS "
        "(SELECT 1 FROM roleprivileges h WHERE h.roleid = r.roleid AND h.privilegeid = p.privilegeid)",
        (ADMINISTRATOR,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber) "
        "SELECT ?, ?, ?, 8, value FROM counter",
        [(str(uuid.uuid4()), *one) for one in missing],
    )


# --- rules of rows that are written ----------------------------------------------------------------------------------


def complete_roles(write: Write, table: Table, rows: list[Values]) -> None:
    """A new role belongs to a business unit, by default the root, and is its own origin."""
    root = _root(write)
    for row in rows:
        row["businessunitid"] = row.get("businessunitid") or root
        row["parentrootroleid"] = row.get("parentrootroleid") or row["roleid"]


def copy_new_roles(write: Write, table: Table, rows: list[Values]) -> None:
    """A role made in a unit is there in all units below, too."""
    units = _units(write)
    for row in rows:
        if row["parentrootroleid"] != row["roleid"]:
            continue
        made = {row["businessunitid"]: row["roleid"]}
        for unit, parent in units:
            if parent in made:
                made[unit] = _copy(write, row["roleid"], row["name"], row.get("roletemplateid"), made[parent], unit)


def copy_roles_to_units(write: Write, table: Table, rows: list[Values]) -> None:
    """A new business unit has a copy of every role of the one above."""
    for row in rows:
        found = write.connection.execute(
            "SELECT roleid, name, roletemplateid, parentrootroleid FROM role WHERE businessunitid = ?",
            (row.get("parentbusinessunitid"),),
        ).fetchall()
        for role, name, template, origin in found:
            copy = _copy(write, origin or role, name, template, role, row["businessunitid"])
            _copy_privileges(write.connection, role, copy)


def _copy(write: Write, origin: str, name: str, template: str | None, parent: str, unit: str) -> str:
    values = {
        "name": name,
        "businessunitid": unit,
        "roletemplateid": template,
        "parentroleid": parent,
        "parentrootroleid": origin,
    }
    (made,) = write.create(write.model["role"], [values])
    return made


def _copy_privileges(connection: sqlite3.Connection, role: str, copy: str) -> None:
    held = connection.execute(
        "SELECT privilegeid, privilegedepthmask FROM roleprivileges WHERE roleid = ?", (role,)
    ).fetchall()
    connection.executemany(
        "INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber) "
        "SELECT ?, ?, ?, ?, value FROM counter",
        [(str(uuid.uuid4()), copy, *one) for one in held],
    )


def _units(write: Write) -> list[tuple[str, str | None]]:
    """Business units with the one above, those above first."""
    return write.connection.execute(
        "WITH RECURSIVE tree(unit, above, level) AS (SELECT businessunitid, NULL, 0 FROM businessunit "
        "WHERE parentbusinessunitid IS NULL UNION ALL SELECT b.businessunitid, b.parentbusinessunitid, level + 1 "
        "FROM businessunit b JOIN tree ON b.parentbusinessunitid = tree.unit) "
        "SELECT unit, above FROM tree ORDER BY level"
    ).fetchall()


def _root(write: Write) -> str | None:
    units = _units(write)
    return units[0][0] if units else None


def _adopt(write: Write, role: str, name: str) -> None:
    """Give a role of this name in the root unit the id it keeps from now on."""
    found = write.connection.execute(
        "SELECT roleid FROM role WHERE name = ? AND businessunitid = ? AND roleid != ? "
        "AND NOT EXISTS (SELECT 1 FROM role WHERE roleid = ?)",
        (name, _root(write), role, role),
    ).fetchone()
    if found is None:
        return
    for table, column in HOLDERS:
        write.connection.execute(
            f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?',  # noqa: S608 - names from this module
            (role, found[0]),
        )


HOLDERS = (
    ("role", "roleid"),
    ("role", "parentroleid"),
    ("role", "parentrootroleid"),
    ("systemuserroles", "roleid"),
    ("teamroles", "roleid"),
    ("roleprivileges", "roleid"),
)
"""Where the id of a role stands."""
