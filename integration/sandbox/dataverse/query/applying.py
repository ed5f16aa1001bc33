# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""``$apply``: rows filtered, grouped and summed. The service translates it to FetchXML; so the limits are the same.

::

    apply   = { "filter(" … ")" "/" } ( "groupby((" names ")" [ "," sums ] ")" | sums )
    sums    = "aggregate(" sum { "," sum } ")"
    sum     = "$count as" alias | path "with" method "as" alias
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted

from integration.sandbox.dataverse.query import criteria
from integration.sandbox.dataverse.query.fetchxml.aggregates import MOST_AGGREGATED, total
from integration.sandbox.dataverse.query.fetchxml.shown import Output, Writer
from integration.sandbox.dataverse.query.options import QueryOptions, split_outside
from integration.sandbox.dataverse.query.selecting import Reading
from integration.sandbox.dataverse.query.where import ROOT, Where
from integration.sandbox.dataverse.refusals import not_offered, odata
from integration.sandbox.dataverse.store.model import Column, Table
from integration.sandbox.shell.refusal import Refusal

STEP = re.compile(r"\s*(\w+)\((.*)\)\s*", re.DOTALL)
GROUPS = re.compile(r"\s*\((.*)\)\s*", re.DOTALL)
SUM = re.compile(r"\s*(\S+)\s+with\s+(\w+)\s+as\s+([A-Za-z_]\w*)\s*")
COUNT = re.compile(r"\s*\$count\s+as\s+([A-Za-z_]\w*)\s*")
METHODS = {"sum": "sum", "average": "avg", "min": "min", "max": "max"}


@dataclass(frozen=True)
class Applied:
    """The steps read: conditions, the paths to group by, what to sum up."""

    filters: tuple[str, ...]
    groups: tuple[str, ...]
    sums: tuple[str, ...]


def parse_apply(text: str) -> Applied:
    """Raises :class:`Refusal`."""
    filters: list[str] = []
    *before, last = split_outside(text, "/")
    for step in before:
        name, inside = _step(step)
        if name != "filter":
            raise not_offered(f"'{name}' before another step of '$apply'")
        filters.append(inside)
    name, inside = _step(last)
    if name == "aggregate":
        return Applied(tuple(filters), (), tuple(split_outside(inside, ",")))
    if name != "groupby":
        raise not_offered(f"'{name}' as the last step of '$apply'")
    return Applied(tuple(filters), *_grouped(inside))


def _step(text: str) -> tuple[str, str]:
    found = STEP.fullmatch(text)
    if found is None:
        raise odata(f"Syntax error in '$apply': '{text}'.")
    return found[1], found[2]


def _grouped(inside: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, *rest = split_outside(inside, ",")
    names = GROUPS.fullmatch(first)
    if names is None or len(rest) > 1:
        raise odata(f"Syntax error in '$apply': 'groupby({inside})'.")
    sums: tuple[str, ...] = ()
    if rest:
        name, listed = _step(rest[0])
        if name != "aggregate":
            raise odata(f"'groupby' of '$apply' cannot hold '{name}'.")
        sums = tuple(split_outside(listed, ","))
    return tuple(part.strip() for part in names[1].split(",")), sums


def read_applied(reading: Reading, table: Table, options: QueryOptions, text: str) -> str:
    """The groups as JSON text. Raises :class:`Refusal`."""
    if options.filter is not None or options.select is not None or options.expand:
        raise not_offered("'$filter', '$select' and '$expand' beside '$apply'; put a filter inside it")
    applied = parse_apply(text)
    where = Where(reading.model, table, reading.request_context, reading.guard)
    parts = [where.condition(criteria.parse(one, options.aliases)) for one in applied.filters]
    condition = " AND ".join(f"({part})" for part in parts) or "1"
    reach = reading.guard.within("Read", reading.model, table, ROOT)
    if reach is not None:
        condition = f"{condition} AND {reach.condition}"
        where.arguments += reach.arguments
    groups = [_group(where, table, path) for path in applied.groups]
    shown = [*groups, *(_sum(where, one) for one in applied.sums)]
    if len({output.key for output in shown}) < len(shown):
        raise odata("An alias of '$apply' is used twice.")
    reading.guard.require_reading(reading.model, where.met)
    present = " AND ".join(f"{group.sql} IS NOT NULL" for group in groups) or "1"
    source = f'"{table.name}" {ROOT} {" ".join(where.joins)} WHERE {condition} AND {present}'
    _check_limit(reading, source, where.arguments)
    writer = Writer(reading.model, reading.connection, reading.preferences, shown, omit_null=False)
    grouping = ", ".join(str(3 * at + 1) for at in range(len(groups)))
    rows = reading.connection.execute(
        f"SELECT {writer.selected} FROM {source}{f' GROUP BY {grouping}' if groups else ''} "
        f"ORDER BY {_order(options, groups) or grouping or '1'}{_limit(options)}",
        where.arguments,
    ).fetchall()
    context = f"{reading.root}$metadata#{table.set}({','.join(output.key for output in shown)})"
    inside = ",".join(f"{{{row}}}" for row in writer.rows(rows))
    return f'{{"@odata.context":{quoted(context)},"value":[{inside}]}}'


def _check_limit(reading: Reading, source: str, arguments: Sequence[object]) -> None:
    counted = f"SELECT COUNT(*) FROM (SELECT 1 FROM {source} LIMIT {MOST_AGGREGATED + 1})"
    if reading.connection.execute(counted, arguments).fetchone()[0] > MOST_AGGREGATED:
        raise Refusal(400, "0x8004e023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation.")


def _group(where: Where, table: Table, path: str) -> Output:
    """A column to group by; one behind a lookup is shown under the name of its table and its own."""
    sql, column = where.column(path)
    key = f"{column.table}_{column.name}" if "/" in path else path
    return Output(key, sql, column, kind=_kind(sql, column))


def _kind(sql: str, column: Column) -> str:
    return f'{sql.partition(".")[0]}."{column.type_column}"' if column.type_column else ""


def _sum(where: Where, text: str) -> Output:
    counted = COUNT.fullmatch(text)
    if counted is not None:
        return Output(counted[1], "COUNT(*)")
    found = SUM.fullmatch(text)
    if found is None:
        raise odata(f"Syntax error in 'aggregate' of '$apply': '{text}'.")
    path, method, alias = found.groups()
    sql, column = where.column(path)
    if method == "countdistinct":
        return Output(alias, f"COUNT(DISTINCT {sql})")
    if method not in METHODS:
        raise odata(f"The aggregation method '{method}' is not supported.")
    return Output(alias, total(METHODS[method], sql, column), column)


def _order(options: QueryOptions, groups: Sequence[Output]) -> str:
    """By what was grouped by; by a sum the service cannot."""
    terms = []
    for part in split_outside(options.orderby, ",") if options.orderby else ():
        name, _, direction = part.strip().partition(" ")
        at = next((at for at, group in enumerate(groups) if group.key == name), None)
        if at is None:
            raise odata("The query node SingleValueOpenPropertyAccess is not supported.")
        if direction.strip() not in ("", "asc", "desc"):
            raise odata(f"Syntax error in '$orderby': '{part}'.")
        terms.append(f"{3 * at + 1} {direction.strip()}")
    return ", ".join(terms)


def _limit(options: QueryOptions) -> str:
    return "" if options.top is None else f" LIMIT {options.top}"
