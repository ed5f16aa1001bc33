"""How one value is read from JSON, kept in SQLite and written to JSON again, by column type.

==================  ==============================  ==========================================
column type         in SQLite                       in JSON
==================  ==============================  ==========================================
String, Memo        TEXT, blank is NULL             text
Integer, choices    INTEGER                         number
Boolean             INTEGER 0 or 1                  true, false
Money               INTEGER, ten-thousandths        number with four decimals
Decimal             TEXT, plain notation            number
Double              REAL                            number
DateTime            TEXT, ``2024-01-31T23:00:00Z``  text (``2024-01-31`` for date-only columns)
Uniqueidentifier    TEXT, lower case                text
lookups             TEXT, lower case                text
==================  ==============================  ==========================================

Money and Decimal never pass through a binary float. A reader leaves money a ``Decimal``: how it is rounded depends on
the row's currency, so ``rules.money`` turns it into ten-thousandths.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from integration.sandbox.dataverse.refusals import (
    bad_character,
    bad_date,
    out_of_range,
    payload,
    too_long,
    unknown_option,
)
from integration.sandbox.dataverse.store.folding import REFUSED, units
from integration.sandbox.dataverse.store.model import CHOICES, LOOKUPS, TEXTS, WHOLE, Column
from integration.sandbox.shell.refusal import Refusal

Reader = Callable[[Any], Any]
Encoder = Callable[[Any], str]

EXACT = Context(prec=60)
EARLIEST = dt.datetime(1753, 1, 1, tzinfo=dt.UTC)
MONEY_SCALE = 10_000
RANGE_CODES = {"Integer": "0x8004432f", "BigInt": "0x8004432f", "Decimal": "0x80044330", "Double": "0x80044330"}
EDM = {"Boolean": "Edm.Boolean", "Decimal": "Edm.Decimal", "Money": "Edm.Decimal", "Double": "Edm.Double"}
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)?)?")


def edm_type(column: Column) -> str:
    """The OData name of the column's type."""
    if column.type in TEXTS:
        return "Edm.String"
    if column.type in WHOLE:
        return "Edm.Int64" if column.type == "BigInt" else "Edm.Int32"
    if column.type == "DateTime":
        return "Edm.Date" if column.day == "only" else "Edm.DateTimeOffset"
    return EDM.get(column.type, "Edm.Guid")


def storage(column: Column) -> str:
    """The SQLite type."""
    if column.type in WHOLE or column.type in {"Boolean", "Money"}:
        return "INTEGER"
    return "REAL" if column.type == "Double" else "TEXT"


def reader(column: Column, set_name: str) -> Reader:
    """The function that checks one JSON value (never ``None``) and turns it into what is kept. It raises
    :class:`Refusal`."""
    if column.type in TEXTS:
        return _text(column, set_name)
    if column.type in CHOICES:
        return _choice(column, set_name)
    if column.type in WHOLE:
        return _whole(column, set_name)
    if column.type in {"Decimal", "Money", "Double"}:
        return _number(column, set_name)
    if column.type == "Boolean":
        return _boolean(column, set_name)
    if column.type == "DateTime":
        return _moment(column, set_name)
    return _guid(column, set_name)


def _wrong(column: Column, set_name: str, value: Any) -> Refusal:
    return payload(
        set_name, f"Cannot convert the literal '{value}' of '{column.name}' to the expected type '{edm_type(column)}'."
    )


def _text(column: Column, set_name: str) -> Reader:
    limit = column.length or 4000

    def read(value: Any) -> str | None:
        if type(value) is not str:
            raise _wrong(column, set_name, value)
        plain_text = value.isascii() and value.isprintable()
        if (len(value) if plain_text else units(value)) > limit:
            raise too_long(column.name, column.table, limit)
        if not plain_text and (bad := REFUSED.search(value)):
            raise bad_character(column.name, bad[0])
        return value or None

    return read


def _choice(column: Column, set_name: str) -> Reader:
    options = column.options

    def read(value: Any) -> int:
        if type(value) is not int:
            raise _wrong(column, set_name, value)
        if value not in options:
            raise unknown_option(column.name, column.table, value)
        return value

    return read


def _whole(column: Column, set_name: str) -> Reader:
    low = -(2**31) if column.minimum is None else int(column.minimum)
    high = 2**31 - 1 if column.maximum is None else int(column.maximum)

    def read(value: Any) -> int:
        if type(value) is not int:
            raise _wrong(column, set_name, value)
        if not low <= value <= high:
            raise out_of_range(RANGE_CODES[column.type], column.name, column.table, low, high)
        return value

    return read


def _number(column: Column, set_name: str) -> Reader:
    low, high = column.minimum or Decimal(0), column.maximum or Decimal(0)
    code = RANGE_CODES.get(column.type, "0x80044330")
    keeping: dict[str, Callable[[Decimal], Any]] = {"Money": Decimal, "Double": float}
    keep = keeping.get(column.type, _rounder(10 if column.precision is None else column.precision))

    def read(value: Any) -> Any:
        if type(value) is int:
            value = Decimal(value)
        elif type(value) is not Decimal:
            raise _wrong(column, set_name, value)
        if not low <= value <= high:
            raise out_of_range(code, column.name, column.table, low, high)
        return keep(value)

    return read


def _rounder(places: int) -> Callable[[Decimal], str]:
    step = Decimal(1).scaleb(-places)

    def keep(number: Decimal) -> str:
        return plain(number.quantize(step, ROUND_HALF_UP, EXACT) + 0)

    return keep


def plain(number: Decimal) -> str:
    """Decimal in plain notation without needless zeros: one number has one text."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _boolean(column: Column, set_name: str) -> Reader:
    def read(value: Any) -> int:
        if type(value) is not bool:
            raise _wrong(column, set_name, value)
        return int(value)

    return read


def _moment(column: Column, set_name: str) -> Reader:
    only_day = column.day == "only"

    def read(value: Any) -> str:
        if parsed(value) is None or (only_day and not DAY.fullmatch(value)):
            raise _wrong(column, set_name, value)
        return moment(value, only_day, column.name)

    return read


def moment(value: Any, only_day: bool, name: str) -> str:
    """A date-time as it is kept. With an offset it is turned into UTC, without one it is taken as UTC; seconds are
    the smallest unit."""
    found = parsed(value)
    if found is None:
        raise bad_date(name, value)
    try:
        found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except OverflowError as error:
        raise bad_date(name, value) from error
    if found < EARLIEST:
        raise bad_date(name, value)
    return found.strftime("%Y-%m-%d") if only_day else timestamp(found)


def parsed(value: Any) -> dt.datetime | None:
    """The moment that the text names, ``None`` where it is no date or time."""
    if type(value) is not str or not MOMENT.fullmatch(value):
        return None
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return None


def timestamp(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _guid(column: Column, set_name: str) -> Reader:
    def read(value: Any) -> str:
        found = guid(value)
        if found is None:
            raise _wrong(column, set_name, value)
        return found

    return read


def guid(value: Any) -> str | None:
    """The id in the one spelling that is kept, or ``None`` if it is not one."""
    if type(value) is not str or not GUID.fullmatch(value):
        return None
    return str(uuid.UUID(value))


def money_text(value: int) -> str:
    """Ten-thousandths as a JSON number."""
    sign, size = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{size // MONEY_SCALE}.{size % MONEY_SCALE:04d}"


def encoder(column: Column) -> Encoder:
    """The function that writes one kept value (never ``None``) as JSON text."""
    if column.type in LOOKUPS or column.type == "Uniqueidentifier":
        return '"{}"'.format
    if column.type in WHOLE:
        return str
    encoders: dict[str, Encoder] = {
        "Boolean": lambda value: "true" if value else "false",
        "Money": money_text,
        "Decimal": str,
        "Double": repr,
        "DateTime": '"{}"'.format,
    }
    return encoders.get(column.type, quoted)
