"""Values as a person types them, and what was typed as values. Days and numbers are written as the person has chosen
(``systems/formats.py``); here as by somebody who has chosen nothing.

=========  =========================================  ==========================
type       as it stands in its input                  also taken
=========  =========================================  ==========================
TEXT       on one line
CODE       upper-case                                 in any case
MEMO       its lines
INTEGER    ``12``, blank for 0
DECIMAL    ``1234.5``, blank for 0                    1 234.50 and 1,234.50
BOOLEAN    ``yes``, or blank for No
DATE       ``2027-03-10``                             t for today
OPTION     the number of the option
REFERENCE  the other record's code                    in any case
=========  =========================================  ==========================

A reference is looked up elsewhere (``lookups``): here it stays the code that was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from integration.forms.day import typed_day
from integration.systems.formats import current
from integration.systems.typed_number import QUOTED, NotANumber, in_input, read_number
from integration.systems.values import Field, FieldType, Ref, Value
from integration.systems.wording import field_name, shorten

CHECKED = "yes"
NUMBERS = (FieldType.DECIMAL, FieldType.INTEGER)


class NotTaken(Exception):
    """What was typed is no value of the field. The message is a whole sentence that says what is."""


def as_typed(field: Field, value: Value) -> str:
    """The value as it stands in its input."""
    if value is None:
        return ""
    if isinstance(value, Ref):
        return value.label
    if isinstance(value, bool):
        return CHECKED if value else ""
    if isinstance(value, Decimal | int) and field.type in NUMBERS:
        return in_input(Decimal(value).normalize()) if value else ""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return current().day(value)
    if isinstance(value, str) and field.type is not FieldType.MEMO:
        return " ".join(value.splitlines()) if len(value.splitlines()) > 1 else value
    return str(value)


def as_value(field: Field, text: str) -> Value:
    """What was typed as a value of the field; of a reference the code. Raises :class:`NotTaken`."""
    if field.type is FieldType.BOOLEAN:
        return bool(text)
    if not text.strip():
        return _BLANK.get(field.type)
    return _READ.get(field.type, _text)(field, text)


def _text(field: Field, text: str) -> Value:
    return text.strip()


def _code(field: Field, text: str) -> Value:
    return text.strip().upper()


def _memo(field: Field, text: str) -> Value:
    return text.replace("\r\n", "\n").rstrip()


def _decimal(field: Field, text: str) -> Value:
    scale = field.scale or 0
    number = _number(field, text, scale)
    if number != round(number, scale):
        places = f"{scale} decimal{'s' if scale != 1 else ''}" if scale else "whole numbers only"
        raise NotTaken(f"{field_name(field)} takes {'at most ' if scale else ''}{places}.")
    return number


def _integer(field: Field, text: str) -> Value:
    number = _number(field, text)
    if number != int(number):
        raise NotTaken(f"{field_name(field)} takes a whole number, not “{shorten(text.strip(), QUOTED)}”.")
    return int(number)


def _number(field: Field, text: str, places: int = 0) -> Decimal:
    try:
        return read_number(text, places)
    except NotANumber as refusal:
        raise NotTaken(f"{field_name(field)}: {refusal}") from refusal


def _date(field: Field, text: str) -> Value:
    day = typed_day(text)
    if day is None:
        example, typed = current().day(dt.date(2027, 3, 10)), shorten(text.strip(), QUOTED)
        raise NotTaken(f"{field_name(field)} takes a day such as {example}, not “{typed}”.")
    return day


def _option(field: Field, text: str) -> Value:
    for option in field.options:
        if text.strip() == str(option.value):
            return option.value
    raise NotTaken(f"{field_name(field)} has no option “{shorten(text.strip(), QUOTED)}”.")


_BLANK: Mapping[FieldType, Value] = {
    FieldType.TEXT: "",
    FieldType.CODE: "",
    FieldType.MEMO: "",
    FieldType.REFERENCE: "",
    FieldType.INTEGER: 0,
    FieldType.DECIMAL: Decimal(0),
}
_READ: Mapping[FieldType, Callable[[Field, str], Value]] = {
    FieldType.CODE: _code,
    FieldType.MEMO: _memo,
    FieldType.DECIMAL: _decimal,
    FieldType.INTEGER: _integer,
    FieldType.DATE: _date,
    FieldType.OPTION: _option,
}
