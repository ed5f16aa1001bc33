"""Fields whose value means the same on both sides though no two columns say it alike.

A contact belongs to a company contact here and to an account there; an item is blocked here and its product retired
there. What has a meaning in both directions is a field like any other: it has agreed values, is merged, can conflict
and can wait. Special rules declare such fields; the engine treats them as it treats the mapped ones.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from integration.sync.direction import Direction
from integration.systems.errors import Problem
from integration.systems.values import Record, Side, Value


class Lack(StrEnum):
    """What happens to the other side's value where a value cannot be expressed there.

    ``LEAVE``: it stays (options, countries, rows of tables that are not ours to translate). ``CLEAR``: it is blanked,
    as the field mapping says. ``MANDATORY``: the record waits, nothing of it is written. ``PUT_OFF``: a reference to a
    row of the same table is set when all rows are there.
    """

    LEAVE = "leave"
    CLEAR = "clear"
    MANDATORY = "mandatory"
    PUT_OFF = "put off"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A value without a partner on the other side. ``table``/``id``: the record (of its own side) whose coupling would
    give it one; blank where none would."""

    kind: Lack
    label: str = ""
    table: str = ""
    id: uuid.UUID | None = None
    problem: Problem | None = None
    """Why a mandatory one stops the record, where it would have to be written."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A meaning in the other side's terms: comparable, and as the columns that say it."""

    text: str
    columns: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The record is none of the mapping's business for now: why, and the records whose coupling would change that."""

    reason: str
    waits: Sequence[tuple[str, uuid.UUID]] = ()


Expressed = Meant | Lacking | LeftOut | Problem


class MeaningField:
    """One such field. ``key`` names it in the agreed values; it begins with a sign that no column name has."""

    key: str
    direction = Direction.BOTH
    edge = False
    """Carried only when its source changes: what the other side did to it by itself is its own business."""
    not_null = False
    """A blank one is no change of the side that is blank."""

    def label(self, side: Side) -> str:
        raise NotImplementedError

    def columns(self, side: Side) -> Sequence[str]:
        """What has to be read of a row of this side."""
        raise NotImplementedError

    def prepare(self, side: Side, records: Sequence[Record]) -> None:
        """Look up, in few requests, what ``express`` needs for these rows of a side."""

    def read(self, side: Side, record: Record) -> str:
        """The value of a row in the terms of its own side, comparable."""
        raise NotImplementedError

    def shown(self, side: Side, record: Record) -> str:
        """The same for people."""
        return self.read(side, record)

    def express(self, side: Side, record: Record, twin: Record | None) -> Expressed:
        """The value of a row of ``side`` in the terms of the other side, as far as ``prepare`` has looked things up."""
        raise NotImplementedError
