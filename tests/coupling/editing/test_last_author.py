"""Who wrote a record of Business Central last, as its comparison says."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.test import Client
from django.utils import timezone

from coupling.pages.editing.seen import last_author
from integration.business_central.models import Customer
from integration.business_central.store import EmbeddedCompany
from integration.models import RecordChange, SyncJob, TableMapping
from tests.coupling.editing.pages import edit


def author(customer: Customer) -> str:
    company = EmbeddedCompany()
    return last_author(company.describe("customer"), company.get("customer", [customer.pk], ["name"])[customer.pk])


def test_a_person_who_edited_the_record_is_named(susan: Client, bert: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    edit(bert, adatum).type(phone_no="3333").save()

    assert author(adatum) == "Bert Admin"


def test_a_run_that_wrote_it_afterwards_is_the_connection(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    job = SyncJob.objects.create(mapping=mapping, direction="to_erp")
    RecordChange.objects.create(
        job=job, erp_id=adatum.pk, crm_id=uuid.uuid4(), action="modified", created_at=timezone.now()
    )

    assert author(adatum) == "this connection"


def test_who_wrote_it_before_something_else_did_is_not_named(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    models.QuerySet(Customer).filter(pk=adatum.pk).update(system_modified_at=timezone.now() + dt.timedelta(minutes=1))

    assert author(adatum) == ""
