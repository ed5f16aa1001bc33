"""Release and reopen a document, and hold it back."""

from __future__ import annotations

import uuid
from typing import Any

from integration.business_central.documents.calculation import calculate
from integration.business_central.documents.completion import set_vat
from integration.business_central.models import DocumentEvent, DocumentType, LineType, SalesHeader
from integration.business_central.posting.context import Work, document, name_of, post_events
from integration.business_central.posting.quantities import invoiced_in_full
from integration.systems.refusals import DocumentRefused, LineRefused

UNITS = (LineType.ITEM, LineType.RESOURCE)
LONGEST_HOLD = 3


def release(id: uuid.UUID, *, by: str = "", version: str | None = None) -> SalesHeader:
    """Release a document; a released one stays as it is. Raises ``LineRefused`` where nothing is sold or a line has no
    unit, and what VAT, rates and discounts are refused for."""
    with document(id, by=by, version=version) as work:
        if release_work(work):
            work.write()
        return work.header


def release_work(work: Work) -> bool:
    """Release inside another verb; whether the document was open before."""
    header = work.header
    if header.status == SalesHeader.Status.RELEASED:
        return False
    if not work.sold:
        raise LineRefused(f"{name_of(header)} has no line with a type and a quantity. Add one, then release it.")
    header.currency_factor = work.masters.factor(header.currency_code_id, header.posting_date)
    for line in work.lines:
        if line.type in UNITS and line.unit_of_measure_code_id is None:
            raise LineRefused(f"Line {line.line_no} of {name_of(header)} has no unit of measure. Choose one.")
        if line.type:
            set_vat(line, header, work.masters)
    if not any(line.shipment_no for line in work.lines):
        done = invoiced_in_full(header, work.lines)
        calculate(header, work.lines, work.step, work.masters.local_step, done)
    header.status = SalesHeader.Status.RELEASED
    if header.document_type == DocumentType.ORDER:
        post_events([(header.pk, header.no, DocumentEvent.Kind.RELEASED, "")], work.now)
    return True


def reopen(id: uuid.UUID, *, by: str = "", version: str | None = None) -> SalesHeader:
    """Open a released document again; an open one stays as it is."""
    with document(id, by=by, version=version) as work:
        if work.header.status != SalesHeader.Status.OPEN:
            work.header.status = SalesHeader.Status.OPEN
            work.write()
        return work.header


def hold(id: uuid.UUID, code: Any = "", *, by: str = "", version: str | None = None) -> SalesHeader:
    """Hold a document back from posting by a code of up to three characters; a blank code lets it go again."""
    if not isinstance(code, str) or len(code.strip()) > LONGEST_HOLD:
        raise DocumentRefused(f"On Hold takes up to {LONGEST_HOLD} characters.")
    with document(id, by=by, version=version) as work:
        if work.header.on_hold != code.strip().upper():
            work.header.on_hold = code.strip().upper()
            work.write()
        return work.header
