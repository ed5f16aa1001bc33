"""What was changed on either side since the runs looked last: found out from what each side tells of its changes, so
that no record has to be asked for one by one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Q

from coupling.models import Coupling
from coupling.sides import opened
from integration.connection import systems
from integration.connection.opening import at_a_glance, open_for_words
from integration.models import ConnectionSetup, RecordChange, SyncError, SyncJob, TableMapping
from integration.pages.rows import BY_ID
from integration.sync.memory.halves import is_apart
from integration.sync.memory.ledger import Pair, State
from integration.sync.problems import Conflict
from integration.sync.rules import Direction
from integration.systems.errors import CursorExpired, Problem
from integration.systems.system import ListsWritten, System
from integration.systems.values import Side

PAGES = 4
"""So many pages of the changes of a table are read while a person waits."""
UNDONE = 50
"""So many of the latest undone runs are looked through for what they left apart."""
SILENT = "What was changed in Dynamics 365 Sales since the last run is not among these: {}"
MORE = "More was changed since the last run than is looked through here; the next run finds the rest."


Written = dict[tuple[Side, int], dict[uuid.UUID, str]]
"""By side and mapping: the records that were written there since a run has read it, with their versions."""


@dataclass(slots=True)
class Changed:
    """The records of the side that is looked at whose pairs changed since. ``notice``: what is not known, and why."""

    ids: set[uuid.UUID] = field(default_factory=set)
    notice: str = ""


def reads(mapping: TableMapping, side: Side) -> bool:
    """Does a pass of this mapping carry what is changed on this side?"""
    return any(one.source is side for one in Direction(mapping.direction).passes)


def is_changed(mapping: TableMapping, pair: Pair, side: Side, version: str) -> bool:
    """Was the record of the pair on this side, which has this version, written since a run has looked at it, and will
    the next one look?"""
    seen = pair.seen(side)
    return bool(seen) and seen != version and reads(mapping, side)


def changed_since(side: Side, mappings: Sequence[TableMapping], setup: ConnectionSetup) -> Changed:
    """The records of ``side`` of which something is not on the other side yet, though no run owes it. Each side is
    asked once a mapping for what it has changed since it was read; open conflicts count, too, and what an undone run
    left apart. A silent Sales is named in the notice."""
    found = Changed(_in_conflict(side, mappings) | _left_apart(side, mappings))
    written = Written()
    _look(found, written, systems.open_erp(), mappings)
    if setup.is_enabled:
        try:
            with open_for_words(setup) as crm:
                _look(found, written, crm, mappings)
        except Problem as problem:
            found.notice = SILENT.format(problem)
    found.ids |= _changed_pairs(written, side, mappings)
    return found


def _in_conflict(side: Side, mappings: Sequence[TableMapping]) -> set[uuid.UUID]:
    """Runs have looked at these, and left them apart."""
    column = f"{side}_id"
    rows = SyncError.objects.open().filter(mapping__in=mappings, code=Conflict.code).exclude(**{column: None})
    return set(rows.order_by("-pk").values_list(column, flat=True)[:BY_ID])


def _left_apart(side: Side, mappings: Sequence[TableMapping]) -> set[uuid.UUID]:
    """Runs that undid another one have put something back here, and both sides hold something different since."""
    undoing = SyncJob.objects.filter(undoes__isnull=False).order_by("-queued_at").values("pk")[:UNDONE]
    changes = RecordChange.objects.filter(job__in=undoing)
    rows = Coupling.objects.filter(mapping__in=mappings, state=State.COUPLED.value)
    put_back = [row.pair for row in rows.filter(erp_id__in=changes.values("erp_id")[:BY_ID])]
    return {pair.id(side) for pair in put_back if any(is_apart(*halves) for halves in pair.agreed.values())}


def _look(found: Changed, written: Written, system: System, mappings: Sequence[TableMapping]) -> None:
    """Ask one side what it has written since each of these mappings has read it."""
    read = {one.pk: one for one in mappings if one.cursor(system.side) and reads(one, system.side)}
    looks = [(one.table(system.side), one.cursor(system.side)) for one in read.values()]
    for mapping, there in zip(read, _written_since(system, looks), strict=True):
        if there is None or len(there) > BY_ID:
            found.notice = MORE
        written[system.side, mapping] = dict(islice((there or {}).items(), BY_ID))


def _written_since(system: System, looks: Sequence[tuple[str, str]]) -> list[dict[uuid.UUID, str] | None]:
    """For each (table, cursor) id -> version of what was written, a few more than are looked at; ``None`` where these
    are too many, or the system does not know any more."""
    if isinstance(system, ListsWritten):
        with suppress(CursorExpired):
            return [*system.written_since(looks, BY_ID + 1)]
    return [_read_changes(system, table, since) for table, since in looks]


def _read_changes(system: System, table: str, since: str) -> dict[uuid.UUID, str] | None:
    changes = system.changes(table, [], since)
    try:
        there = {record.id: record.version for page in islice(changes, PAGES) for record in page.records}
        return there if len(there) > BY_ID or next(changes, None) is None else None
    except CursorExpired:
        return None


def _changed_pairs(written: Written, side: Side, mappings: Sequence[TableMapping]) -> set[uuid.UUID]:
    """The records of ``side`` in pairs of which one was written, and not by the run that has looked at it: one query
    for all mappings and both sides."""
    asked = Q()
    for (of, mapping), records in written.items():
        if records:
            asked |= Q(mapping=mapping, **{f"{of}_id__in": list(records)})
    if not asked:
        return set()
    by_pk = {mapping.pk: mapping for mapping in mappings}
    found: set[uuid.UUID] = set()
    rows = Coupling.objects.filter(asked, state=State.COUPLED.value)
    for mapping, *held in rows.values_list("mapping", "erp_id", "crm_id", "state", "seen_erp", "seen_crm"):
        pair = Pair(*held)
        for of in Side:
            version = written.get((of, mapping), {}).get(pair.id(of))
            if version is not None and is_changed(by_pk[mapping], pair, of, version):
                found.add(pair.id(side))
    return found


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
                if twin is not None and is_changed(mapping, pair, system.side, twin.version):
                    found.add(pair.id(side))
    return found


@contextmanager
def _briefly(side: Side, patient: bool, setup: ConnectionSetup | None) -> Iterator[System]:
    if side is Side.CRM and patient:
        with open_for_words(setup or ConnectionSetup.current()) as crm:
            yield crm
    else:
        with at_a_glance(), opened(side, setup) as system:
            yield system
