"""Rows of open documents that come one by one: each is a change of its document, which is worked out again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DatabaseError, transaction

from integration.business_central.documents.creation import HEADER, LINE, insert_documents
from integration.business_central.models import SalesHeader, SalesLine
from integration.business_central.number_series import NumberRefused
from integration.business_central.posting.changing import DocumentChange, change, delete_document
from integration.business_central.tables import columns_of
from integration.business_central.writing.batches import problem_of
from integration.systems.errors import DuplicateKey, InvalidValue, NotFound, RecordProblem, VersionConflict
from integration.systems.values import Document, Ref, Row, Written

OPEN_DOCUMENTS = (HEADER, LINE)
Write = Callable[[Row], None]


def insert(table: str, rows: Sequence[Row]) -> list[Written]:
    """Insert headers without lines, or lines into the documents that they name. Raises ``FieldMissing``."""
    if table == HEADER:
        return insert_documents(HEADER, [Document(row) for row in rows])
    return _each(LINE, rows, _add_line)


def update(table: str, rows: Sequence[Row]) -> list[Written]:
    """Change headers or lines. Raises ``FieldMissing``."""
    return _each(table, rows, _change_header if table == HEADER else _change_line)


def delete(table: str, rows: Sequence[Row]) -> list[Written]:
    """Delete documents, or lines of them; what is gone already counts as deleted."""
    return _each(table, rows, _delete_header if table == HEADER else _delete_line)


def _each(table: str, rows: Sequence[Row], write: Write) -> list[Written]:
    columns_of(table).select(sorted({name for row in rows for name in row.values}))
    return [_answer(table, row, write) for row in rows]


def _answer(table: str, row: Row, write: Write) -> Written:
    try:
        with transaction.atomic():
            write(row)
    except (DatabaseError, NumberRefused, RecordProblem) as error:
        return Written(row.id, error=problem_of(columns_of(table), error))
    stored: Any = (SalesHeader if table == HEADER else SalesLine).objects.filter(pk=row.id)
    version = stored.values_list("row_version", flat=True).first()
    return Written(row.id, None if version is None else str(version))


def _change_header(row: Row) -> None:
    change(row.id, DocumentChange(header=row.values), version=row.version)


def _delete_header(row: Row) -> None:
    if SalesHeader.objects.filter(pk=row.id).exists():
        delete_document(row.id, version=row.version)


def _add_line(row: Row) -> None:
    if SalesLine.objects.filter(pk=row.id).exists():
        raise DuplicateKey(f"There is a Sales Line with the id {row.id} already.")
    owner = row.values.get("document_no")
    if not isinstance(owner, Ref):
        raise InvalidValue("Document No. must be filled in.", field="document_no", value=owner)
    change(owner.id, DocumentChange(added=[row]))


def _change_line(row: Row) -> None:
    change(_document_of(row), DocumentChange(changed=[row]))


def _delete_line(row: Row) -> None:
    if SalesLine.objects.filter(pk=row.id).exists():
        change(_document_of(row), DocumentChange(gone=[row.id]))


def _document_of(row: Row) -> uuid.UUID:
    """The document of a line. Raises ``NotFound``, ``VersionConflict``."""
    line = SalesLine.objects.filter(pk=row.id).first()
    if line is None:
        raise NotFound(f"There is no Sales Line with the id {row.id}.")
    if row.version is not None and row.version != str(line.row_version):
        raise VersionConflict(f"Line {line.line_no} was changed by another user in the meantime.")
    return uuid.UUID(str(line.document_no_id))
