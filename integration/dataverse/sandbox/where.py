"""A filter tree becomes a parameterized SQL condition over one table and the tables its lookups lead to.

Comparisons have two outcomes, never SQL's unknown: ``ne`` also finds null, every other comparison with null is false
and ``not`` of it true. Text compares without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from integration.dataverse.sandbox import criteria, refusals
from integration.dataverse.sandbox.criteria import (
    Compare,
    Criterion,
    Literal,
    Negated,
    Path,
    QueryFunction,
    TextFunction,
)
from integration.dataverse.sandbox.model import TEXTS, WHOLE, Column, Model, Table
from integration.dataverse.sandbox.refusals import odata
from integration.dataverse.sandbox.values import MONEY_SCALE, edm_type, guid, moment, plain

SQL = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
WORDS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}
KINDS = {
    "text": "Edm.String",
    "number": "Edm.Decimal",
    "guid": "Edm.Guid",
    "boolean": "Edm.Boolean",
    "moment": "Edm.DateTimeOffset",
    "enum": "Edm.Int32",
}
ROOT = "t"
LARGEST_WHOLE = 2**63
MOST_DIGITS = 60


class Where:
    """Builds one condition. ``joins`` and ``arguments`` fill up as paths and literals are met."""

    def __init__(self, model: Model, table: Table) -> None:
        self.model = model
        self.table = table
        self.joins: list[str] = []
        self.arguments: list[Any] = []
        self._aliases: dict[str, tuple[str, Table]] = {"": (ROOT, table)}

    def condition(self, criterion: Criterion) -> str:
        match criterion:
            case criteria.Every(parts=parts):
                return _balanced([self.condition(part) for part in parts], "AND")
            case criteria.Any(parts=parts):
                return _balanced([self.condition(part) for part in parts], "OR")
            case Negated(part=part):
                return f"NOT ({self.condition(part)})"
            case Compare():
                return self._compare(criterion)
            case TextFunction():
                return self._text(criterion)
            case QueryFunction():
                return self._function(criterion)

    def column(self, path: str) -> tuple[str, Column]:
        """SQL name and column of a property path. Raises :class:`Refusal`."""
        *lookups, name = path.split("/")
        alias, table = self._join(lookups)
        column = table.properties.get(name)
        if column is None:
            raise refusals.unknown_property(name, table.name)
        return f'{alias}."{column.name}"', column

    def _join(self, lookups: Sequence[str]) -> tuple[str, Table]:
        path = "/".join(lookups)
        if path in self._aliases:
            return self._aliases[path]
        alias, table = self._join(lookups[:-1])
        column, target = table.navigation.get(lookups[-1], (None, ""))
        if column is None:
            raise refusals.unknown_property(lookups[-1], table.name)
        if not target or target not in self.model.tables:
            raise odata(f"The navigation property '{lookups[-1]}' cannot be used in a path.")
        inner, far = f"j{len(self._aliases)}", self.model[target]
        kind = f""" AND {alias}."{column.type_column}" = '{target}'""" if column.type_column else ""
        self.joins.append(f'LEFT JOIN "{target}" {inner} ON {inner}."{far.id}" = {alias}."{column.name}"{kind}')
        self._aliases[path] = inner, far
        return inner, far

    # --- comparisons -----------------------------------------------------------------------------------------

    def _compare(self, criterion: Compare) -> str:
        sql, column = self.column(criterion.path.text)
        if isinstance(criterion.value, Path):
            return self._between_columns(sql, column, criterion.operator, criterion.value)
        literal = criterion.value
        if literal.kind == "null":
            return self._null(sql, criterion.operator)
        value = self._value(column, literal, criterion.operator)
        return self._against(sql, column, criterion.operator, value)

    def _against(self, sql: str, column: Column, operator: str, value: Any) -> str:
        left, right = _folding(sql, column, value)
        self.arguments.append(value.lower() if left.startswith("folded") else value)
        if operator == "ne":
            return f"({sql} IS NULL OR {left} <> {right})"
        return f"({sql} IS NOT NULL AND {left} {SQL[operator]} {right})"

    def _between_columns(self, sql: str, column: Column, operator: str, path: Path) -> str:
        other, far = self.column(path.text)
        if edm_type(far) != edm_type(column):
            raise _incompatible(column, edm_type(far), operator)
        collate = " COLLATE NOCASE" if column.type in TEXTS else ""
        return f"COALESCE({sql} {SQL[operator]} {other}{collate}, {int(operator == 'ne')})"

    def _null(self, sql: str, operator: str) -> str:
        if operator not in ("eq", "ne"):
            return "0"
        return f"{sql} IS {'NOT ' if operator == 'ne' else ''}NULL"

    def _text(self, criterion: TextFunction) -> str:
        sql, column = self.column(criterion.path.text)
        if column.type not in TEXTS or criterion.value.kind != "text":
            raise odata(
                f"No function signature for the function with name '{criterion.name}' matches the specified arguments."
            )
        return self._like(sql, criterion.name, criterion.value.text)

    def _like(self, sql: str, name: str, text: str) -> str:
        before = "" if name == "startswith" else "%"
        after = "" if name == "endswith" else "%"
        self.arguments.append(f"{before}{text}{after}")
        return f"COALESCE(matches(?, {sql}), 0)"

    # --- query functions -------------------------------------------------------------------------------------

    def _function(self, criterion: QueryFunction) -> str:
        lookup = self.table.columns.get(criterion.property)
        sql, column = self.column(lookup.property if lookup is not None else criterion.property)
        build = FUNCTIONS.get(criterion.name)
        if build is None:
            raise refusals.not_offered(f"the query function '{criterion.name}'")
        return build(self, sql, column, criterion.values)

    def one_of(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        if not values:
            raise odata("The parameter 'PropertyValues' must hold at least one value.")
        found = [self._value(column, _retyped(value, column), "eq") for value in values]
        if column.type in TEXTS:
            self.arguments.extend(value.lower() for value in found)
            left = f"folded({sql})" if any(not value.isascii() for value in found) else f"lower({sql})"
        else:
            self.arguments.extend(found)
            left = sql
        return f"({sql} IS NOT NULL AND {left} IN ({', '.join('?' * len(found))}))"

    def between(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        if len(values) != 2:
            raise odata("The function needs two values.")
        low, high = (self._value(column, _retyped(value, column), "ge") for value in values)
        return f"({self._against(sql, column, 'ge', low)} AND {self._against(sql, column, 'le', high)})"

    def begins(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        return self._like(sql, "startswith", values[0].text)

    def ends(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        return self._like(sql, "endswith", values[0].text)

    def _value(self, column: Column, literal: Literal, operator: str) -> Any:
        """The literal as the column keeps it. Raises :class:`Refusal` for another type."""
        if literal.kind == "text" and column.type in TEXTS:
            return literal.text
        if literal.kind == "guid" and edm_type(column) == "Edm.Guid":
            return guid(literal.text)
        if literal.kind == "boolean" and column.type == "Boolean":
            return int(literal.text == "true")
        if literal.kind == "moment" and column.type == "DateTime":
            return moment(literal.text, column.day == "only", column.name)
        if literal.kind == "number" and edm_type(column) in ("Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double"):
            return _number(column, literal.text)
        raise _incompatible(column, KINDS.get(literal.kind, "Edm.String"), operator)


FUNCTIONS: dict[str, Callable[[Where, str, Column, Sequence[Literal]], str]] = {
    "In": Where.one_of,
    "NotIn": lambda where, sql, column, values: f"NOT {where.one_of(sql, column, values)}",
    "Between": Where.between,
    "NotBetween": lambda where, sql, column, values: f"NOT {where.between(sql, column, values)}",
    "BeginsWith": Where.begins,
    "DoesNotBeginWith": lambda where, sql, column, values: f"NOT {where.begins(sql, column, values)}",
    "EndsWith": Where.ends,
    "DoesNotEndWith": lambda where, sql, column, values: f"NOT {where.ends(sql, column, values)}",
}


def _balanced(parts: Sequence[str], operator: str) -> str:
    """The parts as a flat tree: SQLite takes a thousand levels, a filter may have more terms."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_balanced(parts[:half], operator)} {operator} {_balanced(parts[half:], operator)})"


def _folding(sql: str, column: Column, value: Any) -> tuple[str, str]:
    """Both sides without regard to case; plain text takes SQLite's own, faster way."""
    if column.type not in TEXTS:
        return sql, "?"
    return (sql, "? COLLATE NOCASE") if value.isascii() else (f"folded({sql})", "?")


def _number(column: Column, text: str) -> Any:
    number = Decimal(text.rstrip("mMdDfFlL"))
    if abs(number.adjusted()) > MOST_DIGITS:
        raise odata(f"The number '{text}' is too large or too small.")
    if column.type in WHOLE:
        return _whole(number)
    if column.type == "Money":
        return _whole(number * MONEY_SCALE)
    return float(number) if column.type == "Double" else plain(number)


def _whole(number: Decimal) -> int | float:
    """For comparing with whole numbers: what is none, or too large for one, goes as a float."""
    whole = number == number.to_integral_value() and abs(number) < LARGEST_WHOLE
    return int(number) if whole else float(number)


def _retyped(literal: Literal, column: Column) -> Literal:
    """Values of query functions may stand in quotes whatever their type."""
    if literal.kind != "text" or column.type in TEXTS:
        return literal
    if edm_type(column) == "Edm.Guid" and guid(literal.text):
        return Literal("guid", literal.text)
    if column.type == "DateTime":
        return Literal("moment", literal.text)
    if column.type == "Boolean":
        return Literal("boolean", {"1": "true", "0": "false"}.get(literal.text, literal.text.lower()))
    try:
        Decimal(literal.text)
    except ArithmeticError:
        return literal
    return Literal("number", literal.text)


def _incompatible(column: Column, kind: str, operator: str) -> refusals.Refusal:
    return odata(
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{edm_type(column)}' and '{kind}' for operator kind '{WORDS[operator]}'."
    )
