"""Both systems as far as they answer right now: for pages that must work, and say so, when one of them does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

from integration.connection import systems
from integration.connection.opening import open_for_page
from integration.models.connection.setup import ConnectionSetup
from integration.systems.errors import Problem, TableMissing
from integration.systems.filters import Comparison, FilterError, parse
from integration.systems.formats import whole
from integration.systems.system import COUNTED_AT_MOST, System
from integration.systems.values import FieldType, Page, Record, Side, Table

NAMES = {Side.ERP: "Business Central", Side.CRM: "Dynamics 365 Sales"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of one side match. ``problem``: why that cannot be said."""

    side: Side
    table: str
    number: int | None = None
    problem: str = ""
    counts_all: bool = True

    @property
    def text(self) -> str:
        if self.number is None:
            return self.problem
        more = " or more" if not self.counts_all and self.number >= COUNTED_AT_MOST else ""
        return f"{whole(self.number)}{more} matching {'row' if self.number == 1 else 'rows'}"


class LiveSystems:
    """Tables and counts of both sides. A side that fails once is not asked again; ``problems`` tells why."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self.problems: dict[Side, str] = {}
        self.missing: dict[tuple[Side, str], str] = {}
        self._tables: dict[tuple[Side, str], Table | None] = {}

    @cached_property
    def _systems(self) -> dict[Side, System]:
        opened = {}
        for side, opening in ((Side.ERP, systems.open_erp), (Side.CRM, self._open_crm)):
            try:
                opened[side] = opening()
            except Problem as problem:
                self.problems[side] = problem.message
        return opened

    def _open_crm(self) -> System:
        connected = open_for_page(ConnectionSetup.current(), even_disabled=True, anybody=True)
        return self._open.enter_context(connected).crm

    def __enter__(self) -> LiveSystems:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def table(self, side: Side, name: str) -> Table | None:
        """The table as it is now, ``None`` where the side does not answer or has no such table."""
        key = (side, name)
        if key not in self._tables:
            self._tables[key] = self._describe(side, name)
        return self._tables[key]

    def _describe(self, side: Side, name: str) -> Table | None:
        try:
            return self._ask(side, lambda system: system.describe(name))
        except TableMissing as problem:
            self.missing[side, name] = problem.message
            return None

    def count(self, side: Side, name: str, filter_text: str) -> Count:
        """How many rows of a table match a filter as a person typed it."""
        table = self.table(side, name)
        if table is None:
            return Count(side, name, problem=self.problems.get(side) or self.missing.get((side, name), ""))
        try:
            where = parse(filter_text, table)
        except FilterError as error:
            return Count(side, table.label, problem=str(error))
        number = self._ask(side, lambda system: system.count(name, where))
        counts_all = side not in self._systems or self._systems[side].counts_all
        return Count(side, table.label, number, self.problems.get(side, ""), counts_all)

    def tables(self, side: Side) -> list[tuple[str, str]]:
        """(name, label) of every table of a side that can be mapped; none where it does not answer."""
        return list(self._ask(side, lambda system: system.tables()) or ())

    def first(self, side: Side, name: str, called: str) -> Record | None:
        """The first record of a table with this number, or whose name or number begins like this."""
        table = self.table(side, name)
        if table is None:
            return None
        names = [one for one in (table.number_field, table.name_field) if one]
        columns = [one.name for one in table.fields.values() if one.type is not FieldType.TABLE]
        exact = [Comparison(one, "=", called) for one in names]
        begins = [Comparison(one, "begins with", called) for one in names if table.fields[one].type.textual]
        for where in (one for one in (*exact, *begins) if table.fields[one.field].type.textual):
            page = self._ask(side, partial(_one, name=name, where=where, columns=columns))
            if page is not None and page.records:
                return page.records[0]
        return None

    def notices(self) -> list[str]:
        """What to tell a person about sides that did not answer and tables that are not there."""
        return [*self.problems.values()] + [f"{NAMES[side]}: {message}" for (side, _), message in self.missing.items()]

    def _ask(self, side: Side, question: Callable[[System], T]) -> T | None:
        system = self._systems.get(side)
        if system is None or side in self.problems:
            return None
        try:
            return question(system)
        except TableMissing:
            raise
        except Problem as problem:
            self.problems[side] = problem.message
            return None


def _one(system: System, *, name: str, where: Comparison, columns: Sequence[str]) -> Page:
    return system.find(name, where, columns, size=1)
