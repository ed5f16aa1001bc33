"""Who wrote a record of Business Central last, as its comparison says."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.test import Client
from django.utils import timezone

from coupling.pages.comparison.authors import Notes
from integration.business_central.models import Customer
from integration.business_central.store import EmbeddedCompany
from integration.models import RecordChange, SyncJob, TableMapping
from tests.coupling.editing.pages import edit


def author(customer: Customer) -> str:
    company = EmbeddedCompany()
    record = company.get("customer", [customer.pk], ["name"])[customer.pk]
    return Notes({customer.pk: company.describe("customer")}).of_record(record)


def ran(customer: Customer, action: str, side: str) -> None:
    """What a run notes of the customer; ``side``: where it writes."""
    mapping, _ = TableMapping.objects.get_or_create(name="CUSTOMER", erp_table="customer", crm_table="account")
    job = SyncJob.objects.create(mapping=mapping, direction="to_erp" if side == "erp" else "to_crm")
    about = {"erp_id": customer.pk, "crm_id": uuid.uuid4(), "created_at": timezone.now()}
    RecordChange.objects.create(job=job, action=action, side=side, **about)


def test_a_person_who_edited_the_record_is_named(susan: Client, bert: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    edit(bert, adatum).type(phone_no="3333").save()

    assert author(adatum) == "Bert Admin"


def test_a_run_that_wrote_it_afterwards_is_the_connection(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    ran(adatum, "modified", "erp")

    assert author(adatum) == "this connection"


def test_a_run_that_sent_it_or_found_nothing_to_write_is_not_who_wrote_it(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    ran(adatum, "modified", "crm")
    ran(adatum, "unchanged", "erp")
    ran(adatum, "coupled", "")

    assert author(adatum) == "Susan Burk"


def test_who_wrote_it_before_something_else_did_is_not_named(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    models.QuerySet(Customer).filter(pk=adatum.pk).update(system_modified_at=timezone.now() + dt.timedelta(minutes=1))

    assert author(adatum) == ""
