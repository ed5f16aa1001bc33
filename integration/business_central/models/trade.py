"""What is sold, at which price, and the opportunities to sell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce

from integration.business_central.fields import Amount, Code, Text, blanks, relation, today
from integration.business_central.models.base import CompanyRow
from integration.business_central.models.number_series import Numbered
from integration.business_central.models.setup import CodeTable, SalesReceivablesSetup
from integration.business_central.models.sold import Sold
from integration.business_central.ordering import sorted_by


class UnitOfMeasure(CodeTable):
    description = Text("Description", max_length=50)
    international_standard_code = Code("International Standard Code", max_length=10)
    symbol = Text("Symbol", max_length=10)

    class Meta:
        ordering = ["code"]
        verbose_name = "Unit of Measure"
        verbose_name_plural = "Units of Measure"


@sorted_by("description", "inventory", "unit_cost", "unit_price")
class Item(Numbered, Sold):
    """``inventory`` is kept by the company: the item ledger writes it."""

    class Type(models.IntegerChoices):
        INVENTORY = 0, "Inventory"
        SERVICE = 1, "Service"
        NON_INVENTORY = 2, "Non-Inventory"

    number_field = "no"
    name_field = "description"
    key = ("no",)
    series = "ITEM"
    line_type = 2
    write_in = SalesReceivablesSetup.WriteIn.ITEM
    read_only = ("inventory",)

    no = Code("No.", max_length=20, unique=True)
    description = Text("Description", max_length=100)
    description_2 = Text("Description 2", max_length=50)
    type = models.IntegerField("Type", choices=Type, default=Type.INVENTORY)
    base_unit_of_measure = relation("business_central.UnitOfMeasure", "Base Unit of Measure")
    unit_price = Amount("Unit Price", decimal_places=5, least=0)
    unit_cost = Amount("Unit Cost", decimal_places=5, least=0)
    unit_volume = Amount("Unit Volume", decimal_places=5, least=0)
    gross_weight = Amount("Gross Weight", decimal_places=5, least=0)
    net_weight = Amount("Net Weight", decimal_places=5, least=0)
    vendor_no = relation("business_central.Vendor", "Vendor No.")
    vendor_item_no = Text("Vendor Item No.", max_length=50)
    gtin = Code("GTIN", max_length=14)
    vat_prod_posting_group = relation("business_central.VatProductPostingGroup", "VAT Prod. Posting Group")
    price_includes_vat = models.BooleanField("Price Includes VAT", default=False)
    vat_bus_posting_gr_price = relation("business_central.VatBusinessPostingGroup", "VAT Bus. Posting Gr. (Price)")
    allow_invoice_disc = models.BooleanField("Allow Invoice Disc.", default=True)
    inventory = Amount("Inventory", decimal_places=5, editable=False)
    blocked = models.BooleanField("Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Item"


@sorted_by("name", "unit_price")
class Resource(Numbered, Sold):
    class Type(models.IntegerChoices):
        PERSON = 0, "Person"
        MACHINE = 1, "Machine"

    number_field = "no"
    name_field = "name"
    key = ("no",)
    series = "RES"
    line_type = 3
    write_in = SalesReceivablesSetup.WriteIn.RESOURCE

    no = Code("No.", max_length=20, unique=True)
    type = models.IntegerField("Type", choices=Type, default=Type.PERSON)
    name = Text("Name", max_length=100)
    job_title = Text("Job Title", max_length=30)
    base_unit_of_measure = relation("business_central.UnitOfMeasure", "Base Unit of Measure")
    unit_price = Amount("Unit Price", decimal_places=5, least=0)
    unit_cost = Amount("Unit Cost", decimal_places=5, least=0)
    vendor_no = relation("business_central.Vendor", "Vendor No.")
    capacity = Amount("Capacity", decimal_places=5)
    vat_prod_posting_group = relation("business_central.VatProductPostingGroup", "VAT Prod. Posting Group")
    blocked = models.BooleanField("Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Resource"


class CustomerPriceGroup(CodeTable):
    description = Text("Description", max_length=100)
    price_includes_vat = models.BooleanField("Price Includes VAT", default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = "Customer Price Group"


LONG_AGO = Value(dt.date(1753, 1, 1), output_field=models.DateField())


@sorted_by("unit_price", "starting_date")
class SalesPrice(CompanyRow):
    """Who pays which price for what. The Sales Code of Business Central is a relation to a price group here, with
    ``customer_no`` beside it for the prices of one customer."""

    class SalesType(models.IntegerChoices):
        CUSTOMER = 0, "Customer"
        PRICE_GROUP = 1, "Customer Price Group"
        ALL_CUSTOMERS = 2, "All Customers"

    key = (
        "item_no", "sales_type", "sales_code", "customer_no", "starting_date", "currency_code",
        "unit_of_measure_code", "minimum_quantity",
    )  # fmt: skip

    item_no = relation("business_central.Item", "Item No.", null=False, blank=False)
    sales_type = models.IntegerField("Sales Type", choices=SalesType, default=SalesType.PRICE_GROUP)
    sales_code = relation("business_central.CustomerPriceGroup", "Sales Code")
    customer_no = relation("business_central.Customer", "Customer No.")
    currency_code = relation("business_central.Currency", "Currency Code")
    unit_of_measure_code = relation("business_central.UnitOfMeasure", "Unit of Measure Code")
    minimum_quantity = Amount("Minimum Quantity", decimal_places=5, least=0)
    unit_price = Amount("Unit Price", decimal_places=5, least=0)
    starting_date = models.DateField("Starting Date", null=True, blank=True)
    ending_date = models.DateField("Ending Date", null=True, blank=True)

    class Meta:
        ordering = ["item_no__no", "sales_type"]
        verbose_name = "Sales Price"
        constraints = [
            # A blank column counts like a value: no two prices for the same thing.
            models.UniqueConstraint(
                "item_no", "sales_type", "minimum_quantity", *blanks("sales_code", "customer_no", "currency_code",
                "unit_of_measure_code"), Coalesce("starting_date", LONG_AGO), name="sales_price_key",
                violation_error_message="There is a sales price for this already.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item_no} {self.get_sales_type_display()} {self.unit_price}"

    def problems(self) -> Iterator[tuple[str, str]]:
        if (self.sales_type == self.SalesType.PRICE_GROUP) != (self.sales_code_id is not None):
            yield "sales_code", "Sales Code is the price group of prices for a Customer Price Group, and only of those."
        if (self.sales_type == self.SalesType.CUSTOMER) != (self.customer_no_id is not None):
            yield "customer_no", "Customer No. is the customer of prices for a Customer, and only of those."
        if self.starting_date and self.ending_date and self.ending_date < self.starting_date:
            yield "ending_date", f"Ending Date {self.ending_date} is before Starting Date {self.starting_date}."


@sorted_by("description", "status", "estimated_closing_date", "estimated_value_lcy")
class Opportunity(Numbered):
    class Status(models.IntegerChoices):
        NOT_STARTED = 0, "Not Started"
        IN_PROGRESS = 1, "In Progress"
        WON = 2, "Won"
        LOST = 3, "Lost"

    number_field = "no"
    name_field = "description"
    key = ("no",)
    series = "OPP"
    refuses_blocked = ("salesperson_code",)

    no = Code("No.", max_length=20, unique=True)
    description = Text("Description", max_length=100)
    salesperson_code = relation("business_central.Salesperson", "Salesperson Code")
    contact_no = relation("business_central.Contact", "Contact No.")
    contact_company_no = relation("business_central.Contact", "Contact Company No.")
    status = models.IntegerField("Status", choices=Status, default=Status.NOT_STARTED)
    creation_date = models.DateField("Creation Date", default=today, null=True, blank=True)
    estimated_value_lcy = Amount("Estimated Value (LCY)", least=0)
    estimated_closing_date = models.DateField("Estimated Closing Date", null=True, blank=True)
    probability_percent = Amount("Probability %", decimal_places=1, least=0)
    calcd_current_value_lcy = Amount("Calcd. Current Value (LCY)", least=0)
    date_closed = models.DateField("Date Closed", null=True, blank=True)

    class Meta:
        ordering = ["no"]
        verbose_name = "Opportunity"
        verbose_name_plural = "Opportunities"

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.probability_percent > 100:
            yield "probability_percent", "Probability % takes values from 0 to 100."
