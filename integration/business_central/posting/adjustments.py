"""The stock of an item by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from django.db import transaction

from integration.business_central.documents.masters import Masters
from integration.business_central.fields import today
from integration.business_central.models import Item, ItemLedgerEntry
from integration.business_central.posting.context import check_posting_date
from integration.business_central.posting.stock import check_stock, entry, post_entries
from integration.business_central.row_versions import lock_company
from integration.systems.errors import NotFound
from integration.systems.refusals import QuantityRefused

ADJUSTMENT = "ADJUSTMENT"


def post_adjustment(item_id: uuid.UUID, quantity: Decimal, *, posting_date: dt.date | None = None) -> ItemLedgerEntry:
    """Put so much of an item on stock, or take it off where ``quantity`` is negative. Raises ``NotFound``,
    ``QuantityRefused`` for nothing or for an item that has no stock, ``StockMissing`` where that is prevented."""
    with transaction.atomic():
        lock_company()
        masters = Masters()
        day = posting_date or today()
        check_posting_date(day, masters)
        item = Item.objects.filter(pk=item_id).first()
        if item is None:
            raise NotFound(f"There is no Item with the id {item_id}.")
        if not quantity or item.type != Item.Type.INVENTORY:
            raise QuantityRefused(f"The stock of item {item.no} cannot be adjusted by {quantity}.")
        kind = ItemLedgerEntry.EntryType.POSITIVE if quantity > 0 else ItemLedgerEntry.EntryType.NEGATIVE
        made = entry(item.pk, kind, quantity, posting_date=day, document_no=ADJUSTMENT)
        if masters.sales_setup.prevent_negative_inventory:
            check_stock([made], [item])
        post_entries([made])
        return made
