"""Match-based coupling as it is pressed on its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncJob
from tests.pages import seen_on


def start(client: Client, *ids: object, **more: object) -> HttpResponse:
    return client.post(
        reverse("match_start", args=["CUSTOMER"]),
        {"selected": ids, **seen_on(client, reverse("match", args=["CUSTOMER"])), **more},
    )


def run_all() -> list[SyncJob]:
    """Every job in its turn; answers them as they are afterwards."""
    for job in SyncJob.objects.order_by("queued_at"):
        jobs.run(job.pk)
    return list(SyncJob.objects.order_by("queued_at"))
