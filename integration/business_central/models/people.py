"""Salespeople, contacts, and which contact is which customer's or vendor's company."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Self

from django.db import models
from django.db.models import Q

from integration.business_central.fields import Amount, Code, Text, relation
from integration.business_central.models.base import CompanyRow
from integration.business_central.models.number_series import Numbered
from integration.business_central.ordering import sorted_by
from integration.business_central.rows import Change
from integration.business_central.text_rules import email_problems


class Salesperson(Numbered):
    few = True
    number_field = "code"
    name_field = "name"
    key = ("code",)
    series = "SALESPERSON"

    code = Code("Code", max_length=20, unique=True)
    name = Text("Name", max_length=50)
    job_title = Text("Job Title", max_length=30)
    e_mail = Text("E-Mail", max_length=80)
    e_mail_2 = Text("E-Mail 2", max_length=80)
    phone_no = Text("Phone No.", max_length=30)
    commission_percent = Amount("Commission %", least=0)
    privacy_blocked = models.BooleanField("Privacy Blocked", default=False)
    blocked = models.BooleanField("Blocked", default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = "Salesperson/Purchaser"
        verbose_name_plural = "Salespeople/Purchasers"

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from email_problems(self, {"e_mail": "E-Mail", "e_mail_2": "E-Mail 2"})


@sorted_by("name", "company_name", "phone_no")
class Contact(Numbered):
    """A company or a person. A person's name is made of its parts; a person may work for a company."""

    class Type(models.IntegerChoices):
        COMPANY = 0, "Company"
        PERSON = 1, "Person"

    number_field = "no"
    name_field = "name"
    key = ("no",)
    series = "CONT"
    read_only = ("company_name",)
    refuses_blocked = ("salesperson_code",)

    no = Code("No.", max_length=20, unique=True)
    type = models.IntegerField("Type", choices=Type, default=Type.COMPANY)
    name = Text("Name", max_length=100)
    name_2 = Text("Name 2", max_length=50)
    first_name = Text("First Name", max_length=30)
    middle_name = Text("Middle Name", max_length=30)
    surname = Text("Surname", max_length=30)
    job_title = Text("Job Title", max_length=30)
    salutation_code = Code("Salutation Code", max_length=10)
    company_no = relation("business_central.Contact", "Company No.", limit_choices_to={"type": Type.COMPANY})
    company_name = Text("Company Name", max_length=100, editable=False)
    address = Text("Address", max_length=100)
    address_2 = Text("Address 2", max_length=50)
    city = Text("City", max_length=30)
    post_code = Code("Post Code", max_length=20)
    county = Text("County", max_length=30)
    country_region_code = relation("business_central.CountryRegion", "Country/Region Code")
    phone_no = Text("Phone No.", max_length=30)
    mobile_phone_no = Text("Mobile Phone No.", max_length=30)
    fax_no = Text("Fax No.", max_length=30)
    pager = Text("Pager", max_length=30)
    e_mail = Text("E-Mail", max_length=80)
    e_mail_2 = Text("E-Mail 2", max_length=80)
    home_page = Text("Home Page", max_length=255)
    salesperson_code = relation("business_central.Salesperson", "Salesperson Code")
    currency_code = relation("business_central.Currency", "Currency Code")
    privacy_blocked = models.BooleanField("Privacy Blocked", default=False)

    class Meta:
        ordering = ["no"]
        verbose_name = "Contact"

    @property
    def is_person(self) -> bool:
        return self.type == self.Type.PERSON

    @classmethod
    def before_insert(cls, rows: Sequence[Self]) -> None:
        super().before_insert(rows)
        for row in rows:
            row.name_person()
        cls._name_companies([row for row in rows if row.company_no_id is not None])

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        super().before_update(changes)
        for change in changes:
            if change.row.is_person and change.changed("name", "first_name", "middle_name", "surname", "type"):
                change.row.name_person(typed=change.changed("name"))
        cls._name_companies([change.row for change in changes if change.changed("company_no_id")])

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        for change in changes:
            if not change.row.is_person and change.changed("name"):
                cls.objects.filter(company_no=change.row.pk).update(company_name=change.row.name)

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        ContactBusinessRelation.objects.filter(contact_no__in=ids).delete()

    @classmethod
    def _name_companies(cls, people: Sequence[Self]) -> None:
        wanted = {row.company_no_id for row in people if row.company_no_id is not None}
        names = dict(cls.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
        for row in people:
            row.company_name = names.get(row.company_no_id, "") if row.company_no_id else ""

    def name_person(self, *, typed: bool = False) -> None:
        """Make a person's name of its parts, or the parts of a name that was ``typed`` or has none yet."""
        if not self.is_person:
            return
        parts = [part for part in (self.first_name, self.middle_name, self.surname) if part]
        if parts and not typed:
            self.name = " ".join(parts)
        elif self.name and self.name != " ".join(parts):
            first, *middle, last = ["", *self.name.split()] if " " not in self.name.strip() else self.name.split()
            self.first_name, self.middle_name, self.surname = first, " ".join(middle), last

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from email_problems(self, {"e_mail": "E-Mail", "e_mail_2": "E-Mail 2"})
        if not self.is_person and self.company_no_id not in (None, self.pk):
            yield "company_no", "Company No. is for people; a contact of type Company is its own company."
        for name, caption in (("first_name", "First Name"), ("middle_name", "Middle Name"), ("surname", "Surname")):
            if not self.is_person and getattr(self, name):
                yield name, f"{caption} is for people; this contact is of type Company."


class ContactBusinessRelation(CompanyRow):
    """A company contact that stands for a customer or a vendor."""

    class LinkToTable(models.IntegerChoices):
        NONE = 0, " "
        CUSTOMER = 1, "Customer"
        VENDOR = 2, "Vendor"

    number_field = "business_relation_code"
    name_field = "no"
    key = ("contact_no", "business_relation_code")

    contact_no = relation("business_central.Contact", "Contact No.", null=False, blank=False, on_delete=models.CASCADE)
    business_relation_code = Code("Business Relation Code", max_length=10, blank=False)
    link_to_table = models.IntegerField("Link to Table", choices=LinkToTable, default=LinkToTable.NONE)
    no = Code("No.", max_length=20, db_index=True)

    class Meta:
        ordering = ["business_relation_code", "no"]
        verbose_name = "Contact Business Relation"
        constraints = [
            models.UniqueConstraint(fields=["contact_no", "business_relation_code"], name="contact_relation_key"),
            models.UniqueConstraint(
                fields=["link_to_table", "no"], condition=~Q(link_to_table=0), name="one_contact_per_linked_row"
            ),
        ]
