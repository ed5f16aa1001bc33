"""What a test says is to be shipped, and what it reads afterwards: the stock and the events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.business_central.models import DocumentEvent, Item, SalesHeader
from integration.business_central.posting.changing import DocumentChange, change
from integration.systems.values import Row
from tests.business_central.trading import lines_of

D = Decimal


def events(kind: str = "") -> list[tuple[str, str]]:
    rows = DocumentEvent.objects.order_by("entry_no")
    return [(row.get_kind_display(), row.document_no) for row in rows if kind in ("", row.get_kind_display())]


def to_ship(header: SalesHeader, quantity: Any, at: int = 0) -> None:
    line = lines_of(header)[at]
    change(header.pk, DocumentChange(changed=[Row(line.pk, {"qty_to_ship": D(quantity)})]))


def stock_of(no: str = "DESK") -> Decimal:
    return Item.objects.get(no=no).inventory
