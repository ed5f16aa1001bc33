"""A system in memory, as strict as a real one and able to fail at any call.

    crm = MemorySystem(Side.CRM, crm_tables())
    adatum = crm.add("account", name="Adatum")              # a person typed it
    crm.edit("account", adatum, telephone1="030 1")
    crm.fail_on("insert", TimedOut("no answer"), done=3)    # three rows arrive, then the line breaks

What a person does (``add``, ``edit``, ``remove``) is neither counted nor made to fail; the verbs of
:class:`System` are both.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integration.systems.errors import InvalidValue, RecordProblem, Refused
from integration.systems.filters import EVERYTHING, Filter
from integration.systems.memory.documents import MemoryDocuments, with_own_ids
from integration.systems.memory.faults import Call, Fault, Faults
from integration.systems.memory.rows import without_labels
from integration.systems.system import NAMED_AT_ONCE, DocumentSystem, KeyedSystem
from integration.systems.values import Document, Identity, Page, Record, Row, Side, Table, Value, Written

PERSON = uuid.UUID("00000000-0000-4000-8000-00000000a11e")

Action = Callable[["MemorySystem", str, uuid.UUID, Mapping[str, Any]], Any]
Write = Callable[[str, Row, uuid.UUID], str | None]


class MemorySystem(MemoryDocuments, KeyedSystem, DocumentSystem):
    """Tables in dicts, safe for threads.

    Switches, as attributes: ``page_size`` cuts ``changes`` and ``find``; ``skew`` moves this system's clock, which
    otherwise goes on one second a write; ``tells_versions=False`` answers inserts and updates without the new
    version, as bulk calls of Dataverse do; ``filters_changes`` leaves rows outside ``where`` out of ``changes``,
    which delta links cannot; ``check_references=False`` takes references to rows that are not there;
    ``keeps_ids=False`` gives every inserted row an id of its own; ``counts_all=False`` says that it stops counting.
    By table: ``unique`` further keys, ``numbers`` the prefix of its number series, ``plug_ins`` what its own logic
    makes of values before they are stored, ``marks`` the column that may carry a mark, ``lacking`` columns that only
    people see, and what to do about them. ``actions``: the verbs that ``act`` knows.
    """

    def __init__(
        self,
        side: Side,
        tables: Iterable[Table],
        *,
        remote: bool | None = None,
        page_size: int = 500,
        user_id: uuid.UUID | None = None,
        organization_id: uuid.UUID | None = None,
    ) -> None:
        super().__init__(side, tables)
        self.side = side
        self.remote = side is Side.CRM if remote is None else remote
        self.page_size = page_size
        self.user_id = user_id or uuid.uuid5(uuid.NAMESPACE_OID, f"integration user of {side}")
        self.organization_id = organization_id or uuid.uuid5(uuid.NAMESPACE_OID, f"organization of {side}")
        self.tells_versions = True
        self.counts_all = True
        self.keeps_ids = True
        self.marks: dict[str, str] = {}
        self.release = "memory"
        self.actions: dict[str, Action] = {}
        self.faults = Faults()
        self._found: dict[str, list[uuid.UUID]] = {}

    # --- what tests do and look at ---------------------------------------------------------------------------

    @property
    def calls(self) -> Counter[str]:
        """How often each verb was called; every page of ``changes`` and ``find`` is one call."""
        return self.faults.calls

    @property
    def log(self) -> list[Call]:
        """Every call with its table and rows, in order."""
        return self.faults.log

    def fail_on(
        self,
        verb: str,
        error: BaseException,
        times: int = 1,
        when: Callable[[Call], bool] | None = None,
        done: int | None = 0,
    ) -> None:
        """Make the next ``times`` calls of ``verb`` fail that ``when`` says yes to. On a writing verb a
        ``RecordProblem`` is the answer for a row (``when`` then sees one row at a time); anything else is raised,
        after the first ``done`` rows took effect (``None``: all of them)."""
        self.faults.planned.append(Fault(verb, error, times, when, done))

    def add(self, table: str, id: uuid.UUID | None = None, by: uuid.UUID = PERSON, **values: Value) -> uuid.UUID:
        """A person creates a row. Raises what an insert would answer."""
        row = Row(id or uuid.uuid4(), values)
        with self._lock:
            self._insert(table, row, by)
        return row.id

    def edit(self, table: str, id: uuid.UUID, by: uuid.UUID = PERSON, **values: Value) -> None:
        """A person changes a row. Raises what an update would answer."""
        with self._lock:
            self._update(table, Row(id, values), by)

    def remove(self, table: str, id: uuid.UUID) -> None:
        """A person deletes a row."""
        with self._lock:
            self._delete(table, Row(id), PERSON)

    # --- reading ---------------------------------------------------------------------------------------------

    def check(self) -> Identity:
        self.faults.enter(Call("check"))
        return Identity(self.organization_id, f"Twin {self.side}", self.user_id, self.release)

    def tables(self) -> Sequence[tuple[str, str]]:
        self.faults.enter(Call("tables"))
        return sorted(((held.table.name, held.table.label) for held in self._tables.values()), key=lambda pair: pair[1])

    def describe(self, table: str) -> Table:
        self.faults.enter(Call("describe", table))
        described = self._described(self._table(table).table)
        return replace(described, actions=tuple(sorted(self.actions))) if self.actions else described

    def _described(self, table: Table) -> Table:
        lacking = self.lacking.get(table.name, {})
        shown = {name: field for name, field in table.fields.items() if name not in lacking}
        fields = shown if lacking else table.fields
        marked = self.marks.get(table.name, "")
        return replace(table, fields=fields, keeps_ids=self.keeps_ids, mark_field=marked, lacking=lacking)

    def forget(self, table: str) -> None:
        self.faults.enter(Call("forget", table))

    def changes(
        self, table: str, fields: Sequence[str], since: str | None = None, where: Filter = EVERYTHING, by: str = ""
    ) -> Iterator[Page]:
        held = self._shown(table, [*fields, by] if by else fields, where)
        if by:
            self.faults.enter(Call("changes", table))
            yield self._changed_by(held, fields, since, where, by)
            return
        position, bound = self._position(since), self._sequence
        if since is not None and not held.table.tracks_changes:
            position -= 1  # inclusive, as reading by modifiedon is
        events = held.events(position, bound, deletions=since is not None and held.table.tracks_changes)
        for start in range(0, len(events) or 1, self.page_size):
            self.faults.enter(Call("changes", table))
            chunk = events[start : start + self.page_size]
            last = start + self.page_size >= len(events)
            with self._lock:
                page = self._changed(held, chunk, fields, where)
            yield replace(page, cursor=self._cursor(bound if last else chunk[-1][0]))

    def get(self, table: str, ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
        self.faults.enter(Call("get", table, ids=tuple(ids)))
        held = self._shown(table, fields)
        with self._lock:
            found = {id: self._record(held, held.rows[id], fields) for id in ids if id in held.rows}
        return found if len(ids) <= NAMED_AT_ONCE else {id: without_labels(one) for id, one in found.items()}

    def find(
        self,
        table: str,
        where: Filter = EVERYTHING,
        fields: Sequence[str] = (),
        order: Sequence[str] = (),
        size: int | None = None,
        after: str | None = None,
    ) -> Page:
        self.faults.enter(Call("find", table))
        held = self._shown(table, [*fields, *(name.removeprefix("-") for name in order)], where)
        with self._lock:
            left = self._matching(held, where, order) if after is None else self._found[after]
            left = [id for id in left if id in held.rows]
            size = size or self.page_size
            cursor = str(len(self._found)) if len(left) > size else None
            if cursor is not None:
                self._found[cursor] = left[size:]
            return Page([self._record(held, held.rows[id], fields) for id in left[:size]], cursor=cursor)

    def count(self, table: str, where: Filter = EVERYTHING) -> int:
        self.faults.enter(Call("count", table))
        held = self._shown(table, (), where)
        with self._lock:
            return len(self._matching(held, where))

    # --- writing ---------------------------------------------------------------------------------------------

    def insert(self, table: str, rows: Sequence[Row]) -> list[Written]:
        given = rows if self.keeps_ids else [replace(row, id=uuid.uuid4()) for row in rows]
        return self._write("insert", self._insert, table, given)

    def insert_documents(self, table: str, documents: Sequence[Document]) -> list[Written]:
        self._check_children(documents)
        given = documents if self.keeps_ids else [with_own_ids(table, document) for document in documents]
        left = iter(given)

        def insert(table: str, row: Row, by: uuid.UUID) -> str:
            document = next(each for each in left if each.header is row)
            return self._insert_document(document, table, row, by)

        return self._write("insert_documents", insert, table, [document.header for document in given])

    def update(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return self._write("update", self._update, table, rows)

    def upsert(self, table: str, key: Sequence[str], rows: Sequence[Row]) -> list[Written]:
        return [self._upsert(table, key, row) for row in rows]

    def _upsert(self, table: str, key: Sequence[str], row: Row) -> Written:
        blank = next((name for name in key if row.values.get(name) in (None, "")), "")
        if blank:
            return Written(row.id, error=InvalidValue(f"{blank} is blank, but it identifies the record.", field=blank))
        held = self._shown(table, key)
        wanted = {name: row.values[name] for name in key}
        there = [id for id, kept in held.rows.items() if all(kept.values.get(n) == v for n, v in wanted.items())]
        write = self.update if there else self.insert
        return write(table, [Row(there[0] if there else row.id, row.values)])[0]

    def delete(self, table: str, rows: Sequence[Row]) -> list[Written]:
        return self._write("delete", self._delete, table, rows)

    def act(self, table: str, id: uuid.UUID, action: str, **arguments: Any) -> Any:
        self.faults.enter(Call("act", table, ids=(id,), action=action))
        held = self._table(table)
        if action not in self.actions:
            raise Refused(f"{held.table.label} knows no action “{action}”.")
        held.existing(id)
        return self.actions[action](self, table, id, arguments)

    def _write(self, verb: str, write: Write, table: str, rows: Sequence[Row]) -> list[Written]:
        call = Call(verb, table, tuple(rows))
        self.faults.count(call)
        self._shown(table, sorted({name for row in rows for name in row.values}))
        fault = self.faults.take(call, rowwise=False)
        reached = rows if fault is None or fault.done is None else rows[: fault.done]
        with self._lock:
            answers = [self._written(verb, write, table, row) for row in reached]
        if fault is not None:
            raise fault.error
        return answers

    def _written(self, verb: str, write: Write, table: str, row: Row) -> Written:
        fault = self.faults.take(Call(verb, table, (row,)), rowwise=True)
        if isinstance(fault, Fault) and isinstance(fault.error, RecordProblem):
            return Written(row.id, error=fault.error)
        try:
            version = write(table, row, self.user_id)
        except RecordProblem as problem:
            return Written(row.id, error=problem)
        return Written(row.id, version if self.tells_versions else None)
