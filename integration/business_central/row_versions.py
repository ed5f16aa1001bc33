"""Row versions: numbers that order commits, given out by one counter row that is also the company's write lock.

Why not a database sequence? It hands out numbers in the order of asking, and a reader passes over the row that is
committed late:

    time   writer A                      writer B                      reader, cursor at 100
    1      begin, nextval -> 101
    2                                    begin, nextval -> 102
    3                                    insert Fabrikam 102, commit
    4                                                                  reads up to 102: Fabrikam; cursor is 102
    5      insert Adatum 101, commit
    6                                                                  reads behind 102: Adatum is lost for ever

With the counter row, writer A holds the row's lock from :func:`allocate` until its transaction ends:

    time   writer A                      writer B                      reader, cursor at 100
    1      begin, allocate -> 101
    2                                    begin, allocate waits for A
    3                                                                  committed_version() is 100: reads nothing
    4      insert Adatum 101, commit
    5                                    ... has 102 now
    6                                                                  committed_version() is 101: reads Adatum
    7                                    insert Fabrikam 102, commit
    8                                                                  committed_version() is 102: reads Fabrikam

So a reader that takes :func:`committed_version` before its first row sees every row up to it, and whatever is written
meanwhile lies behind it. The lock also makes the writers of the company follow one another: what a writer has checked
after :func:`lock_company` (keys, relations, number series) still holds when it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.transaction import TransactionManagementError

TABLE = "business_central_rowcounter"
"""The table of ``models.RowCounter``. It is named here because the models are built on this module."""

_ADD = f"UPDATE {TABLE} SET value = value + %s WHERE id = 1 RETURNING value"  # noqa: S608 - our own name
_CREATE = f"INSERT INTO {TABLE} (id, value) VALUES (1, 0) ON CONFLICT DO NOTHING"  # noqa: S608 - our own name
_READ = f"SELECT value FROM {TABLE} WHERE id = 1"  # noqa: S608 - our own name


@dataclass(slots=True)
class _Block:
    """Row versions that this transaction has reserved and not given out yet."""

    using: str
    next: int
    behind: int


_block: ContextVar[_Block | None] = ContextVar("reserved row versions", default=None)


@contextmanager
def reserve(count: int, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Become the only writer, and reserve row versions for everything that is written inside: one question to the
    counter instead of one for each table. What is left over is never given out. Raises
    ``TransactionManagementError`` outside a transaction."""
    first = allocate(count, using)
    token = _block.set(_Block(using, first, first + count))
    try:
        yield
    finally:
        _block.reset(token)


def allocate(count: int = 1, using: str = DEFAULT_DB_ALIAS) -> int:
    """Reserve ``count`` consecutive row versions and return the first. Other writers wait from here on until the
    transaction ends. Raises ``TransactionManagementError`` outside a transaction."""
    block = _block.get()
    if block is not None and block.using == using and block.next + count <= block.behind:
        block.next += count
        return block.next - count
    connection = connections[using]
    if not connection.in_atomic_block:
        raise TransactionManagementError("Row versions are only given out inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [count])
        row = cursor.fetchone()
        if row is None:  # A database that was just made or emptied.
            cursor.execute(_CREATE)
            cursor.execute(_ADD, [count])
            row = cursor.fetchone()
    return int(row[0]) - count + 1


def lock_company(using: str = DEFAULT_DB_ALIAS) -> None:
    """Become the only writer until the transaction ends, so that what is read from now on stays true. Raises
    ``TransactionManagementError`` outside a transaction."""
    allocate(0, using)


def committed_version(using: str = DEFAULT_DB_ALIAS) -> int:
    """Return the highest row version that is committed, or that this transaction gave out itself; 0 where there is
    none yet."""
    with connections[using].cursor() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])
