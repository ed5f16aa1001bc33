"""The tasks that belong to no mapping, and the recurring entries of those that run at times of their own: as data.

What a task does is registered where it lives (``jobs/tasks``), or it makes passes over mappings (``TASK_PASSES``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """Every task there is, by the name that its row and the queue carry."""

    RETENTION = "retention"
    PREFLIGHT = "preflight"
    NEW_DAY = "new_day"
    CATALOG = "catalog"
    LOOK_AT_SALES = "look_at_sales"
    NOTIFY_SALES = "notify_sales"
    STATISTICS = "customer_statistics"
    AVAILABILITY = "item_availability"
    ORDER_STATUS = "sales_order_status"
    ORDER_NOTES = "sales_order_notes"
    CREATE_ORDERS = "auto_create_orders"
    PROCESS_QUOTES = "auto_process_quotes"


@dataclass(frozen=True, slots=True)
class TaskPass:
    """A run that a task makes: over which mapping, which way, of which kind of job."""

    mapping: str
    direction: str
    kind: str


TASK_PASSES: Mapping[str, tuple[TaskPass, ...]] = {
    Task.STATISTICS: (TaskPass("CUSTOMER", "to_crm", "statistics"),),
    Task.CREATE_ORDERS: (TaskPass("SALESORDER-ORDER", "to_erp", "create-orders"),),
    Task.PROCESS_QUOTES: (TaskPass("SALESQUOTE-QUOTE", "to_erp", "process-quotes"),),
    Task.ORDER_STATUS: (
        TaskPass("SALESORDER-ORDER", "to_crm", "posts"),
        TaskPass("SALESORDER-ORDER", "to_crm", "synchronize"),
    ),
    Task.ORDER_NOTES: (
        TaskPass("SALESORDER-NOTES", "to_erp", "synchronize"),
        TaskPass("SALESORDER-NOTES", "to_crm", "synchronize"),
    ),
}
"""Tasks whose work are runs of mappings, one behind the other (two at most): they have a journal, errors and turns."""


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """The recurring entry of a task. ``feature`` is the switch of the connection that asks for it; blank: a task of the
    house itself, which is always there and runs whether the connection is enabled or not."""

    task: Task
    name: str
    minutes: int
    feature: str = ""
    max_attempts: int = 2


TASK_ENTRIES = (
    TaskEntry(Task.RETENTION, "Delete old jobs, errors and history", 1440, max_attempts=10),
    TaskEntry(Task.PREFLIGHT, "Preflight: look at everything that has to be right", 1440, max_attempts=10),
    TaskEntry(Task.NEW_DAY, "Exchange rates and prices that are valid from today", 60, max_attempts=10),
    TaskEntry(Task.CATALOG, "Catalogs that lists find records by", 10, max_attempts=10),
    TaskEntry(Task.STATISTICS, "Customer Statistics - Dynamics 365 Sales synchronization job", 30, "solution"),
    TaskEntry(Task.AVAILABILITY, "Item Availability - Dynamics 365 Sales synchronization job", 30, "item_availability"),
    TaskEntry(Task.ORDER_STATUS, "Sales Order Status - Dynamics 365 Sales synchronization job", 7, "orders"),
    TaskEntry(Task.ORDER_NOTES, "Sales Order Notes - Dynamics 365 Sales synchronization job", 5, "orders"),
    TaskEntry(Task.CREATE_ORDERS, "Automatic creation of sales orders - Dynamics 365 Sales", 30, "auto_create_orders"),
    TaskEntry(
        Task.PROCESS_QUOTES, "Automatic processing of sales quotes - Dynamics 365 Sales", 30, "auto_process_quotes"
    ),
)

CAPTIONS: Mapping[str, str] = {
    **{entry.task.value: entry.name for entry in TASK_ENTRIES},
    Task.LOOK_AT_SALES.value: "Look at Dynamics 365 Sales",
    Task.NOTIFY_SALES.value: "Notify Dynamics 365 Sales",
}
"""Task -> what people call it."""


def caption(task: str) -> str:
    """What people call a task; anything else as it is."""
    return CAPTIONS.get(task, task)


HOUSE_TASKS = tuple(entry.task for entry in TASK_ENTRIES if not entry.feature)
"""Tasks of the house itself: they run at their times whether the connection is enabled or not."""

SALES_TASKS = tuple(entry.task for entry in TASK_ENTRIES if entry.feature)
"""Tasks of a feature: only while the connection is enabled."""
