"""How states are shown: one word and one of four styles for jobs, dry runs, lines and findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from integration.models import FullSynchLine, JobQueueEntry, Plan, SyncJob
from integration.models.jobs.review import JobState
from integration.systems.findings import Severity


class Style(StrEnum):
    """Favorable is green, unfavorable red, ambiguous amber, subdued grey; blank has no dot."""

    FAVORABLE = "favorable"
    UNFAVORABLE = "unfavorable"
    AMBIGUOUS = "ambiguous"
    SUBDUED = "subdued"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Shown:
    """A state in the words and the style of a page."""

    label: str
    style: Style


SEVERITIES = {
    Severity.ERROR: Shown("failed", Style.UNFAVORABLE),
    Severity.WARNING: Shown("warning", Style.AMBIGUOUS),
    Severity.FINE: Shown("OK", Style.FAVORABLE),
}

STYLES = {
    "error": Style.UNFAVORABLE,
    "finished": Style.FAVORABLE,
    "success": Style.FAVORABLE,
    "in_process": Style.AMBIGUOUS,
    "approval": Style.AMBIGUOUS,
}
"""Status of a review line, or state of one of its jobs."""


def of_job(job: SyncJob) -> Shown:
    """Finished with errors is a failure to a person; a run that waits or is lost says so instead of its status."""
    failed = job.status == SyncJob.Status.FINISHED and bool(job.failed)
    return Shown(_label_of_job(job, failed), _style_of_job(job, failed))


def _label_of_job(job: SyncJob, failed: bool) -> str:
    if job.suspended:
        return "Waiting for the other side"
    if job.is_dead:
        return "No sign of life"
    return "Finished with errors" if failed else str(job.get_status_display())


def _style_of_job(job: SyncJob, failed: bool) -> Style:
    if failed or job.status == SyncJob.Status.FAILED:
        return Style.UNFAVORABLE
    if job.status == SyncJob.Status.FINISHED:
        return Style.FAVORABLE
    if job.status == SyncJob.Status.RUNNING or job.waits_for_approval:
        return Style.AMBIGUOUS
    return Style.SUBDUED


def of_plan(plan: Plan) -> Shown:
    """A dry run that is still made or applied is ambiguous, one that broke off unfavorable."""
    label = str(plan.get_status_display())
    if plan.status in (Plan.Status.FAILED, Plan.Status.STOPPED):
        return Shown(label, Style.UNFAVORABLE)
    return Shown(label, Style.AMBIGUOUS if plan.is_active else Style.FAVORABLE)


def of_row(row: FullSynchLine | JobQueueEntry) -> Shown:
    """A line of the review, or a job queue entry, by its own status."""
    return Shown(str(row.get_status_display()), STYLES.get(row.status, Style.SUBDUED))


def of_pass(state: JobState) -> Shown:
    """How one direction of a line stands; nothing before it began."""
    return Shown(str(state.label).strip(), STYLES.get(state.value, Style.SUBDUED))


def of_severity(severity: str) -> Shown:
    """A finding of the preflight."""
    return SEVERITIES[Severity(severity)]


def of_check(ok: bool, right: str = "OK", wrong: str = "failed") -> Shown:
    """A line that is either right or wrong, in these words."""
    return Shown(right, Style.FAVORABLE) if ok else Shown(wrong, Style.UNFAVORABLE)
