"""What the suite needs to know about a system, and the rows one test makes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from integration.systems.filters import Filter, both, parse
from integration.systems.system import System, every
from integration.systems.values import Page, Record, Ref, Row, Value, Written

NOWHERE = uuid.UUID("dead0000-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Target:
    """What the ground's reference column points to: a table and the columns that make a row of it."""

    table: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Ground:
    """A table of the system and the columns the suite may use; ``""`` where the table has none of the kind.

    ``name`` is TEXT with a ``max_length`` of 60 to 4,000; ``text`` another TEXT that starts blank; ``option`` an OPTION
    that takes ``option_values`` but not 987654; ``extra`` what an insert needs besides; ``blank_amount`` what a
    blank ``amount`` reads like; ``missing_table`` a table there is not;
    ``key`` a TEXT or CODE column that is an alternate key; ``action`` a verb of the table and ``acted`` what it makes
    of columns.
    """

    table: str
    name: str
    text: str
    amount: str = ""
    blank_amount: Value = None
    option: str = ""
    option_values: Sequence[int] = ()
    moment: str = ""
    day: str = ""
    flag: str = ""
    code: str = ""
    reference: str = ""
    target: Target | None = None
    extra: Mapping[str, Value] = field(default_factory=dict)
    missing_table: str = "no_such_table"
    key: str = ""
    action: str = ""
    acted: Mapping[str, Value] = field(default_factory=dict)

    def columns(self) -> list[str]:
        named = (self.name, self.text, self.amount, self.option, self.moment, self.day, self.flag, self.code)
        return [name for name in (*named, self.reference) if name]


class Rows:
    """Shorthand for the rows one test makes: all their names start with ``mark``."""

    def __init__(self, system: System, ground: Ground) -> None:
        self.system, self.ground = system, ground
        self.mark = f"Q{uuid.uuid4().int % 10**12:012d}"  # digits, so that no search for letters finds it

    def row(self, name: str = "Adatum", id: uuid.UUID | None = None, **values: Value) -> Row:
        return Row(id or uuid.uuid4(), {**self.ground.extra, self.ground.name: f"{self.mark} {name}", **values})

    def insert(self, *names: str) -> list[uuid.UUID]:
        rows = [self.row(name) for name in names]
        assert_ok(self.system.insert(self.ground.table, rows))
        return [row.id for row in rows]

    def insert_one(self, name: str = "Adatum", **values: Value) -> uuid.UUID:
        row = self.row(name, **values)
        assert_ok(self.system.insert(self.ground.table, [row]))
        return row.id

    def target(self) -> Ref:
        """A new row of the table that the ground's reference column points to."""
        target = self.ground.target
        assert target is not None
        row = Row(uuid.uuid4(), target.values)
        assert_ok(self.system.insert(target.table, [row]))
        return Ref(target.table, row.id)

    def update(self, id: uuid.UUID, version: str | None = None, **values: Value) -> Written:
        return self.system.update(self.ground.table, [Row(id, values, version)])[0]

    def get(self, id: uuid.UUID) -> Record:
        return self.system.get(self.ground.table, [id], self.ground.columns())[id]

    def is_there(self, id: uuid.UUID) -> bool:
        return id in self.system.get(self.ground.table, [id], [self.ground.name])

    def filter(self, text: str = "") -> Filter:
        """The rows of this test, further narrowed down by a typed filter."""
        table = self.system.describe(self.ground.table)
        return both(parse(f"{self.ground.name} begins with '{self.mark}'", table), parse(text, table))

    def names(self, text: str = "") -> list[str]:
        """Names of the rows of this test that pass a typed filter, without the mark, by name."""
        found = every(self.system, self.ground.table, self.filter(text), [self.ground.name], [self.ground.name])
        return [str(record.values[self.ground.name]).removeprefix(self.mark + " ") for record in found]

    def pages(self, since: str | None) -> list[Page]:
        return list(self.system.changes(self.ground.table, self.ground.columns(), since))

    def now(self) -> str:
        """A cursor behind everything there is."""
        return cursor_of(self.pages(None))


def assert_ok(answers: Sequence[Written]) -> None:
    assert [answer.error for answer in answers if not answer.ok] == []


def cursor_of(pages: Sequence[Page]) -> str:
    cursor = pages[-1].cursor
    assert cursor is not None
    return cursor


def ids_in(pages: Sequence[Page]) -> list[uuid.UUID]:
    return [record.id for page in pages for record in page.records]


def deleted_in(pages: Sequence[Page]) -> set[uuid.UUID]:
    return {id for page in pages for id in page.deleted}


def needs(column: str) -> str:
    if not column:
        pytest.skip("the ground has no column of this kind")
    return column


class Contract:
    """The fixtures of every part of the suite."""

    @pytest.fixture
    def system(self) -> System:
        raise NotImplementedError

    @pytest.fixture
    def ground(self) -> Ground:
        raise NotImplementedError

    @pytest.fixture
    def rows(self, system: System, ground: Ground) -> Rows:
        return Rows(system, ground)
