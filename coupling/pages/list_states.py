"""How the records of a list stand: coupled, changed since, waiting, failed, skipped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coupling.pages import records
from integration.models import SyncError, TableMapping
from integration.pages.lists.cells import Cell
from integration.pages.parts import first_url
from integration.pages.states import Shown, Style
from integration.sync.memory.ledger import Pair, Result, State
from integration.systems.values import Record, Side

LACKS = "a value has no partner"
SAID_BESIDE = {"Coupled": "", "Changed": "changed here since the last synchronization"}
"""What is said of a coupled record in this state; other states say themselves."""


@dataclass(frozen=True, slots=True)
class Known:
    """What our side knows of one record. ``changed``: it was written on this side since the last look at it."""

    mapping: TableMapping | None = None
    pair: Pair | None = None
    failed: bool = False
    changed: bool = False

    @property
    def is_coupled(self) -> bool:
        """A row whose twin was never written is not."""
        return self.pair is not None and self.pair.state is not State.RESERVED

    @property
    def lacks(self) -> bool:
        """Does a field of the pair hold something that has no partner on the other side?"""
        return self.is_coupled and self.pair is not None and records.has_lacking(self.pair.agreed)

    @property
    def label(self) -> str:
        return self.state.label

    @property
    def state(self) -> Shown:
        """The most urgent thing first."""
        results = (self.pair.to_crm.result, self.pair.to_erp.result) if self.pair is not None else ()
        if Result.SKIPPED in results:
            return Shown("Skipped", Style.UNFAVORABLE)
        if self.failed or Result.FAILURE in results:
            return Shown("Failed", Style.UNFAVORABLE)
        if Result.WAITING in results:
            return Shown("Waiting", Style.AMBIGUOUS)
        if not self.is_coupled:
            return Shown("Not coupled", Style.SUBDUED)
        if self.changed:
            return Shown("Changed", Style.AMBIGUOUS)
        return Shown("Coupled", Style.FAVORABLE)

    def cell(self, side: Side) -> Cell:
        """The state; of a coupled record it leads to its partner."""
        url = ""
        if self.is_coupled and self.pair is not None and self.mapping is not None:
            there = side.other
            url = first_url("record", (there.value, self.mapping.table(there), self.pair.id(there)))
        return Cell(self.label, url, self.title, self.state)

    @property
    def title(self) -> str:
        """The state with what else is to be said of it."""
        if not self.is_coupled:
            return self.label
        also = SAID_BESIDE.get(self.label, self.label.lower())
        return ", ".join(part for part in ("Coupled", also, LACKS if self.lacks else "") if part)


def read(side: Side, mappings: Sequence[TableMapping], page: Sequence[Record]) -> Mapping[uuid.UUID, Known]:
    """How each of these records stands: two queries, however many they are."""
    ids = [record.id for record in page]
    pairs = records.mapped_pairs(side, mappings, ids)
    failed = _failed(side, mappings, ids)
    found = {}
    for record in page:
        mapping, pair = pairs.get(record.id, (None, None))
        seen = pair.seen(side) if pair is not None else ""
        found[record.id] = Known(mapping, pair, record.id in failed, bool(seen) and seen != record.version)
    return found


def _failed(side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    if not mappings or not ids:
        return set()
    column = f"{side}_id"
    rows = SyncError.objects.open().filter(mapping__in=[mapping.pk for mapping in mappings], **{f"{column}__in": ids})
    return set(rows.values_list(column, flat=True))
