"""Jobs: what ran, what runs, what is due. The rows are the truth, the queue only carries their ids."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from integration.models.mapping import DIRECTIONS, TableMapping


class SyncJob(models.Model):
    """One pass over one mapping in one direction (or one coupling or uncoupling run), with its counters."""

    class Kind(models.TextChoices):
        SYNCHRONIZE = "synchronize", "Synchronization"
        COUPLE = "couple", "Coupling"
        UNCOUPLE = "uncouple", "Uncoupling"

    class Status(models.TextChoices):
        QUEUED = "queued", "Ready"
        RUNNING = "running", "In Process"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Error"
        CANCELED = "canceled", "Canceled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="jobs")
    kind = models.CharField("type", max_length=12, choices=Kind, default=Kind.SYNCHRONIZE)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    options = models.JSONField("options", default=dict, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    after = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="followers")

    inserted = models.PositiveIntegerField(default=0)
    modified = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    coupled = models.PositiveIntegerField(default=0)
    uncoupled = models.PositiveIntegerField(default=0)
    records_done = models.PositiveIntegerField(default=0)
    records_total = models.PositiveIntegerField(null=True)
    requests = models.PositiveIntegerField(default=0)

    claim = models.UUIDField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    cancel_requested = models.BooleanField(default=False)
    throttled_until = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField("queued")
    started_at = models.DateTimeField("start", null=True)
    finished_at = models.DateTimeField("finish", null=True)
    message = models.TextField("message", blank=True)

    class Meta:
        ordering = ["-queued_at"]
        verbose_name = "integration synch. job"

    def __str__(self) -> str:
        return f"{self.mapping} {self.get_direction_display()}"


class SyncError(models.Model):
    """Why one record failed in one job. Both ids are plain values: the coupling may be long gone."""

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="errors")
    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="errors")
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    erp_id = models.UUIDField(null=True, db_index=True)
    crm_id = models.UUIDField(null=True, db_index=True)
    label = models.CharField("record", max_length=250, blank=True)
    code = models.CharField("code", max_length=60)
    message = models.TextField("message")
    raw = models.TextField("answer", blank=True)
    call_stack = models.TextField("call stack", blank=True)
    created_at = models.DateTimeField("time", auto_now_add=True)
    closed_at = models.DateTimeField("closed", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "integration synch. error"

    def __str__(self) -> str:
        return f"{self.label or self.erp_id or self.crm_id}: {self.message}"


class JobQueueEntry(models.Model):
    """A recurring job: a mapping's, or one of the extra ones (``task``)."""

    class Status(models.TextChoices):
        READY = "ready", "Ready"
        IN_PROCESS = "in_process", "In Process"
        ON_HOLD = "on_hold", "On Hold"
        INACTIVE = "inactive", "On Hold with Inactivity Timeout"
        ERROR = "error", "Error"
        FINISHED = "finished", "Finished"

    name = models.CharField("description", max_length=120, unique=True)
    mapping = models.ForeignKey(TableMapping, models.CASCADE, null=True, blank=True, related_name="queue_entries")
    task = models.CharField("task", max_length=40, blank=True)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.ON_HOLD)
    minutes = models.PositiveIntegerField("minutes between runs", default=30)
    inactivity_minutes = models.PositiveIntegerField("inactivity timeout (minutes)", default=720)
    max_attempts = models.PositiveIntegerField("maximum attempts", default=10)
    rerun_seconds = models.PositiveIntegerField("rerun delay (seconds)", default=30)
    attempts = models.PositiveIntegerField("attempts", default=0, editable=False)
    next_start = models.DateTimeField("next start", null=True, blank=True)
    last_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    message = models.TextField("last result", blank=True, editable=False)

    class Meta:
        ordering = ["mapping__position", "name"]
        verbose_name = "job queue entry"
        verbose_name_plural = "job queue entries"

    def __str__(self) -> str:
        return self.name


class FullSynchLine(models.Model):
    """One mapping on the Dynamics 365 Sales Full Synch. Review page."""

    class Status(models.TextChoices):
        BLANK = "", " "
        READY = "ready", "Ready"
        IN_PROCESS = "in_process", "In Process"
        FINISHED = "finished", "Finished"
        ERROR = "error", "Error"
        ON_HOLD = "on_hold", "On Hold"

    class Recommendation(models.TextChoices):
        FULL = "full", "Full Synchronization"
        COUPLE = "couple", "Couple Records"
        NONE = "none", "No Records To Synchronize Now"

    mapping = models.OneToOneField(TableMapping, models.CASCADE, related_name="full_synch_line")
    status = models.CharField("job queue entry status", max_length=10, choices=Status, default=Status.BLANK, blank=True)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    recommendation = models.CharField(max_length=6, choices=Recommendation, default=Recommendation.FULL)
    create_unmatched = models.BooleanField("create new if unable to find a match", default=False)
    couple_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    to_crm_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    to_erp_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["mapping__position", "mapping__name"]
        verbose_name = "full synch. review line"

    def __str__(self) -> str:
        return str(self.mapping)
