"""Look at everything, one room after the other: this installation, the connection, then what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from django.db import DatabaseError, transaction

from integration.models import ConnectionSetup
from integration.models.preflight import Preflight, Severity, Verdict
from integration.preflight.connection import connection
from integration.preflight.contents import CHECKS
from integration.preflight.installation import MIGRATE, installation, machine
from integration.systems.errors import Problem

TASK = "preflight"


def run() -> Preflight:
    """All checks, and what they found is stored as far as the database has a place for it. Raises no ``Problem`` and
    no ``DatabaseError``."""
    return Preflight.keep(list(look()))


def look() -> Iterator[Verdict]:
    """All checks, enabled or not; nothing is stored."""
    yield from machine()
    try:
        with transaction.atomic():
            setup = ConnectionSetup.current()
        yield from installation(setup)
        yield from _sales(setup)
    except DatabaseError as error:
        words = f"Our own database does not answer as this release needs it: {_first_line(error)}."
        yield Verdict("database-unfit", Severity.ERROR, "Database", words, MIGRATE)


def nightly() -> dict[str, int]:
    """For the scheduler: how many findings of each severity."""
    found = run()
    return {f"{severity.value} findings": found.count(severity) for severity in Severity}


def _sales(setup: ConnectionSetup) -> Iterator[Verdict]:
    found, usable = connection(setup)
    yield from found
    if not usable:
        return
    try:
        with closing(setup.open(even_disabled=True)) as connected:
            for check in CHECKS:
                yield from check(setup, connected)
    except Problem as problem:
        yield Verdict(problem.code, Severity.ERROR, "Connection", problem.message, "Mend what it says, then run again.")


def _first_line(error: DatabaseError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
