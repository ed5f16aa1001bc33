"""Every error, left-out row and planned row names its record, and one conflict is one error."""

from __future__ import annotations

import uuid

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.jobs.dry_run import plans
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Failure
from tests.integration.jobs.plans.planned import agreed, done, one
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["agreed", "world"]


def failure(code: str, direction: Direction = Direction.TO_CRM, **ids: uuid.UUID | None) -> Failure:
    return Failure(direction, ids.get("erp_id"), ids.get("crm_id"), code, "It was refused.")


@pytest.fixture
def job(world: JobsWorld) -> SyncJob:
    return SyncJob.objects.create(mapping=world.mapping(), direction="to_crm")


def test_an_error_of_a_record_without_a_name_links_to_it_and_shows_no_id_and_no_dash(
    job: SyncJob, admin: Client
) -> None:
    id = uuid.uuid4()
    SyncError.objects.log(job, [failure("refused", erp_id=id)])
    SyncError.objects.note(job, [failure(LEFT_OUT, erp_id=uuid.UUID(int=7))])
    page = admin.get(reverse("synch_errors")).content.decode()
    assert f'href="/records/erp/customer/{id}/">(name not known)</a>' in page
    assert f">{id}" not in page
    assert "<td>–" not in page


def test_the_page_of_a_run_links_a_record_that_nobody_can_name_and_shows_no_id(job: SyncJob, admin: Client) -> None:
    id = uuid.uuid4()
    SyncError.objects.log(job, [failure("refused", erp_id=id)])
    SyncJob.objects.filter(pk=job.pk).update(failed=1)
    page = admin.get(reverse("synch_job", args=[job.pk])).content.decode()
    assert f'<a href="/records/erp/customer/{id}/">(name not known)</a>' in page
    assert f">{id}" not in page


def test_an_error_that_was_kept_without_a_name_links_to_its_record_too(job: SyncJob, admin: Client) -> None:
    id = uuid.uuid4()
    SyncError.objects.create(job=job, mapping=job.mapping, direction="to_erp", crm_id=id, code="refused", message="No.")
    page = admin.get(reverse("synch_errors")).content.decode()
    assert f'href="/records/crm/account/{id}/">(name not known)</a>' in page


def test_a_conflict_that_both_passes_meet_is_one_open_error(agreed: JobsWorld) -> None:
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, phone_no="030 7")
    agreed.crm.edit("account", agreed.mapping().couplings.get(erp_id=adatum).crm_id, telephone1="030 8")
    for direction in ("to_crm", "to_erp", "to_crm"):
        jobs.run(jobs.start(agreed.mapping(), direction).pk)
    assert [error.label for error in SyncError.objects.open()] == ["Adatum"]


def test_another_failure_of_the_pass_back_leaves_a_conflict_open(job: SyncJob) -> None:
    pair = {"erp_id": uuid.uuid4(), "crm_id": uuid.uuid4()}
    SyncError.objects.log(job, [failure("conflict", **pair)])
    SyncError.objects.log(job, [failure("refused", Direction.TO_ERP, **pair)])
    assert sorted(SyncError.objects.open().values_list("code", flat=True)) == ["conflict", "refused"]
    SyncError.objects.log(job, [failure("conflict", Direction.TO_ERP, **pair)])
    assert list(SyncError.objects.open().values_list("code", flat=True)) == ["conflict"]


def test_a_planned_deletion_is_named_by_the_record_that_is_left(agreed: JobsWorld, admin: Client) -> None:
    adatum = one(agreed, "Adatum")
    TableMapping.objects.filter(name="CUSTOMER").update(deletion="remove")
    agreed.erp.remove("customer", adatum)
    plan = done(plans.plan_mapping(agreed.mapping()))
    assert [(row.action, row.label) for row in plan.changes.all()] == [("uncouple", "Adatum")]
    page = admin.get(reverse("plan", args=[plan.pk])).content.decode()
    assert ">Adatum</a>" in page


def test_a_conflict_is_decided_from_the_page_of_either_pass_that_met_it(agreed: JobsWorld, admin: Client) -> None:
    adatum = one(agreed, "Adatum")
    agreed.erp.edit("customer", adatum, phone_no="030 7")
    agreed.crm.edit("account", agreed.mapping().couplings.get(erp_id=adatum).crm_id, telephone1="030 8")
    for direction in ("to_crm", "to_erp"):
        job = jobs.start(agreed.mapping(), direction)
        jobs.run(job.pk)
        page = admin.get(reverse("synch_job", args=[job.pk])).content.decode()
        assert "Compare and Decide" in page
    first = SyncError.objects.order_by("pk").first()
    assert first is not None
    assert "Compare and Decide" in admin.get(reverse("synch_job", args=[first.job_id])).content.decode()
