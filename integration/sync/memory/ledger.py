"""What both sides looked like when they last agreed: who is whom, versions, agreed values, what went wrong.

The engine only knows this protocol. ``memory_ledger.MemoryLedger`` serves tests; in the application it is the
manager of ``coupling.models.Coupling`` for one mapping (``mapping.couplings``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from integration.sync.memory.halves import DECIDED, arrived, column_of, side_written
from integration.sync.rules import Direction, Reference
from integration.sync.unchanging import unchanging
from integration.systems.values import Side

Agreed = Mapping[str, tuple[str, str]]
"""field rule key -> (half of the ERP, half of Sales), see ``memory``."""


class State(StrEnum):
    """How far a pair is. ``RESERVED``: nothing is written, the other id is only set aside. ``INTENDED``: an insert was
    about to happen, or its later waves are not through. ``COUPLED``: both rows are there."""

    RESERVED = "reserved"
    INTENDED = "intended"
    COUPLED = "coupled"


class Result(StrEnum):
    """How the last pass in one direction ended for a pair. ``SKIPPED``: failed twice the same way, it rests.
    ``UNDONE``: the row that a run had made was deleted by undoing that run, or is about to be; no run makes it again by
    itself."""

    NONE = ""
    SUCCESS = "success"
    FAILURE = "failure"
    WAITING = "waiting"
    LEFT_OUT = "left-out"
    SKIPPED = "skipped"
    UNDONE = "undone"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last pass in one direction ended for a pair. ``code`` is the error's."""

    result: Result = Result.NONE
    code: str = ""


NEVER = Outcome()
KEPT = 0
"""What a pair is stored as that this run itself has stored: as the row that holds both its ids."""
UNFINISHED = (Result.FAILURE, Result.WAITING)
RESTING = (Result.SKIPPED, Result.UNDONE)
"""A pass leaves such a pair alone until its source changes, or a person asks for it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The pass towards one side waits until this record (of the other side) is coupled. ``table`` is an option column
    (``account.paymenttermscode``) where the record is an option."""

    towards: Side
    table: str
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class InFlight:
    """An update of one side that was begun: what is agreed once it has arrived, and ``seen``, the version of the row
    that it was going to change. A run that dies leaves it behind."""

    side: Side
    fields: Agreed
    seen: str = ""


@unchanging
class Pair:
    """One pair.

    ``seen_erp``, ``seen_crm``: the version at which every mapped field of that row was compared with its half; blank
    where that is not known. It saves a look and proves nothing. ``owed_erp``, ``owed_crm``: the pass towards that side
    has to look though nobody changes the row again; each is cleared only by the pass that pays it. ``raised`` counts
    how often anyone but a pass set a flag: a pass that stores what it saw before then clears nothing. ``waits`` is what
    a look found out; ``None``: as it is stored. ``stored_as`` is the row of the ledger that it was read from, ``None``
    for one that is new: whoever couples or uncouples a record makes another row, and over that nothing is stored.
    """

    erp_id: uuid.UUID
    crm_id: uuid.UUID
    state: State = State.RESERVED
    seen_erp: str = ""
    seen_crm: str = ""
    agreed: Agreed = field(default_factory=dict)
    owed_erp: bool = False
    owed_crm: bool = False
    to_crm: Outcome = NEVER
    to_erp: Outcome = NEVER
    in_flight: InFlight | None = None
    raised: int = 0
    waits: frozenset[Wait] | None = None
    stored_as: int | None = field(default=None, compare=False)

    def id(self, side: Side) -> uuid.UUID:
        return self.erp_id if side is Side.ERP else self.crm_id

    def seen(self, side: Side) -> str:
        return self.seen_erp if side is Side.ERP else self.seen_crm

    def owed(self, side: Side) -> bool:
        return self.owed_erp if side is Side.ERP else self.owed_crm

    def outcome(self, direction: Direction) -> Outcome:
        return self.to_crm if direction is Direction.TO_CRM else self.to_erp

    def with_outcome(self, direction: Direction, outcome: Outcome) -> Pair:
        return replace(self, to_crm=outcome) if direction is Direction.TO_CRM else replace(self, to_erp=outcome)

    def with_seen(self, side: Side, version: str) -> Pair:
        return replace(self, seen_erp=version) if side is Side.ERP else replace(self, seen_crm=version)

    def with_owed(self, side: Side, owed: bool) -> Pair:
        return replace(self, owed_erp=owed) if side is Side.ERP else replace(self, owed_crm=owed)

    def with_memory(self, agreed: Agreed, in_flight: InFlight | None, waits: frozenset[Wait] | None) -> Pair:
        """Nearly every record of a run comes here: half the time of ``replace``."""
        place = (self.erp_id, self.crm_id, self.state, self.seen_erp, self.seen_crm, agreed, self.owed_erp)
        return Pair(*place, self.owed_crm, self.to_crm, self.to_erp, in_flight, self.raised, waits, self.stored_as)

    @property
    def rests(self) -> bool:
        """Do passes in any direction leave it alone?"""
        return self.to_crm.result in RESTING or self.to_erp.result in RESTING

    @property
    def skipped(self) -> bool:
        """Does it rest in any direction, since it failed twice the same way?"""
        return Result.SKIPPED in (self.to_crm.result, self.to_erp.result)


@dataclass(frozen=True, slots=True)
class SideWritten:
    """A row that was written beside the passes of its own mapping (a primary contact, a price line). ``seen`` is the
    version it had, ``version`` the one it has now (blank: the system did not say), ``columns`` what was written.
    ``held`` are the comparable values, by column, of the row as it was read before, ``ours`` whether we had written it
    last even then: with them nothing that a person typed under this write is lost."""

    side: Side
    table: str
    id: uuid.UUID
    columns: frozenset[str]
    seen: str = ""
    version: str = ""
    held: Mapping[str, str] = field(default_factory=dict)
    ours: bool = False

    def after(self, pair: Pair, mapped: Collection[str], direction: Direction = Direction.BOTH) -> Pair:
        """A pair that holds the row: a mapped column is owed to the other side as anybody's edit is, unless no pass of
        the mapping goes there."""
        is_current = bool(self.seen) and pair.seen(self.side) == self.seen
        pair = self._as_read(pair, as_left=is_current)
        if self.columns & set(mapped):
            goes_on = any(one.source is self.side for one in direction.passes)
            owed = pair.with_owed(self.side.other, pair.owed(self.side.other) or goes_on)
            return replace(owed.with_seen(self.side, ""), raised=pair.raised + 1)
        return replace(pair.with_seen(self.side, self.version if is_current else ""), raised=pair.raised + 1)

    def _as_read(self, pair: Pair, *, as_left: bool) -> Pair:
        """The pair once the row was read for this write: what was unread, and an update that may have been interrupted,
        are settled while it can still be told who wrote the row last."""
        agreed = side_written(pair.agreed, self.side, self.columns, self.held, ours=self.ours, as_left=as_left)
        begun = pair.in_flight
        if begun is None or begun.side is not self.side or not self.seen:
            return replace(pair, agreed=agreed)
        if self.seen == begun.seen:
            return replace(pair, agreed=agreed, in_flight=None)  # It has not arrived.
        if not self.held:
            return replace(pair, agreed=agreed)
        place = 0 if self.side is Side.ERP else 1
        for key, halves in begun.fields.items():
            value = self.held.get(column_of(key, self.side))
            old = agreed[key][place] if key in agreed else None
            half = None if value is None else arrived(old, halves[place], value, ours=self.ours)
            if half is not None:
                agreed[key] = (half, halves[1]) if place == 0 else (halves[0], half)
        return replace(pair, agreed=agreed, in_flight=None)


class Ledger(Protocol):
    """The couplings of one mapping, and the way to look into those of the others."""

    def pairs(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Pair]:
        """The pairs that hold these ids of that side, by that id."""

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        """Source ids of pairs that a pass in this direction has to look at though nobody changed them: owed, failed,
        waiting, intended, or in doubt about an update. Not the skipped ones; ``released`` ones are asked for apart."""

    def released(self, direction: Direction) -> Iterator[uuid.UUID]:
        """Source ids of pairs that wait, in this direction, for a record that is coupled by now. Asked, not announced:
        a wait that is stored behind the coupling it waits for is found all the same."""

    def waited_for(self, direction: Direction, table: str) -> Iterator[uuid.UUID]:
        """The records of this table that pairs wait for in this direction and that are not coupled."""

    def waiting(self, direction: Direction, table: str, ids: Collection[uuid.UUID]) -> Iterator[uuid.UUID]:
        """Source ids of the pairs that wait for these."""

    def held(self, side: Side, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        """Which of these records another mapping of the same table holds: id -> the name of that mapping."""

    def coupled(self) -> int:
        """How many pairs there are."""

    def pages(self) -> Iterator[list[Pair]]:
        """All coupled pairs, some at a time; a pair that goes meanwhile does no harm."""

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """id on ``side`` -> coupled id on the other side, through the mappings of these two tables."""

    def resolve_each(
        self, wanted: Mapping[Reference, Collection[uuid.UUID]], side: Side
    ) -> dict[Reference, dict[uuid.UUID, uuid.UUID]]:
        """The same for several pairs of tables at once, each with ids of its own."""

    def unseen(self, side: Side, seen: Container[uuid.UUID]) -> list[Pair]:
        """Coupled pairs whose id on that side is not among ``seen``: after a full re-read, their rows are gone."""

    def page(self) -> AbstractContextManager[None]:
        """One transaction for everything of a page that is written on the ledger's side. Raises ``Fenced`` where the
        run has lost its claim meanwhile."""

    def remember(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Store these pairs as they are now, new ones too, with their waits where a look found them out. Where somebody
        raised a flag since the pair was read, what is owed is added up and nothing counts as seen. Answers those that
        are not stored: meanwhile their records were coupled with others, or uncoupled, and that stands."""

    def complete(self, pairs: Iterable[Pair]) -> list[Pair]:
        """These pairs, remembered as intended, are there now; all else about them is as it was remembered. Answers
        those that are not: somebody else has coupled or uncoupled their records meanwhile."""

    def intended(self) -> Iterator[tuple[Pair, dt.datetime]]:
        """The intended pairs, each with the moment (UTC) that it was stored last."""

    def identify(self, side: Side, real: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """The rows of these pairs have other ids on that side than those set aside: set aside -> real. All else that is
        remembered of a pair stays, and what is the same already is left alone."""

    def forget(self, pairs: Iterable[Pair]) -> None:
        """Uncouple these pairs; a record that is in another one by now stays in that."""

    def side_written(self, writes: Iterable[SideWritten]) -> None:
        """Rows that were written beside the passes of their own mapping."""


class Fenced(Exception):
    """Another worker has taken this run over; stop at once and write nothing."""


def stored_over(before: Pair | None, pair: Pair) -> Pair:
    """What is stored of a pair where ``before`` is: the waits it does not know about stay, and where somebody raised a
    flag since it was read, what is owed adds up, nothing counts as seen, and a conflict that a person decided while a
    pass was under way stays decided."""
    if before is None:
        return replace(pair, waits=pair.waits or frozenset())
    waits = before.waits if pair.waits is None else pair.waits
    if before.raised == pair.raised:
        return replace(pair, waits=waits)
    return replace(
        pair,
        waits=waits,
        raised=before.raised,
        agreed=before.agreed if is_decided(before) else pair.agreed,
        in_flight=pair.in_flight or before.in_flight,
        seen_erp="",
        seen_crm="",
        owed_erp=before.owed_erp or pair.owed_erp,
        owed_crm=before.owed_crm or pair.owed_crm,
    )


def is_decided(pair: Pair) -> bool:
    """Has somebody said for a field whose value goes over?"""
    return any(DECIDED in halves for halves in pair.agreed.values())
