"""Tasks that belong to no mapping: asked for by the scheduler or a person, run by a worker.

start(task, user)   have it run; a task that is under way is not started a second time
run(task)           what a worker does with its name
resend()            for the scheduler: send again what nobody took, give up what kills every worker
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.db import DatabaseError, transaction

from integration import checks
from integration.connection import notifying
from integration.gate import LocalGate
from integration.jobs import new_day, retention, waking
from integration.jobs.create import Person
from integration.jobs.opening import gate_of
from integration.jobs.pulse import Pulse
from integration.jobs.queue import send_task
from integration.models import ConnectionSetup, JobQueueEntry, TaskRun, User
from integration.models.stored.audit import AuditEntry, record, somebody_acts
from integration.systems.errors import Problem

RUN = "integration.tasks.run"
RESUMED_AT_MOST = 3
UNEXPECTED = "It stopped because of an unexpected error. The log says more."
HOPELESS = "The worker died {} times while this ran. Its log says why; too little memory is a usual reason."

Task = Callable[[], Mapping[str, int]]


def tell_sales() -> dict[str, int]:
    """What Dynamics 365 Sales could not be told while a person waited."""
    setup = ConnectionSetup.current()
    return {"told": int(notifying.send_pending_notice(setup, gate_of(setup)))}


TASKS: dict[str, Task] = {
    retention.TASK: retention.clean,
    checks.TASK: checks.nightly,
    notifying.TASK: tell_sales,
    waking.TASK: waking.look_at_sales,
    new_day.TASK: new_day.look,
}
"""What each does, and answers as numbers by name."""

log = logging.getLogger(__name__)


def start(task: str, user: Person = None) -> TaskRun:
    """Have it run. Tells the queue once the row is committed; a person's goes before what waits there."""
    run, new = TaskRun.objects.ask(task, user if isinstance(user, User) else None)
    if new and somebody_acts():
        record(AuditEntry.Action.STARTED, "task", task)
    if new:
        transaction.on_commit(lambda: send_task(RUN, task, urgent=run.started_by is not None))
    return run


def run(task: str) -> bool:
    """What a worker does with a name: claim the row, do it, write down how it ended. ``False``: nothing was to do."""
    taken = TaskRun.objects.claim(task)
    if taken is None:
        return False
    with Pulse(taken, LocalGate()):
        ended = _done(taken)
    with transaction.atomic():
        written = taken.fail(ended[1]) if ended[0] else taken.finish(ended[1])
        if written:
            _tell_entry(taken)
    return True


def resend() -> None:
    """Send again what nobody took and what died with its worker; give up what kills every worker that takes it."""
    for lost in TaskRun.objects.unsent():
        if lost.resumed >= RESUMED_AT_MOST:
            _give_up(lost)
            continue
        log.info("Sending again: %s", lost)
        send_task(RUN, lost.task)


def _done(taken: TaskRun) -> tuple[bool, str]:
    """(did it fail, what came of it)"""
    try:
        done = TASKS[taken.task]()
    except Problem as problem:
        log.warning("%s ended: %s", taken, problem)
        return True, problem.message
    except DatabaseError as error:
        log.exception("%s ended: our database refused", taken)
        return True, f"Our own database did not take a change ({error})."
    except Exception:
        log.exception("%s ended unexpectedly", taken)
        return True, UNEXPECTED
    said = ", ".join(f"{number} {what}" for what, number in done.items())
    log.info("%s: %s", taken, said)
    return False, said


def _give_up(lost: TaskRun) -> None:
    taken = TaskRun.objects.claim(lost.task)
    if taken is not None and taken.fail(HOPELESS.format(taken.resumed)):
        _tell_entry(taken)


def _tell_entry(ended: TaskRun) -> None:
    """The recurring entry that started it goes back to its times."""
    for entry in JobQueueEntry.objects.filter(task=ended.task, status=JobQueueEntry.Status.IN_PROCESS):
        if ended.status == TaskRun.Status.FAILED:
            entry.stumble(ended.message)
        else:
            entry.rest(active=False)
