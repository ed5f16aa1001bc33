"""What customers and vendors have in common, and the company contact that each of them has."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from integration.business_central.fields import Code, Text, relation
from integration.business_central.models.number_series import Numbered
from integration.business_central.models.people import Contact, ContactBusinessRelation
from integration.business_central.rows import Change
from integration.business_central.text_rules import email_problems

COPIED = (
    "name", "name_2", "address", "address_2", "city", "post_code", "county", "country_region_code_id", "phone_no",
    "mobile_phone_no", "fax_no", "e_mail", "home_page", "currency_code_id",
)  # fmt: skip
"""What a customer or vendor and its company contact have in common, besides the salesperson."""


class Firm(Numbered):
    """A customer or a vendor. Each has a company contact, which has the same name, address and salesperson."""

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
        """Give new customers or vendors their company contacts."""
        contacts = Contact.objects.bulk_create([row._company_contact() for row in rows])
        ContactBusinessRelation.objects.bulk_create(
            ContactBusinessRelation(
                contact_no=contact, business_relation_code=cls.relation_code, link_to_table=cls.link, no=row.no
            )
            for contact, row in zip(contacts, rows, strict=True)
        )

    def _company_contact(self) -> Contact:
        contact = Contact(type=Contact.Type.COMPANY)
        self._copy_to(contact)
        return contact

    def _copy_to(self, contact: Contact) -> None:
        for name in COPIED:
            setattr(contact, name, getattr(self, name))
        contact.salesperson_code_id = getattr(self, self.salesperson_column)

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        """Fill in the name of a primary contact that somebody chose."""
        super().before_update(changes)
        chosen = [change.row for change in changes if change.validated("primary_contact_no_id")]
        if not chosen:
            return
        ids = [row.primary_contact_no_id for row in chosen]
        names = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "name"))
        for row in chosen:
            row.contact = names.get(row.primary_contact_no_id, "")

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.changed("no"):
                renamed = ContactBusinessRelation.objects.filter(link_to_table=cls.link, no=change.old["no"])
                renamed.update(no=change.row.no)
        cls._update_company_contacts(changes)

    @classmethod
    def _update_company_contacts(cls, changes: Sequence[Change]) -> None:
        shared_columns = (*COPIED, cls.salesperson_column)
        firms = {change.row.no: change.row for change in changes if change.changed(*shared_columns)}
        if not firms:
            return
        links = ContactBusinessRelation.objects.filter(link_to_table=cls.link, no__in=list(firms))
        contact_changes = []
        for link in links.select_related("contact_no"):
            contact = link.contact_no
            contact_changes.append(Change(contact, contact.columns()))
            firms[link.no]._copy_to(contact)
        Contact.objects.write_changes(contact_changes)

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        rows: Any = cls._default_manager
        numbers = list(rows.filter(pk__in=ids).values_list("no", flat=True))
        ContactBusinessRelation.objects.filter(link_to_table=cls.link, no__in=numbers).delete()

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from email_problems(self, {"e_mail": "E-Mail"})
