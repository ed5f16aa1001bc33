"""One conflict that both passes of a run meet."""

from __future__ import annotations

import uuid

from django.test.client import Client
from django.urls import reverse

from integration.models import SyncError, SyncJob
from integration.sync.rules import Direction
from integration.sync.run import Failure
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def test_the_job_of_the_first_pass_leads_to_the_decision_after_the_second_has_met_the_conflict_too(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, account = uuid.uuid4(), uuid.uuid4()
    world.mapping().couplings.couple(adatum, account)
    done = SyncJob.Status.FINISHED
    ways = (way for way in Direction if way is not Direction.BOTH)
    first, second = (
        SyncJob.objects.create(mapping=world.mapping(), direction=way, status=done, failed=1) for way in ways
    )
    for job in (first, second):
        failure = Failure(Direction(job.direction), adatum, account, "conflict", "Both records were changed.")
        SyncError.objects.log(job, [failure])
    assert SyncError.objects.get(job=first).closed_at is not None
    shown = clerk.get(reverse("synch_job", args=[first.pk])).content.decode()
    assert reverse("conflict", args=["CUSTOMER", adatum]) in shown
