"""Documents of a twin: a header and the rows that belong to it, all of them or none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integration.systems.errors import RecordProblem
from integration.systems.memory.store import MemoryStore
from integration.systems.values import Document, Ref, Row, Value


class MemoryDocuments(MemoryStore):
    """What a twin needs to take documents as a whole."""

    def _check_children(self, documents: Sequence[Document]) -> None:
        """Raises ``TableMissing`` and ``FieldMissing``."""
        for document in documents:
            for table, rows in document.children.items():
                self._shown(table, sorted({name for row in rows for name in row.values}))

    def _insert_document(self, document: Document, table: str, row: Row, by: uuid.UUID) -> str:
        """Insert a document and return its header's version. Raises ``RecordProblem`` with nothing left behind."""
        done: list[tuple[str, uuid.UUID]] = []
        try:
            version = self._insert(table, row, by, of_document=True)
            done.append((table, row.id))
            for child_table, children in document.children.items():
                for child in children:
                    self._insert(child_table, child, by, of_document=True)
                    done.append((child_table, child.id))
        except RecordProblem:
            for name, id in done:
                self._table(name).withdraw(id)
            raise
        return version


def with_own_ids(table: str, document: Document) -> Document:
    """The document under ids that the system chose; its rows refer to its header by the new one."""
    old, new = Ref(table, document.header.id), Ref(table, uuid.uuid4())

    def renamed(row: Row) -> Row:
        values: dict[str, Value] = {name: new if value == old else value for name, value in row.values.items()}
        return replace(row, id=uuid.uuid4(), values=values)

    children = {name: [renamed(row) for row in rows] for name, rows in document.children.items()}
    return Document(replace(document.header, id=new.id), children)
