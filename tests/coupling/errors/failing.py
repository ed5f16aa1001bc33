"""A run in which just one record failed."""

from __future__ import annotations

import uuid

from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Failure

TO_CRM, TO_ERP = Direction.TO_CRM, Direction.TO_ERP


def fail(
    mapping: TableMapping,
    direction: Direction,
    erp_id: uuid.UUID | None = None,
    crm_id: uuid.UUID | None = None,
    message: str = "Err",
) -> SyncJob:
    """A run in which just this record failed."""
    job = SyncJob.objects.create(mapping=mapping, direction=direction.value, status=SyncJob.Status.FINISHED)
    SyncError.objects.log(job, [Failure(direction, erp_id, crm_id, "refused", message)])
    return job
