"""What a person asks of one field of a list: an operator in words and some values, as a neutral filter.

City            contains        london | paris
Credit Limit    is              1000..5000 | 9000
Salesperson     is not          JR
Blocked         is any of       Ship, Invoice
Created On      at least        2027-01-01

Days and numbers are typed as the person writes them, and stand in the address as everybody reads them: a list that
was narrowed to ``1.234,50`` is the same list in the browser of a person who writes ``1,234.50``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from integration.pages.lists.address import FIELD, OPERATOR, Address
from integration.systems.filters import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    both,
    typed,
)
from integration.systems.formats import current
from integration.systems.typed_number import NotANumber, in_address, in_input, of_address, read_number
from integration.systems.values import Field, FieldType, Table
from integration.systems.wording import field_name

MOST_VALUES = 100
SEPARATOR, RANGE = "|", ".."
NUMBERS, DAYS = (FieldType.INTEGER, FieldType.DECIMAL), (FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to compare. ``sign`` is that of the neutral language; ``negated`` turns it round for all values at once,
    ``blank`` compares with nothing."""

    key: str
    label: str
    sign: str = "="
    negated: bool = False
    blank: bool = False


IS, IS_NOT = Operator("is", "is"), Operator("not", "is not", negated=True)
BLANK, FILLED = Operator("blank", "is blank", blank=True), Operator("filled", "is not blank", "<>", blank=True)
CONTAINS = Operator("contains", "contains", "contains")
TEXTUAL = (
    CONTAINS, IS, IS_NOT, Operator("lacks", "does not contain", "contains", negated=True),
    Operator("begins", "begins with", "begins with"), Operator("ends", "ends with", "ends with"), BLANK, FILLED,
)  # fmt: skip
ORDERED = (
    IS, IS_NOT, Operator("from", "is at least", ">="), Operator("to", "is at most", "<="),
    Operator("above", "is more than", ">"), Operator("below", "is less than", "<"), BLANK, FILLED,
)  # fmt: skip
DATED = (
    IS, IS_NOT, Operator("from", "is from", ">="), Operator("to", "is until", "<="), BLANK, FILLED,
)  # fmt: skip
CHOSEN = (Operator("is", "is any of"), Operator("not", "is none of", negated=True), BLANK, FILLED)
EITHER = (IS,)
REFERRED = (IS, CONTAINS, IS_NOT, BLANK, FILLED)
BY_TYPE = {
    FieldType.OPTION: CHOSEN, FieldType.BOOLEAN: EITHER, FieldType.REFERENCE: REFERRED,
    FieldType.INTEGER: ORDERED, FieldType.DECIMAL: ORDERED, FieldType.DATE: DATED, FieldType.DATETIME: DATED,
    FieldType.TEXT: TEXTUAL, FieldType.CODE: TEXTUAL,
}  # fmt: skip
"""Memos, ids and kinds of tables are not asked for: nobody types them."""
NO_OR_YES = ("no", "yes")
"""How the answers of a field of two are typed; its words are what people read."""


def operators_of(field: Field) -> tuple[Operator, ...]:
    """How this field can be compared; none where it cannot."""
    return BY_TYPE.get(field.type, ())


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it was asked for, its values as they stand in the address. ``problem``: why it cannot be, in a
    sentence; then it narrows nothing."""

    field: Field
    operator: Operator
    values: tuple[str, ...] = ()
    problem: str = ""
    where: Filter = EVERYTHING

    @property
    def stands(self) -> bool:
        """Does it narrow the list?"""
        return self.where != EVERYTHING

    @property
    def label(self) -> str:
        return field_name(self.field)

    @property
    def words(self) -> str:
        """ "is London or Paris"."""
        labels = [_label(self.field, value) for value in self.values]
        return " ".join([self.operator.label, " or ".join(labels)]).strip()

    @property
    def typed(self) -> str:
        """The values as they stand in the input of the person who looks."""
        return f" {SEPARATOR} ".join(_in_input(self.field, value) for value in self.values)


def read(table: Table, address: Address) -> list[Condition]:
    """The conditions that an address asks for, of the fields that the table has. A value that does not fit is named in
    its ``problem``."""
    found = [_read(table, table.fields[name], address) for name in address.fields if name in table.fields]
    for name in address.fields:
        if name not in table.fields:
            address.drop(FIELD + name, OPERATOR + name)
    for condition in found:
        if not condition.stands and not condition.problem:
            address.drop(FIELD + condition.field.name, OPERATOR + condition.field.name)
    return found


def where(conditions: Sequence[Condition]) -> Filter:
    """All of them at once."""
    return both(*(condition.where for condition in conditions))


def _read(table: Table, field: Field, address: Address) -> Condition:
    given = address.values(FIELD + field.name)
    found = condition(table, field, address.value(OPERATOR + field.name), given)
    if found.stands and found.values and found.values != _values(field, given):
        address.rewrite(FIELD + field.name, found.values)
    return found


def condition(table: Table, field: Field, key: str, given: Sequence[str]) -> Condition:
    """What is asked of a field with the operator of this key and these values, as a person typed or chose them."""
    offered = operators_of(field)
    operator = next((one for one in offered if one.key == key), offered[0] if offered else IS)
    values = _values(field, given)
    asked = Condition(field, operator, () if operator.blank else values)
    if not offered or (not values and not operator.blank):
        return asked
    try:
        read = replace(asked, values=tuple(_in_address(field, value) for value in asked.values))
        return replace(read, where=typed(_filter(read), table))
    except NotANumber as refusal:
        return replace(asked, problem=f"{field_name(field)}: {refusal}")
    except FilterError as error:
        return replace(asked, problem=str(error))


def _values(field: Field, given: Sequence[str]) -> tuple[str, ...]:
    """Several values come several times, or in one input with ``|`` between them."""
    if field.type in (FieldType.OPTION, FieldType.BOOLEAN):
        parts = list(given)
    else:
        parts = [part.strip() for value in given for part in value.split(SEPARATOR)]
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_VALUES]


def _filter(asked: Condition) -> Filter:
    name, operator = asked.field.name, asked.operator
    if operator.blank:
        return Comparison(name, operator.sign, None)
    each = tuple(_one(asked.field, operator, value) for value in asked.values)
    found = each[0] if len(each) == 1 else AnyOf(each)
    return Not(found) if operator.negated else found


def _one(field: Field, operator: Operator, value: str) -> Filter:
    if field.type in (*NUMBERS, *DAYS) and operator.sign == "=" and RANGE in value:
        low, _, high = (part.strip() for part in value.partition(RANGE))
        ends = [(">=", low), ("<=", high)]
        return AllOf(tuple(_compare(field, sign, end) for sign, end in ends if end))
    return _compare(field, operator.sign, value)


def _compare(field: Field, sign: str, value: str) -> Filter:
    """A day asked of a moment is all of that day, where the person lives."""
    if field.type is not FieldType.DATETIME:
        return Comparison(field.name, sign, value)
    try:
        begins = timezone.make_aware(dt.datetime.combine(dt.date.fromisoformat(value), dt.time()))
        ends = begins + dt.timedelta(days=1)
        begins, ends = begins.astimezone(dt.UTC), ends.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return Comparison(field.name, sign, value)
    if sign == ">=":
        return Comparison(field.name, ">=", begins)
    until = Comparison(field.name, "<", ends)
    return until if sign == "<=" else AllOf((Comparison(field.name, ">=", begins), until))


def _day(typed: str) -> str:
    """A day that is typed as this person reads days, in ISO; anything else as it is."""
    try:
        return dt.datetime.strptime(typed, current().pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return typed


def _in_address(field: Field, value: str) -> str:
    """A value, or both ends of a range, as it stands in the address. Raises ``NotANumber``."""
    if field.type not in (*NUMBERS, *DAYS):
        return value
    return RANGE.join(_end(field, end.strip()) for end in value.split(RANGE))


def _end(field: Field, typed: str) -> str:
    if not typed:
        return ""
    if field.type in DAYS:
        return _day(typed)
    number = of_address(typed)
    return in_address(read_number(typed, field.scale or 0) if number is None else number)


def _in_input(field: Field, value: str) -> str:
    if field.type in DAYS:
        return RANGE.join(map(_day_in_input, value.split(RANGE)))
    if field.type not in NUMBERS:
        return value
    numbers = {end: of_address(end) for end in value.split(RANGE)}
    return RANGE.join(end if number is None else in_input(number) for end, number in numbers.items())


def _day_in_input(end: str) -> str:
    try:
        return current().day(dt.date.fromisoformat(end))
    except ValueError:
        return end


def _label(field: Field, value: str) -> str:
    if field.type is FieldType.BOOLEAN:
        return dict(zip(NO_OR_YES, field.words, strict=True)).get(value, value)
    labels = {str(option.value): option.label.strip() or "blank" for option in field.options}
    return labels.get(value) or _in_input(field, value)
