"""Integration synch. jobs: what ran and what runs. The rows are the truth, the queue only carries their ids. A run
writes under its claim (``claimable.py``)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from integration.models.jobs.approval import Approvable
from integration.models.jobs.progress import COUNTERS, Progress
from integration.models.jobs.turns import SyncJobManager
from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.run import Counters, Options

SHOWN_FROM = "shown_from"
"""Beside a job's options: where the run stood when a person approved it. Further on, it writes what was shown."""


class SyncJob(Approvable, Progress):
    """One pass over one mapping in one direction (or one coupling or uncoupling run), with its counters."""

    class Kind(models.TextChoices):
        SYNCHRONIZE = "synchronize", "Synchronization"
        COUPLE = "couple", "Coupling"
        UNCOUPLE = "uncouple", "Uncoupling"
        FIND = "find-deleted", "Find for Deleted"
        DELETE = "delete", "Deletion"
        PLAN = "plan", "Dry Run"
        APPLY = "apply", "Applying a Dry Run"
        CREATE_ORDERS = "create-orders", "Creation of Sales Orders"
        PROCESS_QUOTES = "process-quotes", "Processing of Sales Quotes"
        STATISTICS = "statistics", "Customer Statistics"
        POSTS = "posts", "Posts on the Timeline"
        UNDO = "undo", "Undoing a Run"

    RESUMED_AT_MOST = 10

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="jobs")
    kind = models.CharField("type", max_length=14, choices=Kind, default=Kind.SYNCHRONIZE)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    options = models.JSONField("options", default=dict, blank=True)
    urgent = models.BooleanField("somebody waits for it", default=False, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    plan = models.ForeignKey("Plan", models.CASCADE, null=True, blank=True, related_name="jobs", editable=False)
    after = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="followers")
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")

    revision = models.PositiveIntegerField("revision of the mapping it was made by", null=True, editable=False)
    cursor = models.TextField("read up to", blank=True, editable=False)
    cancel_requested = models.BooleanField(default=False)
    throttled_until = models.DateTimeField(null=True, editable=False)
    queued_at = models.DateTimeField("queued", default=timezone.now)
    gave_way_at = models.DateTimeField(null=True, editable=False)
    next_try_at = models.DateTimeField("next try", null=True, editable=False)
    tries = models.PositiveSmallIntegerField("tries in vain", default=0, editable=False)
    call_stack = models.TextField("call stack", blank=True)

    objects: ClassVar[SyncJobManager] = SyncJobManager()

    class Meta:
        ordering = ["-queued_at"]
        verbose_name = "integration synch. job"
        permissions = [
            ("approve_syncjob", "Can approve a run that would change much"),
            ("undo_syncjob", "Can undo a run"),
        ]
        indexes = [
            models.Index(fields=["-queued_at", "-id"], name="job_queued"),
            models.Index(fields=["status", "-queued_at", "-id"], name="job_status"),
            models.Index(fields=["mapping", "-queued_at", "-id"], name="job_mapping"),
            models.Index(fields=["finished_at"], name="job_finished"),
            models.Index(fields=["mapping", "direction", "finished_at"], name="job_mapping_finished"),
            models.Index(fields=["mapping", "direction", "-queued_at"], name="job_moved", condition=~Q(cursor="")),
            models.Index(fields=["-queued_at"], name="job_undoing", condition=Q(undoes__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mapping"], condition=Q(status="running"), name="one_running_job_per_mapping"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mapping} {self.get_direction_display()}"

    @property
    def suspended(self) -> str:
        """Why the run waits for the other side and until when, in words; blank where it does not."""
        if self.status != self.Status.QUEUED or self.next_try_at is None:
            return ""
        at = timezone.localtime(self.next_try_at)
        return f"{self.message} Next try at {at:%H:%M:%S}."

    @property
    def run_options(self) -> Options:
        return Options.from_dict(self.options)

    # --- what the run itself writes, under its claim: False where the claim is lost ---------------------------

    def note(self, counters: Counters, done: int, requests: int = 0) -> bool:
        """Add what one page brought."""
        added: dict[str, Any] = {name: F(name) + value for name, value in counters.as_dict().items() if value}
        if done:
            added |= {"records_done": F("records_done") + done, "tries": 0}
        if requests:
            added["requests"] = F("requests") + requests
        return bool(self.mine().update(heartbeat_at=timezone.now(), **added))

    def count_anew(self) -> bool:
        """All counters to zero: the run begins again from its beginning."""
        return self.beat(records_done=0, **dict.fromkeys(COUNTERS, 0))

    def finish(self, message: str | None = None, **also: Any) -> bool:
        return super().finish(message, records_total=Coalesce("records_total", "records_done"), **also)

    def pause(self, *, gave_way: bool = False) -> bool:
        """Give the claim back; the job goes on later from where it is. ``gave_way``: to runs somebody waits for."""
        now = timezone.now()
        values = {"gave_way_at": now if gave_way else None, "sent_at": now}
        return bool(self.mine().update(status=self.Status.QUEUED, claim=None, **values))

    def suspend(self, message: str, code: str, until: dt.datetime) -> bool:
        """Give the claim back until then: what the run needs does not answer just now."""
        values = {"message": message, "code": code, "next_try_at": until, "tries": F("tries") + 1}
        values |= {"gave_way_at": None, "sent_at": timezone.now()}
        return bool(self.mine().update(status=self.Status.QUEUED, claim=None, **values))

    def look_again(self) -> None:
        """Read what the run has written since the claim; the mapping and the job before it stay as they are."""
        self.refresh_from_db(fields=["status", "message", "claim", "finished_at", "records_done", "tries", *COUNTERS])

    def before(self) -> models.QuerySet[SyncJob]:
        """Ready runs of the mapping that this one gives way to: those that are more urgent, and those that were asked
        for before it. A run somebody waits for gives way to none: it was its turn, and it is short."""
        if self.urgent:
            return SyncJob.objects.none()
        earlier = Q(urgent=True) | Q(queued_at__lt=self.queued_at)
        return SyncJob.objects.ready().filter(earlier, mapping=self.mapping_id).exclude(pk=self.pk)

    # --- what others write ------------------------------------------------------------------------------------

    def try_now(self) -> bool:
        """Do not wait any longer for the other side. ``False``: the job does not wait for it."""
        waiting = SyncJob.objects.filter(pk=self.pk, status=self.Status.QUEUED, next_try_at__isnull=False)
        self.next_try_at = None
        return bool(waiting.update(next_try_at=None))

    def cancel(self, message: str = "Canceled.") -> bool:
        """Stop a queued job at once, ask a running one to stop after its page. Answers whether it ended at once. One
        that never began began and ended now, so that lists and files have a time for it."""
        now = timezone.now()
        began = Coalesce("started_at", models.Value(now, models.DateTimeField()))
        queued = SyncJob.objects.filter(pk=self.pk, status=self.Status.QUEUED)
        if queued.update(status=self.Status.CANCELED, started_at=began, finished_at=now, message=message):
            return True
        SyncJob.objects.filter(pk=self.pk, status=self.Status.RUNNING).update(cancel_requested=True)
        return False
