"""The counter of row versions, and what is left of deleted rows."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class RowCounter(models.Model):
    """One row with the id 1: the last row version given out. ``row_versions.py`` reads and writes it."""

    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)


class Deleted(models.Model):
    """A tombstone: what is left of a deleted row. ``row_version`` is the version of the deletion."""

    table = models.CharField(max_length=60)
    system_id = models.UUIDField()
    row_version = models.BigIntegerField()
    deleted_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["table", "row_version"])]
        verbose_name = "deleted row"

    def __str__(self) -> str:
        return f"{self.table} {self.system_id}"
