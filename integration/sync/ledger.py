"""What both sides looked like when they last agreed: who is whom, versions, agreed values, what went wrong.

The engine only knows this protocol. :class:`MemoryLedger` serves tests; in the application it is the manager
of ``coupling.models.Coupling`` for one mapping (``mapping.couplings``).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from integration.sync.rules import Direction, Reference
from integration.systems.base import Side

Agreed = Mapping[str, tuple[str, str]]
"""field rule key -> (value in the ERP, value in the CRM), both normalized by ``transfer.normal``."""

LOOK_AGAIN = "?"
"""Stored as a version where the mapping's fields changed: the row is compared once more though nobody changed it."""


class State(StrEnum):
    """How far a pair is. ``RESERVED``: failed or waiting before anything was written, the other id is only set
    aside. ``INTENDED``: the write was about to happen. ``COUPLED``: both rows are there."""

    RESERVED = "reserved"
    INTENDED = "intended"
    COUPLED = "coupled"


class Result(StrEnum):
    NONE = ""
    SUCCESS = "success"
    FAILURE = "failure"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last run in one direction ended for a pair. ``code`` is the error's; ``waiting_for`` the row (of the
    source side) that has to be coupled first, as ``table/id``. A success has one where a reference was left blank: the
    pair is open again when that row is coupled."""

    result: Result = Result.NONE
    code: str = ""
    waiting_for: str = ""


NEVER = Outcome()


@dataclass(frozen=True, slots=True)
class Partner:
    """One pair. A version is ``""`` where it is not known yet: never synchronized, or written by a bulk call that
    does not tell it (``adopt`` then says that the first version by us is taken as remembered). ``pending`` names the
    direction that still has something to carry though nobody changes the row again. ``writing`` is what will be agreed
    once a write to Sales that has begun has ended: a run that dies in between leaves it behind."""

    erp_id: uuid.UUID
    crm_id: uuid.UUID
    state: State = State.RESERVED
    erp_version: str = ""
    crm_version: str = ""
    agreed: Agreed = field(default_factory=dict)
    adopt: bool = False
    pending: Direction | None = None
    skipped: bool = False
    to_crm: Outcome = NEVER
    to_erp: Outcome = NEVER
    writing: Agreed = field(default_factory=dict)

    def id(self, side: Side) -> uuid.UUID:
        return self.erp_id if side is Side.ERP else self.crm_id

    def version(self, side: Side) -> str:
        return self.erp_version if side is Side.ERP else self.crm_version

    def outcome(self, direction: Direction) -> Outcome:
        return self.to_crm if direction is Direction.TO_CRM else self.to_erp

    def with_outcome(self, direction: Direction, outcome: Outcome) -> Partner:
        return replace(self, to_crm=outcome) if direction is Direction.TO_CRM else replace(self, to_erp=outcome)

    def with_version(self, side: Side, version: str) -> Partner:
        return replace(self, erp_version=version) if side is Side.ERP else replace(self, crm_version=version)


class Ledger(Protocol):
    """The couplings of one mapping, and the way to look into those of the others."""

    def partners(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Partner]:
        """The pairs that hold these ids of that side, by that id."""

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        """Source ids of pairs that a run in this direction has to look at though nobody changed them: pending for it,
        intended, or failed or waiting last time; not the skipped ones."""

    def coupled(self) -> int:
        """How many pairs there are."""

    def pages(self) -> Iterator[list[Partner]]:
        """All coupled pairs, some at a time; a pair that goes meanwhile does no harm."""

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """id on ``side`` -> coupled id on the other side, through the mappings of these two tables."""

    def unseen(self, side: Side, seen: Collection[uuid.UUID]) -> list[Partner]:
        """Coupled pairs whose id on that side is not among ``seen``: after a full re-read, their rows are gone."""

    def page(self) -> AbstractContextManager[None]:
        """One transaction for everything of a page that is written on the ledger's side. Raises ``Fenced`` where the
        run has lost its claim meanwhile."""

    def remember(self, partners: Iterable[Partner]) -> None:
        """Store these pairs as they are now, new ones too. Pairs of other mappings in which a reference to one of them
        had to be left blank are open again; so they are after ``complete``."""

    def complete(self, partners: Iterable[Partner]) -> None:
        """These pairs, remembered as intended, are there now; all else about them is as it was remembered."""

    def forget(self, partners: Iterable[Partner]) -> None:
        """Uncouple these pairs."""

    def touched(self, touches: Iterable[Touch]) -> None:
        """Rows of other mappings that a special rule wrote besides: where nothing was left to carry, the new version
        is remembered; else their couplings become pending."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A row of another mapping that a rule wrote besides: the version it had and the one it has now (``""`` where
    the system did not tell). ``ours``: the version it had was our own write."""

    side: Side
    table: str
    id: uuid.UUID
    seen: str
    version: str
    ours: bool = False


class Fenced(Exception):
    """Another worker has taken this run over; stop at once and write nothing."""


class MemoryLedger:
    """A ledger in memory. ``others`` answers references: (erp_table, crm_table) -> ledger of that mapping."""

    def __init__(self, others: Mapping[tuple[str, str], MemoryLedger] | None = None) -> None:
        self.rows: dict[uuid.UUID, Partner] = {}
        self.others = others if others is not None else {}

    def partners(self, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Partner]:
        wanted = set(ids)
        if side is Side.ERP:
            return {id: self.rows[id] for id in wanted if id in self.rows}
        return {row.crm_id: row for row in self.rows.values() if row.crm_id in wanted}

    def open(self, direction: Direction) -> Iterator[uuid.UUID]:
        for row in list(self.rows.values()):
            if is_open(row, direction):
                yield row.id(direction.source)

    def pages(self) -> Iterator[list[Partner]]:
        yield [row for row in self.rows.values() if row.state is State.COUPLED]

    def coupled(self) -> int:
        return sum(row.state is State.COUPLED for row in self.rows.values())

    def resolve(self, reference: Reference, side: Side, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        other = self.others.get((reference.erp_table, reference.crm_table))
        if other is None:
            return {}
        found = other.partners(side, ids)
        return {id: row.id(side.other) for id, row in found.items() if row.state is State.COUPLED}

    def unseen(self, side: Side, seen: Collection[uuid.UUID]) -> list[Partner]:
        return [row for row in self.rows.values() if row.state is State.COUPLED and row.id(side) not in seen]

    @contextmanager
    def page(self) -> Iterator[None]:
        before = dict(self.rows)
        try:
            yield
        except BaseException:
            self.rows = before
            raise

    def remember(self, partners: Iterable[Partner]) -> None:
        told = list(partners)
        self.rows.update((partner.erp_id, partner) for partner in told)
        if len({row.crm_id for row in self.rows.values()}) < len(self.rows):
            raise ValueError("Two pairs hold the same record of Sales.")  # as the database has it
        self._release([partner for partner in told if partner.state is State.COUPLED])

    def complete(self, partners: Iterable[Partner]) -> None:
        told = list(partners)
        for partner in told:
            self.rows[partner.erp_id] = replace(self.rows[partner.erp_id], state=State.COUPLED)
        self._release(told)

    def _release(self, partners: Sequence[Partner]) -> None:
        tables = next((tables for tables, ledger in self.others.items() if ledger is self), ("", ""))
        rows = {f"{table}/{id}" for one in partners for table, id in zip(tables, (one.erp_id, one.crm_id), strict=True)}
        for ledger in self.others.values():
            waiting = [one for one in ledger.rows.values() if one.to_crm.waiting_for or one.to_erp.waiting_for]
            ledger.rows.update((one.erp_id, released(one, rows)) for one in waiting)

    def forget(self, partners: Iterable[Partner]) -> None:
        for partner in partners:
            self.rows.pop(partner.erp_id, None)

    def touched(self, touches: Iterable[Touch]) -> None:
        for touch in touches:
            for tables, other in self.others.items():
                if tables[0 if touch.side is Side.ERP else 1] == touch.table:
                    other.remember(after_touch(row, touch) for row in other.partners(touch.side, [touch.id]).values())


def is_open(partner: Partner, direction: Direction) -> bool:
    """Does a run in this direction have to look at the pair though nobody changed it?"""
    if partner.skipped:
        return False
    unfinished = partner.outcome(direction).result in (Result.FAILURE, Result.WAITING)
    return unfinished or partner.pending is direction or partner.state is State.INTENDED


def after_touch(partner: Partner, touch: Touch) -> Partner:
    """The pair after a write of ours besides: what nobody had carried before it is still to be carried."""
    if partner.version(touch.side) == touch.seen and touch.seen:
        return replace(partner.with_version(touch.side, touch.version), adopt=not touch.version)
    if partner.adopt and touch.ours:
        return partner
    return opened(partner, Direction.TO_ERP if touch.side is Side.CRM else Direction.TO_CRM)


def opened(partner: Partner, direction: Direction) -> Partner:
    """The pair with something to carry in this direction, and in the other one if it had that before."""
    if partner.pending in (None, direction):
        return replace(partner, pending=direction)
    return partner.with_outcome(direction, replace(partner.outcome(direction), result=Result.WAITING))


def released(partner: Partner, rows: Collection[str]) -> Partner:
    """The pair after these rows (``table/id``) were coupled: open where a reference to one of them was left blank."""
    for direction in Direction.BOTH.passes:
        outcome = partner.outcome(direction)
        if partner.state is State.COUPLED and outcome.result is Result.SUCCESS and outcome.waiting_for in rows:
            partner = opened(partner, direction)
    return partner
