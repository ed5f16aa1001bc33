"""Entries of the item ledger, and the inventory that is their sum."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F

from integration.business_central.models import Item, ItemLedgerEntry
from integration.systems.refusals import StockMissing

ZERO = Decimal(0)


def entry(
    item_id: uuid.UUID, kind: int, quantity: Decimal, *, posting_date: dt.date, document_no: str, line_no: int = 0
) -> ItemLedgerEntry:
    """An entry without its number; ``quantity`` is positive where stock comes in."""
    return ItemLedgerEntry(
        item_no_id=item_id, entry_type=kind, quantity=quantity, posting_date=posting_date, document_no=document_no,
        document_line_no=line_no,
    )  # fmt: skip


def post_entries(entries: Sequence[ItemLedgerEntry]) -> None:
    """Write entries and move the inventory of their items, which is no change of the items themselves: it is a sum that
    BC works out whenever it is looked at."""
    for number, each in enumerate(entries, ItemLedgerEntry.next_no() if entries else 0):
        each.entry_no = number
    ItemLedgerEntry.objects.insert_complete(list(entries))
    moved: dict[uuid.UUID, Decimal] = {}
    for each in entries:
        moved[each.item_no_id] = moved.get(each.item_no_id, ZERO) + each.quantity
    by_quantity: dict[Decimal, list[uuid.UUID]] = {}
    for id, quantity in moved.items():
        by_quantity.setdefault(quantity, []).append(id)
    for quantity, ids in by_quantity.items():
        models.QuerySet.update(Item.objects.filter(pk__in=ids), inventory=F("inventory") + quantity)


def check_stock(entries: Sequence[ItemLedgerEntry], items: Sequence[Any]) -> None:
    """Raise ``StockMissing`` where entries would take more of an item than is there."""
    for item in items:
        taken = sum((each.quantity for each in entries if each.item_no_id == item.pk), ZERO)
        if taken < 0 and item.inventory + taken < 0:
            raise StockMissing(
                f"Item {item.no} has {item.inventory.normalize():f} on stock, {-taken.normalize():f} are to go out. "
                f"Ship less, or add to the stock first."
            )
