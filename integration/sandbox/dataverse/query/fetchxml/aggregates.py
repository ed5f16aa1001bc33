"""Sums, averages, counts and what they are grouped by, as outputs."""

from __future__ import annotations

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.query.fetchxml.joins import Joined
from integration.sandbox.dataverse.query.fetchxml.shown import Output, described
from integration.sandbox.dataverse.query.fetchxml.tree import Attribute
from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.store.model import WHOLE, Column

MOST_AGGREGATED = 50_000
"""So many rows at most are aggregated by one query."""
NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double", "Money"})
ORDERED = NUMBERS | {"DateTime"}
WEEK = "(CAST(strftime('%j', {0}) AS INTEGER) + CAST(strftime('%w', {0}, 'start of year') AS INTEGER) - 1) / 7 + 1"
DATE_PARTS = {
    "day": "CAST(strftime('%d', {0}) AS INTEGER)",
    "week": WEEK,
    "month": "CAST(strftime('%m', {0}) AS INTEGER)",
    "quarter": "(CAST(strftime('%m', {0}) AS INTEGER) + 2) / 3",
    "year": "CAST(strftime('%Y', {0}) AS INTEGER)",
}


def aggregated(joined: Joined, attribute: Attribute) -> Output:
    """The output of an attribute in an aggregate query. Raises :class:`Refusal`."""
    sql, column = joined.column(attribute.name)
    if attribute.grouped:
        return _group(joined, attribute, sql, column)
    if attribute.aggregate == "count":
        return Output(attribute.alias, "COUNT(*)")
    if attribute.aggregate == "countcolumn":
        return Output(attribute.alias, f"COUNT({'DISTINCT ' * attribute.distinct}{sql})")
    return Output(attribute.alias, total(attribute.aggregate, sql, column), column)


def total(name: str, sql: str, column: Column) -> str:
    """``sum``, ``avg``, ``min`` or ``max`` of a column, exact for money and decimals; averages of whole numbers are
    whole, as the service's database computes them. Raises :class:`Refusal` for a column that is no number."""
    if column.type not in (ORDERED if name in ("min", "max") else NUMBERS):
        raise invalid(f"The aggregate operation {name} is not supported for attributes of type {column.type}.")
    if name in ("min", "max"):
        return f"{name.upper()}({sql})"
    if column.type == "Decimal":
        return f"exact_{name}({sql})"
    if name == "sum" or column.type == "Double":
        return f"{name.upper()}({sql})"
    whole = "CAST(AVG({}) AS INTEGER)" if column.type in WHOLE else "CAST(ROUND(AVG({})) AS INTEGER)"
    return whole.format(sql)


def _group(joined: Joined, attribute: Attribute, sql: str, column: Column) -> Output:
    if not attribute.date_part:
        return described(Output(attribute.alias, sql, column), joined)
    part: str | None = DATE_PARTS.get(attribute.date_part)
    if part is None:
        raise refusals.not_offered(f"the date grouping '{attribute.date_part}'")
    if column.type != "DateTime":
        raise invalid(f"The attribute '{column.name}' is no date to group by.")
    return Output(attribute.alias, part.format(sql))
