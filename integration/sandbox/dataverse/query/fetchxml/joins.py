# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""The tables of a query, how they are joined, and the conditions on them, as SQL.

Everything is built in the order of the SQL text, joins before conditions, so that the arguments are in order, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.query.conditions import ConditionBuilder, RequestContext, retyped
from integration.sandbox.dataverse.query.criteria import Literal
from integration.sandbox.dataverse.query.date_ranges import NAMES
from integration.sandbox.dataverse.query.fetchxml.tree import JOINED, Condition, Filter, Link, Source
from integration.sandbox.dataverse.query.hierarchy import IN_LINE, OF_PEOPLE, in_line, of_people
from integration.sandbox.dataverse.query.where import ROOT, balanced, within_reach
from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.shell.refusal import Refusal

COMPARE = {"eq": "eq", "ne": "ne", "neq": "ne", "gt": "gt", "ge": "ge", "lt": "lt", "le": "le"}
OPPOSITE = {
    "not-like": "like",
    "not-in": "in",
    "not-between": "between",
    "not-begin-with": "begins-with",
    "not-end-with": "ends-with",
    "not-contain-values": "contain-values",
}
ON_DAY = frozenset({"on", "on-or-after", "on-or-before"})
MINE = frozenset({"eq-userid", "ne-userid", "eq-businessid", "ne-businessid"})


@dataclass(frozen=True)
class Joined:
    """A table of the query: its name in SQL and the alias that keys of the answer begin with (blank for the root)."""

    sql: str
    table: Table
    source: Source
    alias: str = ""

    def column(self, name: str) -> tuple[str, Column]:
        """SQL and column of a logical name. Raises :class:`Refusal`."""
        column = self.table.columns.get(name)
        if column is None:
            raise Refusal(
                400,
                "0x80041103",
                f"'{self.table.schema}' entity doesn't contain attribute with Name = '{name}' and NameMapping = "
                "'Logical'.",
            )
        return f'{self.sql}."{column.name}"', column


def find_table(model: Model, name: str) -> Table:
    """Raises :class:`Refusal`."""
    if name not in model.tables:
        raise Refusal(
            400,
            "0x80041102",
            f"The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache.",
        )
    return model[name]


class Joins(ConditionBuilder):
    """``tables`` are those joined, the root first; ``text`` is the FROM clause."""

    def __init__(self, model: Model, source: Source, request_context: RequestContext, guard: Guard) -> None:
        super().__init__(request_context)
        self.model = model
        self.guard = guard
        self._named = 0
        self.met: set[str] = set()
        root = Joined(ROOT, find_table(model, source.name), source)
        self.tables: list[Joined] = [root]
        self.text = f'"{root.table.name}" {ROOT} {self._joins(root, self.tables)}'
        self.condition = self._every(root, source)

    def keep_within(self) -> None:
        """Leave out rows that are too far away for who asks. Raises :class:`Refusal` where nothing may be read."""
        self.guard.require_reading(self.model, self.met)
        for joined in self.tables:
            reach = self.guard.within("Read", self.model, joined.table, joined.sql)
            if reach is not None:
                near = f'({joined.sql}."{joined.table.id}" IS NULL OR {reach.condition})'
                self.condition = f"({self.condition}) AND {near}"
                self.arguments += reach.arguments

    def named(self, alias: str) -> Joined:
        """The joined table with this alias. Raises :class:`Refusal`."""
        for joined in self.tables[1:]:
            if joined.alias == alias:
                return joined
        raise invalid(f"The link entity with the name or alias '{alias}' is not found.")

    # --- joins -----------------------------------------------------------------------------------------------

    def _joins(self, parent: Joined, tables: list[Joined]) -> str:
        return " ".join(self._join(parent, link, tables) for link in parent.source.links if link.kind in JOINED)

    def _join(self, parent: Joined, link: Link, tables: list[Joined]) -> str:
        joined = self._linked(link)
        if any(other.alias == joined.alias for other in self.tables[1:]):
            raise invalid(f"The alias '{joined.alias}' is used twice.")
        tables.append(joined)
        kind = "LEFT JOIN" if link.kind == "outer" else "JOIN"
        on = f"{self._meeting(parent, joined, link)} AND {self._every(joined, link.source)}"
        return f'{kind} "{joined.table.name}" {joined.sql} ON {on} {self._joins(joined, tables)}'

    def _linked(self, link: Link) -> Joined:
        self._named += 1
        table = find_table(self.model, link.source.name)
        self.met.add(table.name)
        return Joined(f"l{self._named}", table, link.source, link.alias or f"{table.name}{self._named}")

    def _meeting(self, parent: Joined, joined: Joined, link: Link) -> str:
        return f"{joined.column(link.far)[0]} = {parent.column(link.near)[0]}"

    # --- conditions ------------------------------------------------------------------------------------------

    def _every(self, joined: Joined, source: Source) -> str:
        """All filters of a table, and the links that only ask whether there are rows."""
        asked = [self._exists(joined, link) for link in source.links if link.kind not in JOINED]
        parts = [*asked, *(self._filter(joined, one) for one in source.filters)]
        return balanced(parts, "AND") if parts else "1"

    def _filter(self, joined: Joined, wanted: Filter) -> str:
        parts = [self._part(joined, part) for part in wanted.parts]
        return balanced(parts, wanted.type.upper()) if parts else "1"

    def _part(self, joined: Joined, part: Filter | Condition | Link) -> str:
        match part:
            case Filter():
                return self._filter(joined, part)
            case Link():
                return self._exists(joined, part)
            case Condition():
                return self._condition(self.named(part.entity) if part.entity else joined, part)

    def _exists(self, parent: Joined, link: Link) -> str:
        """``all`` asks for linked rows of which none passes the filters, ``not all`` and ``any`` for one that does."""
        if link.kind == "all":
            there = self._question(parent, link, filtered=False)
            return f"({there} AND NOT {self._question(parent, link, filtered=True)})"
        return f"{'NOT ' * (link.kind == 'not any')}{self._question(parent, link, filtered=True)}"

    def _question(self, parent: Joined, link: Link, filtered: bool) -> str:
        joined = self._linked(link)
        inner = self._joins(joined, []) if filtered else ""
        condition = self._every(joined, link.source) if filtered else "1"
        meeting = self._meeting(parent, joined, link)
        within = within_reach(self, self.guard, self.model, joined.table, joined.sql)
        source = f'"{joined.table.name}" {joined.sql} {inner}'
        return f"EXISTS (SELECT 1 FROM {source} WHERE {meeting} AND {condition} AND {within})"

    def _condition(self, joined: Joined, wanted: Condition) -> str:
        sql, column = joined.column(wanted.attribute)
        operator = wanted.operator
        if operator in OPPOSITE:
            return f"NOT {self._plain(sql, column, OPPOSITE[operator], wanted)}"
        if operator in COMPARE and wanted.column:
            return self.columns(sql, column, COMPARE[operator], *self._other(joined, wanted.column))
        return self._plain(sql, column, operator, wanted)

    def _other(self, joined: Joined, name: str) -> tuple[str, Column]:
        alias, dot, attribute = name.rpartition(".")
        return (self.named(alias) if dot else joined).column(attribute)

    def _plain(self, sql: str, column: Column, operator: str, wanted: Condition) -> str:
        literals = [Literal("text", value) for value in wanted.values]
        if operator in COMPARE:
            return self.compare(sql, column, COMPARE[operator], retyped(_one(wanted, literals), column))
        if operator in NAMES:
            return self.within(sql, column, operator, literals)
        if operator in ON_DAY:
            return self.on_day(sql, column, operator, literals)
        if operator in MINE:
            return self.mine(sql, column, operator)
        if operator in IN_LINE:
            return in_line(self, self.model, sql, column, operator, literals)
        if operator in OF_PEOPLE:
            return of_people(self, self.model, sql, column, operator)
        build = OTHERS.get(operator)
        if build is None:
            raise refusals.not_offered(f"the FetchXML operator '{operator}'")
        return build(self, sql, column, literals)


Build = Callable[[Joins, str, Column, Sequence[Literal]], str]
OTHERS: dict[str, Build] = {
    "null": lambda joins, sql, column, values: joins.null(sql, "eq"),
    "not-null": lambda joins, sql, column, values: joins.null(sql, "ne"),
    "like": Joins.alike,
    "in": Joins.one_of,
    "between": Joins.between,
    "begins-with": Joins.begins_with,
    "ends-with": Joins.ends_with,
    "contain-values": Joins.one_of,
    "in-fiscal-period": Joins.fiscal_period,
    "eq-userlanguage": Joins.own_language,
}


def _one(wanted: Condition, literals: Sequence[Literal]) -> Literal:
    if len(literals) != 1:
        raise invalid(f"Exactly one value must be specified for condition operator '{wanted.operator}'.")
    return literals[0]
