"""The journal of a run, kept in its job row: progress under a claim, errors, cursors, and the wish to stop."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.db import models, transaction

from integration.models import RecordChange, SyncError, SyncJob, TableMapping
from integration.sync.ledger import Fenced
from integration.sync.rules import Direction
from integration.sync.run import Canceled, Changed, Counters, Failure, Scope

PAUSE = threading.Event()
"""Set when this process is to end: runs give their claim back after the page under way."""

log = logging.getLogger(__name__)


class Paused(Exception):
    """The run gave way; what is written is remembered, and the job goes on later."""


class JobJournal:
    """``sync.run.Journal`` for one claimed job.

    Where the pass has read up to is kept in the job row, page by page: a resumed run goes on from there. A run of
    what changed moves the mapping's cursor along; a full one sets it when it is through, so that an interrupted full
    synchronization does not leave a cursor behind that claims less or more than the mapping knew before.
    """

    def __init__(
        self, job: SyncJob, direction: Direction, *, gives_way: bool = True, requests: Callable[[], int] = lambda: 0
    ) -> None:
        self.job, self.mapping, self.direction = job, job.mapping, direction
        self.scope = job.run_options.scope
        self.gives_way = gives_way
        self.requests = requests
        self.counted_requests = 0
        self.ending: Exception | None = None
        self.outdated = False

    # --- what the ledger asks -----------------------------------------------------------------------------

    def fence(self) -> None:
        """First statement of every page's transaction: holds the job row until the page is committed, or raises
        ``Fenced``. Learns on the way whether somebody wants the run to stop."""
        row = (
            self.job.mine()
            .select_for_update()
            .values_list("cancel_requested", models.Exists(self._urgent()), models.Subquery(self._revision()))
        )
        found = row.first()
        if found is None:
            raise Fenced(f"{self.job} was taken over by another worker.")
        canceled, wanted, revision = found
        self.outdated = revision != self.mapping.revision
        if canceled:
            self.ending = Canceled("Canceled.")
        elif self.outdated or PAUSE.is_set() or (wanted and self.gives_way):
            self.ending = Paused()

    def _revision(self) -> models.QuerySet[TableMapping, Any]:
        """How often the mapping was changed by now: this run was told its rule when it began."""
        return TableMapping.objects.filter(pk=models.OuterRef("mapping_id")).values("revision")

    def _urgent(self) -> models.QuerySet[SyncJob]:
        """Is there a run that somebody waits for and that this one holds up?"""
        return SyncJob.objects.ready().filter(mapping=self.mapping, urgent=True).exclude(pk=self.job.pk)

    # --- what the engine tells ----------------------------------------------------------------------------

    def cursor(self) -> str | None:
        if self.job.cursor:
            return self.job.cursor
        if self.scope is Scope.EVERYTHING:
            return None
        return str(getattr(self.mapping, self._column)) or None

    def advance(self, cursor: str) -> None:
        if cursor == self.cursor() or self.outdated:
            return
        self.job.cursor = cursor
        self._must(self.job.beat(cursor=cursor))
        if self.scope is Scope.CHANGED:
            self._move(cursor)

    def begin(self, total: int | None) -> None:
        if total is not None and self.job.records_total is None:
            self.job.records_total = total
            self._must(self.job.beat(records_total=total))

    def note(self, counters: Counters, done: int) -> None:
        self._count(counters, done)
        if self.outdated:
            self._begin_again()
        if self.ending is not None:
            # Behind the commit: what this page wrote must be remembered before the run ends.
            transaction.on_commit(self._end)

    def _begin_again(self) -> None:
        """A person changed the mapping meanwhile: what this page remembered was compared by the rule of before."""
        self.mapping.couplings.look_again()
        self.job.cursor = ""
        self._must(self.job.beat(cursor=""))

    def fail(self, failures: list[Failure]) -> None:
        self.has_open_errors = True
        SyncError.objects.log(self.job, failures)

    def leave_out(self, reasons: list[Failure]) -> None:
        SyncError.objects.note(self.job, reasons)

    def change(self, changes: list[Changed]) -> None:
        RecordChange.objects.log(self.job, changes)

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        """The counters say enough of a run that follows no plan."""

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        if self.has_open_errors:
            SyncError.objects.close(self.mapping, direction, source_ids)

    @cached_property
    def has_open_errors(self) -> bool:
        """Has the mapping any open error that a success could close? Asked once a run."""
        return SyncError.objects.open().filter(mapping=self.mapping).exists()

    def count_requests(self) -> None:
        """Those made since the last page."""
        self._count(Counters(), 0)

    # --- the end ------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """The pass is through: a full one sets the mapping's cursor. Within the transaction that ends the job."""
        if self.mapping.is_outdated:
            self.mapping.couplings.look_again()
            return
        if self.scope is Scope.EVERYTHING and self.job.cursor:
            self._move(self.job.cursor)
        self.mapping.settle_full_run()

    @property
    def _column(self) -> str:
        return f"{self.direction.source.value}_cursor"

    def _move(self, cursor: str) -> None:
        """Only from where it was when this run looked: a person may have asked for a full run meanwhile."""
        before = {self._column: getattr(self.mapping, self._column)}
        if TableMapping.objects.filter(pk=self.mapping.pk, **before).update(**{self._column: cursor}):
            setattr(self.mapping, self._column, cursor)

    def _end(self) -> None:
        if self.ending is not None:
            raise self.ending

    def _count(self, counters: Counters, done: int) -> None:
        requests = self.requests() - self.counted_requests
        if done or requests or any(counters.as_dict().values()):
            self._must(self.job.note(counters, done, requests))
            self.counted_requests += requests

    def _must(self, written: bool) -> None:
        if not written:
            raise Fenced(f"{self.job} was taken over by another worker.")
