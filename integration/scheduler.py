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

from integration import jobs, tasks
from integration.jobs import full
from integration.jobs.alive import show_alive
from integration.jobs.create import create
from integration.jobs.queue import send
from integration.models import ConnectionSetup, JobQueueEntry, SyncJob, TaskRun, key_holders, telling
from integration.models.home import COPY, is_copy

EVERY = 1.0

log = logging.getLogger(__name__)


def loop(stop: threading.Event, wake: threading.Event, every: float = EVERY) -> None:
    """Tick every ``every`` seconds and whenever ``wake`` is set, until ``stop`` is. A database or queue that does not
    answer for a while is logged, and tried again with the next tick."""
    announced = -math.inf
    while not stop.is_set():
        if time.monotonic() - announced > key_holders.EVERY_SECONDS:
            key_holders.announce("scheduler")
            announced = time.monotonic()
        try:
            tick()
        except (DatabaseError, RedisError) as error:
            log.warning("The scheduler tries again: %s", error)
        close_old_connections()
        wake.wait(every)
        wake.clear()


def tick() -> None:
    """Look once at everything that may be due."""
    show_alive()
    resend()
    tasks.resend()
    settle_stranded()
    start_due()
    tell_untold()


def resend() -> list[SyncJob]:
    """Send again what nobody took and what has died; give up what kills every worker that takes it."""
    jobs.give_up_hopeless()
    waiting = [*SyncJob.objects.unclaimed(), *SyncJob.objects.lost()]
    if waiting:
        log.info("Sending again: %s", ", ".join(map(str, waiting)))
        send(waiting)
    return waiting


def start_due() -> list[JobQueueEntry]:
    """Start the passes of every entry whose time has come, in the order in which tables depend on each other."""
    setup = ConnectionSetup.current()
    if setup.is_enabled and is_copy(setup.home):
        setup.disable(COPY)
    if not setup.is_enabled:
        return []
    JobQueueEntry.objects.plan_first_starts()
    return [entry for entry in JobQueueEntry.objects.due() if _start(entry)]


def tell_untold() -> bool:
    """Have a worker tell Sales what it could not be told at once, every few minutes until it was."""
    if not ConnectionSetup.objects.exclude(untold="").exists():
        return False
    last = TaskRun.objects.last_of(telling.TASK)
    if last.is_active or (last.asked_at and timezone.now() - last.asked_at < telling.AGAIN_AFTER):
        return False
    tasks.start(telling.TASK)
    return True


def run_now(entry: JobQueueEntry) -> bool:
    """What the button does: start the entry's passes whenever they are due. ``False``: they are under way."""
    if entry.status == JobQueueEntry.Status.IN_PROCESS:
        return False
    entry.set_ready()
    return _start(entry)


def settle_stranded() -> None:
    """An entry whose run is over or gone, and that nobody told: back to its times."""
    in_process = JobQueueEntry.objects.filter(status=JobQueueEntry.Status.IN_PROCESS)
    under_way = Q(last_job__status__in=SyncJob.ACTIVE) | Q(mapping=None, task__in=TaskRun.objects.active().values("pk"))
    for entry in in_process.exclude(under_way):
        entry.rest(active=True)


def _start(entry: JobQueueEntry) -> bool:
    if entry.mapping is None and entry.task not in tasks.TASKS:
        return False
    with transaction.atomic():
        if not entry.take():
            return False
        if entry.mapping is None:
            tasks.start(entry.task)
            return True
        last: SyncJob | None = None
        for direction in full.directions(entry.mapping):
            last = create(entry.mapping, direction, after=last)
        if last is not None:
            entry.follow(last)
    return True
