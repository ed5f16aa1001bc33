"""What the books of the demo company need: VAT, accounts, number series, the stock it starts with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integration.business_central.demo import trade
from integration.business_central.fields import today
from integration.business_central.models import (
    GLAccount,
    Item,
    ItemLedgerEntry,
    NoSeriesLine,
    SalesReceivablesSetup,
    UnitOfMeasure,
    VatBusinessPostingGroup,
    VatPostingSetup,
    VatProductPostingGroup,
)
from integration.business_central.number_series import DEFAULT_SERIES
from integration.business_central.rows import Change

NUMBERED_BY = {
    "customer_nos": "CUST", "quote_nos": "S-QUO", "order_nos": "S-ORD", "invoice_nos": "S-INV",
    "posted_shipment_nos": "S-SHPT", "posted_invoice_nos": "S-INV+", "posted_credit_memo_nos": "S-CR+",
}  # fmt: skip
"""Columns of Sales & Receivables Setup and their number series."""

OPENING_STOCK = "START"
"""The document number of the stock that the company starts with."""


def fill_vat() -> None:
    """Make the VAT groups with their rates, and the G/L accounts."""
    for model, rows in ((VatBusinessPostingGroup, trade.VAT_BUSINESS), (VatProductPostingGroup, trade.VAT_PRODUCT)):
        manager: Any = model._default_manager
        manager.bulk_create(model(code=code, description=description) for code, description in rows)
    business = {row.code: row for row in VatBusinessPostingGroup.objects.all()}
    product = {row.code: row for row in VatProductPostingGroup.objects.all()}
    VatPostingSetup.objects.bulk_create(
        VatPostingSetup(vat_bus_posting_group=business.get(whom), vat_prod_posting_group=product.get(what),
                        vat_identifier=identifier, vat_percent=Decimal(rate))
        for whom, what, identifier, rate in trade.VAT_RATES
    )  # fmt: skip
    GLAccount.objects.bulk_create(
        GLAccount(no=no, name=name, vat_prod_posting_group=product[what]) for no, name, what in trade.ACCOUNTS
    )


def fill_sales_setup() -> None:
    """Open the number series and name them in the setup, with the account of freight."""
    lines = {code: NoSeriesLine.open_line(code) for code in DEFAULT_SERIES}
    setup = SalesReceivablesSetup.current()
    for column, series in NUMBERED_BY.items():
        setattr(setup, column, lines[series].series_code)
    setup.freight_g_l_account_no = GLAccount.objects.get(no=trade.FREIGHT)
    setup.save()


def fill_stock(items: Sequence[Item], quantities: Sequence[Decimal]) -> None:
    """Put items on stock by a positive adjustment each."""
    stocked = [(item, quantity) for item, quantity in zip(items, quantities, strict=True) if quantity]
    ItemLedgerEntry.objects.insert_complete(
        [
            ItemLedgerEntry(entry_no=number, item_no=item, posting_date=today(), quantity=quantity,
                            entry_type=ItemLedgerEntry.EntryType.POSITIVE, document_no=OPENING_STOCK)
            for number, (item, quantity) in enumerate(stocked, ItemLedgerEntry.next_no())
        ]
    )  # fmt: skip
    changes = []
    for item, quantity in stocked:
        changes.append(Change(item, item.columns()))
        item.inventory = quantity
    Item.objects.write_changes(changes)


def fill_write_in(unit: UnitOfMeasure, taxed: VatProductPostingGroup) -> None:
    """Make the item that stands for what salespeople write in, and name it in the setup."""
    item = Item.objects.create(
        description=trade.WRITE_IN, type=Item.Type.SERVICE, base_unit_of_measure=unit, vat_prod_posting_group=taxed
    )
    setup = SalesReceivablesSetup.current()
    setup.write_in_product_no = item.no
    setup.save()
