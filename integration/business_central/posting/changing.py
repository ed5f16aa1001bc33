"""Change a document: its header, lines changed, added and taken away, all of it in one transaction; or delete it.

status      may be changed
Open        everything, but what is shipped of a line stays: type, number, unit, price, and so much quantity
Released    the columns of FREE_HEADER and FREE_LINE; all else after reopening
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integration.business_central.amounts import total
from integration.business_central.documents.calculation import calculate, set_discount_percent
from integration.business_central.documents.completion import (
    complete_days,
    complete_header,
    complete_line,
    number_lines,
    set_vat,
)
from integration.business_central.documents.masters import Masters
from integration.business_central.models import DocumentType, LineType, Note, SalesHeader, SalesLine
from integration.business_central.posting.archiving import archive_work, remove
from integration.business_central.posting.context import Work, document, name_of
from integration.business_central.posting.quantities import invoiced_in_full
from integration.business_central.posting.shipment_invoices import left_of, work_out
from integration.business_central.tables import columns_of
from integration.business_central.writing.batches import valid_rows
from integration.systems.errors import NotFound, RecordProblem
from integration.systems.refusals import Invoiced, LineRefused, NotOpen, QuantityRefused
from integration.systems.values import Ref, Row

HEADER, LINE = "sales_header", "sales_line"
FREE_HEADER = frozenset(("posting_date", "due_date", "on_hold", "external_document_no"))
FREE_LINE = frozenset(("qty_to_ship", "qty_to_invoice"))
SHIPPED_LINE = frozenset(("type", "no", "unit_of_measure_code", "unit_price"))
INVOICED_LINE = frozenset(
    ("line_discount_amount", "line_discount_percent", "allow_invoice_disc", "vat_prod_posting_group")
)
SHIPPED_HEADER = frozenset(("sell_to_customer_no", "bill_to_customer_no", "currency_code", "prices_including_vat"))
PARTIES = frozenset(("sell_to_customer_no", "bill_to_customer_no"))


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What is to become of a document: columns of its header, lines changed by their ids, new lines, lines taken away
    by their ids. Values as in :mod:`integration.systems.values`."""

    header: Mapping[str, Any] = field(default_factory=dict)
    changed: Sequence[Row] = ()
    added: Sequence[Row] = ()
    gone: Collection[uuid.UUID] = ()


def change(id: uuid.UUID, asked: DocumentChange, *, by: str = "", version: str | None = None) -> SalesHeader:
    """Change a document and work it out again. Raises ``NotOpen`` where it is released or shipped, and what a new
    document is refused for."""
    with document(id, by=by, version=version) as work:
        gone, added = _apply(work, asked)
        SalesLine.objects.filter(pk__in=gone).delete_complete()
        SalesLine.objects.insert_complete(added)
        work.write()
        return work.header


def preview(id: uuid.UUID, asked: DocumentChange) -> Work:
    """The document as :func:`change` would leave it, new lines included. Nothing is locked and nothing is written.
    Raises as ``change``."""
    header = SalesHeader.objects.filter(pk=id).first()
    if header is None:
        raise NotFound(f"There is no Sales Header with the id {id}.")
    masters = Masters()
    stored = SalesLine.objects.filter(document_no=id).select_related("unit_of_measure_code")
    lines = list(stored.order_by("line_no"))
    masters.load_sold((line.type, line.no) for line in lines)
    work = Work(header, lines, masters)
    _, added = _apply(work, asked)
    return Work(header, sorted([*work.lines, *added], key=lambda line: int(line.line_no)), masters)


def _apply(work: Work, asked: DocumentChange) -> tuple[list[uuid.UUID], list[Any]]:
    """Change the rows of a document and work it out: (lines that go, lines that are new). The others stay in
    ``work``."""
    change_header(work, asked.header)
    there = {line.pk for line in work.lines}
    kept = _take_away(work, asked.gone)
    _change_lines(work, [row for row in asked.changed if row.id not in set(asked.gone)])
    added = _added(work, asked.added)
    work.lines = kept
    typed = "invoice_discount_value" in asked.header
    _work_out(work, sorted([*kept, *added], key=lambda line: int(line.line_no)), typed=typed)
    return sorted(there - {line.pk for line in kept}), added


def _values(table: str, row: Row, *, new: bool) -> dict[str, Any]:
    """The stored form of what a row brings. Raises the first problem."""
    columns_of(table).select(sorted(row.values))
    trusted = {"document_no": {row.values["document_no"].id}} if new else {}  # type: ignore[union-attr]
    usable, refused = valid_rows(columns_of(table), {0: row}, new=new, trusted=trusted)
    for answer in refused.values():
        if isinstance(answer.error, RecordProblem):
            raise answer.error
    return usable[0][1]


# --- header --------------------------------------------------------------------------------------------------------


def change_header(work: Work, asked: Mapping[str, Any]) -> None:
    """Give the header of a document these columns, and what follows from them. Raises as ``change``."""
    header = work.header
    if not asked:
        return
    values = _values(HEADER, Row(header.pk, asked), new=False)
    changed = {name for name, value in values.items() if getattr(header, name) != value}
    names = {name.removesuffix("_id") for name in changed}
    _check_status(work, names, FREE_HEADER)
    shipped = any(line.quantity_shipped for line in work.lines)
    if "document_type" in names or (shipped and names & SHIPPED_HEADER):
        raise NotOpen(f"{name_of(header)} is shipped in part, so its customer and currency stay as they are.")
    for name in changed:
        setattr(header, name, values[name])
    if names & PARTIES:
        _take_parties(work, names, asked)
    if "posting_date" in names and "document_date" not in names:
        header.document_date = header.posting_date
    if names & {"posting_date", "document_date", "payment_terms_code", "currency_code", *PARTIES}:
        complete_days(header, asked.keys(), work.masters)
    if names & {"vat_bus_posting_group", *PARTIES}:
        for line in work.lines:
            if line.type:
                set_vat(line, header, work.masters)


def _take_parties(work: Work, names: Collection[str], asked: Mapping[str, Any]) -> None:
    """Who pays follows who buys, as in a new document, unless it is given."""
    if "sell_to_customer_no" in names and "bill_to_customer_no" not in asked:
        work.header.bill_to_customer_no_id = None
    complete_header(work.header, asked.keys(), work.masters)


def _check_status(work: Work, names: Collection[str], free: Collection[str]) -> None:
    if work.header.status != SalesHeader.Status.OPEN and not set(names) <= set(free):
        raise NotOpen(f"{name_of(work.header)} is released. Reopen it first.")


# --- lines ---------------------------------------------------------------------------------------------------------


def _take_away(work: Work, ids: Collection[uuid.UUID]) -> list[Any]:
    """The lines that stay; comments go with the line that they belong to. Raises ``NotOpen``, ``NotFound``."""
    going = [line for line in work.lines if line.pk in set(ids)]
    if len(going) < len(set(ids)):
        raise NotFound(f"{name_of(work.header)} does not have all of the lines that are to be deleted.")
    if going:
        _check_status(work, {"line"}, ())
    for line in going:
        if line.quantity_shipped:
            raise NotOpen(f"Line {line.line_no} is shipped, so it stays. Undo the shipment first.")
    numbers = {line.line_no for line in going}
    return [line for line in work.lines if line not in going and line.attached_to_line_no not in numbers]


def _change_lines(work: Work, rows: Sequence[Row]) -> None:
    by_id = {line.pk: line for line in work.lines}
    for row in rows:
        line = by_id.get(row.id)
        if line is None:
            raise NotFound(f"{name_of(work.header)} has no line with the id {row.id}.")
        values = _values(LINE, row, new=False)
        changed = {name: value for name, value in values.items() if getattr(line, name) != value}
        names = {name.removesuffix("_id") for name in changed}
        if not names:
            continue
        if "document_no" in names or "line_no" in names:
            raise NotOpen(f"Line {line.line_no} stays where it is. Delete it and add another one.")
        _check_status(work, names, FREE_LINE)
        if line.quantity_shipped and names & SHIPPED_LINE:
            raise NotOpen(
                f"Line {line.line_no} is shipped, so what it sells and its price stay. Undo the shipment first."
            )
        if line.shipment_no and not names <= {"quantity", "description"}:
            raise NotOpen(f"Line {line.line_no} comes from a shipment; only its quantity can be changed.")
        if (
            names & INVOICED_LINE
            and line.quantity_invoiced
            and changed.get("quantity", line.quantity) == line.quantity_invoiced
        ):
            raise Invoiced(
                f"Line {line.line_no} is invoiced in full, so its discount and VAT stay. Credit the invoice."
            )
        _change_line(work, line, changed, names)


def _change_line(work: Work, line: Any, changed: Mapping[str, Any], names: set[str]) -> None:
    before = line.quantity
    for name, value in changed.items():
        setattr(line, name, value)
    if names & {"type", "no"}:
        keep = dict.fromkeys(names - {"type", "no"}, True) | {"quantity": True}
        work.masters.load_sold([(line.type, line.no)])
        if "unit_of_measure_code" not in names:
            line.unit_of_measure_code_id = None
        complete_line(line, work.header, keep, work.masters)
        return
    if line.quantity != before:
        _check_quantity(line)
    if "vat_prod_posting_group" in names:
        set_vat(line, work.header, work.masters)
    if "line_discount_amount" not in names and names & {"quantity", "unit_price", "line_discount_percent"}:
        set_discount_percent(line, line.line_discount_percent, work.step)
    if line.quantity != before:
        if "qty_to_ship" not in names:
            line.qty_to_ship = line.quantity - line.quantity_shipped
        if "qty_to_invoice" not in names:
            line.qty_to_invoice = line.quantity - line.quantity_invoiced


def _check_quantity(line: Any) -> None:
    """Raise ``QuantityRefused`` for less than is shipped, and on a draft invoice for more than its shipment has."""
    if not min(line.quantity, 0) <= line.quantity_shipped <= max(line.quantity, 0):
        raise QuantityRefused(
            f"Line {line.line_no} is shipped with {line.quantity_shipped.normalize():f}. Keep so much."
        )
    if line.shipment_no:
        left = left_of(line)
        if not min(left, 0) <= line.quantity <= max(left, 0):
            raise QuantityRefused(
                f"Line {line.line_no} comes from shipment {line.shipment_no}, of which {left.normalize():f} can be "
                "invoiced. Enter no more than that; what else was sold goes on a line of its own."
            )


def _added(work: Work, rows: Sequence[Row]) -> list[Any]:
    if not rows:
        return []
    _check_status(work, {"line"}, ())
    added = []
    for row in rows:
        owned = Row(row.id, {**row.values, "document_no": Ref(HEADER, work.header.pk)})
        added.append(SalesLine(system_id=row.id, **_values(LINE, owned, new=True)))
    work.masters.load_sold((line.type, line.no) for line in added)
    number_lines(added, max((line.line_no for line in work.lines), default=0))
    used = {line.line_no for line in work.lines}
    for line, row in zip(added, rows, strict=True):
        if line.line_no in used:
            raise LineRefused(f"There is a line {line.line_no} already. Leave the number blank to get the next one.")
        complete_line(line, work.header, row.values, work.masters)
    return added


def _work_out(work: Work, lines: Sequence[Any], *, typed: bool) -> None:
    """Work out the document. What is left of a discount that nobody ``typed`` just now falls away once no line is left
    that could take it: the rest of an order was given up, and no more than the invoices gave is given."""
    if any(line.shipment_no for line in lines):
        work_out(Work(work.header, list(lines), work.masters, work.by))
    else:
        done = invoiced_in_full(work.header, lines)
        if done and not typed and not any(_takes_discount(line) for line in lines if line.line_no not in done):
            work.header.invoice_discount_value = total(each.invoice_discount for each in done.values())
        calculate(work.header, lines, work.step, work.masters.local_step, done)


def _takes_discount(line: Any) -> bool:
    return bool(line.type and line.quantity and line.allow_invoice_disc)


# --- delete --------------------------------------------------------------------------------------------------------


def delete_document(id: uuid.UUID, *, by: str = "", version: str | None = None) -> None:
    """Delete a document with its lines and notes; it is archived first where the setup says so. Raises ``Invoiced``
    where something is shipped and not invoiced."""
    with document(id, by=by, version=version) as work:
        for line in work.lines:
            if line.type != LineType.COMMENT and line.qty_shipped_not_invoiced:
                raise Invoiced(
                    f"Line {line.line_no} of {name_of(work.header)} is shipped and not invoiced, so it cannot be "
                    f"deleted. Invoice it, or undo the shipment."
                )
        if _is_archived(work):
            archive_work(work)
        Note.objects.filter(record_id=work.header.pk).delete()
        remove(work)


def _is_archived(work: Work) -> bool:
    """Does the setup keep what is deleted? An invoice that was never posted is not kept."""
    setup = work.masters.sales_setup
    kept = {DocumentType.QUOTE: setup.archive_quotes, DocumentType.ORDER: setup.archive_orders}
    return bool(kept.get(work.header.document_type, False))
