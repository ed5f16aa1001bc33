"""Archived versions of documents, and quotes that become orders."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from integration.business_central.documents.completion import complete_days
from integration.business_central.documents.numbers import SERIES, draw
from integration.business_central.fields import today
from integration.business_central.models import (
    DocumentType,
    Note,
    SalesHeader,
    SalesHeaderArchive,
    SalesLine,
    SalesLineArchive,
)
from integration.business_central.models.document_columns import Header, PricedLine, shared_values
from integration.business_central.models.documents import OpenColumns, ShippedColumns
from integration.business_central.posting.context import Work, document, name_of
from integration.business_central.rows import Change
from integration.systems.refusals import DocumentRefused


def archive(id: uuid.UUID, *, by: str = "", version: str | None = None) -> SalesHeaderArchive:
    """Archive a document as it is now, as its next version."""
    with document(id, by=by, version=version) as work:
        made = archive_work(work)
        work.write()
        return made


def archive_work(work: Work) -> SalesHeaderArchive:
    """Archive inside another verb."""
    header = work.header
    header.no_of_archived_versions += 1
    stored = SalesHeaderArchive.objects.filter(document_type=header.document_type, no=header.no)
    own = stored.exclude(source_id=header.pk).order_by("-doc_no_occurrence").first()
    if own is not None and header.no_of_archived_versions == 1:
        header.doc_no_occurrence = own.doc_no_occurrence + 1
    made = SalesHeaderArchive(
        **shared_values(header, Header), **shared_values(header, OpenColumns), archived_at=work.now,
        archived_by=work.by, version_no=header.no_of_archived_versions, source_id=header.pk,
    )  # fmt: skip
    SalesHeaderArchive.objects.insert_complete([made])
    SalesLineArchive.objects.insert_complete(
        [
            SalesLineArchive(**shared_values(line, PricedLine), **shared_values(line, ShippedColumns), document_no=made)
            for line in work.lines
        ]
    )
    return made


def make_order(quote_id: uuid.UUID, *, by: str = "", version: str | None = None) -> SalesHeader:
    """Make an order of a quote, which is archived and gone afterwards. The order is dated today, at the rate of
    today. Raises ``DocumentRefused`` for what is no quote."""
    with document(quote_id, by=by, version=version) as work:
        quote = work.header
        _check_quote(quote)
        for customer_id in (quote.sell_to_customer_no_id, quote.bill_to_customer_no_id):
            work.masters.check_customer(work.masters.customer(customer_id))
        order = SalesHeader(**shared_values(quote, Header, "no"), **shared_values(quote, OpenColumns))
        order.document_type, order.quote_no = DocumentType.ORDER, quote.no
        order.status, order.no_of_archived_versions, order.doc_no_occurrence = SalesHeader.Status.OPEN, 0, 1
        order.order_date = order.posting_date = order.document_date = today()
        stored = SalesHeader.objects.filter(document_type=DocumentType.ORDER)
        order.no = draw(work.masters.sales_setup, SERIES[DocumentType.ORDER], stored)[0]
        complete_days(order, (), work.masters)
        lines = [_ordered(line, order) for line in work.lines]
        SalesHeader.objects.insert_complete([order])
        SalesLine.objects.insert_complete(lines)
        made = Work(order, lines, work.masters, by)
        made.renew()
        made.write()
        _close(work, order.pk)
        return order


def _ordered(line: Any, order: SalesHeader) -> SalesLine:
    made = SalesLine(**shared_values(line, PricedLine), **shared_values(line, ShippedColumns), document_no=order)
    made.document_type = DocumentType.ORDER
    return made


def link_quote(order_id: uuid.UUID, no: str, *, by: str = "") -> SalesHeader:
    """Note on an order which quote it comes from; that is archived and deleted. An order that names this quote already
    and whose quote is gone stays as it is."""
    number = no.strip().upper()
    with transaction.atomic():
        with document(order_id, by=by) as work:
            header = work.header
            if header.document_type != DocumentType.ORDER:
                raise DocumentRefused(f"{name_of(header)} is no order, so no quote belongs to it.")
            quote = SalesHeader.objects.filter(document_type=DocumentType.QUOTE, no=number).first()
            if header.quote_no != number:
                header.quote_no = number
                work.write()
        if quote is not None:
            close_quote(quote.pk, by=by, order_id=order_id)
    return header


def close_quote(quote_id: uuid.UUID, *, by: str = "", order_id: uuid.UUID | None = None) -> SalesHeaderArchive:
    """Archive a quote and delete it; its notes go to the order that it became, if it became one."""
    with document(quote_id, by=by) as work:
        _check_quote(work.header)
        return _close(work, order_id)


def _check_quote(header: SalesHeader) -> None:
    if header.document_type != DocumentType.QUOTE:
        raise DocumentRefused(f"{name_of(header)} is no quote.")


def _close(work: Work, order_id: uuid.UUID | None) -> SalesHeaderArchive:
    made = archive_work(work)
    notes = list(Note.objects.filter(record_id=work.header.pk))
    if order_id is None:
        Note.objects.filter(record_id=work.header.pk).delete()
    else:
        changes = [Change(note, note.columns()) for note in notes]
        for note in notes:
            note.record_id = order_id
        Note.objects.write_changes(changes)
    remove(work)
    return made


def remove(work: Work) -> None:
    """Delete a document with its lines."""
    SalesLine.objects.filter(document_no=work.header.pk).delete_complete()
    SalesHeader.objects.filter(pk=work.header.pk).delete_complete()
