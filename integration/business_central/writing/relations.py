"""Relations of rows on their way in: does the other row exist, may it be used, and which one does a name mean?"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from integration.business_central.models import CompanyRow, CountryRegion
from integration.business_central.tables import Column
from integration.systems.errors import InvalidValue, RecordProblem, ReferenceMissing, Refused
from integration.systems.text import fold

StoredValues = Mapping[Column, Any]


class Relations:
    """All rows that a batch points to, looked up in one query per table. The caller holds the company's write lock, so
    they exist until its transaction ends."""

    def __init__(
        self,
        model: type[CompanyRow],
        batch: Iterable[StoredValues],
        trusted: Mapping[str, Collection[uuid.UUID]] | None = None,
    ) -> None:
        """``trusted``: by column the ids of rows that are going to be there."""
        self._trusted = trusted or {}
        self._refuses_blocked = model.refuses_blocked
        self._targets: dict[type[CompanyRow], dict[uuid.UUID, tuple[str, bool]]] = {}
        self._countries: dict[str, uuid.UUID] | None = None
        self._fitting: dict[str, set[uuid.UUID]] = {}
        ids_by_target: dict[type[CompanyRow], set[uuid.UUID]] = {}
        for column, target, pointed_to in _pointed_to(batch):
            ids = pointed_to - set(self._trusted.get(column.name, ()))
            ids_by_target.setdefault(target, set()).update(ids)
            limit = column.stored.get_limit_choices_to()
            if limit:
                fitting = target.objects.filter(pk__in=ids, **limit)
                self._fitting[column.name] = set(fitting.values_list("pk", flat=True))
        for target, ids in ids_by_target.items():
            self._targets[target] = _look_up(target, ids) if ids else {}

    def resolve(self, values: StoredValues) -> dict[Column, Any] | RecordProblem:
        """The values with names turned into ids, or what is wrong with the first relation that cannot be used."""
        resolved = dict(values)
        for column, value in values.items():
            if column.target is None or not value:
                continue
            if column.by_name:
                resolved[column] = self._country(value)
                if resolved[column] is None:
                    return _missing(column, f"“{value}” is not among the {column.target._meta.verbose_name_plural}")
                continue
            if value in self._trusted.get(column.name, ()):
                continue
            code, blocked = self._targets[column.target].get(value, (None, False))
            if code is None:
                return _missing(column, f"points to a {column.target._meta.verbose_name} that is not there: {value}")
            if column.name in self._fitting and value not in self._fitting[column.name]:
                return InvalidValue(_unfitting(column, code), field=column.name, value=code)
            if blocked and column.name in self._refuses_blocked:
                return Refused(f"{column.field.label} {code} is blocked.", field=column.name)
        return resolved

    def _country(self, text: str) -> uuid.UUID | None:
        """The id of a country by its code, else its ISO code, else its name."""
        if self._countries is None:
            rows = list(CountryRegion.objects.all())
            self._countries = {}
            for name in ("name", "iso_code", "code"):
                self._countries |= {fold(getattr(row, name).strip()): row.pk for row in rows if getattr(row, name)}
        return self._countries.get(fold(text.strip()))


def _pointed_to(batch: Iterable[StoredValues]) -> list[tuple[Column, type[CompanyRow], set[uuid.UUID]]]:
    """The columns of a batch that point to rows: the table they point to, and the ids."""
    ids_by_column: dict[Column, set[uuid.UUID]] = {}
    for values in batch:
        for column, value in values.items():
            if column.target is not None and not column.by_name and value is not None:
                ids_by_column.setdefault(column, set()).add(value)
    return [(column, column.target, ids) for column, ids in ids_by_column.items() if column.target is not None]


def _look_up(target: type[CompanyRow], ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, bool]]:
    """(code, blocked) by id, of the rows that exist."""
    can_be_blocked = any(field.name == "blocked" and not field.choices for field in target._meta.concrete_fields)
    columns = ("pk", target.number_field or "pk", *(("blocked",) if can_be_blocked else ()))
    manager: Any = target._default_manager
    rows = manager.filter(pk__in=list(ids)).values_list(*columns)
    return {row[0]: (str(row[1]), can_be_blocked and bool(row[2])) for row in rows}


def _unfitting(column: Column, code: str) -> str:
    """The message for a row that a relation does not take, such as a person as somebody's company."""
    assert column.target is not None  # noqa: S101 - a relation has one
    conditions = []
    for name, value in column.stored.get_limit_choices_to().items():
        field: Any = column.target._meta.get_field(name)
        conditions.append(f"{field.verbose_name} is not {dict(field.choices).get(value, value)}")
    return f"{column.field.label} does not take {code}: its {' and its '.join(conditions)}."


def _missing(column: Column, why: str) -> ReferenceMissing:
    return ReferenceMissing(f"{column.field.label} {why}.", field=column.name)
