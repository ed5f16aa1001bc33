"""Lists: one page of rows in the order asked for, and the cursor to the next page."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from integration.business_central.fields import Text
from integration.business_central.ordering import order_of
from integration.business_central.reading.records import Reader
from integration.business_central.tables import TableColumns
from integration.systems.errors import CursorExpired
from integration.systems.filters import Filter
from integration.systems.values import FieldType, Page

BEFORE_ALL_MOMENTS = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""What a blank moment is ordered as: in no zone before the first year."""


@dataclass(frozen=True, slots=True)
class _OrderKey:
    """One column of an order: the annotation that holds it, what it is, the field that reads a value of it from a
    cursor, and whether the order is descending."""

    name: str
    expression: Any
    field: Any
    descending: bool

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


def find(
    table: TableColumns, where: Filter, names: Sequence[str], order: Sequence[str], size: int, after: str | None
) -> Page:
    """One page of at most ``size`` records; ``order`` names columns, with ``-`` in front for descending. The cursor
    holds the order columns of the last row, so that rows that come or go in between neither repeat nor hide others.
    Raises ``FieldMissing``, ``CursorExpired``."""
    reader = Reader(table, names)
    keys, rows = _window(table, reader.rows(where), order, size, after)
    found = list(reader.records(rows, [key.name for key in keys]))
    last = found[size - 1] if len(found) > size else None
    cursor = _encode_cursor(last[0].id, last[1]) if last is not None else None
    return Page([record for record, _ in found[:size]], cursor=cursor)


def page_of(
    table: TableColumns, rows: QuerySet[Any], order: Sequence[str], size: int, after: str | None
) -> tuple[list[Any], str]:
    """The same for rows of the table that somebody has chosen already: at most ``size`` of them as they are stored, and
    the cursor to the next ones (blank where there are none)."""
    keys, rows = _window(table, rows, order, size, after)
    found = list(rows)
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], _encode_cursor(last.pk, [getattr(last, key.name) for key in keys])


def in_order(table: TableColumns, rows: QuerySet[Any], order: Sequence[str]) -> QuerySet[Any]:
    """All of them in the order of their pages."""
    keys = _keys(table, order)
    rows = rows.annotate(**{key.name: key.expression for key in keys})
    return rows.order_by(*map(str, keys), "-pk" if _is_down(keys) else "pk")


def _window(
    table: TableColumns, rows: QuerySet[Any], order: Sequence[str], size: int, after: str | None
) -> tuple[list[_OrderKey], QuerySet[Any]]:
    """These rows in order behind the cursor, one more than asked for, with what they are ordered by."""
    keys, rows = _keys(table, order), in_order(table, rows, order)
    if after is not None:
        rows = rows.filter(_behind(keys, *_decode_cursor(after, keys, rows.model._meta.pk), is_down=_is_down(keys)))
    return keys, rows[: size + 1]


def ordered(table: TableColumns, rows: QuerySet[Any], order: Sequence[str]) -> QuerySet[Any]:
    """These rows in an order of ascending columns."""
    keys = _keys(table, order)
    return rows.order_by(*(key.expression.asc() for key in keys), "pk")


def _keys(table: TableColumns, order: Sequence[str]) -> list[_OrderKey]:
    return [_order_key(table, name, f"key_{number}") for number, name in enumerate(order)]


def _is_down(keys: Sequence[_OrderKey]) -> bool:
    """Rows that are alike in all of them follow the direction of the last one."""
    return bool(keys) and keys[-1].descending


def _order_key(table: TableColumns, asked: str, name: str) -> _OrderKey:
    """What a column is ordered by, never NULL. Blank comes first."""
    descending = asked.startswith("-")
    column = table.column(asked.removeprefix("-"))
    field: Any = column.stored
    if column.target is not None:
        field = Text()
        expression: Any = Coalesce(F(f"{column.label}__folded"), Value(""), output_field=field)
    elif column.field.type.textual and column.field.type is not FieldType.CODE:
        field = Text()
        expression = F(f"{column.name}__folded")
    else:
        expression = order_of(column.stored) or F(column.name)
        if column.stored.null and isinstance(column.stored, models.DateTimeField):
            expression = Coalesce(F(column.name), Value(BEFORE_ALL_MOMENTS, output_field=column.stored))
    return _OrderKey(name, expression, field, descending)


def _behind(keys: Sequence[_OrderKey], values: Sequence[Any], id: Any, *, is_down: bool) -> Q:
    """The rows behind the last one of a page, whose order columns and id are given. For the order (city, no):

    city >= c  and  (city > c  or  (city = c and (no > n  or  (no = n and id > i))))

    The first of these says nothing new; it lets the index of the column begin at the page.
    """
    behind = Q(pk__lt=id) if is_down else Q(pk__gt=id)
    for key, value in reversed(list(zip(keys, values, strict=True))):
        beyond = Q(**{f"{key.name}__{'lt' if key.descending else 'gt'}": value})
        behind = beyond | (Q(**{key.name: value}) & behind)
    return Q(**{f"{keys[0].name}__{'lte' if keys[0].descending else 'gte'}": values[0]}) & behind if keys else behind


def _encode_cursor(id: Any, keys: Sequence[Any]) -> str:
    text = json.dumps([*keys, str(id)], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decode_cursor(cursor: str, keys: Sequence[_OrderKey], key_field: Any) -> tuple[list[Any], Any]:
    """The order columns and the id of the last row. Cursors travel in addresses, so a person may have changed one.
    Raises ``CursorExpired``."""
    try:
        *texts, id = json.loads(base64.urlsafe_b64decode(cursor))
        last_id = key_field.to_python(id)
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise CursorExpired("This is not a cursor of this list.") from error
    if len(texts) != len(keys) or None in texts:
        raise CursorExpired("This cursor belongs to a list in another order.")
    try:
        return [key.field.to_python(text) for key, text in zip(keys, texts, strict=True)], last_id
    except (ValidationError, TypeError) as error:
        raise CursorExpired("This cursor belongs to a list in another order.") from error
