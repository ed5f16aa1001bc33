"""What is said when a coupled record was saved: when it goes to Dynamics 365 Sales, and the way to send it now."""

from __future__ import annotations

import datetime as dt
import html
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from coupling.pages import unsynchronized
from coupling.pages.editing.afterwards import follows
from integration.business_central.models import Customer
from integration.models import ConnectionSetup, JobQueueEntry, SyncError, SyncJob, TableMapping
from tests.coupling.editing.pages import edit
from tests.people import ADMINISTRATOR, signed_in


@pytest.fixture
def mapping(adatum: Customer) -> TableMapping:
    """Enabled, with Adatum coupled, and its run due at ten past."""
    ConnectionSetup.current()
    ConnectionSetup.objects.update(is_enabled=True)
    made = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account", direction="both")
    made.fields.create(erp_field="phone_no", crm_field="telephone1", direction="both")
    made.fields.create(erp_field="city", crm_field="address1_city", direction="to_erp")
    made.couplings.couple(adatum.pk, uuid.uuid4())
    JobQueueEntry.objects.create(
        name="CUSTOMER", mapping=made, status="ready", next_start=timezone.now() + dt.timedelta(hours=1)
    )
    return made


def said(customer: Customer, *changed: str) -> str:
    following = follows("customer", customer.pk, changed)
    return following.text if following is not None else ""


def test_a_field_that_the_mapping_sends_is_announced_with_the_next_run(mapping: TableMapping, adatum: Customer) -> None:
    at = timezone.localtime(JobQueueEntry.objects.get().next_start)

    assert said(adatum, "phone_no") == (
        f"It goes to Dynamics 365 Sales with the next run of CUSTOMER at {at:%H:%M}, or now."
    )


def test_what_the_mapping_does_not_send_is_not_announced(mapping: TableMapping, adatum: Customer) -> None:
    assert said(adatum, "city") == said(adatum, "name") == ""
    TableMapping.objects.update(direction="to_erp")
    assert said(adatum, "phone_no") == ""


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        ("conflict", "It does not go to Dynamics 365 Sales yet: the same was changed there."),
        ("waiting", "as soon as the record that it waits for is coupled"),
        ("both changed", "has changed this record, too, since the last run"),
    ],
)
def test_a_change_that_does_not_simply_go_is_not_announced_with_the_next_run(
    mapping: TableMapping, adatum: Customer, monkeypatch: pytest.MonkeyPatch, stands: str, words: str
) -> None:
    if stands == "conflict":
        job = SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
        SyncError.objects.create(job=job, mapping=mapping, direction="to_crm", code=stands, erp_id=adatum.pk)
    elif stands == "waiting":
        mapping.couplings.update(to_crm_result=stands)
    else:
        monkeypatch.setattr(unsynchronized, "changed_there", lambda side, pairs, patient: set(pairs))
    assert words in said(adatum, "phone_no")
    assert "with the next run" not in said(adatum, "phone_no")


def test_a_disabled_connection_and_a_held_job_are_said(mapping: TableMapping, adatum: Customer) -> None:
    JobQueueEntry.objects.update(status="on_hold")
    assert "no run of CUSTOMER is due" in said(adatum, "phone_no")
    ConnectionSetup.objects.update(is_enabled=False)
    assert said(adatum, "phone_no") == "It goes to Dynamics 365 Sales when the connection is enabled."


def test_the_card_offers_to_synchronize_once(susan: Client, mapping: TableMapping, adatum: Customer) -> None:
    saved = edit(susan, adatum).type(phone_no="2222").save()
    first, second = (susan.get(saved.answer.url).content.decode() for _ in range(2))

    assert "It goes to Dynamics 365 Sales with the next run of CUSTOMER" in first
    assert first.count("customer/do/synchronize/") == second.count("customer/do/synchronize/") + 1
    assert "with the next run of CUSTOMER" not in second


def test_the_audit_log_names_the_record_and_leads_to_it(susan: Client, adatum: Customer) -> None:
    edit(susan, adatum).type(phone_no="2222").save()
    chief = signed_in("ada", ADMINISTRATOR)

    shown = html.unescape(chief.get("/audit/").content.decode())
    assert f'<a href="/records/erp/customer/{adatum.pk}/">C-ADATUM Adatum</a>' in shown
    assert ">Phone No.<" in shown or "Phone No." in shown
    adatum.delete()
    assert "a record that is deleted" in chief.get("/audit/").content.decode()
