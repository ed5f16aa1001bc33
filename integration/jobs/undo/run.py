"""The run of a claimed job that undoes another one."""

from __future__ import annotations

from typing import Any

from integration.connection.systems import Connected
from integration.jobs.journal import JobJournal
from integration.jobs.undo.past import pasts_of, records_of
from integration.mappings.build_rule import build_rule
from integration.models import SyncError, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Counters, Failure, Options, Scope
from integration.sync.special.base import Run
from integration.sync.undo.plan import UndoPlanner
from integration.sync.undo.run import undo
from integration.systems.errors import ConfigurationProblem

FORGOTTEN = "The run that was to be undone is not remembered any more."


class UndoJournal:
    """The journal of a run that undoes another: what it could not put back stays with it. It is no error of the pair,
    which no later run would close."""

    def __init__(self, journal: JobJournal) -> None:
        self._journal = journal

    def fail(self, failures: list[Failure]) -> None:
        SyncError.objects.note(self._journal.job, failures)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def undo_run(job: SyncJob, journal: JobJournal, connected: Connected) -> Counters:
    """Put back what the other run wrote, as far as nobody changed it since. What an interrupted run had done is behind
    us. Raises ``ConfigurationProblem`` where that run is gone, and ``ConnectionProblem``."""
    if job.undoes is None:
        raise ConfigurationProblem(FORGOTTEN)
    options = job.run_options
    records = records_of(job.undoes, options.ids)
    run = run_of(job.mapping, Direction(job.undoes.direction), connected, job.mapping.couplings.fenced(journal.fence))
    noted: Any = UndoJournal(journal)
    pasts = pasts_of(job.undoes, records, removes=options.removes)
    return undo(run, pasts, noted, done=job.records_done, removes=options.removes)


def planner_of(mapping: TableMapping, direction: Direction, connected: Connected) -> UndoPlanner:
    """What a preview asks. Raises ``ConfigurationProblem`` for a broken mapping."""
    return UndoPlanner(run_of(mapping, direction, connected, mapping.couplings))


def run_of(mapping: TableMapping, direction: Direction, connected: Connected, ledger: Any) -> Run:
    """A run in the direction of the one that is undone, over these records alone."""
    rule = build_rule(mapping, connected.erp, connected.crm)
    source, destination = connected.source_and_destination(direction)
    options = Options(scope=Scope.IDS, create=True)
    return Run(rule, direction, source, destination, ledger, options, connected.context)
