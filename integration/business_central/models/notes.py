"""Notes that people write on a record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import models
from django.utils import timezone

from integration.business_central.fields import Memo, Text
from integration.business_central.models.base import CompanyRow
from integration.business_central.ordering import sorted_by
from integration.business_central.rows import Change


@sorted_by("created_by", "created_at")
class Note(CompanyRow):
    """``record_table`` and ``record_id`` name the record outside: ``sales_header`` and the id of an order."""

    name_field = "text"
    read_only = ("changed_at",)

    record_table = Text("Record Table", max_length=60, blank=False)
    record_id = models.UUIDField("Record ID", db_index=True, default=uuid.UUID(int=0))
    text = Memo("Text")
    created_by = Text("Created By", max_length=50)
    created_at = models.DateTimeField("Created At", default=timezone.now)
    changed_at = models.DateTimeField("Changed At", default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at"]
        verbose_name = "Note"

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        super().before_update(changes)
        for change in changes:
            if change.changed("text"):
                change.row.changed_at = timezone.now()
