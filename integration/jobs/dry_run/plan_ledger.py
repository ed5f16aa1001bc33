"""A ledger and a journal that write into the plan of a dry run."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice

from integration.jobs.journal import JobJournal
from integration.models import PlannedChange, SyncJob, TableMapping
from integration.sync.memory.ledger import Pair, SideWritten, State
from integration.sync.rules import Direction, Reference
from integration.sync.run import Changed, Counters, Failure
from integration.systems.values import Side

AT_ONCE = 500
LABEL = 250
Kind = PlannedChange.Action


class PlanLedger:
    """The ledger of a mapping as it is going to be: stored pairs, and those of the plan. It writes only the plan."""

    def __init__(self, job: SyncJob, journal: JobJournal) -> None:
        self.plan = job.plan
        self.mapping: TableMapping = job.mapping
        self.real = job.mapping.couplings.fenced(journal.fence)

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        planned = PlannedChange.objects.filter(plan=self.plan, mapping=self.mapping, action=Kind.COUPLE)
        found = dict(self.real.pairs(side, ids))
        for chunk in _chunks(ids):
            for row in planned.filter(**{f"{side}_id__in": chunk}):
                found[getattr(row, f"{side}_id")] = row.pair
        return found

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        found = dict(self.real.resolve(reference, side, ids))
        planned = PlannedChange.objects.filter(
            plan=self.plan, mapping__erp_table=reference.erp_table, mapping__crm_table=reference.crm_table,
            action__in=(Kind.COUPLE, Kind.INSERT),
        )  # fmt: skip
        for chunk in _chunks([id for id in ids if id not in found]):
            rows = planned.filter(**{f"{side}_id__in": chunk})
            found.update(rows.values_list(f"{side}_id", f"{side.other}_id"))
        return found

    def resolve_each(
        self, wanted: Mapping[Reference, Collection[uuid.UUID]], side: Side
    ) -> dict[Reference, dict[uuid.UUID, uuid.UUID]]:
        return {reference: self.resolve(reference, side, ids) for reference, ids in wanted.items()}

    def remember(self, pairs: Iterable[Pair]) -> list[Pair]:
        """A matching run would couple these."""
        PlannedChange.objects.bulk_create(
            PlannedChange(
                plan=self.plan, mapping=self.mapping, direction=Direction.BOTH.value, action=Kind.COUPLE,
                erp_id=pair.erp_id, crm_id=pair.crm_id, agreed={k: list(v) for k, v in pair.agreed.items()},
            )
            for pair in pairs
            if pair.state is State.COUPLED
        )  # fmt: skip
        return []

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        """Also the pairs of the plan: nobody has looked at them yet."""
        yield from self.real.open(direction)
        yield from self.planned(direction.source)

    def planned(self, side: Side) -> list[uuid.UUID]:
        """The records of a side that the plan would couple."""
        rows = PlannedChange.objects.filter(plan=self.plan, mapping=self.mapping, action=Kind.COUPLE)
        return list(rows.order_by("pk").values_list(f"{side}_id", flat=True))

    def released(self, direction: Direction) -> Iterator[uuid.UUID]:
        return self.real.released(direction)

    def waited_for(self, direction: Direction, table: str) -> Iterator[uuid.UUID]:
        return self.real.waited_for(direction, table)

    def waiting(self, direction: Direction, table: str, ids: Collection[uuid.UUID]) -> Iterator[uuid.UUID]:
        return self.real.waiting(direction, table, ids)

    def held(self, side: Side, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        return self.real.held(side, ids)

    def unseen(self, side: Side, seen: Container[uuid.UUID]) -> list[Pair]:
        return self.real.unseen(side, seen)

    def pages(self) -> Iterator[list[Pair]]:
        return self.real.pages()

    def coupled(self) -> int:
        return self.real.coupled()

    def page(self) -> AbstractContextManager[None]:
        return self.real.page()

    def forget(self, pairs: Iterable[Pair]) -> None:
        """Nothing is forgotten in a dry run."""

    def complete(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Nor completed."""
        return []

    def intended(self) -> Iterator[tuple[Pair, dt.datetime]]:
        return self.real.intended()

    def identify(self, side: Side, real: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """Nor named."""

    def side_written(self, writes: Iterable[SideWritten]) -> None:
        """Nor written besides."""


class PlanJournal:
    """Progress goes to the job; failures, to the plan; cursors stay where they are."""

    def __init__(self, job: SyncJob, journal: JobJournal) -> None:
        self.job, self.journal = job, journal

    def cursor(self) -> str | None:
        return None

    def advance(self, cursor: str) -> None:
        """A dry run has read nothing."""

    def begin(self, total: int | None) -> None:
        self.journal.begin(total)

    def go_on(self) -> None:
        self.journal.go_on()

    def note(self, counters: Counters, done: int) -> None:
        self.journal.note(counters, done)

    def fail(self, failures: list[Failure]) -> None:
        PlannedChange.objects.bulk_create(
            PlannedChange(
                plan=self.job.plan, mapping=self.job.mapping, direction=one.direction.value, action=Kind.FAIL,
                erp_id=one.erp_id, crm_id=one.crm_id, label=one.label[:LABEL], reason=one.message,
            )
            for one in failures
        )  # fmt: skip

    def leave_out(self, reasons: list[Failure]) -> None:
        """The actions themselves say that."""

    def change(self, changes: list[Changed]) -> None:
        """Nothing is changed."""

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        """No error closes in a dry run."""

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        """Nor does anything become of a row."""


def _chunks(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, AT_ONCE)):
        yield chunk
