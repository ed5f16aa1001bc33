"""What a column is ordered by, and the indexes that lists in that order need.

A list of a table that may hold hundreds of thousands of rows is offered only in orders that have an index: those of
columns that are unique, and those that the table names with ``sorted_by``.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.db import models
from django.db.models import F, Func
from django.db.models.expressions import Combinable

from integration.business_central.fields import Code, Folded, Memo, Text

FIRST_DAY = "0001-01-01"
"""What a blank date is ordered as."""
LONGEST_NAME = 30
Made = TypeVar("Made", bound=type[models.Model])


class DayOrFirst(Func):
    """A date, or the first of all days. The day stands in the statement itself, so that an index of it is used."""

    template = f"COALESCE(%(expressions)s, '{FIRST_DAY}')"
    output_field = models.DateField()


def order_of(field: models.Field) -> Combinable | None:
    """What a stored column is ordered by, never NULL, blank first; ``None`` for a column that has no order of its own
    (a relation, a text of several lines, a blank that is no date)."""
    if field.is_relation or isinstance(field, Memo):
        return None
    if isinstance(field, Text) and not isinstance(field, Code):
        return Folded(F(field.name))
    if not field.null:
        return F(field.name)  # A code is upper-case and trimmed already.
    return DayOrFirst(F(field.name)) if type(field) is models.DateField else None


def is_sorted_by(model: type[models.Model], field: models.Field) -> bool:
    """Has a list of this table in the order of this column an index?"""
    alone = {one.fields[0] for one in model._meta.total_unique_constraints if len(one.fields) == 1}
    named = field.name in getattr(model, "sorted_columns", ()) or field.name in alone
    return not field.is_relation and (named or bool(field.unique))


def sorted_by(*columns: str) -> Callable[[Made], Made]:
    """Declares that lists of this table are ordered by these columns, each with an index of its own."""

    def declared(model: Made) -> Made:
        model._meta.indexes = [*model._meta.indexes, *(_index(model, name) for name in columns)]
        model._meta.original_attrs["indexes"] = model._meta.indexes
        model.sorted_columns = columns  # type: ignore[attr-defined]
        return model

    return declared


def sorted_within(part: str, *columns: str) -> Callable[[Made], Made]:
    """Declares that lists of the rows with one value of ``part`` are ordered by these columns. Without an index that
    begins with it, SQLite sorts all rows of that value, and PostgreSQL where it is a rare one."""

    def declared(model: Made) -> Made:
        model._meta.indexes = [*model._meta.indexes, *(_index(model, name, part) for name in columns)]
        model._meta.original_attrs["indexes"] = model._meta.indexes
        return model

    return declared


def _index(model: type[models.Model], column: str, *within: str) -> models.Index:
    order = order_of(model._meta.get_field(column))  # type: ignore[arg-type]
    if order is None:
        raise TypeError(f"{model.__name__} cannot be ordered by {column}.")
    key = model._meta.pk.name
    name = "_".join((str(model._meta.model_name), *within, column))
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 9]}_{sha256(name.encode()).hexdigest()[:8]}"
    if isinstance(order, F):
        return models.Index(fields=[*within, column, key], name=name)
    return models.Index(*within, order, key, name=name)
