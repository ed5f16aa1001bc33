"""Either side, or both, opened for a page and closed behind it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from integration.connection import systems
from integration.connection.opening import open_crm_for_page, open_for_download, open_for_page
from integration.connection.systems import Connected
from integration.models import ConnectionSetup
from integration.systems.errors import Problem
from integration.systems.naming import names_of
from integration.systems.system import System
from integration.systems.values import Ref, Side

NAMED = 3
"""So many records are named in a sentence."""


@contextmanager
def opened(side: Side, setup: ConnectionSetup | None = None) -> Iterator[System]:
    """One side; ``setup``: where the page has read it already. Business Central needs no connection; Sales raises
    ``ConfigurationProblem`` while it is disabled."""
    if side is Side.ERP:
        yield systems.open_erp()
        return
    with open_crm_for_page(setup or ConnectionSetup.current()) as crm:
        yield crm


@contextmanager
def opened_to_download(side: Side) -> Iterator[System]:
    """One side, for a file of all its rows of a table. Raises as ``opened``."""
    if side is Side.ERP:
        yield systems.open_erp()
        return
    with open_for_download(ConnectionSetup.current()) as connected:
        yield connected.crm


@contextmanager
def both_opened(setup: ConnectionSetup | None = None) -> Iterator[Connected]:
    """Both sides, for a page; nothing is asked yet. ``setup``: where the page has read it already. Raises
    ``ConfigurationProblem`` while the connection is disabled, ``TimedOut`` where other pages wait already."""
    with open_for_page(setup or ConnectionSetup.current()) as connected:
        yield connected


def called(side: Side, table: str, ids: Sequence[uuid.UUID]) -> str:
    """These records by name, the first few of many: "C00110 Northwind Traders and 4 more"; blank where their system
    does not answer."""
    found = names(side, table, ids[:NAMED])
    shown = [found[id] for id in ids if id in found]
    more = [f"{len(ids) - len(shown)} more"] if shown and len(ids) > len(shown) else []
    return " and ".join([", ".join(shown), *more])


def names(side: Side, table: str, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """What these records are called; none where their system does not answer."""
    with suppress(Problem), opened(side) as system:
        return names_of(system, [Ref(table, id) for id in ids])
    return {}
