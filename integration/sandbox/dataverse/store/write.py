# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Creating, changing and deleting rows inside one transaction.

A single request and a bulk message take the same way: ``create`` and ``update`` get lists. Each list costs a handful
of statements, whatever its length: one look at the rows that are there, one question per referenced table, one
``executemany`` per set of columns.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.store.checks import check_kept, check_required, check_version, violation
from integration.sandbox.dataverse.store.database import identifiers
from integration.sandbox.dataverse.store.model import Model, Table
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.presets import presets
from integration.sandbox.dataverse.store.write_context import (
    Currency,
    Owner,
    Settings,
    read_currency,
    read_integration_user,
    read_owner,
    read_settings,
)

Creating = Callable[["Write", Table, list[Values]], None]
Changing = Callable[["Write", Table, Values, Values], None]
Changed = Callable[["Write", Table, Mapping[str, Values], Mapping[str, Values]], None]
Deleting = Callable[["Write", Table, Values], None]


class RuleBook(Protocol):
    """Which rules run for a table, in order; each may raise :class:`Refusal` and may write further rows."""

    def creating(self, table: str) -> list[Creating]: ...
    def created(self, table: str) -> list[Creating]: ...
    def changing(self, table: str) -> list[Changing]: ...
    def changed(self, table: str) -> list[Changed]: ...
    def deleting(self, table: str) -> list[Deleting]: ...
    def deleted(self, table: str) -> list[Deleting]: ...
    def storing(self) -> list[Changing]: ...


@dataclass(frozen=True, slots=True)
class Happened:
    """One message (Create, Update, Delete) with the rows it was about and the columns it wrote. ``tag`` is what the
    request gave along for those who listen."""

    message: str
    table: Table
    rows: Mapping[str, Values]
    tag: str


class Write:
    """One open transaction, written by one user at one moment, possibly on ``behalf`` of them by another, under the
    ``rules`` of the organization. ``written``
    counts rows; ``leaving`` are those whose deletion is under way, ``copied`` the documents whose lines bring their
    prices along, ``fit_owners`` who was found fit to own rows of a table. ``happened`` is what listeners get when
    it is committed, ``tag`` what the request under way gives along."""

    def __init__(
        self,
        model: Model,
        rules: RuleBook,
        connection: sqlite3.Connection,
        user: str,
        now: str,
        behalf: str | None = None,
    ) -> None:
        self.model = model
        self.rules = rules
        self.connection = connection
        self.user = user
        self.behalf = behalf
        self.now = now
        self.written = 0
        self.tag = ""
        self.happened: list[Happened] = []
        self.leaving: set[str] = set()
        self.copied: set[str] = set()
        self._existing: dict[str, set[str]] = defaultdict(set)
        self._currencies: dict[str, Currency] = {}
        self.fit_owners: set[tuple[str, str]] = set()
        self._owners: dict[tuple[str, str], Owner] = {}

    # --- looking ---------------------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> Settings:
        return read_settings(self.connection)

    @cached_property
    def by_integration(self) -> bool:
        """Does an integration user write, or is it done on behalf of one?"""
        return read_integration_user(self.connection, self.user)

    def currency(self, row: str) -> Currency:
        if row not in self._currencies:
            self._currencies[row] = read_currency(self.connection, row)
        return self._currencies[row]

    def owner(self, row: str, kind: str) -> Owner:
        if (row, kind) not in self._owners:
            self._owners[row, kind] = read_owner(self.connection, row, kind)
        return self._owners[row, kind]

    def one(self, table: str, row: str) -> Values | None:
        """The whole row as it is now."""
        return next(iter(self.rows(table, [row]).values()), None)

    def rows(self, table: str, ids: Iterable[str]) -> dict[str, Values]:
        """The whole rows as they are now, by id."""
        names = list(self.model[table].columns)
        key = self.model[table].id
        listed = ", ".join(f'"{name}"' for name in names)
        cursor = self.connection.execute(
            f'SELECT {listed} FROM "{table}" WHERE "{key}" IN (SELECT value FROM json_each(?))', (identifiers(ids),)
        )
        at = names.index(key)
        return {row[at]: dict(zip(names, row, strict=True)) for row in cursor}

    def there(self, table: str, ids: set[str]) -> set[str]:
        """Those of the ids that exist."""
        existing = self._existing[table]
        asked = ids - existing
        if asked:
            key = self.model[table].id
            existing.update(
                row
                for (row,) in self.connection.execute(
                    f'SELECT "{key}" FROM "{table}" WHERE "{key}" IN (SELECT value FROM json_each(?))',
                    (identifiers(asked),),
                )
            )
        return ids & existing

    # --- writing ---------------------------------------------------------------------------------------------

    def create(self, table: Table, rows: list[Values], bulk: bool = False) -> list[str]:
        """Insert the rows (column values; the primary key may be among them) and return their ids in order.
        Fills the dictionaries with everything that is kept. Raises :class:`Refusal`; nothing is kept then."""
        for row in rows:
            row.setdefault(table.id, None)
            if row[table.id] is None:
                row[table.id] = str(uuid.uuid4())
        self._stamp_new(table, rows)
        for rule in self.rules.creating(table.name):
            rule(self, table, rows)
        check_required(table, rows)
        self._check_lookups(table, rows, {row[table.id] for row in rows})
        self._number(rows)
        try:
            self._insert(table, rows)
        except sqlite3.IntegrityError as error:
            raise violation(table, error, bulk) from error
        self._existing[table.name].update(row[table.id] for row in rows)
        self._note("Create", table, {row[table.id]: row for row in rows})
        for rule in self.rules.created(table.name):
            rule(self, table, rows)
        return [row[table.id] for row in rows]

    def update(self, table: Table, changes: Mapping[str, Values], etags: Mapping[str, str] | None = None) -> None:
        """Change rows that exist: id -> column values. ``etags`` holds the versions that must still be current.
        Raises :class:`Refusal`."""
        present = self.rows(table.name, changes)
        gone = [row for row in changes if row not in present]
        if gone:
            raise (
                refusals.missing(table.name, gone[0])
                if len(changes) == 1
                else refusals.missing_several(table.name, gone)
            )
        for row, etag in (etags or {}).items():
            check_version(present[row]["versionnumber"], etag)
        check_kept(table, changes.values())
        for row, values in changes.items():
            values.pop(table.id, None)
            stamp = {"modifiedon": self.now, "modifiedby": self.user, "modifiedonbehalfby": self.behalf}
            values.update((name, value) for name, value in stamp.items() if table.has(name))
            for rule in self.rules.changing(table.name):
                rule(self, table, present[row], values)
        self._check_lookups(table, changes.values(), set())
        self._change(table, changes)
        self._note("Update", table, changes)
        for changed in self.rules.changed(table.name):
            changed(self, table, present, changes)

    def store(self, table: Table, present: Mapping[str, Values], changes: Mapping[str, Values]) -> None:
        """Keep what the organization worked out itself for rows as ``present``: only ``storing`` rules are asked."""
        for row, values in changes.items():
            values["modifiedon"], values["modifiedby"] = self.now, self.user
            if table.has("modifiedonbehalfby"):
                values["modifiedonbehalfby"] = self.behalf
            for rule in self.rules.storing():
                rule(self, table, present[row], values)
        self._change(table, changes)
        self._note("Update", table, changes)

    def delete(self, table: Table, row: str, etag: str | None = None) -> None:
        """Remove a row with what hangs on it. Raises :class:`Refusal`."""
        present = self.one(table.name, row)
        if present is None:
            raise refusals.missing(table.name, row)
        if etag is not None:
            check_version(present["versionnumber"], etag)
        self.leaving.add(row)
        for rule in self.rules.deleting(table.name):
            rule(self, table, present)
        self.connection.execute(f'DELETE FROM "{table.name}" WHERE "{table.id}" = ?', (row,))
        self.connection.execute("INSERT INTO tombstone VALUES (?, ?, ?)", (table.name, row, self.versions(1)))
        self._existing[table.name].discard(row)
        self.written += 1
        self._note("Delete", table, {row: {}})
        for rule in self.rules.deleted(table.name):
            rule(self, table, present)
        self.leaving.discard(row)

    def versions(self, count: int) -> int:
        """Take ``count`` row versions and return the first."""
        last = self.connection.execute("UPDATE counter SET value = value + ? RETURNING value", (count,)).fetchone()[0]
        return int(last) - count + 1

    def _note(self, message: str, table: Table, rows: Mapping[str, Values]) -> None:
        self.happened.append(Happened(message, table, rows, self.tag))

    # --- the parts -------------------------------------------------------------------------------------------

    def _stamp_new(self, table: Table, rows: Sequence[Values]) -> None:
        if not table.has("createdon") or not table.has("createdby"):
            return
        stamp: Values = {"createdon": self.now, "modifiedon": self.now, "createdby": self.user, "modifiedby": self.user}
        if table.has("createdonbehalfby"):
            stamp["createdonbehalfby"] = stamp["modifiedonbehalfby"] = self.behalf
        if table.has("organizationid") and table.id != "organizationid":
            stamp["organizationid"] = self.settings.organization
        for row in rows:
            row.update(stamp)
            if row.get("overriddencreatedon"):
                row["createdon"], row["overriddencreatedon"] = row["overriddencreatedon"], self.now

    def _number(self, rows: Sequence[Values]) -> None:
        first = self.versions(len(rows))
        for version, row in enumerate(rows, first):
            row["versionnumber"] = version
        self.written += len(rows)

    def _check_lookups(self, table: Table, rows: Iterable[Values], among: set[str]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        rows = list(rows)
        names = set().union(*rows) if rows else set()
        for column in table.columns.values():
            if not column.is_lookup or column.name not in names:
                continue
            for row in rows:
                target = row.get(column.name)
                if target is not None:
                    kind = row[column.type_column] if column.type_column else column.targets[0]
                    wanted[kind].add(target)
        for kind, ids in wanted.items():
            lost = ids - (among if kind == table.name else set()) - self.there(kind, ids)
            if lost:
                raise refusals.missing(kind, min(lost))

    def _insert(self, table: Table, rows: Sequence[Values]) -> None:
        given = set().union(*rows)
        preset = presets(table)
        names = [name for name in table.columns if name in given]
        listed = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        picks = [(name, preset.get(name)) for name in names]
        self.connection.executemany(
            f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})',
            [[row.get(name, default) for name, default in picks] for row in rows],
        )

    def _change(self, table: Table, changes: Mapping[str, Values]) -> None:
        self._number(list(changes.values()))
        try:
            self._assign(table, changes)
        except sqlite3.IntegrityError as error:
            raise violation(table, error, len(changes) > 1) from error

    def _assign(self, table: Table, changes: Mapping[str, Values]) -> None:
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for row, values in changes.items():
            alike[tuple(values)].append((*values.values(), row))
        for names, rows in alike.items():
            assigned = ", ".join(f'"{name}" = ?' for name in names)
            self.connection.executemany(f'UPDATE "{table.name}" SET {assigned} WHERE "{table.id}" = ?', rows)
