"""Rows on their way out: values instead of model instances, references with their labels by one join."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from integration.business_central.asking import condition
from integration.business_central.models import Deleted
from integration.business_central.models.columns import Text
from integration.business_central.models.door import committed_version
from integration.business_central.tables import Column, TableColumns
from integration.systems.errors import CursorExpired
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.values import Page, Record, Ref
from integration.systems.values import Value as SeamValue

AT_ONCE = 1000
BEFORE_ALL_DAYS = dt.date(1, 1, 1)


class Reader:
    """Reads some columns of one table. Made per call; it remembers the references it has met."""

    def __init__(self, table: TableColumns, names: Sequence[str]) -> None:
        self.table = table
        self.paths = ["pk", "row_version", "system_modified_at"]
        self._takes: list[tuple[str, int, Callable[[uuid.UUID, str], Ref] | None]] = []
        for column in table.select(list(dict.fromkeys(names))):
            self._take(column)

    def _take(self, column: Column) -> None:
        position = len(self.paths)
        if column.by_name:
            self.paths.append(column.label)
            self._takes.append((column.name, position, _text_or_blank))  # type: ignore[arg-type]
        elif column.target is not None:
            self.paths += [column.attribute, column.label]
            self._takes.append((column.name, position, _references(column.target.slug())))
        else:
            self.paths.append(column.name)
            self._takes.append((column.name, position, None))

    def rows(self, where: Filter = EVERYTHING) -> QuerySet[Any]:
        return self.table.model.objects.filter(condition(where, self.table)).order_by()

    def records(self, rows: QuerySet[Any], extra: Sequence[str] = ()) -> Iterator[tuple[Record, Sequence[Any]]]:
        """The rows as records, each with the values of ``extra`` annotations."""
        name, width = self.table.table.name, len(self.paths)
        for row in rows.values_list(*self.paths, *extra).iterator(AT_ONCE):
            values = {
                key: row[position] if make is None else _made(make, row, position)
                for key, position, make in self._takes
            }
            yield Record(name, row[0], values, str(row[1]), row[2]), row[width:]


def _made(make: Callable[..., Any], row: Sequence[Any], position: int) -> SeamValue:
    first = row[position]
    if make is _text_or_blank:
        return first or ""
    return None if first is None else make(first, row[position + 1])


def _text_or_blank(first: Any, second: Any) -> str:
    return first or ""


def _references(table: str) -> Callable[[uuid.UUID, str], Ref]:
    known: dict[uuid.UUID, Ref] = {}

    def reference(id: uuid.UUID, label: Any) -> Ref:
        found = known.get(id)
        if found is None:
            found = known[id] = Ref(table, id, str(label))
        return found

    return reference


# --- by id ---------------------------------------------------------------------------------------------------------


def get(table: TableColumns, ids: Sequence[uuid.UUID], names: Sequence[str]) -> dict[uuid.UUID, Record]:
    reader = Reader(table, names)
    found: dict[uuid.UUID, Record] = {}
    for start in range(0, len(ids), AT_ONCE):
        rows = reader.rows().filter(pk__in=ids[start : start + AT_ONCE])
        found.update((record.id, record) for record, _ in reader.records(rows))
    return found


# --- changes -------------------------------------------------------------------------------------------------------


def changes(table: TableColumns, names: Sequence[str], since: str | None, where: Filter, size: int) -> Iterator[Page]:
    """Pages in the order of row versions. The upper bound is the committed counter, taken before the first row: what
    is written while the pages are read lies behind it and is the next run's."""
    reader = Reader(table, names)
    bound = committed_version()
    position = _Position.read(since, bound)
    rows = reader.rows(where).filter(row_version__lte=bound).order_by("row_version", "pk")
    stones = _stones(table, position, bound) if since is not None else []
    while True:
        taken = [record for record, _ in reader.records(rows.filter(position.behind())[: size + 1])]
        if len(taken) <= size:
            yield Page(taken, [id for _, id in stones], str(bound))
            return
        page = taken[:size]
        position = _Position(int(page[-1].version), page[-1].id)
        passed = [id for version, id in stones if version < position.version]
        stones = stones[len(passed) :]
        yield Page(page, passed, str(position))


def _stones(table: TableColumns, position: _Position, bound: int) -> list[tuple[int, uuid.UUID]]:
    """Deletions since the cursor, oldest first; not of ids that are there again."""
    there = table.model.objects.filter(pk=OuterRef("system_id"))
    gone = Deleted.objects.filter(
        ~Exists(there), table=table.table.name, row_version__gte=position.first_stone, row_version__lte=bound
    )
    return list(gone.order_by("row_version", "pk").values_list("row_version", "system_id"))


def deletions_told(cursor: str) -> int | None:
    """The row version up to which whoever holds this cursor has been told of deletions; ``None``: it has expired, so
    that everything is read again."""
    try:
        return _Position.read(cursor, committed_version()).first_stone - 1
    except CursorExpired:
        return None


class _Position:
    """Behind which row a page ends: its version, and its id where more rows may have this version (rows changed by
    one UPDATE share theirs). As a cursor: ``123`` or ``123/id``."""

    def __init__(self, version: int, id: uuid.UUID | None = None) -> None:
        self.version, self.id = version, id

    @classmethod
    def read(cls, cursor: str | None, bound: int) -> _Position:
        """Raises ``CursorExpired`` for what is no cursor of this database, or of a later state of it."""
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
    def first_stone(self) -> int:
        return self.version if self.id is not None else self.version + 1

    def behind(self) -> Q:
        if self.id is None:
            return Q(row_version__gt=self.version)
        return Q(row_version__gte=self.version) & (Q(row_version__gt=self.version) | Q(pk__gt=self.id))

    def __str__(self) -> str:
        return f"{self.version}/{self.id}" if self.id is not None else str(self.version)


# --- search --------------------------------------------------------------------------------------------------------


def find(
    table: TableColumns, where: Filter, names: Sequence[str], order: Sequence[str], size: int, after: str | None
) -> Page:
    """One page in the order asked for. The cursor holds the order columns of the last row, so that rows that come or
    go in between neither repeat nor hide others."""
    reader = Reader(table, names or ())
    keys = [(f"key_{number}", *_key(table, name)) for number, name in enumerate(order)]
    rows = reader.rows(where).annotate(**{name: expression for name, expression, _ in keys})
    if after is not None:
        rows = rows.filter(_behind([(name, down) for name, _, down in keys], _opened(after, len(keys))))
    rows = rows.order_by(*(f"-{name}" if down else name for name, _, down in keys), "pk")[: size + 1]
    found = list(reader.records(rows, [name for name, _, _ in keys]))
    more = len(found) > size
    cursor = _closed(found[size - 1]) if more else None
    return Page([record for record, _ in found[:size]], cursor=cursor)


def _key(table: TableColumns, name: str) -> tuple[Any, bool]:
    """What a column is ordered by, never NULL, and whether downwards. Blank comes first."""
    down, column = name.startswith("-"), table.column(name.removeprefix("-"))
    if column.target is not None:
        return Coalesce(F(f"{column.label}__folded"), Value(""), output_field=Text()), down
    if column.field.type.textual:
        return F(f"{column.name}__folded"), down
    if column.stored.null:
        return Coalesce(F(column.name), Value(BEFORE_ALL_DAYS, output_field=column.stored)), down
    return F(column.name), down


def _behind(keys: Sequence[tuple[str, bool]], last: Sequence[Any]) -> Q:
    found, level = Q(pk__gt=uuid.UUID(last[-1])), list(zip(keys, last, strict=False))
    for (name, down), value in reversed(level):
        beyond = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        found = beyond | (Q(**{name: value}) & found)
    return found


def _closed(last: tuple[Record, Sequence[Any]]) -> str:
    record, keys = last
    text = json.dumps([*keys, str(record.id)], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _opened(cursor: str, keys: int) -> list[Any]:
    try:
        last = json.loads(base64.urlsafe_b64decode(cursor))
        uuid.UUID(last[-1])
    except (ValueError, TypeError, IndexError) as error:
        raise CursorExpired("This is not a cursor of this list.") from error
    if len(last) != keys + 1:
        raise CursorExpired("This cursor belongs to a list in another order.")
    return list(last)


def count(table: TableColumns, where: Filter) -> int:
    return int(Reader(table, ()).rows(where).count())
