"""Opening both systems beside the runs: by a command, or by a task of a worker, behind the gate that all share."""

from __future__ import annotations

from contextlib import AbstractContextManager

from integration.connection.opening import open_for_run
from integration.connection.systems import Connected
from integration.gate import Gate, gate_for
from integration.jobs.queue import redis
from integration.models import ConnectionSetup


def gate_of(setup: ConnectionSetup) -> Gate:
    """One gate for all that work in this organization as this user."""
    return gate_for(f"{setup.organization_id}:{setup.client_id}", redis())


def open_now() -> AbstractContextManager[Connected]:
    """Both systems of the connection as it is now. Raises ``ConfigurationProblem``."""
    setup = ConnectionSetup.current()
    return open_for_run(setup, gate_of(setup))
