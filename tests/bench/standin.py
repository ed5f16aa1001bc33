"""Sales at the seam of :class:`~integration.systems.system.System`, without a line: what it takes is counted apart.

Tables are those a sandbox describes; the rows are plain columns. A search or an order of Sales' own costs what it costs
and is not ours, so it is clocked and taken off the time of a page.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from functools import wraps
from itertools import chain, islice
from typing import Any

from integration.systems.errors import Refused, TableMissing
from integration.systems.filters import EVERYTHING, Filter, matches
from integration.systems.values import Field, Identity, Page, Record, Ref, Row, Side, Table, Value, Written

PAGE = 1000


def clocked(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Counts the call and its seconds."""

    @wraps(verb)
    def counted(self: StandIn, *args: Any, **more: Any) -> Any:
        begin = self.clock()
        try:
            return verb(self, *args, **more)
        finally:
            self.calls += 1
            self.seconds += self.clock() - begin

    return counted


class StandIn:
    """``tables``: by name; ``rows``: the values of each row by table and id."""

    side = Side.CRM
    remote = True
    counts_all = False

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables_by_name = dict(tables)
        self.rows: dict[str, dict[uuid.UUID, dict[str, Value]]] = {name: {} for name in tables}
        self.edited: dict[str, list[uuid.UUID]] = {name: [] for name in tables}
        """What was changed behind the last row, in its order."""
        self.calls, self.seconds = 0, 0.0
        self.clock: Callable[[], float] = time.perf_counter
        self._found: dict[Any, list[uuid.UUID]] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Of a run before: fields may know more about themselves by now."""
        self.__dict__.update({"edited": {name: [] for name in state["tables_by_name"]}, **state})
        for name, table in self.tables_by_name.items():
            fields = {key: Field(**_kept(field)) for key, field in table.fields.items()}
            self.tables_by_name[name] = replace(table, fields=fields)

    def close(self) -> None:
        """There is no line."""

    def edit(self, table: str, ids: Iterable[uuid.UUID]) -> None:
        """Somebody changes these rows, after the last row was made."""
        self.edited[table] += ids

    def cursor(self, table: str) -> str:
        """Where whoever has read all changes stands."""
        return str(len(self.rows[table]) + len(self.edited[table]))

    def forget_found(self) -> None:
        """Rows were added."""
        self._found.clear()

    @clocked
    def check(self) -> Identity:
        return Identity(uuid.UUID(int=1), "Stand-in", uuid.UUID(int=2), "9.2")

    def tables(self) -> Sequence[tuple[str, str]]:
        return sorted((table.name, table.label) for table in self.tables_by_name.values())

    @clocked
    def describe(self, table: str) -> Table:
        if table not in self.tables_by_name:
            raise TableMissing(f"There is no table {table}.")
        return self.tables_by_name[table]

    def forget(self, table: str) -> None:
        """Nothing is kept."""

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        number, start = int(self.cursor(table)), int(since or 0)
        for first in range(start, max(number, start + 1), PAGE):
            yield self._changed(table, first, fields, min(first + PAGE, number))

    @clocked
    def _changed(self, table: str, first: int, fields: Sequence[str], cursor: int) -> Page:
        ids = islice(chain(self.rows[table], self.edited[table]), first, cursor)
        return Page([self._record(table, id, fields) for id in ids], (), str(cursor))

    @clocked
    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        there = self.rows[table]
        return {id: self._record(table, id, fields) for id in ids if id in there}

    @clocked
    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        ids, start, size = self._matching(table, where, tuple(order)), int(after or 0), size or PAGE
        shown = [self._record(table, id, fields) for id in ids[start : start + size]]
        return Page(shown, (), str(start + size) if len(ids) > start + size else None)

    @clocked
    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        return min(len(self._matching(table, where, ())), 5000)

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return [Written(row.id, error=Refused("Nothing is written here.")) for row in rows]

    update = delete = insert

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        raise Refused("Nothing is done here.")

    def _matching(self, table: str, where: Filter, order: tuple[str, ...]) -> list[uuid.UUID]:
        key = (table, repr(where), order)
        if key not in self._found:
            fields = tuple(self.tables_by_name[table].fields)
            held = self.rows[table]
            ids = [id for id in held if where is EVERYTHING or matches(where, self._record(table, id, fields))]
            for name in order:
                ids.sort(key=lambda one, name=name: _key(held[one].get(name.lstrip("-"))), reverse=name[:1] == "-")
            self._found[key] = ids
        return self._found[key]

    def _record(self, table: str, id: uuid.UUID, fields: Sequence[str]) -> Record:
        values = self.rows[table][id]
        return Record(table, id, {name: values.get(name) for name in fields}, "2" if id in self.edited[table] else "1")


def _kept(field: Field) -> dict[str, Any]:
    names = (one.name for one in dataclass_fields(Field))
    return {name: getattr(field, name) for name in names if hasattr(field, name)}


def _key(value: Value) -> tuple[bool, str]:
    text = value.label if isinstance(value, Ref) else value
    return text is not None, str(text).casefold()
