"""What the cards of posted invoices and of posted credit memos show alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integration.business_central.models import CustLedgerEntry, SalesCrMemoHeader, SalesInvoiceHeader
from integration.views.bookkeeping.printed import vat_groups
from integration.views.bookkeeping.related import applied_to, page_of


def posted_card(
    document: SalesInvoiceHeader | SalesCrMemoHeader, lines: Sequence[Any], entry: CustLedgerEntry | None
) -> dict[str, Any]:
    """The document with its lines and its VAT, its entry in the customer ledger, and what is applied to that."""
    return {
        "document": document,
        "lines": lines,
        "taxed": vat_groups(lines),
        "vat": document.amount_including_vat - document.amount,
        "entry": entry,
        "entry_url": page_of(entry) if entry else "",
        "applied": applied_to(entry) if entry else [],
    }
