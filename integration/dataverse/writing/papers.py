"""A document as it is sent: what is created, and what only a change can set.

Amounts that Sales takes only from a change (base and extended amount of lines, totals of documents) follow in the same
change set, so nobody ever sees a document without them::

    POST header, POST line, POST line, PATCH amounts of a line, PATCH amounts of a line, PATCH totals of the header
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from integration.dataverse import batch, rows
from integration.dataverse.metadata import Entity
from integration.dataverse.reading import query
from integration.dataverse.writing.bulk import chunks
from integration.dataverse.writing.changesets import ChangeSet, Operation
from integration.systems.values import Document, Row, Value

ROWS_AT_ONCE = 300
REPRESENTATION = {"Prefer": f"return=representation,{rows.KINDS_ONLY}"}
STATE_COLUMNS = ("statecode", "statuscode")


@dataclass(frozen=True, slots=True)
class Paper:
    """The writes that make a document. ``amounts``: by id of the line; ``last``: totals, then the state of a document
    that is not born in its first one. ``shown``: columns of the header that an answer is asked for."""

    document: Document
    header: Operation
    lines: Sequence[Operation]
    amounts: Mapping[uuid.UUID, Operation]
    last: Sequence[Operation]
    shown: Sequence[str]

    @property
    def id(self) -> uuid.UUID:
        return self.document.header.id

    @property
    def is_long(self) -> bool:
        """Is it too long for one transaction?"""
        return len(self.lines) > ROWS_AT_ONCE

    def whole(self) -> ChangeSet:
        """All of it in one change set."""
        return [self.header, *self._with_amounts(self.lines), *self.last]

    def slices(self) -> list[ChangeSet]:
        """All of it in several."""
        first, *others = self.slices_of(self.lines)
        return [[self.header, *first], *others]

    def slices_of(self, lines: Sequence[Operation]) -> list[ChangeSet]:
        """These lines with their amounts, and last the totals."""
        sets: list[ChangeSet] = [self._with_amounts(some) for some in chunks(lines, ROWS_AT_ONCE)]
        return [*sets, list(self.last)] if self.last else sets

    def _with_amounts(self, lines: Sequence[Operation]) -> list[Operation]:
        return [*lines, *(self.amounts[line.row.id] for line in lines if line.row.id in self.amounts)]


def paper(entity: Entity, entity_of: Callable[[str], Entity], document: Document) -> Paper:
    """What is sent for a document; ``entity_of`` describes the tables of its rows. Raises ``FieldMissing``."""
    header = document.header
    children = [(entity_of(table), row) for table, some in document.children.items() for row in some]
    described = entity.table.fields
    shown = [name for name in dict.fromkeys([*header.values, entity.table.number_field]) if name in described]
    select = query.select(entity, rows.columns(entity, shown))
    return Paper(
        document,
        _header(entity, header, select),
        [Operation(_post(entity, row, _late(entity, row)), entity, row) for entity, row in children],
        {row.id: _patch(entity, row, late) for entity, row in children if (late := _late(entity, row))},
        [_patch(entity, header, values, select) for values in (_late(entity, header), _state(header)) if values],
        shown,
    )


def totals(entity: Entity, header: Row) -> Mapping[str, Value]:
    """The values of a header that are written when all its lines are there."""
    return _late(entity, header)


def _header(entity: Entity, header: Row, select: str) -> Operation:
    made = _post(entity, header, {*_late(entity, header), *_state(header)})
    part = batch.Part("POST", f"{made.path}?$select={select}", REPRESENTATION, made.body)
    return Operation(part, entity, header)


def _state(header: Row) -> dict[str, Value]:
    """The state of a document that is not born in its first one: it is closed to changes then."""
    closed = bool(header.values.get("statecode"))
    return {name: header.values[name] for name in STATE_COLUMNS if closed and name in header.values}


def _late(entity: Entity, row: Row) -> dict[str, Value]:
    """The values that only a change sets."""
    fields = entity.table.fields

    def late(name: str) -> bool:
        return name in fields and fields[name].updatable and not fields[name].insertable

    return {name: value for name, value in row.values.items() if late(name)}


def _post(entity: Entity, row: Row, without: Mapping[str, Value] | set[str]) -> batch.Part:
    values = {name: value for name, value in row.values.items() if name not in without}
    return batch.Part("POST", entity.set_name, body={entity.key: str(row.id), **rows.body(entity, values)})


def _patch(entity: Entity, row: Row, values: Mapping[str, Value], select: str = "") -> Operation:
    path = f"{entity.set_name}({row.id})" + (f"?$select={select}" if select else "")
    headers = {"If-Match": "*", **(REPRESENTATION if select else {})}
    return Operation(batch.Part("PATCH", path, headers, rows.body(entity, values)), entity, row)
