"""Posted documents: shipments, invoices, credit memos. Only posting writes them; nobody deletes them."""

from __future__ import annotations

from django.db import models

from integration.business_central.fields import Code, RowMoney, Text, day, five_places, relation
from integration.business_central.models.document_columns import Header, Line, PricedLine
from integration.business_central.ordering import sorted_by


class PostedColumns(models.Model):
    """Who posted a document, and of which order; of several orders the number is blank and the id is none."""

    order_no = Code("Order No.", max_length=20, db_index=True)
    order_id = models.UUIDField("Order ID", null=True, blank=True, db_index=True)
    posted_by = Text("Posted By", max_length=50)
    posted_at = models.DateTimeField("Posted At")

    class Meta:
        abstract = True


class LineOrder(models.Model):
    """The line of an order that a posted line comes from."""

    order_no = Code("Order No.", max_length=20)
    order_id = models.UUIDField("Order ID", null=True, blank=True, db_index=True)
    order_line_no = models.IntegerField("Order Line No.", default=0)

    class Meta:
        abstract = True


@sorted_by("sell_to_customer_name", "posting_date")
class SalesShipmentHeader(PostedColumns, Header):
    append_only = True
    key = ("no",)
    verbs = ("undo_shipment", "invoice_shipments")

    class Meta:
        ordering = ["no"]
        verbose_name = "Sales Shipment Header"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["no"], name="sales_shipment_key")]


class SalesShipmentLine(LineOrder, Line):
    append_only = True
    key = ("document_no", "line_no")

    document_no = relation("business_central.SalesShipmentHeader", "Document No.", null=False, blank=False)
    quantity_invoiced = five_places("Quantity Invoiced")
    undone = models.BooleanField("Undone", default=False)

    class Meta:
        ordering = ["document_no__no", "line_no"]
        verbose_name = "Sales Shipment Line"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["document_no", "line_no"], name="sales_shipment_line_key")]


@sorted_by("sell_to_customer_name", "posting_date", "due_date", "amount_including_vat", "remaining_amount")
class SalesInvoiceHeader(PostedColumns, Header):
    append_only = True
    key = ("no",)
    verbs = ("register_payment", "cancel", "credit")

    pre_assigned_no = Code("Pre-Assigned No.", max_length=20)
    remaining_amount = RowMoney("Remaining Amount")
    closed = models.BooleanField("Closed", default=False)
    cancelled = models.BooleanField("Cancelled", default=False)
    corrected_by_no = Code("Corrected by No.", max_length=20)
    pmt_discount_date = day("Pmt. Discount Date")

    class Meta:
        ordering = ["no"]
        verbose_name = "Sales Invoice Header"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["no"], name="sales_invoice_key")]


@sorted_by("no", "description", "line_amount")
class SalesInvoiceLine(LineOrder, PricedLine):
    append_only = True
    key = ("document_no", "line_no")

    document_no = relation("business_central.SalesInvoiceHeader", "Document No.", null=False, blank=False)
    shipment_no = Code("Shipment No.", max_length=20)
    shipment_line_no = models.IntegerField("Shipment Line No.", default=0)

    class Meta:
        ordering = ["document_no__no", "line_no"]
        verbose_name = "Sales Invoice Line"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["document_no", "line_no"], name="sales_invoice_line_key")]


@sorted_by("sell_to_customer_name", "posting_date", "amount_including_vat")
class SalesCrMemoHeader(PostedColumns, Header):
    append_only = True
    key = ("no",)

    corrects_invoice_no = Code("Corrects Invoice No.", max_length=20, db_index=True)

    class Meta:
        ordering = ["no"]
        verbose_name = "Sales Cr. Memo Header"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["no"], name="sales_cr_memo_key")]


class SalesCrMemoLine(LineOrder, PricedLine):
    append_only = True
    key = ("document_no", "line_no")

    document_no = relation("business_central.SalesCrMemoHeader", "Document No.", null=False, blank=False)
    invoice_line_no = models.IntegerField("Invoice Line No.", default=0)

    class Meta:
        ordering = ["document_no__no", "line_no"]
        verbose_name = "Sales Cr. Memo Line"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["document_no", "line_no"], name="sales_cr_memo_line_key")]
