"""What a special rule is: the part of a mapping that data cannot say, as a few hooks the engine calls.

One module per pair of tables. The default of every hook does nothing. A hook never remembers, counts or couples:
it reads what a page needs in few requests (``prepare``), makes records fit (``adjusted``), adds to drafts
(``complete``), finds natural matches (``candidates``) and does what has to follow a write (``after``, in waves that
can be repeated harmlessly).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integration.sync.actions import Insert, SideWrite, Update
from integration.sync.ledger import Ledger
from integration.sync.matching import Criterion
from integration.sync.meaning import MeaningField
from integration.sync.rules import Context, Direction, TableRule
from integration.sync.run import Options
from integration.sync.transfer import Draft
from integration.systems.base import Record, Side, System
from integration.systems.errors import Problem


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one pass works with."""

    rule: TableRule
    direction: Direction
    source: System
    destination: System
    ledger: Ledger
    options: Options
    context: Context

    @property
    def erp(self) -> System:
        return self.source if self.direction is Direction.TO_CRM else self.destination

    @property
    def crm(self) -> System:
        return self.destination if self.direction is Direction.TO_CRM else self.source

    @property
    def source_table(self) -> str:
        return self.rule.table(self.direction.source).name

    @property
    def destination_table(self) -> str:
        return self.rule.table(self.direction.destination).name


class Special:
    """A pair of tables without special rules, and the base of those that have some."""

    creates = True
    """False where rows of the destination are only ever coupled, never made."""
    without_match = ""
    """Why a record without a match is left out of a matching run; blank: it is an error there."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.to_crm = run.direction is Direction.TO_CRM

    def columns(self, side: Side) -> Sequence[str]:
        """Columns to read besides the mapped ones."""
        return ()

    def leave_out(self, record: Record) -> str | None:
        """A reason why this record is none of the mapping's business (skipped, not failed)."""
        return None

    def prepare(self, records: Sequence[Record]) -> None:
        """Read what the drafts of these records need."""

    def adjusted(self, record: Record) -> Record:
        """The record as the field mappings are to see it."""
        return record

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        """Add to the draft, or say in ``draft.problem`` why the record cannot go."""

    def candidates(self, records: Sequence[Record]) -> Mapping[uuid.UUID, Sequence[Record]]:
        """The rows of the destination that these uncoupled records naturally are, by source id."""
        return {}

    def before(self) -> None:
        """Make what has to be there before the page is written. Every row made here has an id that is the same on
        every machine, so that doing it twice makes one row. Not called in a dry run."""

    def after(self, done: Sequence[Insert | Update]) -> Mapping[uuid.UUID, Problem]:
        """What has to follow a successful write, as waves: each covers the rows whose earlier wave succeeded. Returns
        the failures by source id. May run beside the planning of the next page: only speak to the destination."""
        return {}

    def criteria(self, chosen: Sequence[Criterion]) -> Sequence[Criterion]:
        """The matching criteria a person chose, narrowed where they would couple strangers."""
        return chosen

    def translated(self, field: str, records: Sequence[Record]) -> Mapping[uuid.UUID, uuid.UUID]:
        """For matching: record id -> the id in Sales that this reference field of the record stands for."""
        return {}

    def fields(self) -> Sequence[MeaningField]:
        """Fields that have a meaning in both directions though no two columns say it alike."""
        return ()

    def waits_for(self, side: Side) -> Sequence[str]:
        """Tables of this side whose records are waited for until something else than a coupling is there."""
        return ()

    def come(self, table: str, ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
        """Those of these records of such a table that have it by now."""
        return ()

    def besides(self, planned: Sequence[Insert | Update]) -> Sequence[SideWrite]:
        """Rows of other tables that are to be written because these are. Reads either side, writes nothing."""
        return ()
