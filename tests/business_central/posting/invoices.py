"""What a test says is to be invoiced, and what it reads of the posted invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.business_central.models import SalesHeader, SalesInvoiceHeader, SalesInvoiceLine
from integration.business_central.posting.changing import DocumentChange, change
from integration.systems.values import Row
from tests.business_central.trading import lines_of

D = Decimal


def to_invoice(header: SalesHeader, quantity: Any, at: int = 0) -> None:
    line = lines_of(header)[at]
    change(header.pk, DocumentChange(changed=[Row(line.pk, {"qty_to_invoice": D(quantity)})]))


def posted(made: SalesInvoiceHeader) -> list[SalesInvoiceLine]:
    return list(SalesInvoiceLine.objects.filter(document_no=made.pk).order_by("line_no"))


def part(made: SalesInvoiceHeader) -> tuple[D, ...]:
    """Gross, line discount, invoice discount, amount, VAT of its first line."""
    line = posted(made)[0]
    vat = line.amount_including_vat - line.amount
    gross = line.line_amount + line.line_discount_amount
    return gross, line.line_discount_amount, line.inv_discount_amount, line.amount, vat
