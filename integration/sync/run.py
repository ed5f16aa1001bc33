"""What goes into a run and what comes out of it, as values: options, counters, failures, and the journal it keeps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Protocol

from integration.sync.rules import Direction
from integration.systems.values import Side, Value


class Scope(StrEnum):
    """Which rows a run takes. ``CHANGED``: since the cursor, and what is still open. ``OPEN``: only what is still open.
    ``OWED``: of that only what it can carry now; what failed or still waits is not tried again. ``IDS``: only these.
    ``COUPLED``: only the pairs that the matching before it has made, with ``create`` also the records that are not
    coupled; whoever has the run made turns it into ids when its turn has come. ``EVERYTHING``: all rows inside the
    filter, as a full synchronization does."""

    CHANGED = "changed"
    OPEN = "open"
    OWED = "owed"
    IDS = "ids"
    COUPLED = "coupled"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is to be done. ``ids`` are source ids, those of a matching run of the side ``of``.
    ``twins``: what each of them was coupled with when a person asked, in the same order; a record that is coupled with
    another one by now, or with none, is left out. ``newest``: of a run over all couplings, the last one that was there.
    ``create`` overrides "synch. only coupled records".
    ``force`` processes rows that look unchanged or are skipped; who wins is another question: ``winner`` is the side
    whose values a person wants in any case. ``compare``: look for deleted rows by comparing ids, too, as a run of
    everything does. ``approved``: a person has seen that it changes much. ``shown``: the
    digest of what that person was shown; blank: whatever it is. ``restore``: records whose other one is gone
    get a new one, whatever the mapping's policy. ``another``: a document that refers to the record already is no reason
    against one more. ``removes``: of a run that is undone, records it made are deleted where nothing was done with
    them since. ``doubts``: stop with ``DescriptionDoubtful`` at the first value that
    does not fit what the systems said of their columns."""

    scope: Scope = Scope.CHANGED
    ids: tuple[uuid.UUID, ...] = ()
    twins: tuple[uuid.UUID, ...] = ()
    newest: int = 0
    force: bool = False
    create: bool = False
    dry_run: bool = False
    compare: bool = False
    approved: bool = False
    shown: str = ""
    restore: bool = False
    another: bool = False
    removes: bool = False
    winner: Side | None = None
    of: Side = Side.ERP
    doubts: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes them; what is as usual is left out."""
        flags = {name: True for name in STORED_FLAGS if getattr(self, name)}
        named = {"ids": self.ids, "twins": self.twins}
        ids = {name: [str(id) for id in some] for name, some in named.items() if some}
        newest = {"newest": self.newest} if self.newest else {}
        winner = {"winner": self.winner.value} if self.winner else {}
        shown = {"shown": self.shown} if self.shown else {}
        of = {"of": self.of.value} if self.of is not Side.ERP else {}
        return {"scope": self.scope.value, **ids, **flags, **winner, **shown, **of, **newest}

    def behind_matching(self, direction: Direction) -> Options:
        """Those of a pass behind the matching run that has these: over the pairs it makes and, where that is wanted,
        to Sales over what it leaves without one."""
        creates = self.create and direction is Direction.TO_CRM
        scope = Scope.IDS if creates and self.ids else Scope.COUPLED
        return Options(scope, self.ids if creates else (), create=creates, dry_run=self.dry_run)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Options:
        """What :meth:`as_dict` has made, back again."""
        flags = {name: bool(stored.get(name)) for name in STORED_FLAGS}
        ids, twins = (tuple(uuid.UUID(id) for id in stored.get(name, ())) for name in ("ids", "twins"))
        winner = Side(stored["winner"]) if stored.get("winner") else None
        scope, shown = Scope(stored.get("scope", Scope.CHANGED)), str(stored.get("shown", ""))
        of, newest = Side(stored.get("of", Side.ERP)), int(stored.get("newest", 0))
        return cls(scope, ids, twins, newest, winner=winner, shown=shown, of=of, **flags)

    @property
    def coupled_with(self) -> dict[uuid.UUID, uuid.UUID]:
        """Id -> its twin when a person asked; nothing where the run is not about pairs."""
        return dict(zip(self.ids, self.twins, strict=True)) if self.twins else {}


STORED_FLAGS = ("force", "create", "dry_run", "compare", "approved", "restore", "another", "removes")


@dataclass(slots=True)
class Counters:
    """The job counters. Ignored rows (uncoupled while only coupled ones are wanted) are in none of them."""

    inserted: int = 0
    modified: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    deleted: int = 0
    coupled: int = 0
    uncoupled: int = 0

    def add(self, other: Counters) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def as_dict(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def changed(self) -> int:
        """What makes a recurring job worth repeating soon."""
        return self.inserted + self.modified + self.deleted + self.failed


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one record failed, for the error log. ``label`` names it as people do (number and name).
    ``waiting_for``: the record of the source side to couple first, as ``table/id``."""

    direction: Direction
    erp_id: uuid.UUID | None
    crm_id: uuid.UUID | None
    code: str
    message: str
    label: str = ""
    raw: str = ""
    call_stack: str = ""
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a run did with one record: ``inserted``, ``modified``, ``coupled``, ``uncoupled``, ``deleted`` or (where
    single records were asked for) ``unchanged``, and the fields it wrote as (field, old value, new value), in words and
    cut to a length people read. ``label`` names the record as people do, ``reason`` says why where that is no matter
    of course. ``exact``: column -> (old, new) as they are, where they can be put back; ``side``: where it was written
    (``None``: where the run writes). ``table``: that of the record there, where its pair is none of the run's own."""

    erp_id: uuid.UUID
    crm_id: uuid.UUID
    action: str
    fields: Sequence[tuple[str, str, str]]
    label: str = ""
    reason: str = ""
    exact: Mapping[str, tuple[Value, Value]] | None = None
    side: Side | None = None
    table: str = ""


LEFT_OUT = "left-out"
"""The code of a row that was skipped for a reason that is no fault."""

ANOTHER_PAIR = "Its coupling was changed after this was asked for, so it is left as it is. Look at it again."


class Canceled(Exception):
    """A person stopped the run. What is written is remembered; the rest stays open."""


class Journal(Protocol):
    """What a run tells the outside while it goes on. All of it is called from the run's own thread."""

    def cursor(self) -> str | None:
        """Where the source side was read up to, ``None`` for never."""

    def advance(self, cursor: str) -> None:
        """Everything up to here is done and remembered."""

    def begin(self, total: int | None) -> None:
        """About how many rows there are, where that is known."""

    def go_on(self) -> None:
        """Called between two pages, with the next one read and nothing of it done. Raises what ends the run here:
        ``Canceled``, or what its keeper stops it by."""

    def note(self, counters: Counters, done: int) -> None:
        """One page is done: what it adds to the counters, and how many rows it had."""

    def fail(self, failures: list[Failure]) -> None:
        """Rows of this page that failed. Called inside ``ledger.page()``."""

    def leave_out(self, reasons: list[Failure]) -> None:
        """Rows of this page that are none of the mapping's business, with the reasons (``LEFT_OUT``). No errors, but
        a person wants to know. Called inside ``ledger.page()``."""

    def change(self, changes: list[Changed]) -> None:
        """Rows of this page that were written. Called inside ``ledger.page()``."""

    def outcomes(self, outcomes: Mapping[uuid.UUID, str]) -> None:
        """What became of the rows of this page, by source id: the counter each was counted in. Called inside
        ``ledger.page()``."""

    def succeed(self, direction: Direction, source_ids: list[uuid.UUID]) -> None:
        """Rows of this page that went well: their open errors are closed. Called inside ``ledger.page()``, only with
        rows that failed before."""
