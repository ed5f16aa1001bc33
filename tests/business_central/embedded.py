"""The embedded company and short ways to write to it and to read from it, as the engine does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from integration.business_central.store import EmbeddedCompany
from integration.systems.errors import Problem
from integration.systems.filters import Filter, parse
from integration.systems.values import Page, Ref, Row, Value

company = EmbeddedCompany()


def insert(table: str, **values: Any) -> Problem | None:
    """Insert one row; what is wrong with it."""
    return company.insert(table, [Row(uuid.uuid4(), values)])[0].error


def update(table: str, row: Any, *, validate: Iterable[str] | None = None, **values: Any) -> Problem | None:
    """Change columns of a stored row; what is wrong with the change."""
    columns = None if validate is None else frozenset(validate)
    return company.update(table, [Row(row.pk, values, validate=columns)])[0].error


def delete(table: str, *rows: Any) -> list[Problem | None]:
    """Delete stored rows; what is wrong with each."""
    return [answer.error for answer in company.delete(table, [Row(row.pk) for row in rows])]


def listed(table: str, typed: str | Filter = "", name: str = "name") -> list[Value]:
    """One column of the rows that pass a filter, in its own order."""
    where = parse(typed, company.describe(table)) if isinstance(typed, str) else typed
    return [record.values[name] for record in company.find(table, where, [name], [name]).records]


def cursor(table: str) -> str:
    """A cursor behind everything that is there."""
    end = list(company.changes(table, []))[-1].cursor
    assert end is not None
    return end


def pages_since(table: str, since: str, *names: str, size: int = 500) -> list[Page]:
    """The pages of changes behind a cursor."""
    return list(EmbeddedCompany(size).changes(table, names, since))


def reference(row: Any) -> Ref:
    """A stored row as another row points to it."""
    return Ref(row.slug(), row.pk)
