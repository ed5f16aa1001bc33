"""The scheduler: sends again what nobody took, has dead runs resumed, starts what is due. One process; a second one
does no harm, since every step is a conditional update that only one of them wins.

    tick()      everything once
    loop()      again and again until ``stop`` is set, awake at once when ``wake`` is
"""

from __future__ import annotations

import logging
import math
import threading
import time

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone
from redis.exceptions import RedisError

from integration import jobs
from integration.connection import notifying
from integration.connection.enabling import disable
from integration.connection.installation import COPY, is_copy
from integration.connection.recurring_jobs import create_missing_jobs
from integration.defaults.tasks import SALES_TASKS, TASK_PASSES, Task
from integration.jobs import full_synch, tasks
from integration.jobs.create import Person, create
from integration.jobs.endings import unheard
from integration.jobs.flows.following import MendedLook
from integration.jobs.queue import send
from integration.jobs.scheduler_heartbeat import show_scheduler_heartbeat
from integration.jobs.tasks import waking
from integration.models import ConnectionSetup, JobQueueEntry, SyncJob, TableMapping, TaskRun
from integration.models.stored import key_holders
from integration.models.stored.audit import AuditEntry, record
from integration.sync.rules import Direction

EVERY = 1.0


class NotNow(Exception):
    """An entry cannot be run now; the message says why."""


log = logging.getLogger(__name__)
KIND = "scheduler"


def loop(stop: threading.Event, wake: threading.Event, every: float = EVERY) -> None:
    """Tick every ``every`` seconds and whenever ``wake`` is set, until ``stop`` is."""
    announced = -math.inf
    while not stop.is_set():
        if time.monotonic() - announced > key_holders.EVERY_SECONDS:
            key_holders.announce(KIND)
            announced = time.monotonic()
        tick()
        close_old_connections()
        wake.wait(every)
        wake.clear()
    key_holders.withdraw(KIND)


def tick() -> None:
    """Look once at everything that may be due. What does not answer is tried again with the next tick, and keeps
    nothing else from being looked at."""
    steps = (
        have_jobs_of_tasks,
        show_scheduler_heartbeat,
        resend,
        tasks.resend,
        free_stranded,
        look_at_business_central,
        look_at_sales,
        follow_orders,
        start_due,
        notify_sales,
    )
    for step in steps:
        try:
            step()
        except (DatabaseError, RedisError) as error:
            log.warning("The scheduler tries again: %s", error)


def resend() -> list[SyncJob]:
    """Send again what nobody took and what has died; give up what kills every worker that takes it."""
    jobs.give_up_hopeless()
    waiting = list(unheard(SyncJob.objects))
    send(waiting)
    return waiting


def have_jobs_of_tasks() -> None:
    """The house's own jobs are there from the first day on, also where nobody has ever enabled the connection; those of
    a feature while it is on."""
    setup = ConnectionSetup.current()
    create_missing_jobs(setup.features() if setup.is_enabled and setup.sales_enabled else ())


look_at_business_central = waking.BusinessCentralLook()
"""Wake the sleeping jobs whose table changed in Business Central."""


follow_orders = MendedLook()
"""Have orders and quotes made that nothing keeps out any more."""


def look_at_sales() -> bool:
    """Once a minute, while a job sleeps that reads from there: have a worker look at what changed in Sales."""
    if not waking.sales_is_to_be_looked_at():
        return False
    tasks.start(Task.LOOK_AT_SALES)
    return True


def start_due() -> list[JobQueueEntry]:
    """Start the passes of every entry whose time has come, in the order in which tables depend on each other."""
    setup = ConnectionSetup.current()
    if setup.is_enabled and is_copy(setup.installation_id):
        disable(setup, COPY)
    JobQueueEntry.objects.plan_first_starts()
    return [entry for entry in JobQueueEntry.objects.due() if may_start(setup, entry) and _start(entry)]


def notify_sales() -> bool:
    """Have a worker write into Sales what it did not take at once, every few minutes until it does."""
    if not ConnectionSetup.objects.exclude(pending_notice="").exists():
        return False
    last = TaskRun.objects.last_of(Task.NOTIFY_SALES)
    if last.is_active or (last.asked_at and timezone.now() - last.asked_at < notifying.AGAIN_AFTER):
        return False
    tasks.start(Task.NOTIFY_SALES)
    return True


def run_now(entry: JobQueueEntry, user: Person = None) -> str:
    """What the button does: start the entry's passes once, whenever they are due; one that is on hold stays on hold.
    Answers what was done, in words. Raises ``NotNow``."""
    setup = ConnectionSetup.current()
    if not may_start(setup, entry):
        off = "the Sales part is switched off" if setup.is_enabled else "the connection is disabled"
        raise NotNow(f"{entry.name} was not started: {off}. Enable it first.")
    if entry.status == JobQueueEntry.Status.IN_PROCESS:
        raise NotNow(f"{entry.name} is running already.")
    if entry.status == JobQueueEntry.Status.APPROVAL:
        raise NotNow(f"{entry.name} waits for an approval; answer that first.")
    if entry.held_status:
        raise NotNow(f"{entry.name} was not started: a full synchronization of its table is running.")
    held = entry.status == JobQueueEntry.Status.ON_HOLD
    if not _start(entry, user):
        raise NotNow(f"{entry.name} was not started: somebody else has just changed it.")
    record(AuditEntry.Action.STARTED, "job queue entry", entry)
    return f"{entry.name} runs once and stays On Hold." if held else f"{entry.name} runs now."


def free_stranded() -> None:
    """An entry whose run is over or gone, and where nobody noted that: back to its times."""
    for_approval = Q(last_job__in=SyncJob.objects.waiting()) | Q(last_job__after__in=SyncJob.objects.waiting())
    under_way = Q(last_job__status__in=SyncJob.ACTIVE) | Q(mapping=None, task__in=TaskRun.objects.active().values("pk"))
    in_process = JobQueueEntry.objects.filter(status=JobQueueEntry.Status.IN_PROCESS)
    waiting = JobQueueEntry.objects.filter(status=JobQueueEntry.Status.APPROVAL)
    for entry in [*in_process.exclude(under_way | for_approval), *waiting.exclude(for_approval)]:
        entry.go_on()
        entry.schedule_next(active=True)


def may_start(setup: ConnectionSetup, entry: JobQueueEntry) -> bool:
    """The house's own always; the others while the connection, and the part of their mapping, is on."""
    if entry.mapping is None:
        return entry.task not in SALES_TASKS or setup.is_enabled
    return setup.is_on(entry.mapping)


def _start(entry: JobQueueEntry, user: Person = None) -> bool:
    """Its passes one behind the other, or its task. ``False``: nothing does it, or somebody else was faster."""
    passes = _passes(entry)
    if not passes and entry.task not in tasks.TASKS:
        return False
    with transaction.atomic():
        if not entry.take():
            return False
        if not passes:
            tasks.start(entry.task, user)
            return True
        last: SyncJob | None = None
        for mapping, direction, kind in passes:
            last = create(mapping, direction, kind=kind, user=user, after=last)
        if last is not None:
            entry.follow(last)
    return True


def _passes(entry: JobQueueEntry) -> list[tuple[TableMapping, Direction, SyncJob.Kind]]:
    """The runs of mappings that an entry makes; none for a task without, or whose mapping was deleted."""
    if entry.mapping is not None:
        kind = SyncJob.Kind.SYNCHRONIZE
        return [(entry.mapping, direction, kind) for direction in full_synch.directions(entry.mapping)]
    asked = TASK_PASSES.get(entry.task, ())
    mappings = {one.name: one for one in TableMapping.objects.filter(name__in=[one.mapping for one in asked])}
    return [
        (mappings[one.mapping], Direction(one.direction), SyncJob.Kind(one.kind))
        for one in asked
        if one.mapping in mappings
    ]
