"""The To and From Int. Table Job Status of a review line."""

from __future__ import annotations

from django.db import models

from integration.models.job import SyncJob


class JobState(models.TextChoices):
    """In words of the product; ``style_of`` says how it shows them."""

    BLANK = "", " "
    IN_PROCESS = "in_process", "In Process"
    SUCCESS = "success", "Success"
    ERROR = "error", "Error"
    APPROVAL = "approval", "Waiting for Approval"


STYLES = {"error": "unfavorable", "finished": "favorable", "success": "favorable"}
STYLES |= {"in_process": "ambiguous", "approval": "ambiguous"}


def style_of(status: str) -> str:
    """How a status of a line, or a state of one of its jobs, is shown."""
    return STYLES.get(status, "subdued")


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
