"""The company itself, its setup, and the small tables of codes that others point to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from integration.business_central.fields import Amount, Code, Text, day, relation
from integration.business_central.models.base import CompanyRow
from integration.business_central.text_rules import date_formula_problem, iso_code_problem

COMPANY_NAME = "CRONUS International Ltd."
LOCAL_CURRENCY = "GBP"


class Setup(CompanyRow):
    """A table with one row, which is made when it is first asked for."""

    primary_key = Code("Primary Key", max_length=10, unique=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def current(cls) -> Any:
        """The one row."""
        rows: Any = cls._default_manager
        return rows.first() or rows.get_or_create(primary_key="")[0]


class CompanyInformation(Setup):
    """Who the company is. Its system id is the company's id."""

    name_field = "name"

    name = Text("Name", max_length=100, default=COMPANY_NAME)
    address = Text("Address", max_length=100, default="5 The Ring")
    address_2 = Text("Address 2", max_length=50, default="Westminster")
    city = Text("City", max_length=30, default="London")
    post_code = Code("Post Code", max_length=20, default="W2 8HG")
    county = Text("County", max_length=30)
    country_region_code = relation("business_central.CountryRegion", "Country/Region Code")
    phone_no = Text("Phone No.", max_length=30)
    e_mail = Text("E-Mail", max_length=80)

    class Meta:
        verbose_name = "Company Information"
        verbose_name_plural = "Company Information"


class GeneralLedgerSetup(Setup):
    name_field = "lcy_code"

    lcy_code = Code("LCY Code", max_length=10, default=LOCAL_CURRENCY)
    allow_posting_from = day("Allow Posting From")
    allow_posting_to = day("Allow Posting To")
    amount_rounding_precision = Amount("Amount Rounding Precision", decimal_places=5, default=Decimal("0.01"))
    unit_amount_rounding_precision = Amount(
        "Unit-Amount Rounding Precision", decimal_places=5, default=Decimal("0.00001")
    )
    fiscal_year_first_month = models.IntegerField(
        "First Month of the Fiscal Year", default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        verbose_name = "General Ledger Setup"
        verbose_name_plural = "General Ledger Setup"

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.amount_rounding_precision <= 0:
            yield "amount_rounding_precision", "Amount Rounding Precision must be above 0, for example 0.01."
        if self.allow_posting_from and self.allow_posting_to and self.allow_posting_to < self.allow_posting_from:
            yield "allow_posting_to", "Allow Posting To must not be before Allow Posting From."


class SalesReceivablesSetup(Setup):
    class WriteIn(models.IntegerChoices):
        ITEM = 0, "Item"
        RESOURCE = 1, "Resource"

    customer_nos = relation("business_central.NoSeries", "Customer Nos.")
    write_in_product_type = models.IntegerField("Write-in Product Type", choices=WriteIn, default=WriteIn.ITEM)
    write_in_product_no = Code("Write-in Product No.", max_length=20)
    quote_nos = relation("business_central.NoSeries", "Quote Nos.")
    order_nos = relation("business_central.NoSeries", "Order Nos.")
    invoice_nos = relation("business_central.NoSeries", "Invoice Nos.")
    posted_shipment_nos = relation("business_central.NoSeries", "Posted Shipment Nos.")
    posted_invoice_nos = relation("business_central.NoSeries", "Posted Invoice Nos.")
    posted_credit_memo_nos = relation("business_central.NoSeries", "Posted Credit Memo Nos.")
    freight_g_l_account_no = relation("business_central.GLAccount", "Freight G/L Acc. No.")
    ext_doc_no_mandatory = models.BooleanField("Ext. Doc. No. Mandatory", default=False)
    archive_quotes = models.BooleanField("Archive Quotes", default=True)
    archive_orders = models.BooleanField("Archive Orders", default=False)
    vat_bus_posting_gr_price = relation("business_central.VatBusinessPostingGroup", "VAT Bus. Posting Gr. (Price)")
    prevent_negative_inventory = models.BooleanField("Prevent Negative Inventory", default=False)

    class Meta:
        verbose_name = "Sales & Receivables Setup"
        verbose_name_plural = "Sales & Receivables Setup"

    def __str__(self) -> str:
        return "Sales & Receivables Setup"


class CodeTable(CompanyRow):
    """A small table whose rows are named by a code."""

    number_field = "code"
    name_field = "description"
    key = ("code",)
    few = True

    code = Code("Code", max_length=10, unique=True, blank=False)

    class Meta:
        abstract = True


class CountryRegion(CodeTable):
    name_field = "name"

    name = Text("Name", max_length=50)
    iso_code = Code("ISO Code", max_length=2)

    class Meta:
        ordering = ["code"]
        verbose_name = "Country/Region"
        verbose_name_plural = "Countries/Regions"

    def problems(self) -> Iterator[tuple[str, str]]:
        problem = iso_code_problem(self.iso_code, letters=2)
        if problem is not None:
            yield "iso_code", problem


class PaymentTerms(CodeTable):
    description = Text("Description", max_length=100)
    due_date_calculation = Text("Due Date Calculation", max_length=32)
    discount_date_calculation = Text("Discount Date Calculation", max_length=32)
    discount_percent = Amount("Discount %", decimal_places=5, least=0)

    class Meta:
        ordering = ["code"]
        verbose_name = "Payment Terms"
        verbose_name_plural = "Payment Terms"

    def problems(self) -> Iterator[tuple[str, str]]:
        formulas = {
            "due_date_calculation": "Due Date Calculation",
            "discount_date_calculation": "Discount Date Calculation",
        }
        for name, caption in formulas.items():
            problem = date_formula_problem(caption, getattr(self, name))
            if problem is not None:
                yield name, problem


class ShipmentMethod(CodeTable):
    description = Text("Description", max_length=100)

    class Meta:
        ordering = ["code"]
        verbose_name = "Shipment Method"


class ShippingAgent(CodeTable):
    name_field = "name"

    name = Text("Name", max_length=50)
    internet_address = Text("Internet Address", max_length=250)

    class Meta:
        ordering = ["code"]
        verbose_name = "Shipping Agent"
