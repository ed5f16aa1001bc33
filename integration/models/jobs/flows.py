"""What the flows of lead to cash remember between their runs."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class FlowCursor(models.Model):
    """Up to where a flow has read a table. ``cursor`` is the text that ``System.changes`` gave with its last page;
    ``date``: the work date that the flow last worked with, where what it does depends on the day."""

    name = models.CharField(max_length=60, primary_key=True)
    cursor = models.TextField(blank=True)
    date = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class PendingPost(models.Model):
    """A post that Dynamics 365 Sales refused, by the event that it says. It is tried again at every run, and rests once
    it was refused twice for the same reason, until a person has it tried again."""

    event_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order_id = models.UUIDField("order")
    text = models.TextField()
    code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    skipped = models.BooleanField(default=False)
    first_refused_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["first_refused_at"]

    def __str__(self) -> str:
        return self.text
