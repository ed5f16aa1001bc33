"""Jobs: start, run, cancel. A button, a command and the scheduler all come through the same door.

``start`` writes a ``SyncJob`` row and gives the queue the row's id once the row is committed. A worker claims the row
(one conditional UPDATE), makes the pass, and writes progress under its claim. The row is the truth: the queue can be
emptied at any time, the scheduler sends again what nobody took, and resumes what has shown no sign of life.

Two runs of one mapping never write at once: the database allows one claimed row per mapping. They take turns
(``models/jobs/turns.py``): a long run gives its claim back between two pages when somebody waits for a run of single
records, and goes on afterwards from where it was, by the same way it would be resumed after its worker died. A run
that nobody answers gives its claim back too, and tries again after a while (``job_endings.py``); one that would change
unusually much waits for a person (``approving.py``). Sleeping jobs are woken by what changes (``tasks/waking.py``).
"""

from integration.jobs import full_synch
from integration.jobs.approving import NotWaiting, approve, reject
from integration.jobs.dry_run import plans
from integration.jobs.lifecycle import (
    cancel,
    create_invoices,
    create_orders,
    give_up_hopeless,
    kinds_of_flows,
    plan,
    process_quotes,
    run,
    run_here,
    start,
    synchronize_modified,
    try_now,
)
from integration.jobs.opening import gate_of, open_now
from integration.jobs.queue import queue_state
from integration.jobs.worker import NoQueue, work

__all__ = [
    "NoQueue",
    "NotWaiting",
    "approve",
    "cancel",
    "create_invoices",
    "create_orders",
    "full_synch",
    "gate_of",
    "give_up_hopeless",
    "kinds_of_flows",
    "open_now",
    "plan",
    "plans",
    "process_quotes",
    "queue_state",
    "reject",
    "run",
    "run_here",
    "start",
    "synchronize_modified",
    "try_now",
    "work",
]
