"""How a record stands: coupled, changed since, in conflict, waiting, failed, skipped. Lists, their files, cards and the
questions before an action say it in the words of ``Known.state``, and nobody words a state by himself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils import timezone

from coupling.pages import records, unsynchronized
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages.lists.cells import Cell
from integration.pages.parts import first_url
from integration.pages.states import Shown, Style
from integration.sync.memory.ledger import Outcome, Pair, Result, State
from integration.sync.problems import Conflict
from integration.systems.formats import current
from integration.systems.values import Record, Side

CONFLICT, SKIPPED = Shown("Conflict", Style.UNFAVORABLE), Shown("Skipped", Style.UNFAVORABLE)
UNDONE = Shown("Left out", Style.SUBDUED)
FAILED, WAITING = Shown("Failed", Style.UNFAVORABLE), Shown("Waiting", Style.AMBIGUOUS)
ENDED = {
    Result.SUCCESS: Shown("Success", Style.FAVORABLE),
    Result.FAILURE: FAILED,
    Result.WAITING: WAITING,
    Result.LEFT_OUT: Shown("Left out", Style.BLANK),
    Result.SKIPPED: SKIPPED,
    Result.UNDONE: UNDONE,
}
UNDONE_MEANS = "an undone run had made it"
LACKS = "a value has no partner"
SAID_BESIDE = {
    "Coupled": "",
    "Changed": "changed here since the last look{}; its card compares both records",
    "Both changed": "changed on both sides since the last look{}; its card says whether that is a conflict",
    "Differs": "not yet alike on both sides; its card compares both records",
    "Conflict": "both sides hold something different in the same field; its card is where to decide",
}
"""What is said of a coupled record in this state; other states say themselves."""


@dataclass(frozen=True, slots=True)
class Known:
    """What our side knows of one record. ``error``: the code of what is open about it; ``changed``: it was written on
    this side since the last look at its pair, which was ``looked_at``; ``changed_there``: on the other side, too;
    ``differs``: it stands in a list of those that do."""

    mapping: TableMapping | None = None
    pair: Pair | None = None
    error: str = ""
    changed: bool = False
    changed_there: bool = False
    looked_at: dt.datetime | None = None
    differs: bool = False

    @property
    def is_coupled(self) -> bool:
        """A row whose twin was never written is not."""
        return self.pair is not None and self.pair.state is not State.RESERVED

    @property
    def is_undone(self) -> bool:
        """Is it left out since an undoing deleted its partner?"""
        return self.state is UNDONE

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
            return CONFLICT
        if Result.SKIPPED in results:
            return SKIPPED
        if Result.UNDONE in results:
            return UNDONE
        if self.error or Result.FAILURE in results:
            return FAILED
        if Result.WAITING in results:
            return WAITING
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
            return f"{self.label}: {UNDONE_MEANS}" if self.is_undone else self.label
        at = f" ({current().moment(timezone.localtime(self.looked_at))})" if self.looked_at else ""
        also = SAID_BESIDE.get(self.label, self.label.lower()).format(at)
        return ", ".join(part for part in ("Coupled", also, LACKS if self.lacks else "") if part)


def of_outcome(outcome: Outcome) -> Shown | None:
    """How the last run in one direction ended for a pair; nothing before the first."""
    if outcome.code == Conflict.code and outcome.result in (Result.FAILURE, Result.SKIPPED):
        return CONFLICT
    return ENDED.get(outcome.result)


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
    by_id = {record.id: record for record in page}
    found = of_ids(side, mappings, list(by_id), {side: by_id})
    if differing:
        found = {id: replace(known, differs=True) for id, known in found.items()}
    changed = {
        id: (known.mapping, known.pair)
        for id, known in found.items()
        if known.changed and known.mapping is not None and known.pair is not None
    }
    there = unsynchronized.changed_there(side, changed, setup=asks) if asks and changed else set()
    return found | {id: replace(found[id], changed_there=True) for id in there}


def of_ids(
    side: Side,
    mappings: Sequence[TableMapping],
    ids: Sequence[uuid.UUID],
    read: Mapping[Side, Mapping[uuid.UUID, Record]] = MappingProxyType({}),
) -> dict[uuid.UUID, Known]:
    """How the records with these ids stand. ``read``: records of either side as they are now, by their own ids; whether
    one that is missing there was changed, nobody knows."""
    rows, errors = records.mapped_rows(side, mappings, ids), _errors(side, mappings, ids)
    found = {}
    for id in ids:
        if id not in rows:
            found[id] = Known(error=errors.get(id, ""))
            continue
        mapping, row = rows[id]
        pair = row.pair
        changed = _is_changed(mapping, pair, side, read)
        also = changed and _is_changed(mapping, pair, side.other, read)
        found[id] = Known(mapping, pair, errors.get(id, ""), changed, also, row.changed_at)
    return found


def _is_changed(mapping: TableMapping, pair: Pair, side: Side, read: Mapping[Side, Mapping[uuid.UUID, Record]]) -> bool:
    record = read.get(side, {}).get(pair.id(side))
    return record is not None and unsynchronized.is_changed(mapping, pair, side, record.version)


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
