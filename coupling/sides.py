"""Either side, opened for a page and closed behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from integration.models import ConnectionSetup, systems
from integration.systems.base import Side, System


@contextmanager
def opened(side: Side) -> Iterator[System]:
    """One side. Business Central needs no connection; Sales raises ``ConfigurationProblem`` while it is disabled."""
    if side is Side.ERP:
        yield systems.open_erp()
        return
    with closing(ConnectionSetup.current().open()) as connected:
        yield connected.crm
