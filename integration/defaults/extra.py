"""Recurring jobs of no mapping: the house's own, and those of features that a person switches on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from integration.models.queue import JobQueueEntry
from integration.models.task_run import HOUSE_TASKS

STATISTICS = "customer_statistics"
AVAILABILITY = "item_availability"
ORDER_STATUS = "sales_order_status"
ORDER_NOTES = "sales_order_notes"
CREATE_ORDERS = "auto_create_orders"
PROCESS_QUOTES = "auto_process_quotes"


@dataclass(frozen=True, slots=True)
class ExtraJob:
    """``feature`` is the switch that asks for it, blank for a job that is always there."""

    task: str
    name: str
    minutes: int
    feature: str = ""
    max_attempts: int = 2


EXTRA_JOBS = (
    ExtraJob("retention", "Delete old jobs, errors and history", 1440, max_attempts=10),
    ExtraJob("preflight", "Preflight: look at everything that has to be right", 1440, max_attempts=10),
    ExtraJob("new_day", "Exchange rates and prices that are valid from today", 60, max_attempts=10),
    ExtraJob(STATISTICS, "Customer Statistics - Dynamics 365 Sales synchronization job", 30, "solution"),
    ExtraJob(AVAILABILITY, "Item Availability - Dynamics 365 Sales synchronization job", 30, "item_availability"),
    ExtraJob(ORDER_STATUS, "Sales Order Status - Dynamics 365 Sales synchronization job", 7, "orders"),
    ExtraJob(ORDER_NOTES, "Sales Order Notes - Dynamics 365 Sales synchronization job", 5, "orders"),
    ExtraJob(CREATE_ORDERS, "Automatic creation of sales orders - Dynamics 365 Sales", 30, "auto_create_orders"),
    ExtraJob(PROCESS_QUOTES, "Automatic processing of sales quotes - Dynamics 365 Sales", 30, "auto_process_quotes"),
)

THERE = HOUSE_TASKS
"""What can be run today: nothing has an entry that it could never keep."""


def adjust_extra_jobs(features: Collection[str], *, enabled: bool) -> None:
    """Create the jobs of these features where they are missing and there is a task for them; delete all others. What
    a person changed about one that stays is kept; a new one waits On Hold until the connection is enabled, unless it
    is the house's own."""
    asked = [job for job in EXTRA_JOBS if not job.feature or job.feature in features]
    wanted = [job for job in asked if job.task in THERE]
    unwanted = {job.task for job in EXTRA_JOBS} - {job.task for job in wanted}
    JobQueueEntry.objects.filter(mapping=None, task__in=unwanted).delete()
    for job in wanted:
        _create(job, ready=enabled or job.task in HOUSE_TASKS)


def create_house_jobs() -> None:
    """The jobs of the house itself, which need no connection."""
    for job in EXTRA_JOBS:
        if job.task in HOUSE_TASKS:
            _create(job, ready=True)


def _create(job: ExtraJob, *, ready: bool) -> None:
    values = {
        "name": job.name,
        "minutes": job.minutes,
        "inactivity_minutes": job.minutes,
        "max_attempts": job.max_attempts,
        "status": JobQueueEntry.Status.READY if ready else JobQueueEntry.Status.ON_HOLD,
        "held_status": "" if ready else JobQueueEntry.Status.READY,
    }
    JobQueueEntry.objects.get_or_create(mapping=None, task=job.task, defaults=values)
