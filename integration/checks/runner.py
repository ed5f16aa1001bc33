"""Look at everything, one room after the other: this installation, the connection, then what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import DatabaseError, transaction

from integration.checks.connection import connection
from integration.checks.installation import MIGRATE, installation, machine
from integration.checks.registry import FURTHER, REQUIRED, WARNED, Check
from integration.connection.opening import open_either
from integration.connection.systems import Connected
from integration.defaults.tasks import Task
from integration.gate import Gate
from integration.jobs import gate_of, tasks
from integration.models import ConnectionSetup
from integration.models.stored.cache import note_broken_off
from integration.models.stored.preflight import Preflight
from integration.systems.errors import ConfigurationProblem, Problem, TimedOut
from integration.systems.findings import Finding, Severity

TASK = Task.PREFLIGHT
AGAIN = "Mend what it says, then run again."


def run() -> Preflight:
    """All checks, and what they found is stored as far as the database has a place for it. Raises no ``Problem`` and
    no ``DatabaseError``."""
    return Preflight.keep(list(look()))


def look() -> Iterator[Finding]:
    """All checks, enabled or not; nothing is stored."""
    yield from machine()
    try:
        with transaction.atomic():
            setup = ConnectionSetup.current()
        yield from installation(setup)
        yield from _sales(setup, gate_of(setup))
    except DatabaseError as error:
        words = f"Our own database does not answer as this release needs it: {_first_line(error)}."
        yield Finding("database-unfit", Severity.ERROR, "Database", words, MIGRATE)


@tasks.performs(TASK)
def daily() -> dict[str, int]:
    """For the scheduler: how many findings of each severity."""
    found = run()
    return {f"{severity.value} findings": found.count(severity) for severity in Severity}


def required(setup: ConnectionSetup) -> list[Finding]:
    """Only what the connection needs to be switched on, while a person waits."""
    found, usable = connection(setup)
    return [*found, *(_in_sales(setup, REQUIRED) if usable else ())]


def warned(setup: ConnectionSetup) -> list[Finding]:
    """What a person is warned of who enables the connection, while that person waits."""
    return list(_in_sales(setup, WARNED))


def further(setup: ConnectionSetup, usable: bool) -> Iterator[Finding]:
    """All the rest, while a person waits; ``usable``: Sales answers, and can be asked."""
    yield from machine()
    yield from installation(setup)
    if usable:
        yield from _in_sales(setup, FURTHER)


def _sales(setup: ConnectionSetup, gate: Gate) -> Iterator[Finding]:
    found, usable = connection(setup, gate)
    yield from found
    if usable:
        yield from _in_sales(setup, (*REQUIRED, *FURTHER), gate)


def _in_sales(setup: ConnectionSetup, checks: Sequence[Check], gate: Gate | None = None) -> Iterator[Finding]:
    try:
        with open_either(setup, gate, even_disabled=True, anybody=True) as connected:
            for check in checks:
                yield from _made(check, setup, connected)
    except Problem as problem:
        note_broken_off(isinstance(problem, TimedOut))
        yield Finding(problem.code, Severity.ERROR, "Connection", problem.message, AGAIN)


def _made(check: Check, setup: ConnectionSetup, connected: Connected) -> Iterator[Finding]:
    """What is missing for one check does not keep the others from being made. Raises ``ConnectionProblem``."""
    try:
        yield from check(setup, connected)
    except ConfigurationProblem as problem:
        yield Finding(problem.code, Severity.ERROR, "Connection", problem.message, AGAIN)


def _first_line(error: DatabaseError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
