"""What each task does, and its runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.db import transaction

from integration.connection import notifying
from integration.defaults.tasks import Task
from integration.gate import LocalGate
from integration.jobs import endings
from integration.jobs.create import Person
from integration.jobs.heartbeat import Heartbeat
from integration.jobs.opening import gate_of
from integration.jobs.queue import send_task
from integration.jobs.tasks import new_day, retention, waking
from integration.models import ConnectionSetup, JobQueueEntry, TaskRun, User
from integration.models.stored.audit import AuditEntry, record, somebody_acts

RUN = "integration.jobs.tasks.run"

Work = Callable[[], Mapping[str, int]]
"""Does a task; answers what came of it as numbers by name."""


def notify_sales() -> dict[str, int]:
    """Write into Dynamics 365 Sales what it did not take while a person waited."""
    setup = ConnectionSetup.current()
    return {"notified": int(notifying.send_pending_notice(setup, gate_of(setup)))}


TASKS: dict[str, Work] = {
    Task.RETENTION: retention.clean,
    Task.NOTIFY_SALES: notify_sales,
    Task.LOOK_AT_SALES: waking.look_at_sales,
    Task.NEW_DAY: new_day.look,
}
"""What each task does. A room above this one adds its own (:func:`performs`); ``apps.py`` loads it."""


def performs(task: Task) -> Callable[[Work], Work]:
    """``@performs(Task.PREFLIGHT)``: this function does the task."""

    def register(work: Work) -> Work:
        TASKS[task] = work
        return work

    return register


log = logging.getLogger(__name__)


def start(task: str, user: Person = None) -> TaskRun:
    """Have it run. Sends its name once the row is committed; a person's goes before what waits there."""
    run, new = TaskRun.objects.ask(task, user if isinstance(user, User) else None)
    if new and somebody_acts():
        record(AuditEntry.Action.STARTED, "task", task)
    if new:
        transaction.on_commit(lambda: send_task(RUN, task, urgent=run.started_by is not None))
    return run


def run(task: str) -> bool:
    """What a worker does with a name: claim the row, do it, write down how it ended. ``False``: nothing was to do."""
    claimed = TaskRun.objects.claim(task)
    if claimed is None:
        return False
    with Heartbeat(claimed, LocalGate()):
        endings.watched(lambda: TASKS[claimed.task](), TaskEndings(claimed))
    return True


def resend() -> None:
    """Send again what nobody took and what died with its worker; give up what kills every worker that takes it."""
    endings.give_up_hopeless(TaskRun.objects, on_task_ended)
    for lost in endings.unheard(TaskRun.objects):
        send_task(RUN, lost.task)


class TaskEndings(endings.Endings[TaskRun]):
    """The ends of one task: its message says what came of it."""

    def finish(self, result: Mapping[str, int]) -> None:
        message = ", ".join(f"{number} {what}" for what, number in result.items())
        log.info("%s: %s", self.row, message)
        self.write(lambda: self.row.finish(message))

    def follow(self) -> None:
        self.row.refresh_from_db()
        on_task_ended(self.row)


def on_task_ended(run: TaskRun) -> None:
    """The recurring entry that started it goes back to its times."""
    for entry in JobQueueEntry.objects.filter(task=run.task, status=JobQueueEntry.Status.IN_PROCESS):
        if run.status == TaskRun.Status.FAILED:
            entry.record_failure(run.message)
        else:
            entry.schedule_next(active=False)
