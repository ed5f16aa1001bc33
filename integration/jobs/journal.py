"""The journal of a run, kept in its job row: progress under a claim, errors, cursors, and the wish to stop."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from django.db import models, transaction

from integration.jobs.endings import Paused
from integration.models import ConnectionSetup, RecordChange, SyncError, SyncJob, TableMapping
from integration.sync.memory.ledger import Fenced
from integration.sync.page_result import counted_once
from integration.sync.rules import Direction
from integration.sync.run import Canceled, Changed, Counters, Failure, Scope

PAUSE = threading.Event()
"""Set when this process is to end: runs give their claim back after the page under way."""

GO_ON_FROM_THERE = (
    SyncJob.Kind.SYNCHRONIZE,
    SyncJob.Kind.COUPLE,
    SyncJob.Kind.UNCOUPLE,
    SyncJob.Kind.APPLY,
    SyncJob.Kind.UNDO,
)
"""Kinds of runs that lose nothing by a pause; the others begin anew, so they make way for nobody."""

BEHIND_US = tuple(kind for kind in GO_ON_FROM_THERE if kind != SyncJob.Kind.SYNCHRONIZE)
"""Of these what is done is behind us, by whatever rule: it is not looked at again."""
MET_AGAIN = ("unchanged", "skipped", "failed")

BEGUN_AGAIN = "The mapping was changed while this ran, so the run began anew by the new rule."
WENT_ON = "The mapping was changed while this ran, so what was left to do went by the new rule."
BY_THE_OLD_RULE = (
    "The mapping was changed while this ran. It ended by the rule it began with; the next run goes by the new rule."
)

log = logging.getLogger(__name__)


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
        self.may_wait = gives_way and job.kind != SyncJob.Kind.PLAN  # a dry run is looked at by who waits for it
        self.gives_way = gives_way and job.kind in GO_ON_FROM_THERE
        self.requests = requests
        self.counted_requests = 0
        self.begun = False
        self.outdated = False
        self.outcomes_of_page: Mapping[uuid.UUID, str] = {}
        self.last_before = 0
        """The last row of the history from before the run was resumed, or began to look at all of it again."""

    # --- what the ledger asks -----------------------------------------------------------------------------

    def fence(self) -> None:
        """First statement of every page's transaction: holds the job row until the page is committed, or raises
        ``Fenced``. A page under way is remembered whatever anybody wants meanwhile; :meth:`go_on` is for that.

        Without it a dead worker that wakes up late would remember an old page over a newer one::

            A reads page 7, sends it to Sales, and is suspended before it commits
            B claims the job (``models/jobs/claimable.py``), reads page 7 again, finds by its ids that it is there,
              commits page 7, then page 8
            A wakes up: BEGIN; SELECT ... WHERE claim = a FOR UPDATE: no row. ``Fenced``, ROLLBACK

            If A wakes up before B claims, A holds the row: B's UPDATE waits for A's COMMIT, and goes on behind page 7
        """
        revision = self.job.mine().select_for_update().values_list(models.Subquery(self._revision()), flat=True)
        self.outdated = self._held(revision.first()) != self.mapping.revision

    def off(self) -> str:
        """Why nothing more of this may be written, in words: somebody has disabled the connection, or the part."""
        off = ConnectionSetup.current().why_off(self.mapping)
        return f"Stopped. {off}" if off else ""

    def _revision(self) -> models.QuerySet[TableMapping, Any]:
        """How often the mapping was changed by now: this run got its rule when it began."""
        return TableMapping.objects.filter(pk=models.OuterRef("mapping_id")).values("revision")

    def _held(self, found: Any) -> Any:
        if found is None:
            raise Fenced(f"{self.job} was taken over by another worker.")
        return found

    # --- what the engine calls ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """The next page is there: may the run take it? Raises ``Canceled``, ``Paused`` and ``Fenced``. A run whose
        last page is written is not asked any more, and ends. Each claim makes a page at least, so that two runs can
        never keep each other from going on."""
        before = self.job.before()
        asked = models.Exists(before), models.Exists(before.filter(urgent=True))
        found = self.job.mine().values_list("cancel_requested", models.Subquery(self._revision()), *asked).first()
        canceled, revision, waited_for, urgently = self._held(found)
        if canceled:
            raise Canceled("Canceled.")
        if off := self.off():
            raise Canceled(off)
        if revision != self.mapping.revision:
            self._begin_again()
            raise Paused
        if PAUSE.is_set() or (waited_for and self.gives_way and self.begun):
            raise Paused(gave_way=urgently)
        self.begun = True

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
        if self.is_resumed:
            self.last_before = self._newest()
            if self.takes_all_again:
                self.count_again()
        if total is not None and self.job.records_total is None:
            self.job.records_total = total
            self._must(self.job.beat(records_total=total))

    def note(self, counters: Counters, done: int) -> None:
        outcomes, self.outcomes_of_page = self.outcomes_of_page, {}
        if outcomes and self.last_before:
            counters = counted_once(counters, outcomes, self._written_before(outcomes))
        self._count(counters, done)

    def _begin_again(self) -> None:
        """A person changed the mapping meanwhile: what this run remembered was compared by the rule of before. A run
        that carries records looks at all of them once more; any other one goes on with what is left."""
        with transaction.atomic():
            self.mapping.couplings.look_again()
            if self.job.kind in BEHIND_US:
                self._must(self.job.beat(message=WENT_ON))
                return
            self.job.cursor = ""
            self._must(self.job.beat(cursor="", message=BEGUN_AGAIN))
            self.mapping.refresh_from_db(fields=[self._column])
            if self.takes_all_again or self.cursor() is None:
                self._must(self.job.beat(records_total=None))
                self.count_again()

    # --- what is looked at once more ----------------------------------------------------------------------

    @property
    def takes_all_again(self) -> bool:
        """Has a run of given records no place that it goes on from?"""
        return self.scope in (Scope.IDS, Scope.COUPLED) and self.job.kind == SyncJob.Kind.SYNCHRONIZE

    def count_again(self) -> None:
        """All of it is looked at once more: what was written stays counted, and counts once. What was not is counted
        when it is met again, and noted then."""
        with transaction.atomic():
            self._must(self.job.beat(records_done=0, **dict.fromkeys(MET_AGAIN, 0)))
            SyncError.objects.forget_notes(self.job)
        self.last_before = self._newest()

    @property
    def is_resumed(self) -> bool:
        """Has this run made pages under an earlier claim?"""
        return self.job.started_at != self.job.heartbeat_at

    def _newest(self) -> int:
        """The last row of the run's history; 0: there is none."""
        return self.job.history.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _written_before(self, source_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
        """What was done to these records before, by the ids of their source side."""
        source, written = f"{self.direction.source}_id", ("", self.direction.destination.value)
        rows = self.job.history.written().filter(pk__lte=self.last_before, side__in=written)
        found: dict[uuid.UUID, str] = {}
        for id, action in rows.filter(**{f"{source}__in": list(source_ids)}).values_list(source, "action"):
            found[id] = found.get(id, action) if action == RecordChange.Action.MODIFIED else action
        return found

    def fail(self, failures: list[Failure]) -> None:
        self.has_open_errors = True
        SyncError.objects.log(self.job, failures)

    def leave_out(self, reasons: list[Failure]) -> None:
        SyncError.objects.note(self.job, reasons)

    def change(self, changes: list[Changed]) -> None:
        RecordChange.objects.log(self.job, changes)

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        self.outcomes_of_page = outcomes

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        if self.has_open_errors:
            SyncError.objects.close(self.mapping, direction, source_ids, self.job.kind)

    @cached_property
    def has_open_errors(self) -> bool:
        """Has the mapping any open error that a success could close? Asked once a run."""
        return SyncError.objects.open().filter(mapping=self.mapping).exists()

    def count_anew(self) -> None:
        """The run looks at everything once more: what an interrupted one has counted is not counted twice."""
        self._must(self.job.count_anew())

    def count_requests(self) -> None:
        """Those made since the last page."""
        self._count(Counters(), 0)

    # --- the end ------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """The pass is through: a full one sets the mapping's cursor. Within the transaction that ends the job."""
        if self.mapping.was_changed:
            SyncJob.objects.filter(pk=self.job.pk).update(message=BY_THE_OLD_RULE)
        if self.mapping.is_outdated:
            self.mapping.couplings.look_again()
            return
        if self.scope is Scope.EVERYTHING and self.job.cursor:
            self._move(self.job.cursor)
        self.mapping.finish_full_run()

    @property
    def _column(self) -> str:
        return f"{self.direction.source.value}_cursor"

    def _move(self, cursor: str) -> None:
        """Only from where it was when this run looked: a person may have asked for a full run meanwhile."""
        before = {self._column: getattr(self.mapping, self._column)}
        if TableMapping.objects.filter(pk=self.mapping.pk, **before).update(**{self._column: cursor}):
            setattr(self.mapping, self._column, cursor)

    def _count(self, counters: Counters, done: int) -> None:
        requests = self.requests() - self.counted_requests
        if done or requests or any(counters.as_dict().values()):
            self._must(self.job.note(counters, done, requests))
            self.counted_requests += requests

    def _must(self, written: bool) -> None:
        if not written:
            raise Fenced(f"{self.job} was taken over by another worker.")
