"""The runs of tasks: asked for, claimed by a worker, sent again, given up."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from django.db import transaction

from integration.gate import LocalGate
from integration.jobs import endings
from integration.jobs.create import Person
from integration.jobs.heartbeat import Heartbeat
from integration.jobs.queue import send_task
from integration.jobs.tasks.registry import TASKS
from integration.models import JobQueueEntry, TaskRun, User
from integration.models.stored.audit import AuditEntry, record, somebody_acts

RUN = "integration.jobs.tasks.run"
POLL_SECONDS = 0.2

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


def run_here(task: str) -> TaskRun:
    """Run in this process a task that was asked for; wait where another process has it. Answers the run as it ended."""
    while TaskRun.objects.last_of(task).is_active:
        if not run(task):
            time.sleep(POLL_SECONDS)
    return TaskRun.objects.last_of(task)


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
