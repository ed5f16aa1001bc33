"""What runs did with single records: which fields, from what to what, when, and for whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models

from integration.models.job import SyncJob
from integration.models.mapping import DIRECTIONS, TableMapping
from integration.sync.run import Changed

LABEL = 250


class RecordChangeManager(models.Manager["RecordChange"]):
    def log(self, job: SyncJob, changes: Sequence[Changed]) -> None:
        """One row a record, all of a page at once."""
        self.bulk_create(
            RecordChange(
                job=job,
                mapping=job.mapping,
                user_id=job.started_by_id,
                direction=change.direction.value,
                erp_id=change.erp_id,
                crm_id=change.crm_id,
                action=change.action,
                label=change.label[:LABEL],
                fields=change.fields,
            )
            for change in changes
        )


class RecordChange(models.Model):
    """One record that one run wrote. Both ids are plain values: the coupling may be long gone."""

    class Action(models.TextChoices):
        INSERTED = "inserted", "Inserted"
        MODIFIED = "modified", "Modified"

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="history")
    job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, related_name="history")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    erp_id = models.UUIDField(db_index=True)
    crm_id = models.UUIDField(db_index=True)
    action = models.CharField("action", max_length=8, choices=Action)
    label = models.CharField("record", max_length=LABEL, blank=True)
    fields = models.JSONField("fields", default=list)
    created_at = models.DateTimeField("time", auto_now_add=True, db_index=True)

    objects = RecordChangeManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "record change"

    def __str__(self) -> str:
        return f"{self.label}: {self.get_action_display()}"
