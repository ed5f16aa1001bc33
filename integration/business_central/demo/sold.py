"""What CRONUS has sold already: posted invoices to look at, one of them paid in part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from integration.business_central.documents.creation import insert_documents
from integration.business_central.models import Customer, Item, PaymentTerms, SalesInvoiceHeader
from integration.business_central.posting.invoicing import ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment
from integration.systems.values import Document, Ref, Row

ITEM, PENNY = 2, Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sale:
    """Whom something was sold to, on which terms, how much of which items at which price (none: the item's), and what
    part of it is paid."""

    customer: str
    terms: str
    lines: Sequence[tuple[int, str, str]]
    paid: str = "0"


SALES = (
    Sale("Adatum Corporation", "NET 30", ((0, "6", ""), (4, "24", "3.33333")), paid="0.4"),
    Sale("Trey Research", "14 DAYS", ((2, "1", ""),), paid="1"),
    Sale("Coho Winery", "NET 45", ((1, "2", ""), (3, "10", "12.5"))),
)
EARLY = {"discount_date_calculation": "8D", "discount_percent": Decimal(2)}
"""What the first of these terms give to who pays early."""


def sell() -> None:
    """Ship, invoice and in part be paid for these, once; a customer who is not there has bought nothing."""
    with transaction.atomic():
        if SalesInvoiceHeader.objects.exists():
            return
        for terms in PaymentTerms.objects.filter(code=SALES[0].terms):
            for name, value in EARLY.items():
                setattr(terms, name, value)
            terms.save()
        items = list(Item.objects.filter(type=Item.Type.INVENTORY, inventory__gte=30).order_by("no")[:5])
        for sale in SALES:
            customer = Customer.objects.filter(name=sale.customer).first()
            if customer is not None and len(items) == 5:
                _sell(sale, customer, items)


def _sell(sale: Sale, customer: Any, items: Sequence[Any]) -> None:
    id = uuid.uuid4()
    terms = PaymentTerms.objects.get(code=sale.terms)
    header: dict[str, Any] = {
        "document_type": 1,
        "sell_to_customer_no": Ref("customer", customer.pk),
        "payment_terms_code": Ref("payment_terms", terms.pk),
    }
    lines = [Row(uuid.uuid4(), _line(id, items[at], quantity, price)) for at, quantity, price in sale.lines]
    [answer] = insert_documents("sales_header", [Document(Row(id, header), {"sales_line": lines})])
    if answer.error:
        raise answer.error
    invoice = ship_and_invoice(id)
    paid = (invoice.amount_including_vat * Decimal(sale.paid)).quantize(PENNY)
    if paid:
        register_payment(Payment(paid, invoice=invoice.pk, external_document_no="BANK 1"))


def _line(document: uuid.UUID, item: Any, quantity: str, price: str) -> dict[str, Any]:
    priced = {"unit_price": Decimal(price)} if price else {}
    named = {"document_no": Ref("sales_header", document), "type": ITEM, "no": item.no}
    return {**named, "quantity": Decimal(quantity), **priced}
