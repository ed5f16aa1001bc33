"""The question before a record is deleted: what stands in the way, and what goes with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.urls import reverse

from coupling.commands import edit_records
from coupling.pages import records
from coupling.pages.tables import every
from integration.business_central.writing import deletion
from integration.pages.parts import first_url
from integration.sync.memory.ledger import State
from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Record, Side, Table

CHANGED = "Somebody changed this record since you asked to delete it. Look at it again."


@dataclass(frozen=True, slots=True)
class Link:
    """Something with an address, blank where it has none."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one table: ``more``: how many there are beside those that are named."""

    label: str
    number: int
    first: list[Link]
    more: int


@dataclass(slots=True)
class Deletion:
    """One record that somebody wants to delete. ``coupled``: the coupling that has to go first."""

    system: System
    table: Table
    record: Record
    in_the_way: list[Group] = field(default_factory=list)
    goes_with: list[Group] = field(default_factory=list)
    coupled: Link | None = None
    problem: str = ""

    @property
    def title(self) -> str:
        """The record, by number and name."""
        return records.name_of(Side.ERP, self.table, self.record)

    @property
    def is_free(self) -> bool:
        """Does nothing stand in the way?"""
        return not (self.in_the_way or self.coupled)

    def delete(self, version: str) -> bool:
        """Do it, where the record is still as it was when the question was asked. ``False``: ``problem`` says why."""
        if not self.is_free:
            return False
        if version != self.record.version:
            self.problem = CHANGED
            return False
        problem: Problem | None = edit_records.delete(self.system, self.table, self.record.id, version).error
        self.problem = str(problem or "")
        return problem is None


def deletion_of(system: System, name: str, id: uuid.UUID) -> Deletion | None:
    """The question about one record; ``None``: it is not there."""
    table = system.describe(name)
    record = system.get(name, [id], records.read_columns(Side.ERP, table)).get(id)
    if record is None:
        return None
    in_the_way, goes_with = deletion.in_the_way(name, id), deletion.goes_with(name, id)
    return Deletion(
        system, table, record, list(map(_group, in_the_way)), list(map(_group, goes_with)), _coupling(name, id)
    )


def _group(rows: deletion.Rows) -> Group:
    first = [Link(one.label, first_url("record", (Side.ERP.value, one.table, one.id))) for one in rows.first]
    page = next((page for page in every() if (page.side, page.name) == (Side.ERP, rows.table)), None)
    label = rows.label if page is None else page.caption if rows.number == 1 else page.captions
    return Group(label, rows.number, first, rows.more)


def _coupling(table: str, id: uuid.UUID) -> Link | None:
    mapping, pair = records.mapped_pairs(Side.ERP, records.mappings_of(Side.ERP, table), [id]).get(id, (None, None))
    if mapping is None or pair is None or pair.state is State.RESERVED:
        return None
    return Link(mapping.name, reverse("coupling", args=[mapping.name, id]))
