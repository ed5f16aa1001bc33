"""Both systems of the connection as it is, opened as a run opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from integration.connection.opening import open_for_run
from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.odata.shared import LocalGate


@contextmanager
def opened(**how: bool) -> Iterator[Connected]:
    """Closed again at the end; ``how`` as ``open_for_run`` takes it."""
    with open_for_run(ConnectionSetup.current(), LocalGate(), **how) as connected:
        yield connected
