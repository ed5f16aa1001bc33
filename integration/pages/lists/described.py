"""Rows of the application itself (runs, errors, mappings), described as a system describes its tables.

A list narrows, sorts and pages them like any other; what a person reads in a cell is a matter of the list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import models

from integration.business_central.tables import Column, TableColumns
from integration.systems.values import Field, FieldType, Table

KINDS: Mapping[type[models.Field[Any, Any]], FieldType] = {
    models.BooleanField: FieldType.BOOLEAN, models.IntegerField: FieldType.INTEGER,
    models.DateTimeField: FieldType.DATETIME, models.CharField: FieldType.TEXT, models.TextField: FieldType.TEXT,
}  # fmt: skip


def described(
    model: type[models.Model],
    fields: Mapping[str, str],
    moments: Mapping[str, str] | None = None,
    sortable: Collection[str] | None = None,
) -> TableColumns:
    """The fields of a model that its list knows: name -> what people call it. ``moments``: times that the list computes
    (annotations), by name. ``sortable``: those with an index (``None``: all, for a table that stays small). What a row
    refers to is chosen in the list's filter form."""
    columns = {
        name: _column(model, name, label, is_sortable=sortable is None or name in sortable)
        for name, label in fields.items()
    }
    for name, label in (moments or {}).items():
        stored: Any = models.DateTimeField(null=True)
        stored.set_attributes_from_name(name)
        stored.model = model
        columns[name] = Column(Field(name, FieldType.DATETIME, label), stored)
    table = Table(model._meta.model_name or "", str(model._meta.verbose_name), _fields(columns))
    shown: Any = model
    return TableColumns(shown, table, columns)


def _fields(columns: Mapping[str, Column]) -> dict[str, Field]:
    return {name: column.field for name, column in columns.items()}


def _column(model: type[models.Model], name: str, label: str, *, is_sortable: bool) -> Column:
    stored: Any = model._meta.get_field(name)
    kind = next(kind for stored_as, kind in KINDS.items() if isinstance(stored, stored_as))
    return Column(Field(name, kind, label, sortable=is_sortable), stored)
