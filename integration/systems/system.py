"""What a system is: the verbs that the engine needs, and the values that travel through them.

Two systems implement :class:`System` for real (the embedded Business Central company and a Dynamics 365
Sales organization) and one for tests (``memory.MemorySystem``). All three pass the same contract suite,
``tests/systems/contract/``.

``values`` says what the values are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from integration.systems.filters import EVERYTHING, Filter
from integration.systems.values import (
    OPTION_NAMESPACE,
    Document,
    Field,
    FieldType,
    Identity,
    Money,
    Option,
    Page,
    Record,
    Ref,
    Row,
    Side,
    Table,
    Value,
    Written,
    option_id,
)

__all__ = [
    "COUNTED_AT_MOST",
    "NAMED_AT_ONCE",
    "OPTION_NAMESPACE",
    "CountsEach",
    "CountsSome",
    "Document",
    "DocumentSystem",
    "Field",
    "FieldType",
    "FindsEach",
    "Identity",
    "KeyedSystem",
    "Money",
    "Option",
    "Page",
    "Record",
    "Ref",
    "Row",
    "Side",
    "System",
    "Table",
    "Value",
    "Wanted",
    "Written",
    "count_each",
    "every",
    "find_each",
    "option_id",
]

COUNTED_AT_MOST = 5000
"""Where a system stops counting that does not count all."""
NAMED_AT_ONCE = 100
"""So many rows are read by their ids for people to look at, with the labels of what they refer to."""


@runtime_checkable
class System(Protocol):
    """One of the two systems. Every verb may raise a ``ConnectionProblem``; what concerns one row is in
    :class:`Written` and never raised by ``insert``, ``update`` and ``delete``."""

    side: Side
    remote: bool
    """True where a call is a request over the network: the engine then plans the next page while one is written."""
    counts_all: bool
    """False where ``count`` stops at 5,000."""

    def check(self) -> Identity:
        """Sign in and say who answers."""

    def tables(self) -> Sequence[tuple[str, str]]:
        """(name, label) of every table that can be mapped, by label."""

    def describe(self, table: str) -> Table:
        """The table as it is now. Raises ``TableMissing``."""

    def forget(self, table: str) -> None:
        """Have the next ``describe`` of this table ask anew, where descriptions are kept: somebody changed it."""

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        """Rows changed since the cursor (all rows for ``None``), as pages, with the deletions where the system
        knows them. Rows outside ``where`` may be left out or not; the caller tests again. At least one page
        comes, so that there is a cursor. ``by``: a date and time column that says when a row changed, instead of what
        the system itself goes by; rows may then come again, and deletions are not told. Raises ``CursorExpired``,
        ``FieldMissing`` and, where it cannot go by that column, ``ConfigurationProblem``."""

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        """The rows that are there, by id. Missing ones are simply absent. Of more than ``NAMED_AT_ONCE``, which are
        read to be compared, references may come without their labels."""

    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        """One page of the matching rows, ``-name`` in ``order`` for descending; ``after`` is the ``cursor`` of the
        page before. No ``size``: the system's own page size. Only the ``fields`` asked for are sure to be in the
        records' values."""

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        """How many rows match; at most 5,000 where the system does not count all."""

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        """Create rows with the ids given (where the table keeps them; else ``Written.id`` is the row's own), answers in
        the same order. A row that is there already under this id answers with ``DuplicateKey``."""

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        """Change rows; never creates one (``NotFound``). A stale ``version`` answers with ``VersionConflict``."""

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        """Remove rows; one that is gone already counts as removed."""

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        """A verb beyond these, by name (``publish``, ``release``, ``win_quote``, ...); ``describe`` lists them. Raises
        ``Refused`` for one it does not know, and what the system says to it."""


class KeyedSystem(System, Protocol):
    """A system that also finds rows by a unique number of theirs while it writes them."""

    def upsert(self, table: str, key: Sequence[str], rows: Sequence[Row]) -> list[Written]:
        """Change the rows that have these values in the columns of ``key``, create the others; answers in the same
        order, each with the id the row has now (another than ours where it was there already). A blank part of the key
        answers with ``InvalidValue``. Versions do not count."""


@runtime_checkable
class DocumentSystem(System, Protocol):
    """A system that takes a document with its lines as a whole."""

    def insert_documents(self, table: str, documents: Sequence[Document]) -> list[Written]:
        """Create documents; ``table`` is that of their headers. Each is there with all its rows or not at all, and one
        that is refused fails no other. Answers in the same order, one a document, with the header's id and version and
        the values that the system gave it (its number). A document that is there already under this id answers with
        ``DuplicateKey``."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The first rows of a table that match, in the order of these fields, which are read and hold text."""

    table: str
    where: Filter
    fields: tuple[str, ...]


@runtime_checkable
class CountsEach(Protocol):
    """A system that counts in several tables at once."""

    def count_each(self, asked: Sequence[tuple[str, Filter]]) -> list[int]:
        """``count`` of each of these."""


@runtime_checkable
class FindsEach(Protocol):
    """A system that looks into several tables at once."""

    def find_each(self, asked: Sequence[Wanted], size: int) -> list[list[Record]]:
        """At most ``size`` rows of each of these."""


@runtime_checkable
class CountsSome(Protocol):
    """A system that counts all, and stops where it is told to."""

    def count_some(self, table: str, where: Filter) -> int:
        """``count``, but at most one more than ``COUNTED_AT_MOST``."""


@runtime_checkable
class ListsWritten(Protocol):
    """A system that lists what was written in several tables at once."""

    def written_since(self, asked: Sequence[tuple[str, str]], most: int) -> list[dict[uuid.UUID, str]]:
        """For each of these (table, cursor of its changes) the rows written since, oldest first and at most so many: id
        -> version. Raises ``CursorExpired``."""


def count_each(system: System, asked: Sequence[tuple[str, Filter]]) -> list[int]:
    """How many rows of each table match: at once where the system can."""
    if isinstance(system, CountsEach):
        return system.count_each(asked)
    return [system.count(table, where) for table, where in asked]


def find_each(system: System, asked: Sequence[Wanted], size: int) -> Iterator[Sequence[Record]]:
    """The first rows of each table that match: at once where the system can, else one table behind the other."""
    if isinstance(system, FindsEach):
        yield from system.find_each(asked, size)
        return
    for one in asked:
        found = system.find(one.table, one.where, one.fields, one.fields[:1], size)
        yield found.records[:size]


def every(
    system: System,
    table: str,
    where: Filter = EVERYTHING,
    fields: Sequence[str] = (),
    order: Sequence[str] = (),
    size: int | None = None,
) -> Iterator[Record]:
    """All matching rows, page by page."""
    page = system.find(table, where, fields, order, size)
    yield from page.records
    while page.cursor is not None:
        page = system.find(table, where, fields, order, size, page.cursor)
        yield from page.records
