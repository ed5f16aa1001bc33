"""Opening both systems: for a page somebody waits for, or for a run. There is no default that waits longer.

    with open_for_page(setup) as connected:         4 seconds to connect, 10 in all, however often a page opens them
    with open_crm_for_page(setup) as crm:           the same, of Sales alone
    with open_for_run(setup, gate) as connected:    minutes, behind the gate that all workers share
    with at_a_glance(), open_for_page(setup) as …:  a fifth of a second, for a page that has something to show without
    with open_for_download(setup) as connected:     as a page, but as long as every single answer comes in 10 seconds

A page that is kept waiting holds a thread of the web server. So only a few pages wait for Sales at a time; the others
are told so within a second, and show what is ours.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integration.connection import systems
from integration.connection.installation import COPY, is_copy
from integration.connection.systems import Connected
from integration.dataverse.expected import Expected
from integration.dataverse.session import OF_A_PERSON, Gate, Patience
from integration.dataverse.store import SalesOrganization
from integration.models.connection.switches import DISABLED
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import Context, Trade
from integration.systems.errors import ConfigurationProblem, TimedOut
from integration.systems.system import System

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

SECONDS = 10.0
SECONDS_FOR_WORDS = 2.0
SECONDS_FOR_A_GLANCE = 0.2
PAGES_AT_ONCE = 4
"""A third of the threads that ``manage.py serve`` has."""
DOWNLOADS_AT_ONCE = 2
SECONDS_FOR_A_TURN = 1.0
LATE = "Dynamics 365 Sales did not answer within 10 seconds. Try again in a moment."
BUSY = "Other pages are waiting for Dynamics 365 Sales, which is slow to answer. Try again in a moment."


@dataclass(frozen=True, slots=True)
class _Company:
    """What our own database says for the context of a run."""

    local_currency: str
    name: str
    filters: Mapping[tuple[str, str], Sequence[tuple[str, str]]]


@dataclass(slots=True)
class _PageContext:
    """One page: when its time is over, and whether it has a turn already. ``kept``: what it has read of the company, at
    most once; ``None`` where the page may change that."""

    until: float | None = None
    has_turn: bool = False
    kept: list[_Company] | None = None

    def left(self) -> float:
        """Seconds; they count from the first time Sales is opened."""
        self.until = self.until or time.monotonic() + SECONDS
        return self.until - time.monotonic()


_page_context: ContextVar[_PageContext | None] = ContextVar("page_context", default=None)
_turns = threading.BoundedSemaphore(PAGES_AT_ONCE)
_downloads = threading.BoundedSemaphore(DOWNLOADS_AT_ONCE)


@contextmanager
def one_page(*, only_looks: bool = False) -> Iterator[None]:
    """All that opens Sales inside shares the seconds of one page; of one that only looks, what is read of the company,
    too."""
    before = _page_context.set(_PageContext(kept=[] if only_looks else None))
    try:
        yield
    finally:
        _page_context.reset(before)


@contextmanager
def at_a_glance() -> Iterator[None]:
    """What opens Sales inside has a moment for it, no more: a page that shows what is ours at once asks again by itself
    for the rest."""
    around = _page_context.get()
    kept = around.kept if around is not None else None
    before = _page_context.set(_PageContext(time.monotonic() + SECONDS_FOR_A_GLANCE, kept=kept))
    try:
        yield
    finally:
        _page_context.reset(before)


@contextmanager
def waiting() -> Iterator[Patience]:
    """The turn of a page to wait for Sales, and the patience it has left. Raises ``TimedOut`` where it has none."""
    page_context = _page_context.get()
    if page_context is None:
        with one_page(), waiting() as patience:
            yield patience
        return
    left = page_context.left()
    if left <= 0:
        raise TimedOut(LATE)
    if page_context.has_turn:
        yield replace(OF_A_PERSON, total=left)
        return
    with _turn(_turns, min(SECONDS_FOR_A_TURN, left)):
        page_context.has_turn = True
        try:
            yield replace(OF_A_PERSON, total=left)
        finally:
            page_context.has_turn = False


@contextmanager
def open_for_page(setup: ConnectionSetup, *, even_disabled: bool = False, anybody: bool = False) -> Iterator[Connected]:
    """Both systems and the context of a run, while a person waits. Nothing is asked of the network yet. ``anybody``:
    also an organization that the connection was not enabled for, to look at it. Raises ``ConfigurationProblem`` while
    the connection is disabled or not set up, and where the secret is unreadable; ``TimedOut``."""
    with waiting() as patience, closing(_connected(setup, even_disabled, anybody, patience, None)) as connected:
        yield connected


@contextmanager
def open_crm_for_page(setup: ConnectionSetup) -> Iterator[System]:
    """Sales alone, for a page that only reads there: our own database is not asked for the context of a run. Raises as
    ``open_for_page``."""
    _refuse(setup)
    with waiting() as patience, _closed_behind(_crm(setup, patience)) as crm:
        yield crm


@contextmanager
def open_for_words(setup: ConnectionSetup) -> Iterator[System]:
    """The same for what only makes a page nicer to read: two seconds, no more. Raises as ``open_for_page``."""
    with waiting() as patience:
        short = replace(patience, total=min(SECONDS_FOR_WORDS, patience.total or SECONDS_FOR_WORDS))
        with _closed_behind(_crm(setup, short)) as crm:
            yield crm


@contextmanager
def open_for_download(setup: ConnectionSetup) -> Iterator[Connected]:
    """Both systems for a file of all rows of a table, which may take as long as Sales goes on answering. Raises as
    ``open_for_page``."""
    patience = replace(OF_A_PERSON, total=None)
    with _turn(_downloads, SECONDS_FOR_A_TURN), closing(_connected(setup, False, False, patience, None)) as connected:
        yield connected


@contextmanager
def open_for_run(
    setup: ConnectionSetup, gate: Gate, *, even_disabled: bool = False, anybody: bool = False
) -> Iterator[Connected]:
    """The same for what nobody waits for, behind the gate of all that work as this user. That it is the organization
    whose records are coupled is made sure of first. Raises ``ConfigurationProblem``, ``OtherOrganization``, and what
    keeps an organization from answering."""
    with closing(_connected(setup, even_disabled, anybody, Patience(), gate)) as connected:
        if isinstance(connected.crm, SalesOrganization):
            connected.crm.session.confirm()
        yield connected


@contextmanager
def _turn(turns: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    if not turns.acquire(timeout=seconds):
        raise TimedOut(BUSY)
    try:
        yield
    finally:
        turns.release()


def open_either(
    setup: ConnectionSetup, gate: Gate | None, *, even_disabled: bool = False, anybody: bool = False
) -> AbstractContextManager[Connected]:
    """For what pages and workers do alike: with the gate as a run, without one while a person waits."""
    if gate is None:
        return open_for_page(setup, even_disabled=even_disabled, anybody=anybody)
    return open_for_run(setup, gate, even_disabled=even_disabled, anybody=anybody)


def _company() -> _Company:
    page = _page_context.get()
    kept = page.kept if page is not None else None
    if kept:
        return kept[0]
    read = _Company(systems.local_currency(), systems.company_name(), TableMapping.objects.filters())
    if kept is not None:
        kept.append(read)
    return read


@contextmanager
def _closed_behind(system: System) -> Iterator[System]:
    try:
        yield system
    finally:
        systems.close(system)


def _refuse(setup: ConnectionSetup) -> None:
    """Raises ``ConfigurationProblem`` while the connection is disabled, and in a restored copy of the database."""
    if not setup.is_enabled:
        raise ConfigurationProblem(DISABLED)
    if is_copy(setup.installation_id):
        raise ConfigurationProblem(COPY)


def _crm(setup: ConnectionSetup, patience: Patience, gate: Gate | None = None, *, anybody: bool = False) -> System:
    expected = Expected(setup.organization_id, setup.organization_name) if setup.organization_id else None
    return systems.open_crm(setup, patience=patience, gate=gate, expected=None if anybody else expected)


def _connected(
    setup: ConnectionSetup, even_disabled: bool, anybody: bool, patience: Patience, gate: Gate | None
) -> Connected:
    if not even_disabled:
        _refuse(setup)
    company = _company()
    context = Context(
        local_currency=company.local_currency,
        company=company.name,
        organization_id=setup.organization_id,
        user_id=setup.user_id,
        trade=Trade(orders=setup.order_integration_enabled),
        filters=company.filters,
    )
    return Connected(systems.open_erp(), _crm(setup, patience, gate, anybody=anybody), context)
