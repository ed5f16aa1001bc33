"""This installation itself: keys, database, queue, workers, scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from integration.checks.availability import availability
from integration.connection.installation import COPY, is_copy
from integration.jobs import queue_state
from integration.jobs.scheduler_heartbeat import scheduler_is_alive
from integration.models import ConnectionSetup
from integration.models.stored.secret import keys_problem
from integration.systems.findings import Finding, Severity

ERROR, FINE = Severity.ERROR, Severity.FINE


MIGRATE = "Run: python manage.py migrate"


def machine() -> Iterator[Finding]:
    """What can be told without reading a row of ours."""
    yield _migrations()
    yield from _queue()


def installation(setup: ConnectionSetup) -> Iterator[Finding]:
    """What our own rows tell; nothing is asked of Sales here."""
    yield from _keys(setup)
    yield from availability(setup)
    if is_copy(setup.installation_id):
        yield Finding("database-copied", ERROR, "Database", COPY, "Enable the connection on Connection Setup.")


def _keys(setup: ConnectionSetup) -> Iterator[Finding]:
    problem = keys_problem()
    if problem:
        fix = "Set FIELD_ENCRYPTION_KEYS, then restart the application."
        yield Finding("keys-unusable", ERROR, "Encryption keys", problem, fix)
        return
    lost = setup.unreadable_secrets()
    for label in lost:
        message = f"{label}: what is stored belongs to another encryption key and cannot be read."
        fix = "Bring the former key of FIELD_ENCRYPTION_KEYS back, or type the secret anew on Connection Setup."
        yield Finding("secret-unreadable", ERROR, "Encryption keys", message, fix)
    if not lost:
        yield Finding("keys", FINE, "Encryption keys", "All stored secrets can be read.")


def _migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        words = f"It does not answer: {str(error).strip()}"
        return Finding("database-unreachable", ERROR, "Database", words, "Start it, and set DATABASE_URL to it.")
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not pending:
        return Finding("migrations", FINE, "Database", "No migration is pending.")
    names = ", ".join(f"{one.app_label}.{one.name}" for one, _ in pending)
    return Finding("migrations-pending", ERROR, "Database", f"Pending: {names}.", MIGRATE)


def _queue() -> Iterator[Finding]:
    state = queue_state()
    if state.problem:
        fix = "Start Redis or Valkey, and set REDIS_URL to its address."
        yield Finding("queue-unreachable", ERROR, "Queue", state.problem, fix)
        return
    yield Finding("queue", FINE, "Queue", f"The queue answers; {state.waiting} jobs wait in it.")
    if state.workers:
        yield Finding("workers", FINE, "Workers", f"{state.workers} at work.")
    else:
        yield Finding("no-worker", ERROR, "Workers", "No worker takes jobs.", "Start one: python manage.py work")
    if scheduler_is_alive():
        yield Finding("scheduler", FINE, "Scheduler", "It is at work.")
    else:
        words = "No scheduler is at work: recurring jobs do not start."
        yield Finding("no-scheduler", ERROR, "Scheduler", words, "Start one: python manage.py schedule")
