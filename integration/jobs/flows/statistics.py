"""Account statistics as the run of a claimed job."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence

from integration.connection.systems import Connected
from integration.documents.account_statistics.run import NOT_INSTALLED, StatisticsRun
from integration.jobs.create import create
from integration.jobs.journal import JobJournal
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.run import Counters, Options, Scope
from integration.systems.errors import ConfigurationProblem

INVOICES = "POSTEDSALESINV-INV"
AT_ONCE = 500


def upload_statistics(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Account statistics, and the states of the invoices whose payment moved. Raises ``ConnectionProblem``."""
    setup, options = ConnectionSetup.current(), job.run_options
    if "solution" not in setup.features() or not setup.sales_enabled:
        raise ConfigurationProblem(NOT_INSTALLED)
    journal.count_anew()
    couplings = job.mapping.couplings.fenced(journal.fence)
    run = StatisticsRun(connected, job.mapping, couplings, journal, _coupled_invoices, _renew_invoices)
    return run.of(options.ids) if options.scope is Scope.IDS else run.of_all()


def _invoices() -> TableMapping | None:
    """The mapping of posted invoices, while something may run there."""
    mapping = TableMapping.objects.filter(name=INVOICES).first()
    return mapping if mapping is not None and ConnectionSetup.current().is_on(mapping) else None


def _coupled_invoices(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these posted invoices are in Sales; all of them where none are named."""
    mapping = _invoices()
    if mapping is None:
        return set()
    coupled = mapping.couplings.filter(state=State.COUPLED.value)
    if not ids:
        return set(coupled.values_list("erp_id", flat=True))
    found: set[uuid.UUID] = set()
    for some in _chunks(sorted(ids)):
        found |= set(coupled.filter(erp_id__in=some).values_list("erp_id", flat=True))
    return found


def _renew_invoices(ids: Sequence[uuid.UUID]) -> None:
    """The engine looks at them: what is left to pay says their state in Sales."""
    mapping = _invoices()
    if mapping is None:
        return
    for some in _chunks(ids):
        create(mapping, Direction.TO_CRM, options=Options(scope=Scope.IDS, ids=tuple(some)))


def _chunks(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
