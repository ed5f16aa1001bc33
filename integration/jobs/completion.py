"""What follows from the end of a job, in the transaction that ends it."""

from __future__ import annotations

from django.db.models import Q

from integration.jobs import full_synch
from integration.jobs.create import send_on_commit
from integration.jobs.dry_run import plans
from integration.jobs.open_work import got_something, has_open_work
from integration.models import ConnectionSetup, FullSynchLine, JobQueueEntry, SyncJob, TableMapping
from integration.sync.run import Counters, Scope


def on_job_ended(job: SyncJob) -> None:
    """Let those go on that waited for this job, or cancel them where it failed; note the end at the
    queue entry and the review line it worked for; send the next job of its mapping. Call it inside the transaction that
    ends the job."""
    if job.status != SyncJob.Status.FINISHED:
        for follower in job.followers.filter(status=SyncJob.Status.QUEUED).select_related("after"):
            if follower.cancel(f"Not started, since the run before it did not finish: {job.message}"):
                follower.look_again()
                on_job_ended(follower)
    _note_at_entry(job)
    full_synch.on_job_ended(job)
    plans.on_job_ended(job)
    _carry_what_others_owe(job)
    send_on_commit(*next_of(job))


def _carry_what_others_owe(job: SyncJob) -> None:
    """What a run of what changed has given to records of other mappings, whose own run may be over by now, goes over at
    once. A round over what is owed makes none of its own, so it ends::

        CUSTOMER    Coho Winery is made from its account; nobody is its primary contact yet
        CONTACT     Cleo Nyberg is made from Sales and becomes the primary contact of Coho Winery here
        CUSTOMER    round over what is owed: the account of Coho Winery gets Cleo Nyberg
    """
    of_what_changed = job.kind == SyncJob.Kind.SYNCHRONIZE and job.run_options.scope is Scope.CHANGED
    if not (of_what_changed and job.status == SyncJob.Status.FINISHED and _wrote(job.counters)):
        return
    setup, under_way = ConnectionSetup.current(), SyncJob.objects.active().filter(kind=SyncJob.Kind.SYNCHRONIZE)
    others = TableMapping.objects.prioritized().exclude(pk=job.mapping_id)
    if entries_of(job):
        others = others.exclude(queue_entries__status=JobQueueEntry.Status.ON_HOLD)
    for mapping in others.exclude(pk__in=under_way.values("mapping")):
        if setup.is_on(mapping) and got_something(mapping):
            full_synch.carry_owed(mapping, job.started_by)


def on_approval_asked(job: SyncJob, message: str) -> None:
    """The job waits for a person's approval, and whatever it works for waits along."""
    for entry in entries_of(job):
        entry.ask(message)
    line = FullSynchLine.objects.of(job)
    if line is not None:
        line.ask(message)


def entries_of(job: SyncJob) -> list[JobQueueEntry]:
    """The recurring job whose run this is, or belongs to."""
    return list(JobQueueEntry.objects.filter(Q(last_job=job) | Q(last_job__after=job)))


def next_of(job: SyncJob) -> list[SyncJob]:
    """The job of the same mapping whose turn it is, and those that only waited for this one."""
    ready = SyncJob.objects.ready().filter(Q(mapping=job.mapping_id) | Q(after=job)).select_related("after")
    its_turn = next((one.pk for one in ready if one.mapping_id == job.mapping_id), None)
    return [one for one in ready if one.pk == its_turn or one.after_id == job.pk]


def _note_at_entry(job: SyncJob) -> None:
    entry = JobQueueEntry.objects.filter(last_job=job).first()
    if entry is None:
        return
    runs = [job] if job.after is None else [job.after, job]
    rejected = next((run for run in runs if run.status == SyncJob.Status.REJECTED), None)
    if rejected is not None:
        entry.refuse(rejected.message)
        return
    failed = next((run for run in runs if run.status == SyncJob.Status.FAILED), None)
    if failed is not None:
        entry.record_failure(failed.message, for_good=failed.tries > 0)
    else:
        entry.schedule_next(active=any(_wrote(run.counters) for run in runs) or has_open_work(job.mapping))


def _wrote(counters: Counters) -> bool:
    return bool(counters.inserted or counters.modified or counters.deleted)
