# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""A filter tree becomes a parameterized SQL condition over one table and the tables its lookups lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.query import criteria
from integration.sandbox.dataverse.query.conditions import ConditionBuilder, RequestContext
from integration.sandbox.dataverse.query.criteria import (
    Compare,
    Criterion,
    Lambda,
    Literal,
    Negated,
    Path,
    QueryFunction,
    TextFunction,
)
from integration.sandbox.dataverse.query.date_ranges import NAMES, odata_name
from integration.sandbox.dataverse.query.hierarchy import IN_LINE, OF_PEOPLE, in_line, of_people
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.security.guard import Guard
from integration.sandbox.dataverse.store.model import TEXTS, Collection, Column, Model, Table

ROOT = "t"
PATTERNS = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}


@dataclass
class Scope:
    """A table whose columns a path may name, under its SQL name, and what is joined to it."""

    alias: str
    table: Table
    joins: list[str] = field(default_factory=list)
    joined: dict[str, tuple[str, Table]] = field(default_factory=dict)


class Where(ConditionBuilder):
    """Builds one condition. ``joins`` and ``arguments`` fill up as paths and literals are met, ``met``
    with the tables that they lead to."""

    def __init__(self, model: Model, table: Table, request_context: RequestContext, guard: Guard) -> None:
        super().__init__(request_context)
        self.model = model
        self.guard = guard
        self._root = Scope(ROOT, table)
        self._variables: dict[str, Scope] = {}
        self._named = 0
        self.met: set[str] = set()

    @property
    def joins(self) -> list[str]:
        return self._root.joins

    def condition(self, criterion: Criterion) -> str:
        match criterion:
            case criteria.Every(parts=parts):
                return balanced([self.condition(part) for part in parts], "AND")
            case criteria.Any(parts=parts):
                return balanced([self.condition(part) for part in parts], "OR")
            case Negated(part=part):
                return f"NOT ({self.condition(part)})"
            case Compare():
                return self._compare(criterion)
            case TextFunction():
                return self._text(criterion)
            case QueryFunction():
                return self._function(criterion)
            case Lambda():
                return self._lambda(criterion)

    # --- paths -----------------------------------------------------------------------------------------------

    def column(self, path: str) -> tuple[str, Column]:
        """SQL name and column of a property path. Raises :class:`Refusal`."""
        scope, names = self._start(path)
        alias, table = self._join(scope, names[:-1])
        column = table.properties.get(names[-1])
        if column is None:
            raise refusals.unknown_property(names[-1], table.name)
        return f'{alias}."{column.name}"', column

    def _start(self, path: str) -> tuple[Scope, list[str]]:
        """Where the path begins, a variable or the row itself, and the names that follow."""
        first, *rest = path.split("/")
        if rest and first in self._variables:
            return self._variables[first], rest
        return self._root, [first, *rest]

    def _join(self, scope: Scope, lookups: Sequence[str]) -> tuple[str, Table]:
        path = "/".join(lookups)
        if not path:
            return scope.alias, scope.table
        if path in scope.joined:
            return scope.joined[path]
        alias, table = self._join(scope, lookups[:-1])
        column, target = table.navigation.get(lookups[-1], (None, ""))
        if column is None:
            raise refusals.unknown_property(lookups[-1], table.name)
        if not target or target not in self.model.tables:
            raise odata(f"The navigation property '{lookups[-1]}' cannot be used in a path.")
        inner, far = self._name(), self.model[target]
        kind = f""" AND {alias}."{column.type_column}" = '{target}'""" if column.type_column else ""
        self.met.add(target)
        scope.joins.append(f'LEFT JOIN "{target}" {inner} ON {inner}."{far.id}" = {alias}."{column.name}"{kind}')
        scope.joined[path] = inner, far
        return inner, far

    def _name(self) -> str:
        self._named += 1
        return f"j{self._named}"

    # --- any and all -----------------------------------------------------------------------------------------

    def _lambda(self, criterion: Lambda) -> str:
        """A condition on the rows of a collection, as a question whether there is one (or none against it)."""
        scope, names = self._start(criterion.path.text)
        alias, table = self._join(scope, names[:-1])
        collection = table.collections.get(names[-1])
        if collection is None:
            raise refusals.unknown_property(names[-1], table.name)
        inner = Scope(self._name(), self.model[collection.table])
        self.met.add(collection.table)
        condition = self._quantified(criterion, inner)
        link = member(inner.alias, inner.table, collection, f'{alias}."{table.id}"', table.name)
        found = f'EXISTS (SELECT 1 FROM "{collection.table}" {inner.alias} {" ".join(inner.joins)} WHERE {link}'
        tested = f"NOT ({condition})" if criterion.name == "all" else condition
        within = within_reach(self, self.guard, self.model, inner.table, inner.alias)
        return f"{'NOT ' * (criterion.name == 'all')}{found} AND {tested} AND {within})"

    def _quantified(self, criterion: Lambda, scope: Scope) -> str:
        if criterion.part is None:
            return "1"
        if criterion.variable in self._variables:
            raise odata(f"The range variable '{criterion.variable}' has already been declared.")
        self._variables[criterion.variable] = scope
        condition = self.condition(criterion.part)
        del self._variables[criterion.variable]
        return condition

    # --- comparisons and functions ---------------------------------------------------------------------------

    def _compare(self, criterion: Compare) -> str:
        sql, column = self.column(criterion.path.text)
        if isinstance(criterion.value, Path):
            return self.columns(sql, column, criterion.operator, *self.column(criterion.value.text))
        return self.compare(sql, column, criterion.operator, criterion.value)

    def _text(self, criterion: TextFunction) -> str:
        sql, column = self.column(criterion.path.text)
        if column.type not in TEXTS or criterion.value.kind != "text":
            raise odata(
                f"No function signature for the function with name '{criterion.name}' matches the specified arguments."
            )
        return self.like(sql, column, PATTERNS[criterion.name].format(criterion.value.text))

    def _function(self, criterion: QueryFunction) -> str:
        build = FUNCTIONS.get(criterion.name)
        if build is None:
            raise refusals.not_offered(f"the query function '{criterion.name}'")
        if criterion.given != parameters_of(criterion.name):
            raise odata(
                f"An unknown function with name '{criteria.NAMESPACE}{criterion.name}' was found. This may also be a "
                "function import or a key lookup on a navigation property, which is not allowed."
            )
        lookup = self._root.table.columns.get(criterion.property)
        sql, column = self.column(lookup.property if lookup is not None else criterion.property)
        return build(self, sql, column, criterion.values)


Build = Callable[[Where, str, Column, Sequence[Literal]], str]


def _within(name: str) -> Build:
    return lambda where, sql, column, values: where.within(sql, column, name, values)


def _on_day(name: str) -> Build:
    return lambda where, sql, column, values: where.on_day(sql, column, name, values)


def _mine(name: str) -> Build:
    return lambda where, sql, column, values: where.mine(sql, column, name)


def _in_line(name: str) -> Build:
    return lambda where, sql, column, values: in_line(where, where.model, sql, column, name, values)


def _of_people(name: str) -> Build:
    return lambda where, sql, column, values: of_people(where, where.model, sql, column, name)


FUNCTIONS: dict[str, Build] = {
    "In": Where.one_of,
    "NotIn": lambda where, sql, column, values: f"NOT {where.one_of(sql, column, values)}",
    "Between": Where.between,
    "NotBetween": lambda where, sql, column, values: f"NOT {where.between(sql, column, values)}",
    "BeginsWith": Where.begins_with,
    "DoesNotBeginWith": lambda where, sql, column, values: f"NOT {where.begins_with(sql, column, values)}",
    "EndsWith": Where.ends_with,
    "DoesNotEndWith": lambda where, sql, column, values: f"NOT {where.ends_with(sql, column, values)}",
    "On": _on_day("on"),
    "OnOrAfter": _on_day("on-or-after"),
    "OnOrBefore": _on_day("on-or-before"),
    "EqualUserId": _mine("eq-userid"),
    "NotEqualUserId": _mine("ne-userid"),
    "EqualBusinessId": _mine("eq-businessid"),
    "NotEqualBusinessId": _mine("ne-businessid"),
    "ContainValues": Where.one_of,
    "DoesNotContainValues": lambda where, sql, column, values: f"NOT {where.one_of(sql, column, values)}",
    "InFiscalPeriod": Where.fiscal_period,
    "EqualUserLanguage": Where.own_language,
    **{odata_name(name): _within(name) for name in NAMES},
    **{function: _in_line(name) for name, function in IN_LINE.items()},
    **{function: _of_people(name) for name, function in OF_PEOPLE.items()},
}


def parameters_of(function: str) -> frozenset[str]:
    """What a query function takes beside the name of the property."""
    if function in OF_A_LIST:
        return frozenset({"PropertyValues"})
    if function.endswith("FiscalPeriodAndYear"):
        return frozenset({"PropertyValue1", "PropertyValue2"})
    return frozenset({"PropertyValue"} if function in OF_A_VALUE or "X" in function else ())


OF_A_LIST = frozenset({"In", "NotIn", "Between", "NotBetween", "ContainValues", "DoesNotContainValues"})
OF_A_VALUE = frozenset(
    {"BeginsWith", "DoesNotBeginWith", "EndsWith", "DoesNotEndWith", "On", "OnOrAfter", "OnOrBefore", "InFiscalYear",
     "InFiscalPeriod", *IN_LINE.values()}
)  # fmt: skip


def within_reach(into: ConditionBuilder, guard: Guard, model: Model, table: Table, alias: str) -> str:
    """SQL that keeps to the rows of a further table that who asks may read. Raises :class:`Refusal` where there are
    none."""
    reach = guard.within("Read", model, table, alias)
    if reach is None:
        return "1"
    into.arguments += reach.arguments
    return reach.condition


def member(alias: str, table: Table, collection: Collection, near: str, owner: str) -> str:
    """SQL that says that a row of the table belongs to the collection of the row whose id is ``near``; ``owner`` is
    that row's table."""
    if collection.between:
        return (
            f'{alias}."{table.id}" IN (SELECT "{collection.far}" FROM "{collection.between}" '
            f'WHERE "{collection.near}" = {near})'
        )
    type_column = table.columns[collection.lookup].type_column
    kind = f""" AND {alias}."{type_column}" = '{owner}'""" if type_column else ""
    return f'{alias}."{collection.lookup}" = {near}{kind}'


def balanced(parts: Sequence[str], operator: str) -> str:
    """The parts as a flat tree: SQLite takes a thousand levels, a filter may have more terms."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({balanced(parts[:half], operator)} {operator} {balanced(parts[half:], operator)})"
