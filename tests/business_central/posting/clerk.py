"""Who does one verb of posting after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integration.business_central.models import SalesHeader, SalesInvoiceHeader, SalesShipmentHeader
from integration.business_central.posting.changing import DocumentChange, change
from integration.business_central.posting.crediting import Credit, cancel, credit
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.payments import Payment, register_payment, unapply
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.business_central.posting.states import release, reopen
from integration.systems.values import Row
from tests.business_central.trading import lines_of

D = Decimal


class Clerk:
    """Does one verb after another on one order. ``number`` chooses among what is there, ``amount`` how much."""

    def __init__(self, header: SalesHeader) -> None:
        self.id = header.pk
        self.day = dt.date(2027, 1, 15)

    def do(self, verb: str, number: int, amount: str) -> None:
        work: dict[str, Callable[[], Any]] = {
            "release": lambda: release(self.id),
            "reopen": lambda: reopen(self.id),
            "ship": lambda: (self.set(number, qty_to_ship=D(amount)), ship(self.id, posting_date=self.day)),
            "invoice": lambda: (self.set(number, qty_to_invoice=D(amount)), invoice(self.id, posting_date=self.day)),
            "both": lambda: ship_and_invoice(self.id, posting_date=self.day),
            "undo": lambda: undo_shipment(self.one(SalesShipmentHeader, number)),
            "cancel": lambda: cancel(self.one(SalesInvoiceHeader, number), posting_date=self.day),
            "pay": lambda: register_payment(
                Payment(D(amount), self.one(SalesInvoiceHeader, number), posting_date=self.day, close_rest=number == 3)
            ),
            "unapply": lambda: unapply(number, posting_date=self.day),
            "credit": lambda: credit(
                self.one(SalesInvoiceHeader, number), {10000: Credit(quantity=D(amount))}, posting_date=self.day
            ),
            "change": lambda: self.set(number, quantity=D(amount)),
        }
        work[verb]()
        self.day += dt.timedelta(days=10)

    def set(self, number: int, **values: Any) -> None:
        lines = lines_of(SalesHeader(pk=self.id))
        change(self.id, DocumentChange(changed=[Row(lines[number % len(lines)].pk, values)]))

    def one(self, model: Any, number: int) -> Any:
        ids = list(model.objects.order_by("no").values_list("pk", flat=True))
        return ids[number % len(ids)] if ids else self.id
