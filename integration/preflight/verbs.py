"""Look at everything, one room after the other: this installation, the connection, then what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from integration.models import ConnectionSetup
from integration.models.preflight import Preflight, Severity, Verdict
from integration.preflight.connection import connection
from integration.preflight.contents import CHECKS
from integration.preflight.installation import installation
from integration.systems.errors import Problem

TASK = "preflight"


def run() -> Preflight:
    """All checks, and what they found is stored. Raises no ``Problem``."""
    setup = ConnectionSetup.current()
    return Preflight.keep([*installation(setup), *_sales(setup)])


def nightly() -> dict[str, int]:
    """For the scheduler: how many findings of each severity."""
    found = run()
    return {severity.value: found.count(severity) for severity in Severity}


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
