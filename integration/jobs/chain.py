"""What follows from the end of a job, in the transaction that ends it."""

from __future__ import annotations

from integration.jobs import full
from integration.jobs.create import send_on_commit
from integration.models import JobQueueEntry, SyncJob


def ended(job: SyncJob) -> None:
    """Let those go on that waited for this job, or cancel them where it failed; settle the queue entry and the
    review line it worked for; send the next job of its mapping. Call it inside the transaction that ends the job."""
    followers = list(job.followers.filter(status=SyncJob.Status.QUEUED).select_related("mapping", "after"))
    if job.status != SyncJob.Status.FINISHED:
        for follower in followers:
            if follower.cancel(f"Not started, since the run before it did not finish: {job.message}"):
                follower.refresh_from_db()
                ended(follower)
        followers = []
    _settle_entry(job)
    full.ended(job)
    send_on_commit(*followers, *next_of(job))


def next_of(job: SyncJob) -> list[SyncJob]:
    """The job of the same mapping whose turn it is, if one waits."""
    return list(SyncJob.objects.ready().filter(mapping=job.mapping).select_related("after")[:1])


def _settle_entry(job: SyncJob) -> None:
    entry = JobQueueEntry.objects.filter(last_job=job).first()
    if entry is None:
        return
    runs = [job] if job.after is None else [job.after, job]
    failed = next((run for run in runs if run.status == SyncJob.Status.FAILED), None)
    if failed is not None:
        entry.stumble(failed.message)
    else:
        entry.rest(active=any(run.counters.changed for run in runs))
