"""What was changed on either side since the runs looked last: found out from what each side tells of its changes, so
that no record has to be asked for one by one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice

from coupling.sides import opened
from integration.connection import systems
from integration.connection.opening import at_a_glance, open_for_words
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages.rows import BY_ID
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import Conflict
from integration.sync.rules import Direction
from integration.systems.errors import CursorExpired, Problem
from integration.systems.system import System
from integration.systems.values import Record, Side

PAGES = 4
"""So many pages of the changes of a table are read while a person waits."""
SILENT = "What was changed in Dynamics 365 Sales since the last run is not among these: {}"
MORE = "More was changed since the last run than is looked through here; the next run finds the rest."


@dataclass(slots=True)
class Changed:
    """The records of the side that is looked at whose pairs changed since. ``notice``: what is not known, and why."""

    ids: set[uuid.UUID] = field(default_factory=set)
    notice: str = ""


def reads(mapping: TableMapping, side: Side) -> bool:
    """Does a pass of this mapping carry what is changed on this side?"""
    return any(one.source is side for one in Direction(mapping.direction).passes)


def is_changed(mapping: TableMapping, pair: Pair, side: Side, record: Record) -> bool:
    """Was the record of the pair on this side written since a run has looked at it, and will the next one look?"""
    seen = pair.seen(side)
    return bool(seen) and seen != record.version and reads(mapping, side)


def changed_since(side: Side, mappings: Sequence[TableMapping], setup: ConnectionSetup) -> Changed:
    """The records of ``side`` of which something is not on the other side yet, though no run owes it. Each side is
    asked once a mapping for what it has changed since it was read; open conflicts count, too. A silent Sales is named
    in the notice."""
    found = Changed(_in_conflict(side, mappings))
    _look(found, systems.open_erp(), side, mappings)
    if setup.is_enabled:
        try:
            with open_for_words(setup) as connected:
                _look(found, connected.crm, side, mappings)
        except Problem as problem:
            found.notice = SILENT.format(problem)
    return found


def _in_conflict(side: Side, mappings: Sequence[TableMapping]) -> set[uuid.UUID]:
    """Runs have looked at these, and left them apart."""
    column = f"{side}_id"
    rows = SyncError.objects.open().filter(mapping__in=mappings, code=Conflict.code).exclude(**{column: None})
    return set(rows.order_by("-pk").values_list(column, flat=True)[:BY_ID])


def _look(found: Changed, system: System, side: Side, mappings: Sequence[TableMapping]) -> None:
    for mapping in mappings:
        since = mapping.cursor(system.side)
        if not since or not reads(mapping, system.side):
            continue
        changes = system.changes(mapping.table(system.side), [], since)
        try:
            there = [record for page in islice(changes, PAGES) for record in page.records]
            is_all = len(there) <= BY_ID and next(changes, None) is None
        except CursorExpired:
            there, is_all = [], False
        if not is_all:
            found.notice = MORE
        by_id = {record.id: record for record in there[:BY_ID]}
        for id, pair in mapping.couplings.pairs(system.side, list(by_id)).items():
            if pair.state is State.COUPLED and is_changed(mapping, pair, system.side, by_id[id]):
                found.ids.add(pair.id(side))


def changed_there(
    side: Side,
    pairs: Mapping[uuid.UUID, tuple[TableMapping, Pair]],
    *,
    patient: bool = False,
    setup: ConnectionSetup | None = None,
) -> set[uuid.UUID]:
    """Of these records of ``side``, which were changed here: those whose other record was changed, too. One request a
    mapping, with a moment to answer (``patient``: two seconds); of a side that does not, nothing is known."""
    by_mapping: dict[TableMapping, list[Pair]] = {}
    for mapping, pair in pairs.values():
        if reads(mapping, side.other):
            by_mapping.setdefault(mapping, []).append(pair)
    found: set[uuid.UUID] = set()
    if not by_mapping:
        return found
    with suppress(Problem), _briefly(side.other, patient, setup) as system:
        for mapping, held in by_mapping.items():
            there = system.get(mapping.table(system.side), [pair.id(system.side) for pair in held], [])
            for pair in held:
                twin = there.get(pair.id(system.side))
                if twin is not None and is_changed(mapping, pair, system.side, twin):
                    found.add(pair.id(side))
    return found


@contextmanager
def _briefly(side: Side, patient: bool, setup: ConnectionSetup | None) -> Iterator[System]:
    if side is Side.CRM and patient:
        with open_for_words(setup or ConnectionSetup.current()) as connected:
            yield connected.crm
    else:
        with at_a_glance(), opened(side, setup) as system:
            yield system
