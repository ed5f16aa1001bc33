"""Customers and vendors."""

from __future__ import annotations

from django.db import models

from integration.business_central.fields import Amount, relation
from integration.business_central.models.firms import Firm
from integration.business_central.models.people import ContactBusinessRelation
from integration.business_central.models.setup import SalesReceivablesSetup
from integration.business_central.ordering import sorted_by


@sorted_by("name", "city", "phone_no", "blocked")
class Customer(Firm):
    class Blocked(models.IntegerChoices):
        NONE = 0, " "
        SHIP = 1, "Ship"
        INVOICE = 2, "Invoice"
        ALL = 3, "All"

    series = "CUST"
    link = ContactBusinessRelation.LinkToTable.CUSTOMER
    relation_code = "CUST"
    salesperson_column = "salesperson_code_id"
    refuses_blocked = ("salesperson_code",)
    verbs = ("pay_on_account",)

    salesperson_code = relation("business_central.Salesperson", "Salesperson Code")
    customer_price_group = relation("business_central.CustomerPriceGroup", "Customer Price Group")
    vat_bus_posting_group = relation("business_central.VatBusinessPostingGroup", "VAT Bus. Posting Group")
    bill_to_customer_no = relation("business_central.Customer", "Bill-to Customer No.")
    credit_limit_lcy = Amount("Credit Limit (LCY)")
    blocked = models.IntegerField("Blocked", choices=Blocked, default=Blocked.NONE)
    prices_including_vat = models.BooleanField("Prices Including VAT", default=False)
    combine_shipments = models.BooleanField("Combine Shipments", default=False)
    privacy_blocked = models.BooleanField("Privacy Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Customer"
        permissions = [("edit_record", "Can create, change and delete customers, items and other records")]

    @classmethod
    def series_code(cls) -> str:
        chosen = SalesReceivablesSetup.objects.filter(customer_nos__isnull=False)
        return chosen.values_list("customer_nos__code", flat=True).first() or cls.series


@sorted_by("name", "city", "phone_no")
class Vendor(Firm):
    class Blocked(models.IntegerChoices):
        NONE = 0, " "
        PAYMENT = 1, "Payment"
        ALL = 2, "All"

    series = "VEND"
    link = ContactBusinessRelation.LinkToTable.VENDOR
    relation_code = "VEND"
    salesperson_column = "purchaser_code_id"
    refuses_blocked = ("purchaser_code",)

    purchaser_code = relation("business_central.Salesperson", "Purchaser Code")
    blocked = models.IntegerField("Blocked", choices=Blocked, default=Blocked.NONE)
    privacy_blocked = models.BooleanField("Privacy Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Vendor"
