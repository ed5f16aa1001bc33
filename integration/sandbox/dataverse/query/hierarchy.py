# ruff: noqa: S608 - table and column names come from the model, every value is a parameter
"""Conditions that follow a hierarchy (``under`` an account, ``above`` a product) or ask for one's own people: those who
report to the user, and the teams of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from integration.sandbox.dataverse.query.conditions import ConditionBuilder, check_id
from integration.sandbox.dataverse.query.criteria import Literal
from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.dataverse.store.model import Column, Model, Table
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.refusal import Refusal

LINES = {
    "account": "parentaccountid",
    "businessunit": "parentbusinessunitid",
    "product": "parentproductid",
    "systemuser": "parentsystemuserid",
}
"""The lookup that makes a table's hierarchy, where several point to the table itself."""
IN_LINE = {
    "above": "Above",
    "eq-or-above": "AboveOrEqual",
    "under": "Under",
    "eq-or-under": "UnderOrEqual",
    "not-under": "NotUnder",
}
OF_PEOPLE = {
    "eq-userteams": "EqualUserTeams",
    "eq-useroruserteams": "EqualUserOrUserTeams",
    "eq-useroruserhierarchy": "EqualUserOrUserHierarchy",
    "eq-useroruserhierarchyandteams": "EqualUserOrUserHierarchyAndTeams",
}
"""FetchXML operators and the query functions of the same meaning."""


def in_line(
    into: ConditionBuilder, model: Model, sql: str, column: Column, name: str, values: Sequence[Literal]
) -> str:
    """Is the row (or the one a lookup leads to) above or below the row with this id? Raises :class:`Refusal`."""
    table = _hierarchical(model, column)
    row = guid(values[0].text) if len(values) == 1 else None
    if row is None:
        raise invalid(f"The operator '{name}' needs the id of one row.")
    line, itself = _line(table, upwards=name.endswith("above")), name.startswith("eq-or")
    into.arguments += [row] if itself else [row, row]
    found = f"COALESCE({sql} IN ({line}){'' if itself else f' AND {sql} <> ?'}, 0)"
    return f"NOT {found}" if name == "not-under" else found


def of_people(into: ConditionBuilder, model: Model, sql: str, column: Column, name: str) -> str:
    """Is it the user, those who report to them, one of their teams: whatever of it the operator names? Raises
    :class:`Refusal`."""
    check_id(column, name)
    user = into.request_context.user
    below = _line(model["systemuser"], upwards=False)
    asked = {
        "eq-userteams": [_teams("?")],
        "eq-useroruserteams": ["SELECT ?", _teams("?")],
        "eq-useroruserhierarchy": [below],
        "eq-useroruserhierarchyandteams": [f"SELECT id FROM ({below})", _teams(below)],
    }[name]
    into.arguments += [user] * len(asked)
    return f"COALESCE({sql} IN ({' UNION '.join(asked)}), 0)"


def _hierarchical(model: Model, column: Column) -> Table:
    """The table whose rows the column names. Raises :class:`Refusal` where they have no hierarchy."""
    own = model[column.table]
    if column.name == own.id:
        table = own
    elif len(column.targets) == 1:
        table = model[column.targets[0]]
    else:
        raise _flat(column)
    if not _parent(table):
        raise _flat(column)
    return table


def _parent(table: Table) -> str:
    """The lookup to the row above, blank where there is none or more than one."""
    standard = LINES.get(table.name, "")
    own = [column.name for column in table.columns.values() if column.is_lookup and column.targets == (table.name,)]
    return standard if standard in own else own[0] if len(own) == 1 else ""


def _line(table: Table, *, upwards: bool) -> str:
    """A query for the row with the id of its one argument and all above or below it; circles come to an end."""
    parent, id = _parent(table), table.id
    step = (
        f'SELECT f."{parent}" FROM "{table.name}" f JOIN line ON f."{id}" = line.id WHERE f."{parent}" IS NOT NULL'
        if upwards
        else f'SELECT f."{id}" FROM "{table.name}" f JOIN line ON f."{parent}" = line.id'
    )
    return f"WITH RECURSIVE line(id) AS (SELECT ? UNION {step}) SELECT id FROM line"


def _teams(people: str) -> str:
    return f"SELECT teamid FROM teammembership WHERE systemuserid IN ({people})"


def _flat(column: Column) -> Refusal:
    return invalid(f"The attribute '{column.name}' of '{column.table}' does not name rows of a hierarchy.")
