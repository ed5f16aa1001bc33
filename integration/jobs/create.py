"""Writing a job row and giving its id to the queue. Everything that starts a run ends up here."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from integration.jobs.queue import send
from integration.models import Plan, SyncJob, TableMapping, User
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope

Person = User | AnonymousUser | None
"""Who asks: ``request.user`` in a page, nobody in a command or the scheduler."""


def create(
    mapping: TableMapping,
    direction: Direction,
    *,
    kind: SyncJob.Kind = SyncJob.Kind.SYNCHRONIZE,
    options: Options | None = None,
    user: Person = None,
    after: SyncJob | None = None,
    plan: Plan | None = None,
    undoes: SyncJob | None = None,
) -> SyncJob:
    """A queued job, or the queued one that would do the very same: a second click finds the job of the first."""
    options = options or Options()
    same = {"mapping": mapping, "kind": kind, "direction": Direction(direction).value, "after": after}
    same |= {"plan": plan, "undoes": undoes}
    queued = SyncJob.objects.filter(status=SyncJob.Status.QUEUED, **same)
    job = next((job for job in queued if job.run_options == options), None)
    waits = job or _asks(same, options)
    if waits is not None and waits.waits_for_approval:
        return waits
    if job is None:
        urgent = options.scope is Scope.IDS
        job = SyncJob.objects.create(
            options=options.as_dict(), urgent=urgent, started_by=user if isinstance(user, User) else None, **same
        )
    elif isinstance(user, User):
        job.try_now()
    send_on_commit(job)
    return job


def _asks(same: dict[str, Any], options: Options) -> SyncJob | None:
    """The run that would do this and waits for a person's approval: nobody is asked twice."""
    if options.scope is Scope.IDS or options.approved:
        return None
    waiting = SyncJob.objects.waiting().filter(**{name: value for name, value in same.items() if name != "after"})
    return next((job for job in waiting if job.run_options == options), None)


def send_on_commit(*jobs: SyncJob) -> None:
    """Send the ids once the rows are there, only of those that wait for nothing."""
    ready = [job for job in jobs if job.after is None or job.after.status == SyncJob.Status.FINISHED]
    transaction.on_commit(lambda: send(ready))
