"""How posted documents and entries stand, as one word and one style."""

from __future__ import annotations

from typing import Any

from integration.business_central.fields import today
from integration.business_central.models import CustLedgerEntry, SalesInvoiceHeader
from integration.pages.states import Shown, Style


def of_invoice(invoice: SalesInvoiceHeader) -> Shown:
    """Canceled, closed, overdue, partly paid, open."""
    if invoice.cancelled:
        return Shown("Canceled", Style.SUBDUED)
    if invoice.closed:
        return Shown("Closed", Style.FAVORABLE)
    if _is_overdue(invoice):
        return Shown("Overdue", Style.UNFAVORABLE)
    partly = invoice.remaining_amount != invoice.amount_including_vat
    return Shown("Partly paid" if partly else "Open", Style.AMBIGUOUS)


def of_entry(entry: CustLedgerEntry) -> Shown:
    """Closed, overdue, open."""
    if not entry.open:
        return Shown("Closed", Style.FAVORABLE)
    if entry.amount > 0 and _is_overdue(entry):
        return Shown("Overdue", Style.UNFAVORABLE)
    return Shown("Open", Style.AMBIGUOUS)


def _is_overdue(row: Any) -> bool:
    return row.due_date is not None and row.due_date < today()
