"""What stands in the way of deleting a row, and what goes with it, before anybody tries."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CASCADE, PROTECT, Q, QuerySet

from integration.business_central.models import CompanyRow, ContactBusinessRelation
from integration.business_central.models.firms import Firm
from integration.business_central.models.sold import Sold
from integration.business_central.tables import columns_of
from integration.systems.values import Ref

NAMED = 3
"""So many of the rows are named, the others only counted."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table: what the company calls them, how many there are, and the first of them."""

    table: str
    label: str
    number: int
    first: tuple[Ref, ...]

    @property
    def more(self) -> int:
        """How many there are beside those that are named."""
        return self.number - len(self.first)


def in_the_way(table: str, id: uuid.UUID) -> list[Rows]:
    """Rows that refer to this one and keep it from being deleted. Raises ``TableMissing``."""
    model = columns_of(table).model
    found = list(_referring(model, id, PROTECT))
    if issubclass(model, Sold):
        numbers = model.objects.filter(pk=id).values_list(model.number_field, flat=True)
        found += list(model.lines_of(list(numbers)))
    return _counted(found)


def goes_with(table: str, id: uuid.UUID) -> list[Rows]:
    """Rows that are deleted together with this one. Raises ``TableMissing``."""
    model = columns_of(table).model
    found = list(_referring(model, id, CASCADE))
    if issubclass(model, Firm):
        numbers = model.objects.filter(pk=id).values("no")
        found.append(ContactBusinessRelation.objects.filter(link_to_table=model.link, no__in=numbers))
    return _counted(found)


def _referring(model: type[CompanyRow], id: uuid.UUID, rule: Any) -> Iterator[QuerySet[Any]]:
    """By table, the rows whose relations with this rule point to the row."""
    relations: dict[Any, Q] = {}
    for one in model._meta.get_fields(include_hidden=True):
        relation: Any = one
        if relation.auto_created and not relation.concrete and relation.on_delete is rule:
            relations.setdefault(relation.related_model, Q())
            relations[relation.related_model] |= Q(**{relation.field.name: id})
    for referring, condition in relations.items():
        yield referring._default_manager.filter(condition)


def _counted(found: list[QuerySet[Any]]) -> list[Rows]:
    counted = [(rows, rows.count()) for rows in found]
    return [_named(rows, number) for rows, number in counted if number]


def _named(rows: QuerySet[Any], number: int) -> Rows:
    table, meta = rows.model.slug(), rows.model._meta
    label = str(meta.verbose_name if number == 1 else meta.verbose_name_plural)
    return Rows(table, label, number, tuple(Ref(table, row.pk, str(row)) for row in rows[:NAMED]))
