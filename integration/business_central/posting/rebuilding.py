"""A document whose order or quote in Sales was changed is made anew from it: the same document with the same number,
archived as it was, open as it is then.

Lines that came from Sales are changed, added and taken away by their ids. Those are made from ids of Sales (version 5)
and so tell them from lines that people added. Comments of people stay behind the line they stood behind::

    before                                   Sales                    after
    10000  2 x Desk                          3 x Desk                 10000  3 x Desk
    15000  "Deliver to gate 3" (a person)                             15000  "Deliver to gate 3"
    20000  1 x Lamp                          (gone)                   30000  1 x Book
                                             1 x Book

Of a quote, all lines and notes are those of the new revision.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import F

from integration.business_central.documents.calculation import calculate
from integration.business_central.documents.completion import complete_line
from integration.business_central.documents.creation import LINE, NOTE, belonging
from integration.business_central.documents.line_numbers import Place, put_numbers
from integration.business_central.models import DocumentType, LineType, Note, SalesHeader, SalesLine
from integration.business_central.posting.archiving import archive_work
from integration.business_central.posting.changing import change_header
from integration.business_central.posting.context import Work, name_of
from integration.business_central.posting.context import document as verb_on
from integration.business_central.tables import columns_of
from integration.business_central.writing.batches import valid_rows
from integration.systems.errors import RecordProblem
from integration.systems.refusals import DocumentRefused, LineRefused, NotOpen
from integration.systems.values import Document, Row

OF_SALES = 5
"""The version of the ids of lines that came from Sales."""
OWN = frozenset(("system_id", "system_created_at", "system_modified_at", "row_version", "line_no"))


def rebuild(id: uuid.UUID, document: Document, *, by: str = "", version: str | None = None) -> SalesHeader:
    """Make an order or a quote what ``document`` says. Raises ``NotOpen`` where anything is shipped, ``LineRefused``
    where people added lines that sell something to an order, and what a new document is refused for."""
    with verb_on(id, by=by, version=version) as work:
        _check(work, document)
        archive_work(work)
        work.header.status = SalesHeader.Status.OPEN
        change_header(work, document.header.values)
        places = _places(work, _fresh(work, document))
        _write(work, places)
        _write_notes(work.header, document)
        return work.header


def _check(work: Work, document: Document) -> None:
    header = work.header
    if header.document_type == DocumentType.INVOICE:
        raise DocumentRefused(f"{name_of(header)} is no order or quote, so it does not follow one of Sales.")
    unknown = sorted(document.children.keys() - {LINE, NOTE})
    if unknown:
        raise DocumentRefused(f"A document has lines and notes, but no {unknown[0]}.")
    if any(line.quantity_shipped for line in work.lines):
        raise NotOpen(f"{name_of(header)} is shipped in part, so it stays as it is. Undo the shipment first.")
    if header.document_type == DocumentType.QUOTE:
        return
    coming = {row.id for row in document.children.get(LINE, ())}
    strange = [line for line in work.lines if line.type and line.pk.version != OF_SALES and line.pk not in coming]
    if strange:
        named = ", ".join(f"{line.line_no} ({line.description or line.no})" for line in strange)
        raise LineRefused(
            f"{name_of(header)} has lines that did not come from Sales: {named}. Delete them, or keep the order as it "
            "is and change it by hand."
        )


# --- lines ---------------------------------------------------------------------------------------------------------


def _fresh(work: Work, document: Document) -> list[tuple[Any, int]]:
    """The lines of the document as new ones, completed, in their order; each with the number that it came with."""
    rows = {
        at: belonging(columns_of(LINE), row, work.header.pk) for at, row in enumerate(document.children.get(LINE, ()))
    }
    columns_of(LINE).select(sorted({name for row in rows.values() for name in row.values}))
    usable, refused = valid_rows(columns_of(LINE), rows, new=True, trusted={"document_no": {work.header.pk}})
    _raise_first(answer.error for answer in refused.values())
    lines = [SalesLine(system_id=rows[at].id, **values) for at, values in usable]
    if any(line.document_no_id != work.header.pk for line in lines):
        raise DocumentRefused("A line of the document names another document.")
    work.masters.load_sold((line.type, line.no) for line in lines)
    for (at, _), line in zip(usable, lines, strict=True):
        complete_line(line, work.header, rows[at].values, work.masters)
    made = [(line, int(line.line_no)) for line in lines]
    return sorted(made, key=lambda pair: pair[1]) if all(number for _, number in made) else made


def _places(work: Work, fresh: Sequence[tuple[Any, int]]) -> list[Place]:
    """All lines that the document is going to have, in their order. One that is there already keeps its row."""
    there = {line.pk: line for line in work.lines}
    of_number: dict[int, Any] = {}
    places = []
    for line, number in fresh:
        kept = _taken_over(there[line.pk], line) if line.pk in there else line
        of_number[number] = kept
        owner = of_number.get(line.attached_to_line_no) if line.attached_to_line_no else None
        if line.attached_to_line_no and owner is None:
            raise LineRefused(f"Line {number} is attached to line {line.attached_to_line_no}, which is not there.")
        places.append(Place(kept, owner, is_new=line.pk not in there))
    if work.header.document_type == DocumentType.ORDER:
        _put_comments(work.lines, places)
    return places


def _taken_over(kept: Any, fresh: Any) -> Any:
    """The stored line with everything of the fresh one but its number."""
    for column in SalesLine._meta.concrete_fields:
        if column.name not in OWN:
            setattr(kept, column.attname, getattr(fresh, column.attname))
    return kept


def _put_comments(before: Sequence[Any], places: list[Place]) -> None:
    """Put the comments of people behind what they stood behind, and behind the texts of that line."""
    by_number = {line.line_no: line for line in before}
    last: Any = None
    for line in before:
        at = next((at for at, place in enumerate(places) if place.line is line), None)
        if at is None and line.type == LineType.COMMENT and line.pk.version != OF_SALES:
            owner = by_number.get(line.attached_to_line_no)
            staying = any(place.line is owner for place in places)
            places.insert(_behind(places, last), Place(line, owner if staying else None))
            last = line
        elif at is not None:
            last = line


def _behind(places: Sequence[Place], line: Any) -> int:
    at = next((at + 1 for at, place in enumerate(places) if place.line is line), 0)
    while at < len(places) and places[at].owner is not None and places[at].owner in (line, _owner_of(places, line)):
        at += 1
    return at


def _owner_of(places: Sequence[Place], line: Any) -> Any:
    return next((place.owner for place in places if place.line is line), None)


def _write(work: Work, places: Sequence[Place]) -> None:
    staying = {place.line.pk for place in places if not place.is_new}
    gone = [line.pk for line in work.lines if line.pk not in staying]
    SalesLine.objects.filter(pk__in=gone).delete_complete()
    work.lines = [line for line in work.lines if line.pk in staying]
    if put_numbers(places):
        _make_room(work)
    calculate(work.header, [place.line for place in places], work.step, work.masters.local_step)
    work.write()
    SalesLine.objects.insert_complete([place.line for place in places if place.is_new])


def _make_room(work: Work) -> None:
    """Numbers that change places would meet on their way: all of them leave first."""
    SalesLine.objects.filter(document_no=work.header.pk).update(line_no=-F("line_no"))
    for line in work.lines:
        work.stored_line(line)["line_no"] *= -1


# --- notes ---------------------------------------------------------------------------------------------------------


def _write_notes(header: SalesHeader, document: Document) -> None:
    """Add the notes that are not there; a quote has no others."""
    rows = _rows(NOTE, header, document)
    stored = Note.objects.filter(record_id=header.pk)
    if header.document_type == DocumentType.QUOTE:
        stored.exclude(pk__in=[row.id for row in rows.values()]).delete()
    there = set(Note.objects.filter(pk__in=[row.id for row in rows.values()]).values_list("pk", flat=True))
    new = {at: row for at, row in rows.items() if row.id not in there}
    columns_of(NOTE).select(sorted({name for row in new.values() for name in row.values}))
    usable, refused = valid_rows(columns_of(NOTE), new, new=True)
    _raise_first(answer.error for answer in refused.values())
    Note.objects.bulk_create([Note(system_id=new[at].id, **values) for at, values in usable])


def _rows(table: str, header: SalesHeader, document: Document) -> dict[int, Row]:
    """The children of one table by their place, each saying whose it is."""
    given = document.children.get(table, ())
    return {at: belonging(columns_of(table), row, header.pk) for at, row in enumerate(given)}


def _raise_first(problems: Any) -> None:
    for problem in problems:
        if isinstance(problem, RecordProblem):
            raise problem
