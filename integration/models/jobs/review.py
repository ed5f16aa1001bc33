"""What the Full Synch. Review page shows of a line: how it stands, and its jobs."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from integration.models.jobs.job import SyncJob


class JobState(models.TextChoices):
    """The To and From Int. Table Job Status of a line, in the words of the product."""

    BLANK = "", " "
    IN_PROCESS = "in_process", "In Process"
    SUCCESS = "success", "Success"
    ERROR = "error", "Error"
    APPROVAL = "approval", "Waiting for Approval"


class ShownLine(models.Model):
    """How a line stands, by its status and the jobs that work for it."""

    class Status(models.TextChoices):
        BLANK = "", " "
        READY = "ready", "Ready"
        IN_PROCESS = "in_process", "In Process"
        FINISHED = "finished", "Finished"
        ERROR = "error", "Error"
        ON_HOLD = "on_hold", "On Hold"
        APPROVAL = "approval", "Waiting for Approval"

    ACTIVE = (Status.READY, Status.IN_PROCESS)
    PASSES = ("couple_job", "to_crm_job", "to_erp_job")
    SECOND = ("second_to_crm_job", "second_to_erp_job")
    JOBS = (*PASSES, *SECOND)

    status = models.CharField("job queue entry status", max_length=10, choices=Status, default=Status.BLANK, blank=True)

    to_crm_job: models.ForeignKey[SyncJob | None, SyncJob | None]
    to_erp_job: models.ForeignKey[SyncJob | None, SyncJob | None]

    class Meta:
        abstract = True

    @property
    def jobs(self) -> list[SyncJob]:
        """The jobs of this line that there are, in the order they run."""
        return self._there(self.JOBS)

    @property
    def passes(self) -> list[SyncJob]:
        """Those that take all of its records."""
        return self._there(self.PASSES)

    @property
    def second_round(self) -> list[SyncJob]:
        """Those that carry what the tables behind this one have left to its records."""
        return self._there(self.SECOND)

    def _there(self, names: Sequence[str]) -> list[SyncJob]:
        return [job for name in names if (job := getattr(self, name)) is not None]

    @property
    def current_job(self) -> SyncJob | None:
        """The job that runs, else the next one, else the last one that took all records."""
        running = [job for job in self.jobs if job.status == SyncJob.Status.RUNNING]
        return next(iter(running or [job for job in self.jobs if job.is_active] or self.passes[-1:]), None)

    @property
    def to_crm_state(self) -> JobState:
        return job_state(self.to_crm_job)

    @property
    def to_erp_state(self) -> JobState:
        return job_state(self.to_erp_job)

    @property
    def is_dead(self) -> bool:
        """Started, but the worker has not been heard of."""
        return self.status in self.ACTIVE and (not self.jobs or any(job.is_dead for job in self.jobs))

    @property
    def is_started(self) -> bool:
        """Whether its job stands in the queue or runs."""
        return self.status in self.ACTIVE

    @property
    def can_restart(self) -> bool:
        """It failed, is lost, or waits for the other side to answer again."""
        waits = self.current_job is not None and bool(self.current_job.suspended)
        return self.status == self.Status.ERROR or self.is_dead or waits

    @property
    def is_alive(self) -> bool:
        """The Active Session column: started and not dead."""
        return self.status in self.ACTIVE and not self.is_dead

    @property
    def records_done(self) -> int:
        return sum(job.records_done for job in self.passes)

    @property
    def records_total(self) -> int | None:
        """Of the jobs that know it; ``None`` where none does."""
        totals = [job.records_total for job in self.passes if job.records_total is not None]
        return sum(totals) if totals else None


def job_state(job: SyncJob | None) -> JobState:
    """How a direction's job stands: Error as soon as one row failed."""
    if job is None or job.status == SyncJob.Status.QUEUED:
        return JobState.BLANK
    if job.status == SyncJob.Status.RUNNING:
        return JobState.IN_PROCESS
    if job.waits_for_approval:
        return JobState.APPROVAL
    well = job.status == SyncJob.Status.FINISHED and not job.failed
    return JobState.SUCCESS if well else JobState.ERROR
