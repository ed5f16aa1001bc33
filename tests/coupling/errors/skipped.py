"""Records that rest after two failures, and the buttons of the page that lists them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from coupling.models import RESTS
from integration import jobs
from integration.models import SyncJob, TableMapping
from integration.systems.errors import Refused
from tests.integration.jobs_world import JobsWorld
from tests.pages import pressed


def press(client: Client, action: str, *ids: uuid.UUID, **more: object) -> HttpResponse:
    rows = [row.pk for mapping in TableMapping.objects.all() for row in mapping.couplings.filter(erp_id__in=ids)]
    return pressed(client, reverse("skipped_action", args=[action]), {"selected": rows, **more})


def run_all() -> list[SyncJob]:
    for job in SyncJob.objects.filter(status=SyncJob.Status.QUEUED).order_by("queued_at"):
        jobs.run(job.pk)
    return list(SyncJob.objects.order_by("queued_at"))


def synchronize(world: JobsWorld, direction: str = "to_crm", mapping: str = "CUSTOMER") -> SyncJob:
    job = jobs.start(world.mapping(mapping), direction)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def skip(world: JobsWorld, *names: str) -> list[uuid.UUID]:
    """Coupled customers whose accounts refuse what Business Central sends, twice."""
    world.couple_jim()
    ids = []
    for name in names:
        ours, theirs = world.add_customer(name), world.add_account(name)
        world.mapping().couplings.couple(ours, theirs)
        ids.append(ours)
    synchronize(world)
    synchronize(world, "to_erp")
    for attempt in range(2):
        for id in ids:
            world.erp.edit("customer", id, phone_no=f"030 {attempt} {id.hex[:8]}")
        for _ in ids:
            world.crm.fail_on("update", Refused("The account is under review."))
        synchronize(world)
    assert world.mapping().couplings.filter(RESTS).count() == len(names)
    SyncJob.objects.all().update(sent_at="2026-01-01T00:00Z")
    return ids


def account_of(world: JobsWorld, erp_id: uuid.UUID) -> uuid.UUID:
    return world.mapping().couplings.get(erp_id=erp_id).crm_id


def still_skipped(world: JobsWorld) -> set[uuid.UUID]:
    return set(world.mapping().couplings.filter(RESTS).values_list("erp_id", flat=True))
