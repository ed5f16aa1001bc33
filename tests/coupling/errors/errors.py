"""Errors of records in the log, the buttons of their page, and the runs behind them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integration import jobs
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Failure
from tests.pages import pressed


def log(
    job: SyncJob,
    erp_id: uuid.UUID | None = None,
    crm_id: uuid.UUID | None = None,
    code: str = "refused",
    message: str = "No.",
    label: str = "",
) -> SyncError:
    failure = Failure(Direction(job.direction), erp_id, crm_id, code, message, label)
    SyncError.objects.log(job, [failure])
    return SyncError.objects.latest("pk")


def press(client: Client, action: str, *errors: SyncError, **more: object) -> HttpResponse:
    return pressed(
        client, reverse("errors_action", args=[action]), {"selected": [error.pk for error in errors], **more}
    )


def run_all() -> list[SyncJob]:
    ran = []
    while job := SyncJob.objects.ready().first():
        jobs.run(job.pk)
        ran.append(SyncJob.objects.get(pk=job.pk))
    return ran


def pairs(name: str, tables: tuple[str, str], number: int = 3) -> tuple[TableMapping, list[uuid.UUID], SyncJob]:
    mapping, _ = TableMapping.objects.get_or_create(
        name=name, defaults={"erp_table": tables[0], "crm_table": tables[1], "direction": "to_crm"}
    )
    ids = [uuid.uuid4() for _ in range(number)]
    for id in ids:
        mapping.couplings.couple(id, uuid.uuid4())
    return mapping, ids, SyncJob.objects.create(mapping=mapping, direction="to_crm", status=SyncJob.Status.FINISHED)


def left(mapping: TableMapping) -> set[uuid.UUID]:
    return set(mapping.couplings.values_list("erp_id", flat=True))
