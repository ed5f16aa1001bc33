"""Job queue entries: what runs again and again, and when it is due."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone

from integration.models.jobs.job import SyncJob
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.audited import Audited


class JobQueueEntryManager(models.Manager["JobQueueEntry"]):
    def due(self) -> models.QuerySet[JobQueueEntry]:
        """Entries whose time has come, in the order in which tables depend on each other."""
        waiting = (JobQueueEntry.Status.READY, JobQueueEntry.Status.INACTIVE)
        return self.filter(status__in=waiting, next_start__lte=timezone.now()).select_related("mapping")

    def asleep(self) -> models.QuerySet[JobQueueEntry]:
        """Entries that sleep, and wake when something changes."""
        sleeping = self.filter(status=JobQueueEntry.Status.INACTIVE, wakes=True)
        return sleeping.exclude(mapping=None).select_related("mapping")

    def plan_first_starts(self) -> None:
        """A ready entry that has never had a time runs one interval from now: who has just enabled the connection
        is about to run the full synchronization."""
        for entry in self.filter(status=JobQueueEntry.Status.READY, next_start=None):
            later = timezone.now() + dt.timedelta(minutes=entry.minutes)
            self.filter(pk=entry.pk, next_start=None).update(next_start=later)


class JobQueueEntry(Audited):
    """A recurring job: a mapping's, or one of the extra ones (``task``)."""

    class Status(models.TextChoices):
        READY = "ready", "Ready"
        IN_PROCESS = "in_process", "In Process"
        ON_HOLD = "on_hold", "On Hold"
        INACTIVE = "inactive", "On Hold with Inactivity Timeout"
        ERROR = "error", "Error"
        FINISHED = "finished", "Finished"
        APPROVAL = "approval", "Waiting for Approval"

    not_audited = ("status", "next_start")

    name = models.CharField("description", max_length=120, unique=True)
    mapping = models.ForeignKey(TableMapping, models.CASCADE, null=True, blank=True, related_name="queue_entries")
    task = models.CharField("task", max_length=40, blank=True)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.ON_HOLD)
    held_status = models.CharField(max_length=10, choices=Status, blank=True, editable=False)
    minutes = models.PositiveIntegerField("minutes between runs", default=30)
    inactivity_minutes = models.PositiveIntegerField("inactivity timeout (minutes)", default=720)
    max_attempts = models.PositiveIntegerField("maximum attempts", default=10)
    rerun_seconds = models.PositiveIntegerField("rerun delay (seconds)", default=30)
    wakes = models.BooleanField("starts when a record changes while it sleeps", default=True)
    attempts = models.PositiveIntegerField("attempts", default=0, editable=False)
    next_start = models.DateTimeField("next start", null=True, blank=True)
    last_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    message = models.TextField("last result", blank=True, editable=False)

    objects = JobQueueEntryManager()

    class Meta:
        ordering = ["mapping__position", "name"]
        verbose_name = "job queue entry"
        verbose_name_plural = "job queue entries"

    def __str__(self) -> str:
        return self.name

    @property
    def runs(self) -> list[SyncJob]:
        """The passes of its last run."""
        last = self.last_job
        return [run for run in (last.after, last) if run is not None] if last is not None else []

    @property
    def waits(self) -> str:
        """What its run under way waits for, in words; blank where it does not wait."""
        return next((run.suspended for run in self.runs if run.suspended), "")

    @property
    def run_to_approve(self) -> SyncJob | None:
        """The pass that waits for a person's approval."""
        return next((run for run in self.runs if run.waits_for_approval), None)

    # --- what a person does -----------------------------------------------------------------------------------

    def set_ready(self) -> None:
        """Take it off hold: it runs as soon as possible, and at its times from then on."""
        self._store(status=self.Status.READY, held_status="", attempts=0, message="", next_start=timezone.now())
        record(AuditEntry.Action.STARTED, "job queue entry", self)

    def set_on_hold(self) -> None:
        self._store(status=self.Status.ON_HOLD, held_status="")
        record(AuditEntry.Action.DISABLED, "job queue entry", self, after={"status": self.Status.ON_HOLD.label})

    def ask(self, message: str) -> None:
        """Its run waits for a person's approval: nothing of it starts meanwhile."""
        self._store(message=message)
        self._move(self.Status.IN_PROCESS, self.Status.APPROVAL)

    def go_on(self) -> None:
        """A person has approved its run."""
        self._store(message="")
        self._move(self.Status.APPROVAL, self.Status.IN_PROCESS)

    def refuse(self, message: str) -> None:
        """A person rejected what it was about to do: it rests until a person sets it Ready."""
        self._store(status=self.Status.ON_HOLD, held_status="", attempts=0, message=message)

    # --- what the scheduler does ------------------------------------------------------------------------------

    def wake(self) -> bool:
        """Something changed that it carries: it is due now. ``False``: it does not sleep any more."""
        asleep = type(self).objects.filter(pk=self.pk, status=self.Status.INACTIVE)
        return bool(asleep.update(status=self.Status.READY, next_start=timezone.now()))

    def take(self) -> bool:
        """Start an entry; one that is on hold runs and stays on hold. ``False``: somebody else did, or has changed it
        meanwhile."""
        unchanged = type(self).objects.filter(pk=self.pk, status=self.status, next_start=self.next_start)
        held = self.status == self.Status.ON_HOLD
        return bool(unchanged.update(status=self.Status.ON_HOLD if held else self.Status.IN_PROCESS))

    def follow(self, job: SyncJob) -> None:
        """This job is the last of the run that was started."""
        self._store(last_job=job)

    def schedule_next(self, active: bool) -> None:
        """A run went well. Where nothing changed, the entry sleeps for its inactivity period."""
        status = self.Status.READY if active else self.Status.INACTIVE
        minutes = self.minutes if active else self.inactivity_minutes
        self._after_run(status, dt.timedelta(minutes=minutes), attempts=0, message="")

    def record_failure(self, message: str, *, for_good: bool = False) -> None:
        """A run ended with an error: try again soon, and give up after ``max_attempts``. ``for_good``: the run has
        made all its attempts itself."""
        attempts = self.max_attempts if for_good else self.attempts + 1
        status = self.Status.READY if attempts < self.max_attempts else self.Status.ERROR
        self._after_run(status, dt.timedelta(seconds=self.rerun_seconds), attempts=attempts, message=message)

    # --- while a full synchronization of the mapping runs -----------------------------------------------------

    def hold(self) -> None:
        """Go On Hold and remember what the status was; a person's own On Hold stays that."""
        if self.status != self.Status.ON_HOLD:
            before = self.Status.READY if self.status == self.Status.IN_PROCESS else self.status
            self._store(status=self.Status.ON_HOLD, held_status=before)

    def release(self) -> None:
        """Go back to the status before ``hold``; a person's own On Hold stays."""
        if self.held_status:
            self._store(status=self.held_status, held_status="")

    def _after_run(self, status: str, wait: dt.timedelta, **values: object) -> None:
        """A run that somebody put on hold meanwhile stays on hold."""
        self._store(next_start=timezone.now() + wait, **values)
        self._move(self.Status.IN_PROCESS, status)

    def _move(self, before: str, after: str) -> None:
        if type(self).objects.filter(pk=self.pk, status=before).update(status=after):
            self.status = after

    def _store(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))
