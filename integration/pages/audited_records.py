"""The audit log in words: it holds ids of records and captions as they are stored, and a page says what they mean."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from integration.business_central.tables import MODELS
from integration.models.stored.audit import AuditEntry
from integration.pages.parts import first_url
from integration.systems.values import Side

FORMER = {"To Integration Table": "BC → Sales", "From Integration Table": "Sales → BC", "Bidirectional": "both ways"}
"""Captions that entries of former versions hold -> the words of today."""
ANSWERS = {"True": "Yes", "False": "No"}


@dataclass(frozen=True, slots=True)
class Named:
    """What an entry is about, in words, and where that is; blank: nowhere."""

    text: str
    url: str = ""


def subjects(entries: Iterable[AuditEntry]) -> dict[int, Named]:
    """By the key of the entry, the records of Business Central among what these are about; a query for each table. One
    that is deleted has no name any more."""
    ids: dict[str, dict[int, uuid.UUID]] = {}
    for entry in entries:
        table = _tables().get(entry.kind, "")
        if table and (id := _id(entry.subject)):
            ids.setdefault(table, {})[entry.pk] = id
    return {pk: named for table, wanted in ids.items() for pk, named in _named(table, wanted).items()}


def changes_in_words(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(what, before, after) as a page says it."""
    words = FORMER | ANSWERS
    changes = entry.changes
    return [(_begun(name), words.get(before, before), words.get(after, after)) for name, before, after in changes]


def _begun(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


@cache
def _tables() -> dict[str, str]:
    return {str(model._meta.verbose_name): slug for slug, model in MODELS.items()}


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _named(table: str, wanted: dict[int, uuid.UUID]) -> dict[int, Named]:
    rows: Any = MODELS[table]._default_manager
    there = rows.in_bulk(list(wanted.values()))
    return {pk: _record(table, id, there.get(id)) for pk, id in wanted.items()}


def _record(table: str, id: uuid.UUID, row: Any) -> Named:
    if row is None:
        return Named("a record that is deleted")
    return Named(str(row), first_url("record", (Side.ERP.value, table, id)))
