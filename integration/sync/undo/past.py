"""What a run did with one record, and what undoing it comes to. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integration.sync.actions import Change
from integration.sync.memory.ledger import Pair
from integration.systems.values import Record, Side, Table, Value
from integration.systems.wording import field_name, sentence, shorten, value_text


@dataclass(frozen=True, slots=True)
class Past:
    """What one run did with one record of its destination. ``exact``: column -> (value before, value written).
    ``unkept``: something was written of which no exact values were kept. ``deleted``: the run deleted it. ``later``:
    another run has written the record since. ``referred``: the records (table, id) of its side whose pairs refer to it.
    ``label``: what the run called it. ``table``: it was written along with another record, whose mapping does not
    couple this table."""

    erp_id: uuid.UUID
    crm_id: uuid.UUID
    inserted: bool
    exact: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    unkept: bool = False
    deleted: bool = False
    later: bool = False
    referred: Sequence[tuple[str, uuid.UUID]] = ()
    label: str = ""
    table: str = ""

    def id(self, side: Side) -> uuid.UUID:
        return self.erp_id if side is Side.ERP else self.crm_id


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one record, in words: what it holds now and what it would hold then; ``reason``: why it stays as it
    is, ``note``: what follows from putting it back."""

    label: str
    now: str
    then: str
    reason: str = ""
    note: str = ""


@dataclass(slots=True)
class Undoing:
    """What undoing comes to for one record. ``changes`` are written, ``lines`` tell all fields, ``reason`` is why the
    record stays as it is, ``detail`` what of that is a matter of this record alone. ``before`` is its pair as stored
    (``None``: uncoupled meanwhile), ``read`` that pair once both rows were read, ``after`` once it is written.
    ``arrived``: an undoing that was interrupted has written it. ``removes``: the row is deleted; ``begun``: an undoing
    that was interrupted was about to."""

    past: Past
    name: str
    row: Record | None = None
    source: Record | None = None
    changes: list[Change] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reason: str = ""
    detail: str = ""
    before: Pair | None = None
    read: Pair | None = None
    after: Pair | None = None
    arrived: bool = False
    removes: bool = False
    begun: bool = False

    @property
    def shown_name(self) -> str:
        """What the record is called; where it is gone, what it was called then."""
        return self.name or self.past.label or "Deleted record"

    @property
    def why(self) -> str:
        """Why the record stays as it is, in a sentence."""
        return f"{self.reason.removesuffix('.')}: {sentence(self.detail)}" if self.detail else self.reason

    @property
    def left(self) -> list[Line]:
        """The fields that stay as they are."""
        return [line for line in self.lines if line.reason]

    @property
    def back(self) -> list[Line]:
        """The fields that go back."""
        return [line for line in self.lines if not line.reason]

    def values(self) -> dict[str, Value]:
        return {change.field: change.new for change in self.changes}


def line_of(table: Table, column: str, values: tuple[Value, Value], reason: str = "", note: str = "") -> Line:
    """A field in words; ``values`` are what it holds and what it would hold."""
    described = table.fields.get(column)
    now, then = (shorten(value_text(value, described)) for value in values)
    label = field_name(described) if described is not None else column.replace("_", " ").capitalize()
    return Line(label, now, then, reason, note)


def reasons_of(lines: Sequence[Line]) -> str:
    """Why these fields stay, in one sentence a reason."""
    labels: dict[str, list[str]] = {}
    for line in lines:
        labels.setdefault(line.reason, []).append(line.label)
    return " ".join(f"{', '.join(names)}: {reason}" for reason, names in labels.items())
