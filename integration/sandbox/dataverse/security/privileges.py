"""Privileges: what a security role may hold, by table and for the organization as a whole.

Every table but those that join two others has one privilege per verb (``prvReadAccount``). A line of a document shares
those of its document, price lists and units those of products, all activities share theirs. The rows of ``privilege``
follow the tables; their ids are made of their names, so that every organization has the same.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache

from integration.sandbox.dataverse.store.model import Model, Table

SPACE = uuid.UUID("6f0d5f7e-9c0b-4f5e-8f0e-0d6a4b1c2e53")


class Depth(IntEnum):
    """How far a privilege reaches: own rows, those of the business unit, of those below as well, all rows. The values
    are those of ``privilegedepthmask``."""

    BASIC = 1
    LOCAL = 2
    DEEP = 4
    GLOBAL = 8

    @property
    def label(self) -> str:
        """As the Web API writes it."""
        return self.name.capitalize()


def depth(text: str) -> Depth:
    """``Global`` and its like. Raises ``ValueError``."""
    try:
        return Depth[text.upper()]
    except KeyError:
        raise ValueError(f"There is no depth “{text}”.") from None


RIGHTS = {"Read": 1, "Write": 2, "Append": 4, "AppendTo": 16, "Create": 32, "Delete": 65_536}
OF_OWNED = {"Share": 262_144, "Assign": 524_288}
ALL_RIGHTS = RIGHTS | OF_OWNED
"""Verb -> its bit in ``accessright``."""

ACT_ON_BEHALF = "prvActOnBehalfOfAnotherUser"
ASSIGN_ROLE = "prvAssignRole"
PUBLISH = "prvPublishCustomization"
IMPORT = "prvImportCustomization"
BULK_DELETING = "prvBulkDelete"
WRITE_COLUMN = "prvWriteAttribute"
DEFINING = tuple(
    f"prv{verb}{kind}" for kind in ("Entity", "Attribute", "Relationship") for verb in ("Create", "Write", "Delete")
)
CUSTOMIZING = (*DEFINING, PUBLISH, IMPORT, "prvExportCustomization")
ORGANIZATION_WIDE = (*CUSTOMIZING, ACT_ON_BEHALF, ASSIGN_ROLE, "prvBypassCustomPlugins", BULK_DELETING)

OPEN = ("privilege", "timezonedefinition")
"""Tables without privileges: everybody reads them, nobody writes them."""
READ_BY_ALL = (*OPEN, "usersettings")

SPOKEN = {
    "systemuser": "User",
    "annotation": "Note",
    "salesorder": "Order",
    "pricelevel": "Product",
    "productpricelevel": "Product",
    "uom": "Product",
    "uomschedule": "Product",
    "opportunityproduct": "Opportunity",
    "quotedetail": "Quote",
    "salesorderdetail": "Order",
    "invoicedetail": "Invoice",
    "opportunityclose": "Activity",
    "quoteclose": "Activity",
    "orderclose": "Activity",
}
"""Tables whose privileges are not called by the schema name."""


def spoken(table: Table) -> str:
    """What the table is called in the names of its privileges."""
    return SPOKEN.get(table.name, table.schema)


def named(table: Table, verb: str) -> str:
    """``prvReadAccount``"""
    return f"prv{verb}{spoken(table)}"


def verbs(table: Table) -> tuple[str, ...]:
    """What there are privileges for: rows with owners can be assigned and shared, those that join two others go with
    these, and which privileges there are is no secret."""
    if table.joins or table.name in OPEN:
        return ()
    return tuple(ALL_RIGHTS if table.owned == "user" else RIGHTS)


@lru_cache(maxsize=4096)
def identity(name: str) -> str:
    """The id of a privilege."""
    return str(uuid.uuid5(SPACE, name.lower()))


def of_tables(tables: Iterable[Table]) -> Iterator[str]:
    """The names of all their privileges; a shared one comes twice."""
    for table in tables:
        yield from (named(table, verb) for verb in verbs(table))


def add_rows(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Rows of ``privilege`` for these tables, where they are not there yet."""
    rows = []
    for table in tables:
        owned = table.owned == "user"
        rows += [(identity(n := named(table, verb)), n, ALL_RIGHTS[verb], owned) for verb in verbs(table)]
    _insert(connection, rows)


def add_all(connection: sqlite3.Connection, model: Model) -> None:
    """Every row of ``privilege`` that this organization is to have."""
    _insert(connection, [(identity(name), name, 0, False) for name in ORGANIZATION_WIDE])
    add_rows(connection, model)


def take_away(connection: sqlite3.Connection, table: Table) -> None:
    """The privileges of a table that goes, from every role."""
    gone = [(identity(name),) for name in of_tables([table])]
    connection.executemany("DELETE FROM roleprivileges WHERE privilegeid = ?", gone)
    connection.executemany("DELETE FROM privilege WHERE privilegeid = ?", gone)


def _insert(connection: sqlite3.Connection, rows: list[tuple[str, str, int, bool]]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO privilege (privilegeid, name, accessright, canbebasic, canbelocal, canbedeep, "
        "canbeglobal, versionnumber) SELECT ?1, ?2, ?3, ?4, ?4, ?4, 1, value FROM counter",
        rows,
    )
