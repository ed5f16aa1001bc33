"""The columns that documents have in common: orders, quotes, invoices, shipments, credit memos and archived ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from django.db import models

from integration.business_central.fields import (
    Amount,
    Code,
    Memo,
    RowMoney,
    Text,
    day,
    five_places,
    relation,
    today,
)
from integration.business_central.models.base import CompanyRow
from integration.business_central.rows import Change
from integration.systems.refusals import WrittenByPosting


def small_relation(to: str, caption: str, **more: Any) -> Any:
    """A relation to a small table, which nobody looks documents up by."""
    return relation(f"business_central.{to}", caption, db_index=False, **more)


class DocumentType(models.IntegerChoices):
    QUOTE = 0, "Quote"
    ORDER = 1, "Order"
    INVOICE = 2, "Invoice"


class LineType(models.IntegerChoices):
    COMMENT = 0, " "
    ACCOUNT = 1, "G/L Account"
    ITEM = 2, "Item"
    RESOURCE = 3, "Resource"


class WholeRow(CompanyRow):
    """A row that is a part of something: a document, a ledger. It is worked out and written together with the rest, by
    ``insert_complete``, ``write_complete`` and ``delete_complete``, and by nothing else."""

    class Meta:
        abstract = True

    @classmethod
    def _refuse(cls) -> None:
        raise WrittenByPosting(f"A {cls._meta.verbose_name} is not written by itself. Use the actions of the document.")

    @classmethod
    def before_insert(cls, rows: Sequence[Self]) -> None:
        cls._refuse()

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        cls._refuse()

    @classmethod
    def before_delete(cls, ids: Sequence[UUID]) -> None:
        cls._refuse()


class Header(WholeRow):
    """Who buys, who pays, where it goes, when, in which currency, on which terms, and the sums."""

    number_field = "no"
    name_field = "sell_to_customer_name"

    no = Code("No.", max_length=20)
    sell_to_customer_no = relation("business_central.Customer", "Sell-to Customer No.", null=False, blank=False)
    sell_to_customer_name = Text("Sell-to Customer Name", max_length=100)
    sell_to_customer_name_2 = Text("Sell-to Customer Name 2", max_length=50)
    sell_to_address = Text("Sell-to Address", max_length=100)
    sell_to_address_2 = Text("Sell-to Address 2", max_length=50)
    sell_to_city = Text("Sell-to City", max_length=30)
    sell_to_contact = Text("Sell-to Contact", max_length=100)
    sell_to_post_code = Code("Sell-to Post Code", max_length=20)
    sell_to_county = Text("Sell-to County", max_length=30)
    sell_to_country_region_code = small_relation("CountryRegion", "Sell-to Country/Region Code")
    bill_to_customer_no = relation("business_central.Customer", "Bill-to Customer No.")
    bill_to_name = Text("Bill-to Name", max_length=100)
    bill_to_name_2 = Text("Bill-to Name 2", max_length=50)
    bill_to_address = Text("Bill-to Address", max_length=100)
    bill_to_address_2 = Text("Bill-to Address 2", max_length=50)
    bill_to_city = Text("Bill-to City", max_length=30)
    bill_to_contact = Text("Bill-to Contact", max_length=100)
    bill_to_post_code = Code("Bill-to Post Code", max_length=20)
    bill_to_county = Text("Bill-to County", max_length=30)
    bill_to_country_region_code = small_relation("CountryRegion", "Bill-to Country/Region Code")
    ship_to_code = Code("Ship-to Code", max_length=10)
    ship_to_name = Text("Ship-to Name", max_length=100)
    ship_to_name_2 = Text("Ship-to Name 2", max_length=50)
    ship_to_address = Text("Ship-to Address", max_length=100)
    ship_to_address_2 = Text("Ship-to Address 2", max_length=50)
    ship_to_city = Text("Ship-to City", max_length=30)
    ship_to_contact = Text("Ship-to Contact", max_length=100)
    ship_to_post_code = Code("Ship-to Post Code", max_length=20)
    ship_to_county = Text("Ship-to County", max_length=30)
    ship_to_country_region_code = small_relation("CountryRegion", "Ship-to Country/Region Code")
    your_reference = Text("Your Reference", max_length=35, db_index=True)
    external_document_no = Code("External Document No.", max_length=35)
    order_date = models.DateField("Order Date", default=today)
    posting_date = models.DateField("Posting Date", default=today)
    document_date = models.DateField("Document Date", default=today)
    shipment_date = day("Shipment Date")
    due_date = day("Due Date")
    requested_delivery_date = day("Requested Delivery Date")
    last_shipment_date = day("Last Shipment Date")
    quote_no = Code("Quote No.", max_length=20)
    quote_valid_until_date = day("Quote Valid Until Date")
    currency_code = small_relation("Currency", "Currency Code")
    currency_factor = Amount("Currency Factor", decimal_places=10, default=1)
    prices_including_vat = models.BooleanField("Prices Including VAT", default=False)
    payment_terms_code = small_relation("PaymentTerms", "Payment Terms Code")
    payment_discount_percent = five_places("Payment Discount %", least=0)
    shipment_method_code = small_relation("ShipmentMethod", "Shipment Method Code")
    shipping_agent_code = small_relation("ShippingAgent", "Shipping Agent Code")
    salesperson_code = small_relation("Salesperson", "Salesperson Code")
    customer_price_group = small_relation("CustomerPriceGroup", "Customer Price Group")
    vat_bus_posting_group = small_relation("VatBusinessPostingGroup", "VAT Bus. Posting Group")
    opportunity_no = small_relation("Opportunity", "Opportunity No.")
    work_description = Memo("Work Description")
    amount = RowMoney("Amount")
    amount_including_vat = RowMoney("Amount Including VAT")
    invoice_discount_amount = RowMoney("Invoice Discount Amount")

    class Meta:
        abstract = True


class Line(WholeRow):
    """What is sold: an item, a resource, a G/L account, or a comment that may belong to another line."""

    number_field = "line_no"
    name_field = "description"

    line_no = models.IntegerField("Line No.", default=0)
    type = models.IntegerField("Type", choices=LineType, default=LineType.COMMENT)
    no = Code("No.", max_length=20)
    description = Text("Description", max_length=100)
    unit_of_measure_code = small_relation("UnitOfMeasure", "Unit of Measure Code")
    quantity = five_places("Quantity")
    attached_to_line_no = models.IntegerField("Attached to Line No.", default=0)

    class Meta:
        abstract = True


class PricedLine(Line):
    """A line with its price, its discounts, its VAT and its amounts."""

    unit_price = five_places("Unit Price")
    line_discount_percent = five_places("Line Discount %")
    line_discount_amount = RowMoney("Line Discount Amount")
    line_amount = RowMoney("Line Amount")
    allow_invoice_disc = models.BooleanField("Allow Invoice Disc.", default=True)
    inv_discount_amount = RowMoney("Inv. Discount Amount")
    vat_prod_posting_group = small_relation("VatProductPostingGroup", "VAT Prod. Posting Group")
    vat_identifier = Code("VAT Identifier", max_length=20)
    vat_percent = five_places("VAT %")
    amount = RowMoney("Amount")
    amount_including_vat = RowMoney("Amount Including VAT")

    class Meta:
        abstract = True


SYSTEM_COLUMNS = frozenset(("system_id", "system_created_at", "system_modified_at", "row_version"))


def shared_values(source: models.Model, columns: type[models.Model], *but: str) -> dict[str, Any]:
    """The values of a row in the columns of an abstract table, for a row that takes them over."""
    names = (field.attname for field in columns._meta.fields if field.name not in SYSTEM_COLUMNS)
    return {name: getattr(source, name) for name in names if name not in but}
