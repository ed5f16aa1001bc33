# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""What every request passes: who acts, for whom, and whether they may.

Reading asks :meth:`Guard.within` for a condition that leaves out what is too far away. Writing goes through
:meth:`Guard.create`, :meth:`Guard.update` and :meth:`Guard.delete`; what rules do in consequence is not asked again.
With privileges that reach the whole organization none of this costs a query.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.security import owners
from integration.sandbox.dataverse.security.privileges import READ_BY_ALL, Depth, identity, named
from integration.sandbox.dataverse.security.rights import Named, Rights
from integration.sandbox.dataverse.store.database import identifiers
from integration.sandbox.dataverse.store.model import Model, Table
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.refusal import Refusal

if TYPE_CHECKING:
    from integration.sandbox.dataverse.store.payload import Values
    from integration.sandbox.dataverse.store.write import Write

OWNER = "ownerid"
STANDING_IN = {"callerobjectid": "azureactivedirectoryobjectid", "mscrmcallerid": "systemuserid"}
"""Header -> the column of the user whom the caller stands in for; the first counts more."""


def on_behalf(headers: Mapping[str, str]) -> Named | None:
    """Whom a request is made for, if not for who calls. Raises :class:`Refusal` for what is no id."""
    for header, column in STANDING_IN.items():
        given = headers.get(header)
        if given:
            found = guid(given)
            if found is None:
                raise invalid(f"The value of the header '{header}' is not a valid id.")
            return column, found
    return None


@dataclass(frozen=True)
class Reach:
    """A condition in SQL on the rows of one table, called ``alias``, with its arguments."""

    condition: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Guard:
    """``held`` are the rights of who acts; with somebody acting on behalf of another both must suffice. ``behalf`` is
    then who really calls."""

    user: str
    held: tuple[Rights, ...]
    behalf: str | None = None

    # --- asking ------------------------------------------------------------------------------------------------

    def require(self, privilege: str, table: Table | None = None) -> None:
        """Raises :class:`Refusal` 403 unless everybody concerned holds this privilege."""
        for rights in self.held:
            if privilege not in rights.depths:
                raise lacking(rights, privilege, table)

    def require_all(self, verb: str, model: Model, table: Table) -> None:
        """Like :meth:`require` for a verb on a table; a table that joins two others needs both."""
        for name in table.joins or (table.name,):
            if verb == "Read" and name in READ_BY_ALL:
                continue
            self.require(named(model[name], verb), model[name])

    def require_reading(self, model: Model, tables: Iterable[str]) -> None:
        """Raises unless rows of all these tables may be read: who may not, cannot ask about them either."""
        for name in sorted(tables):
            self.require_all("Read", model, model[name])

    def require_everywhere(self, verb: str, table: Table) -> None:
        """Raises unless the privilege reaches the whole organization."""
        self.require(named(table, verb), table)
        for rights in self.held:
            if table.owned == "user" and rights.depths[named(table, verb)] is not Depth.GLOBAL:
                raise lacking(rights, named(table, verb), table)

    def within(self, verb: str, model: Model, table: Table, alias: str) -> Reach | None:
        """Which rows the verb may be done to; ``None``: all. Raises :class:`Refusal` without the privilege."""
        self.require_all(verb, model, table)
        if table.owned != "user" or not table.has("owningbusinessunit"):
            return None
        found = [
            _reach(rights, depth, alias)
            for rights in self.held
            if (depth := rights.depths[named(table, verb)]) is not Depth.GLOBAL
        ]
        if not found:
            return None
        return Reach(
            " AND ".join(one.condition for one in found),
            tuple(value for one in found for value in one.arguments),
        )

    def check_rows(
        self, verb: str, model: Model, connection: sqlite3.Connection, table: Table, rows: Iterable[str]
    ) -> None:
        """Raises :class:`Refusal` unless the verb may be done to these rows; such as do not exist are let pass."""
        reach = self.within(verb, model, table, "r")
        if reach is None:
            return
        listed = identifiers(rows)
        out = connection.execute(
            f'SELECT r."{table.id}" FROM "{table.name}" r WHERE r."{table.id}" IN (SELECT value FROM json_each(?)) '
            f"AND NOT ({reach.condition})",
            (listed, *reach.arguments),
        ).fetchone()
        if out is not None:
            raise out_of_reach(self.user, verb, table, out[0])

    # --- writing -----------------------------------------------------------------------------------------------

    def create(self, write: Write, table: Table, rows: list[Values], bulk: bool = False) -> list[str]:
        """Insert rows as somebody asks for it. Raises :class:`Refusal`."""
        self.require_all("Create", write.model, table)
        pointed = _pointed(table, rows)
        if any(row.get(OWNER) not in (None, self.user) for row in rows) and table.owned == "user":
            self.require(named(table, "Assign"), table)
        owners.check(write, table, rows)
        ids = write.create(table, rows, bulk)
        self.check_rows("Create", write.model, write.connection, table, ids)
        self._check_pointed(write, table, ids, pointed)
        return ids

    def update(
        self, write: Write, table: Table, changes: Mapping[str, Values], etags: Mapping[str, str] | None = None
    ) -> None:
        """Change rows as somebody asks for it. Raises :class:`Refusal`."""
        self.check_rows("Write", write.model, write.connection, table, changes)
        if table.owned == "user":
            given_away = [row for row, values in changes.items() if values.get(OWNER) is not None]
            if given_away:
                self.check_rows("Assign", write.model, write.connection, table, given_away)
        owners.check(write, table, changes.values())
        pointed = _pointed(table, changes.values())
        write.update(table, changes, etags)
        self._check_pointed(write, table, changes, pointed)

    def delete(self, write: Write, table: Table, row: str, etag: str | None = None) -> None:
        """Delete a row as somebody asks for it. Raises :class:`Refusal`."""
        self.check_rows("Delete", write.model, write.connection, table, [row])
        write.delete(table, row, etag)

    def _check_pointed(self, write: Write, table: Table, rows: Iterable[str], pointed: Mapping[str, set[str]]) -> None:
        """Leading from one row to another takes Append on the one and AppendTo on the other."""
        if not pointed:
            return
        self.check_rows("Append", write.model, write.connection, table, rows)
        for target, ids in pointed.items():
            self.check_rows("AppendTo", write.model, write.connection, write.model[target], ids)


def _pointed(table: Table, rows: Iterable[Values]) -> dict[str, set[str]]:
    """Target table -> ids that the rows are to point to; owners are assigned instead."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = list(rows)
    given = set().union(*rows) - {OWNER}
    lookups = [column for name in given if (column := table.columns[name]).is_lookup]
    for row in rows:
        for column in lookups:
            target = row.get(column.name)
            if target is not None:
                kind = row.get(column.type_column) if column.type_column else None
                found[kind or column.targets[0]].add(target)
    return found


def _reach(rights: Rights, depth: Depth, alias: str) -> Reach:
    mine = identifiers([rights.user, *sorted(rights.teams)])
    own = f'{alias}."{OWNER}" IN (SELECT value FROM json_each(?))'
    if depth is Depth.BASIC:
        return Reach(own, (mine,))
    units = identifiers(sorted(rights.below) if depth is Depth.DEEP else [rights.unit])
    return Reach(f"({own} OR {alias}.owningbusinessunit IN (SELECT value FROM json_each(?)))", (mine, units))


def lacking(rights: Rights, privilege: str, table: Table | None) -> Refusal:
    """The privilege is not held, or does not reach far enough."""
    about = f" on OTC={table.code} for entity '{table.name}'" if table else ""
    return Refusal(
        403,
        "0x80040220",
        f"Principal user (Id={rights.user}, type=8, roleCount={len(rights.roles)}, "
        f"privilegeCount={len(rights.depths)}) is missing {privilege} privilege (Id={identity(privilege)}){about}.",
    )


def out_of_reach(user: str, verb: str, table: Table, row: str) -> Refusal:
    """The privilege is held but does not reach this row."""
    return Refusal(
        403,
        "0x80048306",
        f"Principal with id {user} does not have {verb}Access right(s) for record with id {row} of entity "
        f"{table.name}.",
    )
