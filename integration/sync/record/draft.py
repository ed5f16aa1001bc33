"""What the destination should hold for one record, and what keeps it from holding that. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integration.sync.record.meaning import Lack, Lacking, Meant
from integration.sync.rules import Reference
from integration.systems.errors import Problem, RecordProblem
from integration.systems.values import Value

ResolvedIds = dict[uuid.UUID | None, uuid.UUID | None]
Resolved = Mapping[Reference, ResolvedIds]
"""source id -> destination id, per reference. The key ``None`` says what a blank reference becomes (a blank currency
is the local one); the value ``None`` says that an id becomes blank."""


class ReferenceNotCoupled(RecordProblem):
    """A mandatory reference has no partner yet. ``table``/``id`` name the row (on the source side) to couple first."""

    code = "reference-not-coupled"

    def __init__(self, message: str, *, table: str, id: uuid.UUID) -> None:
        super().__init__(message)
        self.table = table
        self.id = id


class DescriptionDoubtful(Exception):
    """A value does not fit what the systems said of their columns. Whoever runs asks them once more and begins again;
    what was written is remembered, and the page that found it was not written."""


@dataclass(slots=True)
class Draft:
    """What the destination should hold, by destination field. By rule key: ``sources`` are the normalized source
    values, ``lacking`` those without a partner on the other side, ``meant`` those that no single column says.
    ``extra`` are columns that a special rule keeps one way (written whenever they differ), ``on_insert`` those it only
    sets on new rows, ``filled`` those that a template gives new rows where nothing else speaks. ``problem`` stops the
    record, ``refused`` only single fields of it; ``left_out`` is the reason why the record is none of the mapping's
    business for now, ``left_out_waits`` the records (table, id) whose coupling would change that. ``unpairs``: a
    record that is left out loses its twin, which is deleted; ``silent``: it is not even counted. ``moved``: the twin
    cannot be changed into this draft; it is deleted, and the record gets another one."""

    values: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, Lacking] = field(default_factory=dict)
    meant: dict[str, Meant] = field(default_factory=dict)
    extra: dict[str, Value] = field(default_factory=dict)
    on_insert: dict[str, Value] = field(default_factory=dict)
    filled: Mapping[str, Value] = field(default_factory=dict)
    problem: Problem | None = None
    refused: list[Problem] = field(default_factory=list)
    is_doubtful: bool = False
    """Does a value not fit what the systems said of their columns? They may say something else by now."""
    left_out: str = ""
    left_out_waits: Sequence[tuple[str, uuid.UUID]] = ()
    unpairs: bool = False
    silent: bool = False
    moved: bool = False

    @property
    def is_put_off(self) -> bool:
        """Is a reference left for the last round, when all rows of the own table are there?"""
        return bool(self.lacking) and any(lacking.kind is Lack.PUT_OFF for lacking in self.lacking.values())

    @property
    def may_wait(self) -> bool:
        """Can there be anything in ``waits``? Of most records not, and every record is asked."""
        return bool(self.lacking or self.problem or self.left_out_waits)

    def waits(self) -> set[tuple[str, uuid.UUID]]:
        """The records (table, id) whose coupling would let more of this one be carried."""
        lacking = [one for one in self.lacking.values() if one.kind is not Lack.PUT_OFF]
        found = {(one.table, one.id) for one in lacking if one.id is not None}
        if isinstance(self.problem, ReferenceNotCoupled):
            found.add((self.problem.table, self.problem.id))
        return found.union(self.left_out_waits)


def resolved_ids(found: Mapping[uuid.UUID, uuid.UUID]) -> ResolvedIds:
    """What the ledger found, ready for what a blank means to be added."""
    together: ResolvedIds = {}
    for id, counterpart in found.items():
        together[id] = counterpart
    return together
