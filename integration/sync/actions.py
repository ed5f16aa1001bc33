"""What is going to happen to one source record. A list of these is a plan: it can be shown, or applied."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integration.sync.memory.ledger import Pair
from integration.sync.unchanging import unchanging
from integration.systems.errors import Problem
from integration.systems.values import Record, Row, Value


@unchanging
class Change:
    """One field that is written: its old and its new value."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row in the destination; ``pair`` has the id it is going to have and what will then be agreed.
    ``before`` is the pair as the ledger has it now, ``replaces`` one whose twin is gone for good."""

    record: Record
    pair: Pair
    values: Mapping[str, Value]
    before: Pair | None = None
    replaces: Pair | None = None
    missing: Sequence[str] = ()


@unchanging
class Update:
    """Write the fields that differ. ``pair`` is the pair as it will be afterwards (but for what the answer to the
    write says), ``before`` as the ledger has it, ``read`` as it is once both rows were read. ``coupled``: a natural
    match, newly coupled. ``completes``: left by an interrupted run. ``refused``: why a field of it is not written while
    the others are."""

    record: Record
    twin: Record
    pair: Pair
    changes: Sequence[Change] = ()
    before: Pair | None = None
    read: Pair | None = None
    coupled: bool = False
    completes: bool = False
    refused: Problem | None = None
    replaces: Pair | None = None
    missing: Sequence[str] = ()

    @property
    def values(self) -> dict[str, Value]:
        return {change.field: change.new for change in self.changes}


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing to write. ``pair`` where the memory is to be renewed."""

    record: Record
    pair: Pair | None = None
    before: Pair | None = None
    refused: Problem | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """Not this run's business, not counted: uncoupled while only coupled rows are wanted, or ``outside`` the filter."""

    record: Record
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """Left out on purpose, counted, with the reason. ``remembered``: the pair (or the place set aside for one) with
    what would make the reason pass."""

    record: Record
    reason: str
    pair: Pair | None = None
    remembered: Pair | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """Cannot be done; ``pair`` as it was before (``None``: never seen). ``problem.code`` groups the errors."""

    record: Record
    problem: Problem
    pair: Pair | None = None


@dataclass(frozen=True, slots=True)
class Uncouple:
    """The coupling goes, the surviving row stays. ``twin``: this row of the destination is deleted with it, or gets
    ``last`` written instead, where there is any.
    ``record`` and ``reason``: the source row that is there and left out from now on. ``again``: the pair that stands
    for its next try instead."""

    pair: Pair
    counted: bool = True
    record: Record | None = None
    reason: str = ""
    twin: Record | None = None
    again: Pair | None = None
    last: Row | None = None


@dataclass(frozen=True, slots=True)
class SourceDeleted:
    """The source row was deleted and no policy says what that means. ``label`` names the record that is left."""

    pair: Pair
    problem: Problem
    label: str = ""


@dataclass(frozen=True, slots=True)
class Restore:
    """The source row was deleted and is to come back: the other pass inserts it anew from its twin."""

    pair: Pair
    replacement: Pair = field()


@dataclass(frozen=True, slots=True)
class SideWrite:
    """What else is written because ``record`` is: a firm's primary contact, a product's price line, its publication. It
    is planned with the action, so dry run, approval and history know it; it is made where the record's own write
    succeeded, wave by wave. ``seen`` is the version the row was read with (blank: whatever it is), ``erp_id`` and
    ``crm_id`` are the pair it belongs to. Without one that ``must`` be the record is not complete."""

    record: Record
    table: str
    id: uuid.UUID
    changes: Sequence[Change]
    seen: str
    erp_id: uuid.UUID
    crm_id: uuid.UUID
    label: str = ""
    must: bool = False
    is_new: bool = False
    wave: int = 1

    @property
    def values(self) -> dict[str, Value]:
        return {change.field: change.new for change in self.changes}


Action = Insert | Update | Unchanged | Ignore | Skip | Fail | Uncouple | SourceDeleted | Restore | SideWrite
