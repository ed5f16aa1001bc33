"""The page of a run: its title, its records by outcome, the causes of its errors, and what was left out and why."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from integration import jobs
from integration.models import RecordChange, SyncError, SyncJob
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Changed, Failure, Options, Scope
from tests.integration.jobs.plans.planned import agreed, one
from tests.integration.jobs_world import JobsWorld, world
from tests.people import VIEWER, signed_in

__all__ = ["agreed", "world"]

HOSTILE = '<script>alert("10000")</script> \u202edlrow'


@pytest.fixture
def viewer(db: None) -> Client:
    return signed_in("vera", VIEWER)


@pytest.fixture
def job(world: JobsWorld) -> SyncJob:
    """A finished run of all customers to Sales: 60 records changed, 3 failed for two causes, one left out."""
    job = SyncJob.objects.create(
        mapping=world.mapping(), direction="to_crm", status="finished", modified=60, failed=3, skipped=1, unchanged=9
    )
    names = [HOSTILE, "=1+1", *(f"{number} Firm" for number in range(58))]
    ids = [(uuid.uuid4(), uuid.uuid4()) for _ in names]
    fields = [("address1_postalcode", "", "AL7 3AB"), ("customertypecode", "11", "3")]
    RecordChange.objects.log(
        job, [Changed(*pair, "modified", fields, name) for pair, name in zip(ids, names, strict=True)]
    )
    for code, name in (("conflict", "Litware"), ("conflict", "Trey"), ("locked", "Proseware")):
        SyncError.objects.log(job, [failure(code, name)])
    SyncError.objects.note(job, [failure(LEFT_OUT, "Wingtip Toys", "It is blocked.")])
    return job


def failure(code: str, name: str, message: str = "Both have changed.") -> Failure:
    return Failure(Direction.TO_CRM, uuid.uuid4(), uuid.uuid4(), code, message, name, raw="HTTP 409")


def shown(client: Client, job: SyncJob, **query: object) -> str:
    answer = client.get(reverse("synch_job", args=[job.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_counter_of_a_run_is_a_tab_with_its_records(viewer: Client, job: SyncJob) -> None:
    page = shown(viewer, job)
    for tab in ("Failed (3)", "Modified (60)", "Left out (1)", "Unchanged (9)"):
        assert tab in page
    assert "Inserted" not in page

    modified = shown(viewer, job, show="modified")
    assert "57 Firm" in modified
    assert '<dt title="address1_postalcode">' in modified
    assert "<del>Vendor</del> → <ins>Customer</ins>" in modified
    assert "1–50 of 60" in modified

    assert "kept one by one" in shown(viewer, job, show="unchanged")
    left_out = shown(viewer, job, show="left-out")
    assert "Wingtip Toys" in left_out
    assert "It is blocked." in left_out


def test_the_records_of_a_run_are_paged_searched_and_exported(viewer: Client, job: SyncJob) -> None:
    last = RecordChange.objects.filter(job=job).order_by("pk")[10]
    second = shown(viewer, job, show="modified", before=last.pk, **{"from": 51})
    assert "51–60 of 60" in second
    assert "&lt;script&gt;alert(" in second
    assert "<script>alert(" not in second

    found = shown(viewer, job, show="modified", q="57 fir")
    assert "57 Firm" in found
    assert "56 Firm" not in found

    answer = viewer.get(reverse("synch_job", args=[job.pk]), {"show": "modified", "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert len(rows) == 1 + 60 * 2
    assert rows[-1][4:8] == [HOSTILE, "customertypecode", "Vendor", "Customer"]
    assert "'=1+1" in {row[4] for row in rows}
    everything = viewer.get(reverse("synch_job", args=[job.pk]), {"format": "csv"}).getvalue().decode()
    assert "Wingtip Toys" in everything
    assert "Proseware" in everything


@pytest.mark.parametrize(
    "query", ["show=x", "show=failed&code=%00", "before=-1&from=x", "before=" + "9" * 40, "q=%00%27"]
)
def test_an_address_that_asks_for_nonsense_shows_the_run(viewer: Client, job: SyncJob, query: str) -> None:
    answer = viewer.get(f"{reverse('synch_job', args=[job.pk])}?{query}")
    assert answer.status_code == 200
    assert "Modified (60)" in answer.content.decode()


def test_errors_of_a_run_stand_by_cause_with_their_cure(viewer: Client, job: SyncJob) -> None:
    page = shown(viewer, job)
    assert page.index("Both records differ in the same field") < page.index("The other side was busy with the record")
    assert "Nothing to do: it is tried again with the next run." in page
    assert "<summary>Show Error Call Stack</summary>" in page

    busy = shown(viewer, job, show="failed", code="locked")
    assert "Proseware" in busy
    assert "Litware" not in busy


def test_a_run_of_one_record_is_called_by_it(viewer: Client, agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    run = jobs.start(agreed.mapping(), Direction.TO_CRM, options=Options(scope=Scope.IDS, ids=(adatum,)), inline=True)
    page = shown(viewer, run)
    assert "<h1>Customer Adatum: Business Central → Sales</h1>" in page
    assert "Unchanged (1)" in page
    assert f'<a href="/records/erp/customer/{adatum}/">Adatum</a>' in page

    whole = SyncJob.objects.create(mapping=agreed.mapping(), direction="to_erp")
    assert "<h1>CUSTOMER: Sales → Business Central</h1>" in shown(viewer, whole)


def test_both_passes_of_a_merge_are_one_page_that_shows_what_the_second_one_did(
    viewer: Client, agreed: JobsWorld
) -> None:
    pair = agreed.mapping().couplings.get(erp_id=one(agreed, "Adatum"))
    agreed.crm.edit("account", pair.crm_id, telephone1="030 9")
    to_crm, to_erp = (Options(scope=Scope.IDS, ids=(id,)) for id in (pair.erp_id, pair.crm_id))
    first = jobs.start(agreed.mapping(), Direction.TO_CRM, options=to_crm)
    second = jobs.start(agreed.mapping(), Direction.TO_ERP, options=to_erp, after=first)
    assert jobs.run(first.pk)
    assert jobs.run(second.pk)

    for run in (first, second):
        page = shown(viewer, run)
        assert "<h1>Customer Adatum: both ways</h1>" in page
        assert "Modified (1)" in page
        assert "Unchanged" not in page
        assert "<ins>030 9</ins>" in page


def test_a_record_outside_the_filter_is_left_out_with_the_condition_it_does_not_meet(
    viewer: Client, agreed: JobsWorld
) -> None:
    pair = agreed.mapping().couplings.get(erp_id=one(agreed, "Fabrikam"))
    agreed.crm.edit("account", pair.crm_id, statecode=1)
    options = Options(scope=Scope.IDS, ids=(pair.crm_id,))
    run = jobs.start(agreed.mapping(), Direction.TO_ERP, options=options, inline=True)
    page = shown(viewer, run)
    assert "Left out (1)" in page
    assert "statecode is Inactive, must be Active" in page


def test_a_page_of_a_run_under_way_renews_itself_also_without_scripts(viewer: Client, world: JobsWorld) -> None:
    queued = SyncJob.objects.create(mapping=world.mapping(), direction="to_crm")
    refresh = '<noscript><meta http-equiv="refresh"'
    assert refresh in shown(viewer, queued)
    assert f'hx-get="/synch/jobs/{queued.pk}/?show=failed"' in shown(viewer, queued, show="failed")
    SyncJob.objects.update(status="finished")
    assert refresh not in shown(viewer, queued)


def test_what_a_coupling_and_an_uncoupling_run_did_is_listed_by_name(viewer: Client, agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    options = Options(scope=Scope.IDS, ids=(adatum,))
    apart = jobs.start(agreed.mapping(), Direction.TO_CRM, kind=SyncJob.Kind.UNCOUPLE, options=options, inline=True)
    assert "Uncoupled (1)" in shown(viewer, apart)
    together = jobs.start(agreed.mapping(), Direction.BOTH, kind=SyncJob.Kind.COUPLE, options=options, inline=True)
    assert "Coupled (1)" in shown(viewer, together)
    for run in (apart, together):
        assert f'<a href="/records/erp/customer/{adatum}/">Adatum</a>' in shown(viewer, run)
