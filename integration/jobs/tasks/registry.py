"""What each task does. A new task gets its place here, and its entry in ``defaults/tasks.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integration.connection import notifying
from integration.defaults.tasks import Task
from integration.jobs.opening import gate_of
from integration.jobs.tasks import new_day, retention, stock, waking
from integration.models import ConnectionSetup

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
    Task.AVAILABILITY: stock.look,
}
"""What each task does. A room above this one adds its own (:func:`performs`); ``apps.py`` loads it."""


def performs(task: Task) -> Callable[[Work], Work]:
    """``@performs(Task.PREFLIGHT)``: this function does the task."""

    def register(work: Work) -> Work:
        TASKS[task] = work
        return work

    return register
