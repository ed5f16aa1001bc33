"""Integration Synch. Job Log, and the Synchronization Log of one record."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration import jobs
from integration.documents.account_statistics.plan import STATISTICS
from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.runs.captions import Captions
from integration.sync.rules import Direction
from integration.sync.run import Changed, Failure, Options, Scope
from integration.systems.values import Field, FieldType, Side, Table
from tests.integration.jobs.plans.planned import agreed, one
from tests.integration.jobs_world import JobsWorld, world
from tests.people import INTEGRATOR, VIEWER, made, signed_in

__all__ = ["agreed", "world"]

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def viewer(db: None) -> Client:
    return signed_in("vera", VIEWER)


def page_of(client: Client, address: str, **query: object) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_log_is_narrowed_by_everything_that_tells_runs_apart(viewer: Client, world: JobsWorld) -> None:
    susan, now = made("susan", INTEGRATOR), timezone.now()
    mapping = world.mapping()
    wanted = SyncJob.objects.create(
        mapping=mapping, direction="to_crm", status="finished", failed=2, uncoupled=4, started_by=susan, queued_at=now
    )
    other = SyncJob.objects.create(
        mapping=world.mapping("CONTACT"), direction="to_erp", status="failed", kind="couple",
        queued_at=now - dt.timedelta(days=3),
    )  # fmt: skip
    today = timezone.localdate().isoformat()
    for query in (
        {"mapping": "CUSTOMER"}, {"direction": "to_crm"}, {"status": "finished"}, {"kind": "synchronize"},
        {"person": "susan"}, {"since": today}, {"result": "failed", "mapping": "CUSTOMER"},
    ):  # fmt: skip
        page = page_of(viewer, "/synch/jobs/", **query)
        assert f"/synch/jobs/{wanted.pk}/" in page
        assert f"/synch/jobs/{other.pk}/" not in page
        assert "1 run" in page
    assert f"/synch/jobs/{wanted.pk}/" not in page_of(viewer, "/synch/jobs/", person=":scheduler")
    assert f'<a href="/synch/jobs/{wanted.pk}/?show=uncoupled">4</a>' in page_of(viewer, "/synch/jobs/")


def test_a_run_of_one_sales_order_is_called_so_and_the_day_of_its_start_is_asked_for(
    viewer: Client, world: JobsWorld
) -> None:
    orders = TableMapping.objects.create(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder")
    id = uuid.uuid4()
    job = jobs.start(orders, Direction.TO_ERP, options=Options(scope=Scope.IDS, ids=(id,)))
    SyncError.objects.log(job, [Failure(Direction.TO_ERP, None, id, "refused", "No.", "ORD-01 Bicycles")])
    page = page_of(viewer, "/synch/jobs/")
    assert "Sales Order ORD-01 Bicycles" in page
    assert "<legend>Start</legend>" in page
    assert '<a href="?order=queued_at">Start' in page


def test_the_pages_of_the_log_hold_every_run_once_whatever_comes_meanwhile(viewer: Client, world: JobsWorld) -> None:
    at = timezone.now()
    made_at = [at - dt.timedelta(seconds=number // 3) for number in range(120)]
    mapping = world.mapping()
    SyncJob.objects.bulk_create(SyncJob(mapping=mapping, direction="to_crm", queued_at=each) for each in made_at)
    seen: list[str] = []
    query = "?direction=to_crm"
    for number in range(3):
        page = page_of(viewer, f"/synch/jobs/{query}")
        seen += [row.split("/")[0] for row in page.split('class="list-open" href="/synch/jobs/')[1:]]
        SyncJob.objects.create(mapping=mapping, direction="to_crm", status="finished")
        if number < 2:
            query = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert page_of(viewer, "/synch/jobs/", after="yesterday")


def test_the_log_as_a_file_names_records_and_has_every_counter(viewer: Client, agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    jobs.start(agreed.mapping(), Direction.TO_CRM, options=Options(scope=Scope.IDS, ids=(adatum,)), inline=True)
    head, first, *_ = csv.reader(io.StringIO(viewer.get("/synch/jobs/?format=csv").getvalue().decode()))
    line = dict(zip(head, first, strict=True))
    assert (line["Run"], line["Direction"]) == ("Customer Adatum", "Business Central → Sales")
    assert (line["Unchanged"], line["Uncoupled"], line["Failed"]) == ("1", "0", "0")


def test_a_run_that_is_canceled_before_it_began_has_a_start(agreed: JobsWorld) -> None:
    first = jobs.start(agreed.mapping(), Direction.TO_CRM)
    behind = jobs.start(agreed.mapping(), Direction.TO_ERP, after=first)
    jobs.cancel(first)
    for job in (first, behind):
        job.refresh_from_db()
        assert job.status == SyncJob.Status.CANCELED
        assert job.started_at is not None


@pytest.mark.scenario(
    "CRMSynchNotifications.ContactCardPageShowsSynchJobsForRelatedMapping",
    "CRMSynchNotifications.ContactListPageShowsSynchJobsForRelatedMapping",
    "CRMSynchNotifications.CustomerCardPageShowsSynchJobsForRelatedMapping",
    "CRMSynchNotifications.CustomerPriceGroupsPageShowsSynchJobsForRelatedMapping",
    "CRMSynchNotifications.SalesInvoiceListPageShowsSynchJobsForRelatedMapping",
    "CRMSynchNotifications.UnitsOfMeasurePageShowsSynchJobsForRelatedMapping",
)
@pytest.mark.parametrize("name", ["CUSTOMER", "CONTACT"])
def test_the_log_of_a_record_lists_the_runs_that_touched_it_and_no_others(
    viewer: Client, world: JobsWorld, name: str
) -> None:
    mapping = world.mapping(name)
    made_jobs = [
        SyncJob.objects.create(mapping=mapping, direction=way, status="finished")
        for way in ("to_erp", "to_crm", "to_crm")
    ]
    erp_id, crm_id = uuid.uuid4(), uuid.uuid4()
    from_sales, other, to_sales = made_jobs
    RecordChange.objects.log(from_sales, [Changed(erp_id, crm_id, "modified", [("name", "A", HOSTILE)], "Adatum")])
    RecordChange.objects.log(other, [Changed(uuid.uuid4(), uuid.uuid4(), "modified", [], "Fabrikam")])
    SyncError.objects.log(
        to_sales, [Failure(Direction.TO_CRM, erp_id, crm_id, "locked", "Somebody has it open.", "Adatum")]
    )
    for side, table, id in (("erp", mapping.erp_table, erp_id), ("crm", mapping.crm_table, crm_id)):
        page = page_of(viewer, reverse("record_log", args=[side, table, id]))
        assert f"/synch/jobs/{from_sales.pk}/" in page
        assert f"/synch/jobs/{to_sales.pk}/" in page
        assert f"/synch/jobs/{other.pk}/" not in page
        assert "Somebody has it open." in page
        assert "&lt;img src=x" in page
        assert HOSTILE not in page
    answer = viewer.get(reverse("record_log", args=["erp", mapping.erp_table, erp_id]), {"format": "csv"})
    assert len(list(csv.reader(io.StringIO(answer.getvalue().decode())))) == 3


@pytest.mark.scenario("CRMSynchNotifications.CustomerListPageShowsSynchJobsForRelatedMapping")
def test_the_log_of_a_record_that_no_run_has_touched_shows_the_runs_of_its_mapping(
    viewer: Client, world: JobsWorld
) -> None:
    ours = [SyncJob.objects.create(mapping=world.mapping(), direction="to_crm", status="finished") for _ in range(3)]
    theirs = SyncJob.objects.create(mapping=world.mapping("CONTACT"), direction="to_crm", status="finished")
    adatum = world.add_customer("Adatum")
    page = page_of(viewer, reverse("record_log", args=["erp", "customer", adatum]))
    assert all(f"/synch/jobs/{job.pk}/" in page for job in ours)
    assert f"/synch/jobs/{theirs.pk}/" not in page


def test_the_log_of_a_busy_record_has_pages(viewer: Client, world: JobsWorld) -> None:
    job = SyncJob.objects.create(mapping=world.mapping(), direction="to_crm", status="finished")
    erp_id, crm_id = uuid.uuid4(), uuid.uuid4()
    for number in range(70):
        RecordChange.objects.log(job, [Changed(erp_id, crm_id, "modified", [("name", "", f"Name {number:02}")])])
    address = reverse("record_log", args=["erp", "customer", erp_id])
    first = page_of(viewer, address)
    assert "Name 69" in first
    assert "Name 19" not in first
    query = first.split('rel="next" href="')[1].split('"')[0]
    second = page_of(viewer, address + query)
    assert "Name 19" in second
    assert "Name 00" in second
    assert "Name 20" not in second
    back = second.split('rel="prev" href="')[1].split('"')[0]
    assert page_of(viewer, address + back).count("Name ") == first.count("Name ")


def test_the_log_of_a_sales_document_whose_mapping_nobody_edits_is_there(viewer: Client, world: JobsWorld) -> None:
    mapping = world.mapping()
    TableMapping.objects.filter(pk=mapping.pk).update(internal=True)
    adatum = world.crm.add("account", name="Adatum")
    assert "Synchronization Log" in page_of(viewer, reverse("record_log", args=["crm", mapping.crm_table, adatum]))


def test_figures_that_a_run_over_customers_writes_are_called_as_on_the_account_in_sales() -> None:
    balance = Field("bci_balancelcy", FieldType.DECIMAL, label="Balance (LCY)")
    tables = {"account": Table("account", "Account", {}), STATISTICS: Table(STATISTICS, "", {balance.name: balance})}
    captions = Captions({(Side.CRM, name): table for name, table in tables.items()})

    assert captions.of_field(TableMapping(crm_table="account"), Side.CRM, "bci_balancelcy") == "Balance (LCY)"


@pytest.mark.parametrize("place", ["erp/nothing", "xyz/customer", "crm/account.nothing"])
def test_the_log_of_a_table_that_nothing_synchronizes_is_not_there(
    viewer: Client, world: JobsWorld, place: str
) -> None:
    assert viewer.get(f"/synch/records/{place}/{uuid.uuid4()}/").status_code == 404
