"""Customers and vendors."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from django.db import models

from integration.business_central.models.columns import Amount, Code, Text, relation
from integration.business_central.models.companies import create_companies, follow_firms
from integration.business_central.models.numbers import Numbered
from integration.business_central.models.people import Contact, ContactBusinessRelation
from integration.business_central.models.rows import Change
from integration.business_central.models.rules import email_problems
from integration.business_central.models.setup import SalesReceivablesSetup


class Firm(Numbered):
    """What customers and vendors have in common. Each has a company contact, which follows it."""

    number_field = "no"
    name_field = "name"
    key = ("no",)
    link: ClassVar[int]
    relation_code: ClassVar[str]
    salesperson_column: ClassVar[str]

    no = Code("No.", max_length=20, unique=True)
    name = Text("Name", max_length=100)
    name_2 = Text("Name 2", max_length=50)
    address = Text("Address", max_length=100)
    address_2 = Text("Address 2", max_length=50)
    city = Text("City", max_length=30)
    post_code = Code("Post Code", max_length=20)
    county = Text("County", max_length=30)
    country_region_code = relation("business_central.CountryRegion", "Country/Region Code")
    contact = Text("Contact", max_length=100)
    primary_contact_no = relation("business_central.Contact", "Primary Contact No.")
    phone_no = Text("Phone No.", max_length=30)
    mobile_phone_no = Text("Mobile Phone No.", max_length=30)
    fax_no = Text("Fax No.", max_length=30)
    e_mail = Text("E-Mail", max_length=80)
    home_page = Text("Home Page", max_length=255)
    vat_registration_no = Text("VAT Registration No.", max_length=20)
    currency_code = relation("business_central.Currency", "Currency Code")
    payment_terms_code = relation("business_central.PaymentTerms", "Payment Terms Code")
    shipment_method_code = relation("business_central.ShipmentMethod", "Shipment Method Code")
    shipping_agent_code = relation("business_central.ShippingAgent", "Shipping Agent Code")

    class Meta:
        abstract = True

    @classmethod
    def after_insert(cls, rows: Sequence[Self]) -> None:
        create_companies(rows, cls.link, cls.relation_code, cls.salesperson_column)

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        chosen = [change.row for change in changes if change.validated("primary_contact_no_id")]
        names = (
            dict(Contact.objects.filter(pk__in=[row.primary_contact_no_id for row in chosen]).values_list("pk", "name"))
            if chosen
            else {}
        )
        for row in chosen:
            row.contact = names.get(row.primary_contact_no_id, "")

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.changed("no"):
                renamed = ContactBusinessRelation.objects.filter(link_to_table=cls.link, no=change.old["no"])
                renamed.update(no=change.row.no)
        follow_firms(changes, cls.link, cls.salesperson_column)

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        rows: Any = cls._default_manager
        numbers = list(rows.filter(pk__in=ids).values_list("no", flat=True))
        ContactBusinessRelation.objects.filter(link_to_table=cls.link, no__in=numbers).delete()

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from email_problems(self, {"e_mail": "E-Mail"})


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

    salesperson_code = relation("business_central.Salesperson", "Salesperson Code")
    customer_price_group = relation("business_central.CustomerPriceGroup", "Customer Price Group")
    credit_limit_lcy = Amount("Credit Limit (LCY)")
    blocked = models.IntegerField("Blocked", choices=Blocked, default=Blocked.NONE)
    prices_including_vat = models.BooleanField("Prices Including VAT", default=False)
    combine_shipments = models.BooleanField("Combine Shipments", default=False)
    privacy_blocked = models.BooleanField("Privacy Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Customer"
        indexes = [models.Index(fields=["name"])]

    @classmethod
    def series_code(cls) -> str:
        chosen = SalesReceivablesSetup.objects.filter(customer_nos__isnull=False)
        return chosen.values_list("customer_nos__code", flat=True).first() or cls.series


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
        indexes = [models.Index(fields=["name"])]
