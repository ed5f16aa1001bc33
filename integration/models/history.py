"""What runs did with single records: which fields, from what to what, and in which job."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils import timezone

from integration.models.job import SyncJob
from integration.models.stored.rows import insert_rows
from integration.sync.run import Changed


class RecordChangeManager(models.Manager["RecordChange"]):
    def log(self, job: SyncJob, changes: Sequence[Changed]) -> None:
        """One row a record, all of a page at once."""
        now = timezone.now()
        rows = ((job.pk, one.erp_id, one.crm_id, one.action, one.fields, now) for one in changes)
        insert_rows(self.model, ("job", "erp_id", "crm_id", "action", "fields", "created_at"), rows)


class RecordChange(models.Model):
    """One record that one run wrote. Mapping, direction and person are the job's; both ids are plain values, since the
    coupling may be long gone."""

    class Action(models.TextChoices):
        INSERTED = "inserted", "Inserted"
        MODIFIED = "modified", "Modified"

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="history")
    erp_id = models.UUIDField(db_index=True)
    crm_id = models.UUIDField(db_index=True)
    action = models.CharField("action", max_length=8, choices=Action)
    fields = models.JSONField("fields", default=list)
    created_at = models.DateTimeField("time")

    objects = RecordChangeManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "record change"

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.job}"
