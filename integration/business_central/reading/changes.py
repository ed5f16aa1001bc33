"""Changes in the order of row versions: pages behind a cursor, and the cheap look whether there are any.

A cursor is a row version, ``123``: every row up to it has been read. Within a page of rows that share a version (rows
changed by one UPDATE do) it carries the last id as well, ``123/6d1c...``: the rows of that version behind this id are
still to be read.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q

from integration.business_central.models import Deleted
from integration.business_central.reading.records import Reader
from integration.business_central.row_versions import committed_version
from integration.business_central.tables import MODELS, SETUPS, TableColumns
from integration.systems.errors import CursorExpired
from integration.systems.filters import Filter
from integration.systems.values import Page


def changes(table: TableColumns, names: Sequence[str], since: str | None, where: Filter, size: int) -> Iterator[Page]:
    """Pages of at most ``size`` records, oldest first. The upper bound is the committed counter, taken before the
    first row: what is written while the pages are read lies behind it and belongs to the next run. Raises
    ``CursorExpired``, ``FieldMissing``."""
    reader = Reader(table, names)
    bound = committed_version()
    position = _Position.parse(since, bound)
    if position == _Position(bound):  # Nothing was written anywhere since.
        yield Page([], [], str(bound))
        return
    rows = reader.rows(where).filter(row_version__lte=bound).order_by("row_version", "pk")
    deletions = _deletions(table, position, bound) if since is not None else []
    while True:
        records = [record for record, _ in reader.records(rows.filter(position.is_before())[: size + 1])]
        if len(records) <= size:
            yield Page(records, [id for _, id in deletions], str(bound))
            return
        page = records[:size]
        position = _Position(int(page[-1].version), page[-1].id)
        passed = [id for version, id in deletions if version < position.version]
        deletions = deletions[len(passed) :]
        yield Page(page, passed, str(position))


def _deletions(table: TableColumns, position: _Position, bound: int) -> list[tuple[int, uuid.UUID]]:
    """(version, id) of the deletions since a position, oldest first; not of ids that are there again."""
    inserted_again = table.model.objects.filter(pk=OuterRef("system_id"))
    tombstones = Deleted.objects.filter(
        ~Exists(inserted_again),
        table=table.table.name,
        row_version__gte=position.first_deletion,
        row_version__lte=bound,
    )
    return list(tombstones.order_by("row_version", "pk").values_list("row_version", "system_id"))


def written_since(asked: Sequence[tuple[str, str]], most: int) -> list[dict[uuid.UUID, str]]:
    """For each of these (table, cursor) the rows written since, oldest first and at most so many, in two queries: id ->
    version. Raises ``CursorExpired``."""
    found: list[dict[uuid.UUID, str]] = [{} for _ in asked]
    bound, quote = committed_version(), connection.ops.quote_name
    read = [_Position.parse(cursor, bound).first_deletion - 1 for _, cursor in asked]
    parts = [
        f"SELECT * FROM (SELECT {place} AS place, system_id, row_version FROM {quote(MODELS[name]._meta.db_table)}"  # noqa: S608 - our own names
        f" WHERE row_version > %s ORDER BY row_version LIMIT {int(most)}) AS written_{place}"
        for place, (name, _) in enumerate(asked)
    ]
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), read)
            for place, id, version in cursor.fetchall():
                found[int(place)][uuid.UUID(str(id))] = str(version)
    return found


def deletions_read_up_to(cursor: str) -> int | None:
    """The row version up to which the holder of a cursor has read the deletions. ``None``: the cursor has expired, so
    its holder reads everything again."""
    try:
        return _Position.parse(cursor, committed_version()).first_deletion - 1
    except CursorExpired:
        return None


@dataclass(frozen=True, slots=True)
class _Position:
    """Behind which row a page ends: its version, and its id where more rows may have this version."""

    version: int
    id: uuid.UUID | None = None

    @classmethod
    def parse(cls, cursor: str | None, bound: int) -> _Position:
        """The position of a cursor; ``None`` is before every row. Raises ``CursorExpired`` for a text that is no
        cursor of this company, and for a cursor beyond the ``bound``: it comes from a later state of the company."""
        if cursor is None:
            return cls(-1)
        version, _, id = cursor.partition("/")
        try:
            position = cls(int(version), uuid.UUID(id) if id else None)
        except ValueError as error:
            raise CursorExpired(f"“{cursor[:60]}” is no cursor of this company.") from error
        if not 0 <= position.version <= bound:
            raise CursorExpired("The company was restored to a state before this cursor.")
        return position

    @property
    def first_deletion(self) -> int:
        """The first version whose deletions have not been read."""
        return self.version if self.id is not None else self.version + 1

    def is_before(self) -> Q:
        """The rows behind this position."""
        if self.id is None:
            return Q(row_version__gt=self.version)
        return Q(row_version__gte=self.version) & (Q(row_version__gt=self.version) | Q(pk__gt=self.id))

    def __str__(self) -> str:
        return f"{self.version}/{self.id}" if self.id is not None else str(self.version)


def changed_since(tables: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of these (table, row version) the ones where a row was written or deleted after that version, in two queries.
    A table that the company does not have is left out."""
    models = {**MODELS, **SETUPS}
    asked = [(name, version) for name, version in sorted(set(tables)) if name in models]
    if not asked:
        return set()
    quote = connection.ops.quote_name
    statement = " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {quote(models[name]._meta.db_table)} WHERE row_version > %s)"  # noqa: S608 - our own names
        for place, (name, _) in enumerate(asked)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [version for _, version in asked])
        changed = {asked[int(row[0])] for row in cursor.fetchall()}
    tombstones = Deleted.objects.filter(table__in={name for name, _ in asked}).order_by().values_list("table")
    last_deletion = dict(tombstones.annotate(last=Max("row_version")))
    return changed | {(name, version) for name, version in asked if last_deletion.get(name, 0) > version}
