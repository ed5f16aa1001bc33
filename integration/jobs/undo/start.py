"""May a run be undone, what would come of it, and the run that does it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from integration.connection.opening import open_for_page
from integration.connection.systems import Connected
from integration.jobs.create import Person
from integration.jobs.lifecycle import start
from integration.jobs.undo.past import number_of, pasts_of, records_of
from integration.jobs.undo.run import planner_of
from integration.models import ConnectionSetup, RecordChange, SyncJob
from integration.sync.rules import Direction
from integration.sync.run import Options, Scope
from integration.sync.undo.past import Undoing
from integration.systems.errors import ConfigurationProblem
from integration.systems.formats import whole

CAN_BE = (SyncJob.Kind.SYNCHRONIZE, SyncJob.Kind.APPLY, SyncJob.Kind.UNDO)
"""Kinds of runs that write fields of records, and nothing else."""
DOCUMENTS = frozenset(("sales_header", "sales_line", "sales_invoice_header", "sales_invoice_line", "note"))
"""Tables whose records are documents or belong to one: they are corrected by their own actions."""
SHOWN, LOOKED_AT = 50, 200
"""So many records a page shows, and so many are looked at for what it says of all of them."""

STILL_RUNS = "The run has not ended yet. Cancel it first, or wait for its end."
OTHER_KIND = "Only runs that write fields of records can be undone."
ABOUT_DOCUMENTS = (
    "Runs of documents cannot be undone: an order, an invoice or what was posted is corrected by its own actions "
    "(cancel, credit, undo shipment)."
)
UNDONE, UNDER_WAY = "This run was undone already", "This run is being undone already"
NOTHING = "This run wrote nothing that is still remembered, so there is nothing to undo."


class NotUndoable(Exception):
    """A run cannot be undone; the message says why."""


class UndoneAlready(NotUndoable):
    """Nothing is left to be put back: ``by`` has done it, or is about to."""

    def __init__(self, by: SyncJob) -> None:
        super().__init__(UNDONE if by.finished_at else UNDER_WAY)
        self.by = by


@dataclass(frozen=True, slots=True)
class Preview:
    """What undoing comes to: ``total`` records in all. Those on the page begin with the one numbered ``first`` (from
    1); ``planned`` are these and as many before and behind them as are looked at, from the one numbered ``begins``.
    ``made``: so many of all the run made; ``along``: so many it wrote along with others, which stay as they are."""

    planned: Sequence[Undoing]
    total: int
    first: int
    made: int = 0
    along: int = 0
    begins: int = 1

    @property
    def shown(self) -> Sequence[Undoing]:
        """The records on this page."""
        return self.planned[self.first - self.begins :][:SHOWN]

    @property
    def ends(self) -> int:
        """The number of the last one that was looked at."""
        return self.begins + len(self.planned) - 1

    @property
    def of_what(self) -> str:
        """What the records are, where they are of several kinds."""
        kinds = [(self.made, "that the run made"), (self.total - self.made - self.along, "that it changed")]
        kinds.append((self.along, "that it wrote along with them, which stay as they are"))
        parts = [f"{whole(number)} {what}" for number, what in kinds if number]
        return ", ".join(parts) if len(parts) > 1 or self.along else ""

    @property
    def last(self) -> int:
        return self.first + len(self.shown) - 1

    @property
    def next(self) -> int:
        """The first one of the next page; 0: this is the last."""
        return self.last + 1 if self.last < self.total else 0


def why_not(job: SyncJob) -> str:
    """Why this run cannot be undone; blank where it can. Asks the database twice, where nothing else speaks against."""
    if job.kind not in CAN_BE:
        return OTHER_KIND
    if job.mapping.internal or job.mapping.erp_table in DOCUMENTS or job.mapping.is_option:
        return ABOUT_DOCUMENTS
    if job.is_active or job.waits_for_approval:
        return STILL_RUNS
    if undone_by(job) is not None:
        return f"{UNDONE}."
    return "" if job.history.exists() else NOTHING


def undone_by(job: SyncJob, erp_ids: Collection[uuid.UUID] = ()) -> SyncJob | None:
    """The run that undoes this one (what it did with these records), or has undone it and left nothing of it. One that
    left something, or was itself undone since, is none: what is left may still be put back."""
    for one in job.undone_by.select_related("started_by"):
        ids = one.run_options.ids
        is_about_them = not ids or (bool(erp_ids) and set(erp_ids) <= set(ids))
        if is_about_them and (one.is_active or one.waits_for_approval or _left_nothing(one)):
            return one
    return None


def _left_nothing(undoing: SyncJob) -> bool:
    if undoing.status != SyncJob.Status.FINISHED or undoing.skipped or undoing.failed:
        return False
    return not undoing.undone_by.filter(Q(modified__gt=0) | Q(deleted__gt=0)).exists()


def latest_undoing(job: SyncJob) -> SyncJob | None:
    """The run that has undone this one last, in whole or in part: what a page has shown before is old by then."""
    return job.undone_by.select_related("started_by").first()


def can_be_undone(row: RecordChange) -> bool:
    """May undoing be offered for this write? Asks nothing of the database."""
    job = row.job
    is_kept = row.exact is not None or row.action == RecordChange.Action.INSERTED
    about_documents = job.mapping.internal or job.mapping.erp_table in DOCUMENTS or job.mapping.is_option
    carried = row.side == Direction(job.direction).destination.value if job.direction != Direction.BOTH else False
    return is_kept and carried and job.kind in CAN_BE and not about_documents and not job.is_active


def preview(job: SyncJob, erp_ids: Collection[uuid.UUID] = (), *, removes: bool = False, first: int = 1) -> Preview:
    """What undoing this run (of these records alone) would do now. Raises ``NotUndoable`` and ``ConnectionProblem``."""
    records = _records(job, erp_ids)
    first = first if 1 <= first <= len(records) else 1
    begins = first - (first - 1) % LOOKED_AT
    with open_for_page(ConnectionSetup.current()) as connected:
        planned = _planned(job, connected, records[begins - 1 :][:LOOKED_AT], removes=removes)
    return Preview(planned, len(records), first, *number_of(job, erp_ids), begins)


def undo(job: SyncJob, user: Person, erp_ids: Collection[uuid.UUID] = (), *, removes: bool = False) -> SyncJob:
    """Have what this run wrote put back. Answers the run that does it. Raises ``NotUndoable``."""
    _records(job, erp_ids)
    return _start(job, user, erp_ids, removes=removes)


def undo_both(
    halves: Sequence[SyncJob], job: SyncJob, user: Person, erp_ids: Collection[uuid.UUID] = (), *, removes: bool = False
) -> SyncJob:
    """Have all passes of one start put back, the one that ran last first: what it wrote may rest on what the one before
    had written. Records that a pass made are deleted of ``job`` alone, of which a person has seen which. Answers the
    run that begins. Raises ``NotUndoable`` where one of them cannot be undone; then none is."""
    for half in halves:
        _records(half, erp_ids)
    started = list[SyncJob]()
    with transaction.atomic():
        for half in reversed(halves):
            after = started[-1] if started else None
            started.append(_start(half, user, erp_ids, removes=removes and half == job, after=after))
    return started[0]


def _start(
    job: SyncJob, user: Person, erp_ids: Collection[uuid.UUID], *, removes: bool = False, after: SyncJob | None = None
) -> SyncJob:
    scope = Scope.IDS if erp_ids else Scope.EVERYTHING
    options = Options(scope=scope, ids=tuple(erp_ids), removes=removes)
    kind = SyncJob.Kind.UNDO
    return start(job.mapping, Direction(job.direction), kind=kind, options=options, user=user, undoes=job, after=after)


def _records(job: SyncJob, erp_ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    by = undone_by(job, erp_ids)
    if by is not None:
        raise UndoneAlready(by)
    refusal = why_not(job)
    if refusal:
        raise NotUndoable(refusal)
    records = records_of(job, erp_ids)
    if not records:
        raise NotUndoable(NOTHING)
    return records


def _planned(
    job: SyncJob, connected: Connected, records: Sequence[tuple[uuid.UUID, uuid.UUID]], *, removes: bool
) -> list[Undoing]:
    if job.direction == Direction.BOTH:
        raise ConfigurationProblem(OTHER_KIND)
    planner = planner_of(job.mapping, Direction(job.direction), connected)
    return planner.plan_back(pasts_of(job, records, removes=removes), removes=removes)
