"""Forms of records: their fields as inputs, and what was typed as a body for the Web API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from integration.sandbox.dataverse.page.api_client import ApiClient, Declined, Row, shown
from integration.sandbox.dataverse.page.fields import Field
from integration.sandbox.dataverse.page.kinds import Kind

OPTION, NUMBER, WHOLE = "option", "number", "whole"
USERS, TEAMS = "systemusers", "teams"
OFFERED = {"uoms": "", USERS: "isdisabled eq false and accessmode eq 0"}
"""What of a set can be chosen, where that is not its active rows: of users, people who are not disabled."""
CHOICES = 500
"""So many rows a list to choose from has; whoever looks for another one starts at that record."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form with what is in it; ``options`` (id, text) are what a lookup may lead to and what a column
    of options may hold. ``part`` is the heading it stands under."""

    name: str
    label: str
    type: str
    value: str
    required: bool
    options: list[tuple[str, str]] | None = None
    part: str = ""

    @property
    def wide(self) -> bool:
        return self.type == "memo"


def inputs(client: ApiClient, fields: tuple[Field, ...], typed: dict[str, str], table: str = "") -> list[Input]:
    """The fields, in their parts, with what is in them; ``table`` knows the options. Raises :class:`Declined`."""
    return [_input(client, field, typed.get(field.name, ""), table) for field in fields]


def _input(client: ApiClient, field: Field, value: str, table: str) -> Input:
    options = choices(client, field.of, value) if field.of else None
    if field.type == OPTION:
        column = client.organization.model.tables[table].columns[field.name]
        options = [(str(number), choice.label) for number, choice in column.options.items()]
    return Input(field.name, field.label, field.type, value, field.required, options, field.part)


def choices(client: ApiClient, of: str, value: str) -> list[tuple[str, str]]:
    """The rows of a table by name, the chosen one among them however many there are. Raises :class:`Declined`."""
    table = client.organization.model.sets[of]
    key, name = table.id, table.name_column
    offered = OFFERED.get(of, "statecode eq 0")
    chosen = f"&$filter={offered}" if offered else ""
    rows = client.rows(of, f"$select={name}&$orderby={name}{chosen}&$top={CHOICES}")
    found = [(str(row[key]), shown(row, name)) for row in rows]
    if value and value not in {id for id, _ in found}:
        found.insert(0, (value, _name_of(client, of, value)))
    return found


def _name_of(client: ApiClient, of: str, value: str) -> str:
    """What a row that is not offered any more is called. Raises :class:`Declined`."""
    name = client.organization.model.sets[of].name_column
    try:
        return shown(client.get(f"{of}({value})", f"$select={name}"), name)
    except Declined:
        if of != USERS:
            raise
        return _name_of(client, TEAMS, value)  # A team may own a record, too.


def typed_of(kind: Kind, row: Row) -> dict[str, str]:
    """The fields' values of a row, as they are typed."""
    return {field.name: _as_typed(field, row.get(field.read)) for field in kind.fields}


def _as_typed(field: Field, value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)[:10] if field.type == "date" else str(value)


def body(client: ApiClient, fields: tuple[Field, ...], typed: dict[str, str], blanks: bool = True) -> Row:
    """What was typed. ``blanks``: an empty field empties the column. Raises :class:`Declined` for what cannot be."""
    payload: Row = {}
    for field in fields:
        text = typed.get(field.name, "").strip()
        if field.required and not text:
            raise Declined(400, f"{field.label} is missing.")
        if not text and not blanks:
            continue
        if field.of:
            payload[f"{field.name}@odata.bind"] = f"/{field.of}({identity(text)})" if text else None
        else:
            payload[field.name] = _value(field, text)
    return payload


def _value(field: Field, text: str) -> object:
    if not text:
        return None
    if field.type == NUMBER:
        return amount(text, field.label)
    return _whole(text, field.label) if field.type in (OPTION, WHOLE) else text


def _whole(text: str, label: str) -> int:
    """Raises :class:`Declined` unless it is a number without decimals."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Declined(400, f"{label} must be a whole number such as 12.")
    return int(text)


def amount(text: str, label: str) -> Decimal:
    """Raises :class:`Declined` unless it is a plain number such as 12.50."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise Declined(400, f"{label} must be a number such as 12.50.")
    return found


def identity(text: str) -> str:
    """Raises :class:`Declined` unless it is an id."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Declined(404, "There is no such record.") from None
