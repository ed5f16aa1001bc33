"""One column against values, as a parameterized SQL condition: what ``$filter`` and FetchXML have in common.

Comparisons have two outcomes, never SQL's unknown: ``ne`` also finds null, every other comparison with null is false
and ``not`` of it true. Text compares as ``folding.py`` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse.query.criteria import Literal
from integration.sandbox.dataverse.query.date_ranges import DateRange, date_range, period_of
from integration.sandbox.dataverse.refusals import invalid, odata
from integration.sandbox.dataverse.store.folding import folded
from integration.sandbox.dataverse.store.model import TEXTS, WHOLE, Column
from integration.sandbox.dataverse.store.values import MONEY_SCALE, edm_type, guid, moment, plain, timestamp
from integration.sandbox.shell.refusal import Refusal

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
LANGUAGE = 1033
LARGEST_WHOLE = 2**63
MOST_DIGITS = 60


@dataclass(frozen=True)
class RequestContext:
    """Who asks, and when: what ``eq-userid`` and ``today`` mean."""

    user: str
    now: dt.datetime


class ConditionBuilder:
    """``arguments`` fills up with what the question marks of the conditions stand for, in their order."""

    def __init__(self, request_context: RequestContext) -> None:
        self.request_context = request_context
        self.arguments: list[Any] = []

    def compare(self, sql: str, column: Column, operator: str, literal: Literal) -> str:
        """``operator`` is one of ``eq ne gt ge lt le``. Raises :class:`Refusal` for a value of another type."""
        if literal.kind == "null":
            return self.null(sql, operator)
        return self._against(sql, column, operator, self._value(column, literal, operator))

    def null(self, sql: str, operator: str) -> str:
        if operator not in ("eq", "ne"):
            return "0"
        return f"{sql} IS {'NOT ' if operator == 'ne' else ''}NULL"

    def columns(self, sql: str, column: Column, operator: str, other: str, far: Column) -> str:
        """Two columns. Raises :class:`Refusal` where their types differ."""
        if edm_type(far) != edm_type(column):
            raise _incompatible(column, edm_type(far), operator)
        left, right = (f"folded({sql})", f"folded({other})") if column.type in TEXTS else (sql, other)
        return f"COALESCE({left} {SQL[operator]} {right}, {int(operator == 'ne')})"

    def _against(self, sql: str, column: Column, operator: str, value: Any) -> str:
        left = f"folded({sql})" if column.type in TEXTS else sql
        self.arguments.append(folded(value) if column.type in TEXTS else value)
        if operator == "ne":
            return f"({sql} IS NULL OR {left} <> ?)"
        return f"({sql} IS NOT NULL AND {left} {SQL[operator]} ?)"

    def like(self, sql: str, column: Column, pattern: str) -> str:
        """SQL Server's LIKE. Raises :class:`Refusal` for a column that holds no text."""
        if column.type not in TEXTS:
            raise invalid(f"The operator like is not supported for attributes of type {column.type}.")
        self.arguments.append(pattern)
        return f"COALESCE(matches(?, {sql}), 0)"

    def one_of(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        if not values:
            raise odata("At least one value is needed.")
        found = [self._value(column, retyped(value, column), "eq") for value in values]
        if column.type in TEXTS:
            self.arguments.extend(folded(value) for value in found)
            left = f"folded({sql})"
        else:
            self.arguments.extend(found)
            left = sql
        return f"({sql} IS NOT NULL AND {left} IN ({', '.join('?' * len(found))}))"

    def between(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        if len(values) != 2:
            raise odata("Two values are needed.")
        low, high = (self._value(column, retyped(value, column), "ge") for value in values)
        return f"({self._against(sql, column, 'ge', low)} AND {self._against(sql, column, 'le', high)})"

    def begins_with(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        return self.like(sql, column, f"{_only(values).text}%")

    def ends_with(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        return self.like(sql, column, f"%{_only(values).text}")

    def alike(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        return self.like(sql, column, _only(values).text)

    # --- who and when ----------------------------------------------------------------------------------------

    def within(self, sql: str, column: Column, name: str, values: Sequence[Literal]) -> str:
        """A stretch of time that has a name. Raises :class:`Refusal`."""
        return self._inside(sql, column, date_range(name, [value.text for value in values], self.request_context.now))

    def fiscal_period(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        """A quarter of whatever year. Raises :class:`Refusal`."""
        if column.type != "DateTime":
            raise _incompatible(column, "Edm.DateTimeOffset", "eq")
        self.arguments.append(period_of(_only(values).text))
        return f"COALESCE((CAST(substr({sql}, 6, 2) AS INTEGER) + 2) / 3 = ?, 0)"

    def own_language(self, sql: str, column: Column, values: Sequence[Literal]) -> str:
        """The language of who asks; everybody has the organization's."""
        return self.compare(sql, column, "eq", Literal("number", str(LANGUAGE)))

    def on_day(self, sql: str, column: Column, name: str, values: Sequence[Literal]) -> str:
        """``on``, ``on-or-after`` or ``on-or-before`` a day."""
        if column.type != "DateTime":
            raise _incompatible(column, "Edm.Date", "eq")
        text = moment(_only(values).text, True, column.name)
        day = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
        after = day + dt.timedelta(days=1)
        return self._inside(sql, column, (None if name == "on-or-before" else day,
                                          None if name == "on-or-after" else after))  # fmt: skip

    def _inside(self, sql: str, column: Column, stretch: DateRange) -> str:
        if column.type != "DateTime":
            raise _incompatible(column, "Edm.DateTimeOffset", "ge")
        parts = [f"{sql} IS NOT NULL"]
        for operator, end in zip((">=", "<"), stretch, strict=True):
            if end is not None:
                parts.append(f"{sql} {operator} ?")
                self.arguments.append(_day_of(end, operator) if column.day == "only" else timestamp(end))
        return f"({' AND '.join(parts)})"

    def mine(self, sql: str, column: Column, name: str) -> str:
        """``eq-userid``, ``eq-businessid`` and their opposites."""
        check_id(column, name)
        self.arguments.append(self.request_context.user)
        own = "?" if name.endswith("userid") else "(SELECT businessunitid FROM systemuser WHERE systemuserid = ?)"
        return f"{sql} IS NOT {own}" if name.startswith("ne") else f"COALESCE({sql} = {own}, 0)"

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


def check_id(column: Column, operator: str) -> None:
    """Raises :class:`Refusal` for a column that names no row."""
    if edm_type(column) != "Edm.Guid":
        raise invalid(f"The operator {operator} is not supported for attributes of type {column.type}.")


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


def retyped(literal: Literal, column: Column) -> Literal:
    """Values of query functions and of FetchXML may be text whatever their type."""
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


def _incompatible(column: Column, kind: str, operator: str) -> Refusal:
    return odata(
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{edm_type(column)}' and '{kind}' for operator kind '{WORDS[operator]}'."
    )


def _day_of(end: dt.datetime, operator: str) -> str:
    """An end within a day keeps the whole day."""
    within = operator == "<" and end.time() != dt.time()
    return f"{end + dt.timedelta(days=int(within)):%Y-%m-%d}"


def _only(values: Sequence[Literal]) -> Literal:
    if len(values) != 1:
        raise odata("Exactly one value is needed.")
    return values[0]
