"""Many documents at once: headers and lines of all in bulk, one by one only where the database refuses the bulk.

Each document is all or nothing. What the rules refuse is known before anything is written, so it fails its document
alone; what the database refuses (a number typed twice) rolls the bulk back to its savepoint, and then each document
has a savepoint of its own:

    insert [101001, 101002, 101002 again]     savepoint: the constraint refuses, rolled back
    insert [101001]                           savepoint: stored
    insert [101002]                           savepoint: stored
    insert [101002 again]                     savepoint: DuplicateKey, rolled back; the answer of this one alone
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, OperationalError, transaction

from integration.business_central.documents.calculation import calculate
from integration.business_central.documents.completion import complete_header, complete_line, number_lines
from integration.business_central.documents.masters import Masters
from integration.business_central.documents.numbers import SERIES, NewNumbers, check_typed
from integration.business_central.models import DocumentType, LineType, Note, SalesHeader, SalesLine
from integration.business_central.number_series import NumberRefused
from integration.business_central.row_versions import allocate, reserve
from integration.business_central.tables import TableColumns, columns_of
from integration.business_central.writing.batches import problem_of, valid_rows
from integration.systems.errors import ConfigurationProblem, DuplicateKey, Problem, RecordProblem, Refused
from integration.systems.values import Document, Ref, Row, Written

HEADER, LINE, NOTE = "sales_header", "sales_line", "note"
AT_ONCE = 500
"""Documents that are written in one go."""


@dataclass(slots=True)
class Draft:
    """A document on its way in. ``given`` are the columns that came with the header, ``entered`` with each line."""

    header: Any
    given: Mapping[str, Any]
    lines: list[Any] = field(default_factory=list)
    entered: list[Mapping[str, Any]] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)


Drafts = dict[int, Draft]
Problems = dict[int, Problem]


def insert_documents(table: str, documents: Sequence[Document]) -> list[Written]:
    """Insert documents, and answer one by one in their order. Raises ``FieldMissing``, and ``ConfigurationProblem``
    for a table whose rows are no documents or for children that no document has."""
    if table != HEADER:
        raise ConfigurationProblem(f"{columns_of(table).table.label} has no lines. Insert its rows one by one.")
    for document in documents:
        unknown = sorted(document.children.keys() - {LINE, NOTE})
        if unknown:
            raise ConfigurationProblem(f"A document has lines and notes, but no {unknown[0]}.")
    columns_of(HEADER).select(sorted({name for each in documents for name in each.header.values}))
    for name in (LINE, NOTE):
        rows = [row for each in documents for row in each.children.get(name, ())]
        columns_of(name).select(sorted({column for row in rows for column in row.values}))
    answers: dict[int, Written] = {}
    for start in range(0, len(documents), AT_ONCE):
        answers |= _attempt(dict(enumerate(documents[start : start + AT_ONCE], start)))
    return [answers[position] for position in range(len(documents))]


def _attempt(batch: Mapping[int, Document]) -> dict[int, Written]:
    header = columns_of(HEADER)
    try:
        with transaction.atomic(), reserve(_versions(batch)):
            return _create(batch)
    except (DatabaseError, NumberRefused) as error:
        if len(batch) == 1 or isinstance(error, OperationalError):
            return {at: Written(each.header.id, error=problem_of(header, error)) for at, each in batch.items()}
    answers: dict[int, Written] = {}
    for position, document in batch.items():
        answers |= _attempt({position: document})
    return answers


def _versions(batch: Mapping[int, Document]) -> int:
    """The row versions that the documents need, and the lines of their number series."""
    return sum(document.rows() for document in batch.values()) + len(SERIES)


def _create(batch: Mapping[int, Document]) -> dict[int, Written]:
    problems: Problems = {}
    headers = [document.header for document in batch.values()]
    numbers = NewNumbers(_wanted_numbers(headers), {row.id for row in headers})
    masters = Masters(_referred(headers, "sell_to_customer_no", "bill_to_customer_no"))
    drafts = _drafts(batch, problems, numbers.there, masters)
    masters.load_sold({(line.type, line.no) for draft in drafts.values() for line in draft.lines})
    for position, draft in list(drafts.items()):
        try:
            complete(draft, masters)
        except RecordProblem as problem:
            problems[position] = problem
            del drafts[position]
    _number(list(drafts.values()), masters, numbers)
    store(list(drafts.values()))
    refused = {at: Written(batch[at].header.id, error=problem) for at, problem in problems.items()}
    return refused | {at: written(draft.header) for at, draft in drafts.items()}


def written(header: Any) -> Written:
    """The answer of a document: what it is now."""
    values = {"no": header.no, "amount": header.amount, "amount_including_vat": header.amount_including_vat}
    return Written(header.pk, str(header.row_version), values=values)


# --- reading what came ----------------------------------------------------------------------------------------------


def _wanted_numbers(headers: Sequence[Row]) -> dict[int, int]:
    """How many documents of each type come without a number."""
    types = [row.values.get("document_type", DocumentType.ORDER) for row in headers if not row.values.get("no")]
    return {type: types.count(type) for type in SERIES if type in types}


def _referred(headers: Sequence[Row], *names: str) -> set[uuid.UUID]:
    """The ids that these columns point to."""
    values = [row.values.get(name) for row in headers for name in names]
    return {value.id for value in values if isinstance(value, Ref)}


def _drafts(batch: Mapping[int, Document], problems: Problems, there: set[uuid.UUID], masters: Masters) -> Drafts:
    """The documents whose values fit, as rows; the problem of each other goes to ``problems``."""
    headers = {at: document.header for at, document in batch.items()}
    drafts: Drafts = {}
    there = set(there)
    known = masters.customers_and_currencies(currencies=bool(_referred(list(headers.values()), "currency_code")))
    usable, refused = valid_rows(columns_of(HEADER), headers, new=True, trusted=known)
    problems |= {at: answer.error for at, answer in refused.items() if answer.error is not None}
    for position, values in usable:
        row = headers[position]
        if row.id in there:
            problems[position] = DuplicateKey(f"There is a Sales Header with the id {row.id} already.")
            continue
        there.add(row.id)
        drafts[position] = Draft(SalesHeader(system_id=row.id, **values), row.values)
    for name in (LINE, NOTE):
        _add_children(name, batch, drafts, problems)
    return drafts


def _add_children(name: str, batch: Mapping[int, Document], drafts: Drafts, problems: Problems) -> None:
    table = columns_of(name)
    places: list[int] = []
    rows: dict[int, Row] = {}
    for position in drafts:
        for row in batch[position].children.get(name, ()):
            rows[len(places)] = belonging(table, row, batch[position].header.id)
            places.append(position)
    coming = {"document_no": {draft.header.pk for draft in drafts.values()}}
    usable, refused = valid_rows(table, rows, new=True, trusted=coming)
    for at, answer in refused.items():
        if answer.error is not None and places[at] in drafts:
            problems[places[at]] = answer.error
            del drafts[places[at]]
    for at, values in usable:
        if places[at] in drafts:
            _add_child(name, drafts[places[at]], rows[at], values)
    for position, draft in list(drafts.items()):
        strange = [line for line in draft.lines if line.document_no_id != draft.header.pk]
        if strange:
            problems[position] = Refused("A line of the document names another document.")
            del drafts[position]


def belonging(table: TableColumns, row: Row, document: uuid.UUID) -> Row:
    """A child with what says whose it is, where that was left out."""
    if table.table.name == LINE:
        return Row(row.id, {"document_no": Ref(HEADER, document), **row.values})
    return Row(row.id, {"record_table": HEADER, "record_id": document, **row.values})


def _add_child(name: str, draft: Draft, row: Row, values: dict[str, Any]) -> None:
    if name == LINE:
        draft.lines.append(SalesLine(system_id=row.id, **values))
        draft.entered.append(row.values)
    else:
        draft.notes.append(Note(system_id=row.id, **values))


# --- completing and storing -----------------------------------------------------------------------------------------


def complete(draft: Draft, masters: Masters) -> None:
    """Complete a document and work it out. Raises what its customer, its lines or its amounts are refused for."""
    header = draft.header
    complete_header(header, draft.given, masters)
    number_lines(draft.lines)
    for line, entered in zip(draft.lines, draft.entered, strict=True):
        complete_line(line, header, entered, masters)
    draft.lines.sort(key=lambda line: int(line.line_no))
    _check_attached(draft.lines)
    calculate(header, draft.lines, masters.step(header.currency_code_id), masters.local_step)


def _check_attached(lines: Sequence[Any]) -> None:
    numbers = {line.line_no for line in lines if line.type != LineType.COMMENT}
    for line in lines:
        if line.attached_to_line_no and line.attached_to_line_no not in numbers:
            raise Refused(f"Line {line.line_no} is attached to line {line.attached_to_line_no}, which is not there.")


def _number(drafts: Sequence[Draft], masters: Masters, new: NewNumbers) -> None:
    """Draw the numbers of documents that have none. Raises ``NumberRefused``."""
    by_type: dict[int, list[Any]] = {}
    for draft in drafts:
        by_type.setdefault(draft.header.document_type, []).append(draft.header)
    for type, headers in by_type.items():
        blank = [header for header in headers if not header.no.strip()]
        if len(blank) < len(headers):
            check_typed(masters.sales_setup, SERIES[type])
        if blank:
            for header, number in zip(blank, new.draw(type, len(blank)), strict=True):
                header.no = number


def store(drafts: Sequence[Draft]) -> None:
    """Write documents that are complete."""
    headers = [draft.header for draft in drafts]
    lines = [line for draft in drafts for line in draft.lines]
    first = allocate(len(headers) + len(lines)) if headers else 0
    SalesHeader.objects.insert_complete(headers, first)
    SalesLine.objects.insert_complete(lines, first + len(headers))
    Note.objects.insert_complete([note for draft in drafts for note in draft.notes])
