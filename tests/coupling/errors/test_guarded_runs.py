"""A run that would change much waits: it is approved or rejected, each once and by whom it may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.client import Client
from django.urls import reverse

from integration import jobs
from integration.models import FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry
from tests.coupling.conftest import page, told
from tests.coupling.errors.errors import run_all
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


# --- approvals -----------------------------------------------------------------------------------------------


def refused(world: JobsWorld) -> SyncJob:
    """Three synchronized customers, all changed, where a run may change one."""
    world.couple_jim()
    for name in ("Adatum", "Fabrikam", "Litware"):
        world.mapping().couplings.couple(world.add_customer(name), world.add_account(name))
    for way in ("to_crm", "to_erp"):
        jobs.run(jobs.start(world.mapping(), way).pk)
    TableMapping.objects.filter(name="CUSTOMER").update(changed_percent=10, changed_at_least=1)
    for id in world.erp.ids("customer"):
        world.erp.edit("customer", id, phone_no="030 7")
    job = jobs.start(world.mapping(), "to_crm")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def boss(clerk: Client, django_user_model: type[Any]) -> User:
    """The clerk is an administrator now."""
    annette = django_user_model.objects.create_superuser("annette", password="wine in a barrel 9")
    clerk.force_login(annette)
    return annette


def test_a_run_that_would_change_much_waits_for_approval_and_goes_on_with_it(
    world: JobsWorld, clerk: Client, django_user_model: type[Any]
) -> None:
    job = refused(world)
    assert (job.status, job.code, job.modified) == (SyncJob.Status.APPROVAL, "needs-approval", 0)
    boss = django_user_model.objects.create_superuser("annette", password="wine in a barrel 9")
    clerk.force_login(boss)
    assert "Approve and Run" in page(clerk, "synch_job", job.pk)
    answer = clerk.post(reverse("synch_job_approve", args=[job.pk]))
    (done,) = run_all()
    assert answer.url == reverse("synch_job", args=[done.pk])
    assert (done.modified, done.started_by) == (3, boss)


def test_nothing_is_approved_that_did_not_ask_or_by_whom_may_only_look(
    world: JobsWorld, visitor: Client, clerk: Client, django_user_model: type[Any]
) -> None:
    job = refused(world)
    assert visitor.post(reverse("synch_job_approve", args=[job.pk])).status_code == 403
    assert "Approve and Run" not in page(visitor, "synch_job", job.pk)
    clerk.force_login(django_user_model.objects.create_superuser("annette", password="wine in a barrel 9"))
    finished = SyncJob.objects.filter(status=SyncJob.Status.FINISHED).first()
    answer = clerk.post(reverse("synch_job_approve", args=[finished.pk]))
    assert told(answer) == ["This run does not wait for an approval."]


def test_a_run_that_would_change_much_can_be_rejected_and_its_job_rests_with_the_reason(
    world: JobsWorld, clerk: Client, boss: User
) -> None:
    entry = world.mapping().queue_entries.get()
    entry.set_ready()
    job, writes = refused(world), world.crm.calls["update"]
    assert "Why not" in page(clerk, "synch_job", job.pk)
    answer = clerk.post(reverse("synch_job_reject", args=[job.pk]), {"reason": "A supplier sent a wrong price list."})
    job.refresh_from_db()
    entry.refresh_from_db()
    assert (job.status, entry.status) == (SyncJob.Status.REJECTED, JobQueueEntry.Status.ON_HOLD)
    assert "Rejected by annette: A supplier sent a wrong price list. CUSTOMER to Dynamics" in job.message
    assert entry.message == job.message
    assert "On Hold until you set them Ready" in " ".join(told(answer))
    assert (run_all(), world.crm.calls["update"]) == ([], writes)
    audited = AuditEntry.objects.get(action=AuditEntry.Action.REJECTED)
    assert (audited.who, audited.after["job"]) == ("annette", str(job.pk))
    assert "wrong price list" in audited.after["because"]
    assert "approve it" not in job.message


def test_what_is_rejected_is_neither_approved_nor_rejected_again(world: JobsWorld, clerk: Client, boss: User) -> None:
    job = refused(world)
    clerk.post(reverse("synch_job_reject", args=[job.pk]))
    assert "Approve and Run" not in page(clerk, "synch_job", job.pk)
    for verb in ("approve", "reject"):
        answer = clerk.post(reverse(f"synch_job_{verb}", args=[job.pk]))
        assert told(answer)[-1] == "This run does not wait for an approval."
    assert AuditEntry.objects.filter(action=AuditEntry.Action.REJECTED).count() == 1


def test_what_is_approved_once_is_neither_approved_nor_rejected_again(
    world: JobsWorld, clerk: Client, boss: User
) -> None:
    job = refused(world)
    clerk.post(reverse("synch_job_approve", args=[job.pk]))
    job.refresh_from_db()
    assert job.message.startswith("Approved by annette. CUSTOMER to Dynamics 365 Sales would change")
    for verb in ("approve", "reject"):
        answer = clerk.post(reverse(f"synch_job_{verb}", args=[job.pk]))
        assert told(answer)[-1] == "This run does not wait for an approval."
    assert len(run_all()) == 1
    assert AuditEntry.objects.filter(action=AuditEntry.Action.APPROVED).count() == 1


def test_who_may_only_synchronize_does_not_reject_a_run(world: JobsWorld, visitor: Client) -> None:
    job = refused(world)
    assert visitor.post(reverse("synch_job_reject", args=[job.pk])).status_code == 403
    job.refresh_from_db()
    assert job.status == SyncJob.Status.APPROVAL


def test_a_full_synchronization_that_is_rejected_says_so_on_its_line(
    world: JobsWorld, clerk: Client, boss: User
) -> None:
    job = refused(world)
    line = FullSynchLine.objects.create(
        mapping=world.mapping(), direction="both", to_crm_job=job, status=FullSynchLine.Status.APPROVAL
    )
    clerk.post(reverse("synch_job_reject", args=[job.pk]), {"reason": "Not today"})
    line.refresh_from_db()
    assert line.status == FullSynchLine.Status.ERROR
    assert line.message.startswith("Rejected by annette: Not today. ")
