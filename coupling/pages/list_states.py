"""How the records of a list stand: coupled, changed since, in conflict, waiting, failed, skipped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coupling.pages import records, unsynchronized
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages.lists.cells import Cell
from integration.pages.parts import first_url
from integration.pages.states import Shown, Style
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.problems import Conflict
from integration.systems.values import Record, Side

LACKS = "a value has no partner"
SAID_BESIDE = {
    "Coupled": "",
    "Changed": "changed here since the last look{}; its card compares both records",
    "Both changed": "changed on both sides since the last look{}; its card says whether that is a conflict",
    "Differs": "not yet alike on both sides; its card compares both records",
    "Conflict": "both sides changed the same field; its card is where to decide",
}
"""What is said of a coupled record in this state; other states say themselves."""


@dataclass(frozen=True, slots=True)
class Known:
    """What our side knows of one record. ``error``: the code of what is open about it; ``changed``: it was written on
    this side since the last look at it, which was ``looked_at``; ``changed_there``: on the other side, too;
    ``differs``: it stands in a list of those that do."""

    mapping: TableMapping | None = None
    pair: Pair | None = None
    error: str = ""
    changed: bool = False
    changed_there: bool = False
    looked_at: str = ""
    differs: bool = False

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
        if self.is_coupled and self.error == Conflict.code:
            return Shown("Conflict", Style.UNFAVORABLE)
        if Result.SKIPPED in results:
            return Shown("Skipped", Style.UNFAVORABLE)
        if self.error or Result.FAILURE in results:
            return Shown("Failed", Style.UNFAVORABLE)
        if Result.WAITING in results:
            return Shown("Waiting", Style.AMBIGUOUS)
        if not self.is_coupled:
            return Shown("Not coupled", Style.SUBDUED)
        if self.changed:
            return Shown("Both changed" if self.changed_there else "Changed", Style.AMBIGUOUS)
        return Shown("Differs", Style.AMBIGUOUS) if self.differs else Shown("Coupled", Style.FAVORABLE)

    def cell(self, side: Side) -> Cell:
        """The state. Of a coupled record it leads to its partner; where both have to be looked at, to the record's own
        card, which compares them."""
        url = ""
        if self.is_coupled and self.pair is not None and self.mapping is not None:
            at = side.other if self.label == "Coupled" else side
            url = first_url("record", (at.value, self.mapping.table(at), self.pair.id(at)))
        return Cell(self.label, url, self.title, self.state)

    @property
    def title(self) -> str:
        """The state with what else is to be said of it."""
        if not self.is_coupled:
            return self.label
        at = f" ({self.looked_at})" if self.looked_at else ""
        also = SAID_BESIDE.get(self.label, self.label.lower()).format(at)
        return ", ".join(part for part in ("Coupled", also, LACKS if self.lacks else "") if part)


def read(
    side: Side,
    mappings: Sequence[TableMapping],
    page: Sequence[Record],
    *,
    asks: ConnectionSetup | None = None,
    differing: bool = False,
) -> Mapping[uuid.UUID, Known]:
    """How each of these records stands: two queries, however many they are. ``asks``: where it is given, the other
    side has a moment to say whether it has changed those, too, that were changed here. ``differing``: all of these
    differ."""
    ids = [record.id for record in page]
    rows = records.mapped_rows(side, mappings, ids)
    pairs = {id: (mapping, row.pair) for id, (mapping, row) in rows.items()}
    errors = _errors(side, mappings, ids)
    by_id = {record.id: record for record in page}
    changed = {
        id: (mapping, pair)
        for id, (mapping, pair) in pairs.items()
        if unsynchronized.is_changed(mapping, pair, side, by_id[id].version)
    }
    there = unsynchronized.changed_there(side, changed, setup=asks) if asks and changed else set()
    times = {id: unsynchronized.looked_at(rows[id][1]) for id in changed}
    found = {}
    for id in ids:
        mapping, pair = pairs.get(id, (None, None))
        found[id] = Known(
            mapping, pair, errors.get(id, ""), id in changed, id in there, times.get(id, ""), differs=differing
        )
    return found


def _errors(side: Side, mappings: Sequence[TableMapping], ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The code of what is open about each of them, a conflict before anything else."""
    if not mappings or not ids:
        return {}
    column = f"{side}_id"
    rows = SyncError.objects.open().filter(mapping__in=[mapping.pk for mapping in mappings], **{f"{column}__in": ids})
    found: dict[uuid.UUID, str] = {}
    for id, code in rows.values_list(column, "code"):
        if found.get(id) != Conflict.code:
            found[id] = code
    return found
