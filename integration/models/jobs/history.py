"""What runs did with single records: which fields, from what to what, and in which job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from integration.models.jobs.job import SyncJob
from integration.models.stored.rows import insert_rows
from integration.sync.rules import Direction
from integration.sync.run import Changed
from integration.sync.undo.exact import packed
from integration.systems.values import Side

SIDES = [(Side.ERP.value, "Business Central"), (Side.CRM.value, "Dynamics 365 Sales")]


class RecordChangeManager(models.Manager["RecordChange"]):
    def log(self, job: SyncJob, changes: Sequence[Changed]) -> None:
        """One row a record, all of a page at once."""
        now = timezone.now()
        towards = Direction(job.direction).destination if job.direction != Direction.BOTH else None
        rows = ((job.pk, one.erp_id, one.crm_id, *_columns(one, towards), now) for one in changes)
        insert_rows(self.model, ("job", "erp_id", "crm_id", "action", "fields", "exact", "side", "created_at"), rows)


def _columns(one: Changed, towards: Side | None) -> tuple[str, Sequence[Any], dict[str, Any] | None, str]:
    side = one.side or towards
    return one.action, one.fields, None if one.exact is None else packed(one.exact), side.value if side else ""


class RecordChange(models.Model):
    """One record that one run wrote on ``side``. Mapping and person are the job's; both ids are plain values, since the
    coupling may be long gone. ``fields`` is in words; ``exact`` are the values themselves, as far as they can be put
    back (``sync/undo/exact.py``)."""

    class Action(models.TextChoices):
        INSERTED = "inserted", "Inserted"
        MODIFIED = "modified", "Modified"

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="history")
    erp_id = models.UUIDField(db_index=True)
    crm_id = models.UUIDField(db_index=True)
    action = models.CharField("action", max_length=8, choices=Action)
    fields = models.JSONField("fields", default=list)
    exact = models.JSONField(null=True, editable=False)
    side = models.CharField("written in", max_length=3, choices=SIDES, blank=True)
    created_at = models.DateTimeField("time")

    objects = RecordChangeManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "record change"

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.job}"
