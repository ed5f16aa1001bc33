"""Open documents (quotes, orders and invoices that are not posted yet) and their archived versions."""

from __future__ import annotations

from django.db import models

from integration.business_central.fields import Code, RowMoney, Text, day, five_places, local_money, relation
from integration.business_central.models.document_columns import DocumentType, Header, PricedLine
from integration.business_central.ordering import sorted_by, sorted_within


class OpenColumns(models.Model):
    """What a document has as long as it is not posted."""

    class Status(models.IntegerChoices):
        OPEN = 0, "Open"
        RELEASED = 1, "Released"

    document_type = models.IntegerField("Document Type", choices=DocumentType, default=DocumentType.ORDER)
    status = models.IntegerField("Status", choices=Status, default=Status.OPEN)
    on_hold = Code("On Hold", max_length=3)
    invoice_discount_value = RowMoney("Invoice Discount Value", least=0)
    no_of_archived_versions = models.IntegerField("No. of Archived Versions", default=0)
    doc_no_occurrence = models.IntegerField("Doc. No. Occurrence", default=1)
    completely_shipped = models.BooleanField("Completely Shipped", default=False)
    completely_invoiced = models.BooleanField("Completely Invoiced", default=False)

    class Meta:
        abstract = True


@sorted_by(
    "no", "sell_to_customer_name", "order_date", "document_date", "requested_delivery_date", "amount",
    "amount_including_vat",
)  # fmt: skip
@sorted_within(
    "document_type", "sell_to_customer_name", "order_date", "requested_delivery_date", "amount", "amount_including_vat"
)
class SalesHeader(OpenColumns, Header):
    """The sums and the two "completely" columns are renewed with every change of a line, so a changed line moves its
    header's row version."""

    key = ("document_type", "no")
    read_only = (
        "status", "no_of_archived_versions", "doc_no_occurrence", "completely_shipped", "completely_invoiced",
        "last_shipment_date", "currency_factor", "amount", "amount_including_vat", "invoice_discount_amount",
        "payment_discount_percent",
    )  # fmt: skip
    verbs = (
        "change", "delete", "release", "reopen", "hold", "ship", "invoice", "ship_and_invoice", "archive", "make_order",
        "link_quote", "close_quote", "rebuild",
    )  # fmt: skip

    class Meta:
        ordering = ["document_type", "no"]
        verbose_name = "Sales Header"
        constraints = [models.UniqueConstraint(fields=["document_type", "no"], name="sales_header_key")]
        indexes = [
            models.Index(fields=["document_type", "document_date", "no"], name="sales_header_latest"),
            models.Index(
                fields=["document_type", "document_date", "no"],
                name="sales_header_open",
                condition=models.Q(completely_invoiced=False),
            ),
            models.Index(
                fields=["document_type", "status", "on_hold"],
                name="sales_header_unshipped",
                condition=models.Q(completely_shipped=False),
            ),
        ]
        permissions = [("post_document", "Can edit, release, ship, invoice and archive documents")]


class ShippedColumns(models.Model):
    """How much of a line is ordered, shipped and invoiced, and what that is worth."""

    qty_to_ship = five_places("Qty. to Ship")
    qty_to_invoice = five_places("Qty. to Invoice")
    quantity_shipped = five_places("Quantity Shipped")
    quantity_invoiced = five_places("Quantity Invoiced")
    qty_shipped_not_invoiced = five_places("Qty. Shipped Not Invoiced")
    outstanding_quantity = five_places("Outstanding Quantity")
    outstanding_amount = RowMoney("Outstanding Amount")
    outstanding_amount_lcy = local_money("Outstanding Amount (LCY)")
    shipped_not_invoiced = RowMoney("Shipped Not Invoiced")
    shipped_not_invoiced_lcy = local_money("Shipped Not Invoiced (LCY)")
    requested_delivery_date = day("Requested Delivery Date")
    shipment_no = Code("Shipment No.", max_length=20)
    shipment_line_no = models.IntegerField("Shipment Line No.", default=0)
    order_no = Code("Order No.", max_length=20)
    order_line_no = models.IntegerField("Order Line No.", default=0)

    class Meta:
        abstract = True


class SalesLine(ShippedColumns, PricedLine):
    key = ("document_no", "line_no")
    read_only = (
        "document_type", "line_amount", "inv_discount_amount", "vat_identifier", "vat_percent", "amount",
        "amount_including_vat", "quantity_shipped", "quantity_invoiced", "qty_shipped_not_invoiced",
        "outstanding_quantity", "outstanding_amount", "outstanding_amount_lcy", "shipped_not_invoiced",
        "shipped_not_invoiced_lcy", "shipment_no", "shipment_line_no", "order_no", "order_line_no",
    )  # fmt: skip

    document_no = relation("business_central.SalesHeader", "Document No.", null=False, blank=False)
    document_type = models.IntegerField("Document Type", choices=DocumentType, default=DocumentType.ORDER)

    class Meta:
        ordering = ["document_no__document_type", "document_no__no", "line_no"]
        verbose_name = "Sales Line"
        constraints = [models.UniqueConstraint(fields=["document_no", "line_no"], name="sales_line_key")]
        indexes = [models.Index(fields=["type", "no"])]


@sorted_by("no", "sell_to_customer_name", "document_date", "archived_at")
class SalesHeaderArchive(OpenColumns, Header):
    append_only = True
    key = ("document_type", "no", "doc_no_occurrence", "version_no")

    version_no = models.IntegerField("Version No.", default=1)
    archived_at = models.DateTimeField("Archived At")
    archived_by = Text("Archived By", max_length=50)
    source_id = models.UUIDField("Source ID", db_index=True)

    class Meta:
        ordering = ["document_type", "no", "doc_no_occurrence", "version_no"]
        verbose_name = "Sales Header Archive"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "no", "doc_no_occurrence", "version_no"], name="sales_header_archive_key"
            )
        ]


class SalesLineArchive(ShippedColumns, PricedLine):
    append_only = True
    key = ("document_no", "line_no")

    document_no = relation("business_central.SalesHeaderArchive", "Document No.", null=False, blank=False)

    class Meta:
        ordering = ["document_no", "line_no"]
        verbose_name = "Sales Line Archive"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["document_no", "line_no"], name="sales_line_archive_key")]
