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
from integration.sync.matching.pairs import Criterion
from integration.sync.memory.ledger import Ledger, Pair
from integration.sync.record.meaning import MeaningField
from integration.sync.record.transfer import Draft
from integration.sync.rules import Context, Direction, TableRule
from integration.sync.run import Options, Scope
from integration.systems.errors import ConfigurationProblem, Problem
from integration.systems.system import System
from integration.systems.values import Document, Record, Row, Side


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

    def system(self, side: Side) -> System:
        return self.source if side is self.direction.source else self.destination

    @property
    def gives_ids(self) -> bool:
        """Does the destination choose the ids of its new rows?"""
        return not self.rule.table(self.direction.destination).keeps_ids

    @property
    def is_apart(self) -> bool:
        """Can a write arrive though the run dies before it is remembered? Then it is intended first."""
        return self.destination.remote or self.gives_ids

    @property
    def source_table(self) -> str:
        return self.rule.table(self.direction.source).name

    @property
    def destination_table(self) -> str:
        return self.rule.table(self.direction.destination).name


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a record is left out. ``unpairs``: what it made on the other side is deleted and the pair ends; otherwise
    both stay until another record takes the twin over. ``silent``: nobody would miss it, so it is not even counted."""

    reason: str
    unpairs: bool = False
    silent: bool = False


def require_mapped(rule: TableRule, direction: Direction, *names: str) -> None:
    """These fields of the destination identify its rows: without a field mapping for each of them nothing can be
    written. Raises ``ConfigurationProblem``."""
    table = rule.table(direction.destination)
    mapped = {one.field(direction.destination) for one in rule.fields_towards(direction)}
    for name in names:
        if name not in mapped:
            field = table.fields.get(name)
            label = field.label if field is not None and field.label else name
            raise ConfigurationProblem(
                f"{rule.name} cannot be synchronized without its field mapping for {label} of {table.label}. "
                "Enable that field mapping, or reset the mapping to the default synchronization setup."
            )


class Special:
    """A pair of tables without special rules, and the base of those that have some."""

    creates = True
    """False where rows of the destination are only ever coupled, never made."""
    changes_daily = False
    """True for what people change all day long (documents): a run that changes many of them is nothing unusual."""
    only_pairs = False
    """True where a record without a coupling is nobody's business, whatever the run: another flow makes the pairs."""
    kept: frozenset[str] = frozenset()
    """Keys of agreed values that another flow keeps in the same pairs."""
    ignores_deletions = False
    """True where a deleted record deletes nothing and is no error: the other one stays and is not made anew."""
    page_by_page = False
    """True where a page is planned by what the page before it has made of the other side."""
    reads_outside = False
    """True where changed records outside the mapping's filter are read too, for ``excludes_outside``."""
    takes_over = False
    """True where a natural match may be coupled with another record, which then loses it."""
    without_match = ""
    """Why a record without a match is left out of a matching run; blank: it is an error there."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.to_crm = run.direction is Direction.TO_CRM

    @property
    def looks_at_all(self) -> bool:
        """Does this run repair what belongs to its records, whether these have changed or not?"""
        return self.run.options.force or self.run.options.scope is Scope.EVERYTHING

    def columns(self, side: Side) -> Sequence[str]:
        """Columns to read besides the mapped ones."""
        return ()

    def leave_out(self, record: Record) -> str | None:
        """A reason why this record is none of the mapping's business (skipped, not failed)."""
        return None

    def new_id(self, record: Record) -> uuid.UUID:
        """The id that is set aside for the record's new twin."""
        return uuid.uuid4()

    def prepare(self, records: Sequence[Record]) -> None:
        """Read what the drafts of these records need."""

    def exclude(self, record: Record) -> Exclusion | None:
        """Like ``leave_out``, for what ``prepare`` has to read first."""
        return None

    def excludes_outside(self, record: Record) -> bool:
        """Is this coupled record, outside the mapping's filter by now, to be excluded? Others are left alone there."""
        return False

    def concerned(self) -> set[uuid.UUID]:
        """Source records that have to be looked at because of those prepared since the last call, though nobody changed
        them. The run plans them at its end."""
        return set()

    def always_looks(self, record: Record) -> bool:
        """Is this coupled record looked at, and ``after`` called with it, though nothing of it may have changed?"""
        return False

    def heirs(self, twins: Sequence[Record]) -> Mapping[uuid.UUID, uuid.UUID]:
        """Twin -> the source record that takes it over when the one that it is coupled with is gone."""
        return {}

    def last_words(self, pairs: Sequence[Pair], twins: Mapping[uuid.UUID, Record]) -> Mapping[uuid.UUID, Row | None]:
        """What is written to twins whose records were deleted (``None``: nothing), by the twin's id; their pairs end
        with it. Others are judged by the policy of the mapping."""
        return {}

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

    def finish(self, action: Update, row: Row) -> Row:
        """An update as it is sent: from which states it may be made, and in which one its row is left."""
        return row

    def insert(self, action: Insert, row: Row) -> Row | Document:
        """What a new row is inserted as: by itself, or with all that belongs to it. All rows of a mapping alike."""
        return row

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
