"""What happened: entries of customers and items, and events of documents. Append only."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Max, Q

from integration.business_central.fields import Amount, Code, RowMoney, Text, day, five_places, local_money, relation
from integration.business_central.models.document_columns import WholeRow, small_relation
from integration.business_central.ordering import sorted_by


class Entry(WholeRow):
    """An entry of a ledger, numbered without gaps."""

    append_only = True
    number_field = "entry_no"
    key = ("entry_no",)

    entry_no = models.IntegerField("Entry No.", unique=True)

    class Meta:
        abstract = True

    @classmethod
    def next_no(cls) -> int:
        """The next number. The caller holds the company's lock."""
        rows: Any = cls._default_manager
        return (rows.aggregate(last=Max("entry_no"))["last"] or 0) + 1


@sorted_by("document_no", "posting_date", "due_date", "amount", "remaining_amount")
class CustLedgerEntry(Entry):
    """What a customer owes or has paid: invoices are positive, payments and credit memos negative."""

    class DocumentType(models.IntegerChoices):
        NONE = 0, " "
        PAYMENT = 1, "Payment"
        INVOICE = 2, "Invoice"
        CREDIT_MEMO = 3, "Credit Memo"
        REFUND = 6, "Refund"

    name_field = "description"
    verbs = ("apply", "unapply")

    customer_no = relation("business_central.Customer", "Customer No.", null=False, blank=False)
    sell_to_customer_no = relation("business_central.Customer", "Sell-to Customer No.")
    posting_date = day("Posting Date")
    due_date = day("Due Date")
    document_type = models.IntegerField("Document Type", choices=DocumentType, default=DocumentType.NONE)
    document_no = Code("Document No.", max_length=20, db_index=True)
    external_document_no = Code("External Document No.", max_length=35)
    your_reference = Text("Your Reference", max_length=35)
    description = Text("Description", max_length=100)
    currency_code = small_relation("Currency", "Currency Code")
    currency_factor = Amount("Currency Factor", decimal_places=10, default=1)
    amount = RowMoney("Amount")
    remaining_amount = RowMoney("Remaining Amount")
    amount_lcy = local_money("Amount (LCY)")
    remaining_amount_lcy = local_money("Remaining Amount (LCY)")
    sales_lcy = local_money("Sales (LCY)")
    open = models.BooleanField("Open", default=True)
    closed_at_date = day("Closed at Date")
    posted_by = Text("Posted By", max_length=50)
    posted_at = models.DateTimeField("Posted At")

    class Meta:
        ordering = ["entry_no"]
        verbose_name = "Cust. Ledger Entry"
        verbose_name_plural = "Cust. Ledger Entries"
        default_permissions = ("view",)
        permissions = [("post_payment", "Can post payments, apply, cancel, credit and undo shipments")]
        indexes = [models.Index(fields=["due_date"], condition=Q(open=True), name="open_entries_by_due_date")]


class DetailedCustLedgEntry(Entry):
    """What makes up an entry's remaining amount: what it began with and what was applied to it."""

    class EntryType(models.IntegerChoices):
        INITIAL = 1, "Initial Entry"
        APPLICATION = 2, "Application"
        PAYMENT_DISCOUNT = 3, "Payment Discount"
        REALIZED_GAIN = 5, "Realized Gain"
        REALIZED_LOSS = 6, "Realized Loss"

    cust_ledger_entry_no = relation(
        "business_central.CustLedgerEntry", "Cust. Ledger Entry No.", null=False, blank=False
    )
    entry_type = models.IntegerField("Entry Type", choices=EntryType, default=EntryType.INITIAL)
    document_no = Code("Document No.", max_length=20)
    posting_date = day("Posting Date")
    amount = RowMoney("Amount")
    amount_lcy = local_money("Amount (LCY)")
    application_no = models.IntegerField("Application No.", default=0, db_index=True)
    unapplied = models.BooleanField("Unapplied", default=False)

    class Meta:
        ordering = ["entry_no"]
        verbose_name = "Detailed Cust. Ledg. Entry"
        verbose_name_plural = "Detailed Cust. Ledg. Entries"
        default_permissions = ("view",)


class ItemLedgerEntry(Entry):
    """What came to the stock and left it; what is sold is negative. An item's inventory is their sum."""

    class EntryType(models.IntegerChoices):
        PURCHASE = 0, "Purchase"
        SALE = 1, "Sale"
        POSITIVE = 2, "Positive Adjmt."
        NEGATIVE = 3, "Negative Adjmt."

    item_no = relation("business_central.Item", "Item No.", null=False, blank=False)
    posting_date = day("Posting Date")
    entry_type = models.IntegerField("Entry Type", choices=EntryType, default=EntryType.PURCHASE)
    document_no = Code("Document No.", max_length=20, db_index=True)
    document_line_no = models.IntegerField("Document Line No.", default=0)
    quantity = five_places("Quantity")
    invoiced_quantity = five_places("Invoiced Quantity")

    class Meta:
        ordering = ["entry_no"]
        verbose_name = "Item Ledger Entry"
        verbose_name_plural = "Item Ledger Entries"
        default_permissions = ("view",)


class DocumentEvent(Entry):
    """One fact about an order, for whoever reports it elsewhere."""

    class Kind(models.IntegerChoices):
        RELEASED = 0, "released"
        SHIPPED = 1, "shipped"
        UNDONE = 2, "undone"
        INVOICED = 3, "invoiced"
        CANCELED = 4, "canceled"
        CREDITED = 5, "credited"

    name_field = "order_no"

    order_id = models.UUIDField("Order ID", db_index=True)
    order_no = Code("Order No.", max_length=20)
    kind = models.IntegerField("Kind", choices=Kind, default=Kind.RELEASED)
    document_no = Code("Document No.", max_length=20)
    at = models.DateTimeField("At")

    class Meta:
        ordering = ["entry_no"]
        verbose_name = "Document Event"
        default_permissions = ("view",)
