"""The filter forms of lists: what they let through, what they make of nonsense, and that an address keeps them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from integration.forms.filters import AuditFilter, ErrorFilter, MappingFilter
from integration.forms.run_filters import JobFilter, JobQueueFilter, PlanFilter
from integration.models import AuditEntry, JobQueueEntry, Plan, SyncError, SyncJob, TableMapping
from tests.people import ADMINISTRATOR, signed_in

pytestmark = pytest.mark.django_db

LISTS = ["synch_jobs", "synch_errors", "audit", "mappings", "synch_skipped", "plans", "job_queue"]
ADDRESSES = {
    "synch_jobs": "/synch/jobs/",
    "synch_errors": "/synch/errors/",
    "audit": "/audit/",
    "mappings": "/mappings/",
    "synch_skipped": "/synch/skipped/",
    "plans": "/synch/plans/",
    "job_queue": "/job-queue/",
}
NONSENSE = "mapping=NOWHERE&status=nonsense&kind=7&direction=up&state=gone&who=nobody&since=soon&until=9999-12-31"
NONSENSE += "&q=%00%27%3Cb%3E&page=nought&after=-1&code=x"


@pytest.fixture
def annette() -> Client:
    return signed_in("annette", ADMINISTRATOR)


@pytest.fixture
def customer() -> TableMapping:
    return TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")


@pytest.fixture
def contact() -> TableMapping:
    return TableMapping.objects.create(name="CONTACT", erp_table="contact", crm_table="contact")


def job(mapping: TableMapping, status: str = "finished", **values: object) -> SyncJob:
    return SyncJob.objects.create(mapping=mapping, direction="to_crm", status=status, **values)


def error(mapping: TableMapping, **values: object) -> SyncError:
    given = {"direction": "to_crm", "code": "conflict", "label": "Adatum", "message": "Both changed.", **values}
    return SyncError.objects.create(job=job(mapping), mapping=mapping, **given)


@pytest.mark.parametrize("name", LISTS)
def test_values_a_list_does_not_know_do_not_break_it(annette: Client, name: str) -> None:
    query = NONSENSE.replace("%00", "")

    assert annette.get(f"{ADDRESSES[name]}?{query}").status_code == 200


def test_the_job_log_is_narrowed_by_mapping_and_status(customer: TableMapping, contact: TableMapping) -> None:
    wanted = job(customer, "failed")
    job(customer)
    job(contact, "failed")

    found = JobFilter(QueryDict("mapping=CUSTOMER&status=failed"), SyncJob.objects.all())

    assert list(found.rows) == [wanted]


def test_a_status_that_does_not_exist_leaves_the_other_filters_alone(
    customer: TableMapping, contact: TableMapping
) -> None:
    wanted = job(customer)
    job(contact)

    found = JobFilter(QueryDict("mapping=CUSTOMER&status=nonsense"), SyncJob.objects.all())

    assert list(found.rows) == [wanted]
    assert "status" in found.form.errors
    assert found.query() == "mapping=CUSTOMER"


def test_errors_are_open_ones_unless_the_address_says_otherwise(customer: TableMapping) -> None:
    is_open, closed = error(customer), error(customer, closed_at=timezone.now())

    def found(query: str) -> set[SyncError]:
        return set(ErrorFilter(QueryDict(query), SyncError.objects.all()).rows)

    assert (found(""), found("state=closed"), found("state=all")) == ({is_open}, {closed}, {is_open, closed})


def test_errors_without_their_code_are_counted_in_all(customer: TableMapping) -> None:
    conflict = error(customer)
    other = error(customer, code="timed-out")
    found = ErrorFilter(QueryDict("code=conflict"), SyncError.objects.all())

    assert set(found.rows) == {conflict}
    assert set(found.without("code")) == {conflict, other}


@pytest.mark.parametrize(("text", "number"), [("adat", 1), ("both CHANGED", 1), ("Fabrikam", 0)])
def test_errors_are_searched_by_record_and_message(customer: TableMapping, text: str, number: int) -> None:
    error(customer)

    assert ErrorFilter({"q": text}, SyncError.objects.all()).rows.count() == number


def test_days_of_the_audit_log_are_both_included() -> None:
    entry = AuditEntry.objects.create(action=AuditEntry.Action.CHANGED, kind="mapping", who="annette")
    day = timezone.localdate()

    def found(since: dt.date, until: dt.date) -> int:
        asked = {"since": since.isoformat(), "until": until.isoformat()}
        return AuditFilter(asked, AuditEntry.objects.filter(pk=entry.pk)).rows.count()

    one = dt.timedelta(days=1)
    assert (found(day, day), found(day + one, day + one), found(day - one, day - one)) == (1, 0, 0)


def test_the_last_day_of_the_calendar_ends_nothing() -> None:
    entry = AuditEntry.objects.create(action=AuditEntry.Action.CHANGED, kind="mapping", who="annette")

    assert list(AuditFilter({"until": "9999-12-31"}, AuditEntry.objects.filter(pk=entry.pk)).rows) == [entry]


def test_mappings_are_found_by_the_tables_of_both_sides(customer: TableMapping, contact: TableMapping) -> None:
    rows = TableMapping.objects.filter(pk__in=[customer.pk, contact.pk])

    assert list(MappingFilter({"q": "ACCOUNT"}, rows).rows) == [customer]


def test_the_job_queue_is_narrowed_to_the_mapping_that_led_there(customer: TableMapping, contact: TableMapping) -> None:
    wanted, _ = (JobQueueEntry.objects.create(name=one.name, mapping=one, minutes=30) for one in (customer, contact))

    assert list(JobQueueFilter({"mapping": "CUSTOMER"}, JobQueueEntry.objects.all()).rows) == [wanted]


def test_dry_runs_are_narrowed_by_status() -> None:
    ready, _ = (Plan.objects.create(title="CUSTOMER", status=status) for status in ("ready", "failed"))

    assert list(PlanFilter({"status": "ready"}, Plan.objects.all()).rows) == [ready]


def test_what_is_in_force_is_named_and_can_be_left_out(annette: Client, customer: TableMapping) -> None:
    chips = annette.get("/synch/jobs/?mapping=CUSTOMER&status=failed&after=3").context["list"].chips

    assert [(one.label, one.text, one.query) for one in chips] == [
        ("Mapping", "CUSTOMER", "status=failed"),
        ("Status", "Error", "mapping=CUSTOMER"),
    ]


def test_the_next_page_keeps_the_filter(annette: Client, customer: TableMapping) -> None:
    SyncJob.objects.bulk_create(SyncJob(mapping=customer, direction="to_crm", status="failed") for _ in range(60))

    shown = annette.get("/synch/jobs/?status=failed").content.decode()

    assert "status=failed&amp;after=" in shown


def test_hostile_text_in_an_address_is_shown_as_text(annette: Client) -> None:
    shown = annette.get("/synch/errors/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").content.decode()

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
