"""What the history says that a run did, record by record, as undoing it takes it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from integration.models import RecordChange, SyncJob, TableMapping
from integration.sync.rules import Direction
from integration.sync.undo.exact import unpacked
from integration.sync.undo.past import Past
from integration.systems.values import Side

AT_ONCE, FEW = 500, 4
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Ids = tuple[uuid.UUID, uuid.UUID]


def records_of(job: SyncJob, erp_ids: Collection[uuid.UUID] = ()) -> list[Ids]:
    """(ERP id, Sales id) of every record that the run wrote where it writes, in the order it came to them first; or
    only those of these records of Business Central."""
    rows = _history(job).order_by("pk").values_list("erp_id", "crm_id")
    rows = rows.filter(erp_id__in=list(erp_ids)) if erp_ids else rows
    return list(dict.fromkeys(rows))


def pasts_of(job: SyncJob, records: Sequence[Ids], *, removes: bool) -> list[Past]:
    """What the run did with these records, in their order. What it wrote into one of them several times counts from the
    first value to the last. What refers to a record is looked for where it might be deleted (``removes``)."""
    found = {ids: Past(*ids, inserted=False) for ids in records}
    first: dict[uuid.UUID, int] = {}
    side = Direction(job.direction).destination
    for start in range(0, len(records), AT_ONCE):
        chunk = [erp_id for erp_id, _ in records[start : start + AT_ONCE]]
        for row in _history(job).filter(erp_id__in=chunk).order_by("pk"):
            ids = (row.erp_id, row.crm_id)
            if ids in found:
                found[ids] = _with(found[ids], row)
                first.setdefault(found[ids].id(side), row.pk)
    later = _written_later(job, side, first)
    made = [past.id(side) for past in found.values() if past.inserted and removes]
    referred = _referred(made, side)
    return [
        replace(past, later=past.id(side) in later, referred=referred.get(past.id(side), ())) for past in found.values()
    ]


def number_of(job: SyncJob, erp_ids: Collection[uuid.UUID] = ()) -> tuple[int, int]:
    """How many of these records the run made, and how many of other mappings it wrote along with them."""
    rows = _history(job).filter(erp_id__in=list(erp_ids)) if erp_ids else _history(job)
    made, along = rows.filter(action=RecordChange.Action.INSERTED), rows.exclude(table="")
    return made.values("erp_id").distinct().count(), along.values("erp_id").distinct().count()


def _history(job: SyncJob) -> QuerySet[RecordChange]:
    """What the run wrote on the side that it writes: what it gave back to the records that it read stays with them."""
    side = Direction(job.direction).destination.value
    return RecordChange.objects.effects().filter(job=job, side__in=("", side))


def _with(past: Past, row: RecordChange) -> Past:
    past = replace(past, label=row.label or past.label, table=row.table)
    if row.action == RecordChange.Action.INSERTED:
        return replace(past, inserted=True)
    if row.action == RecordChange.Action.DELETED:
        return replace(past, deleted=True)
    if row.exact is None:
        return replace(past, unkept=True)
    exact = dict(past.exact)
    for column, (old, new) in unpacked(row.exact).items():
        exact[column] = (exact[column][0] if column in exact else old, new)
    return replace(past, exact=exact)


def _written_later(job: SyncJob, side: Side, first: Mapping[uuid.UUID, int]) -> set[uuid.UUID]:
    """The records that another run has written since this one wrote them ``first`` (id -> the number of that row): also
    one that slipped in between two pages of it, or before it came to the record once more."""
    ids, oldest = list(first), min(first.values(), default=0)
    found: set[uuid.UUID] = set()
    for start in range(0, len(ids), AT_ONCE):
        rows = RecordChange.objects.written().filter(
            **{f"{side}_id__in": ids[start : start + AT_ONCE]}, side=side.value, pk__gt=oldest
        )
        written = rows.exclude(job=job).values_list(f"{side}_id", "pk")
        found.update(id for id, pk in written if pk > first[id])
    return found


def _referred(ids: Sequence[uuid.UUID], side: Side) -> dict[uuid.UUID, list[tuple[str, uuid.UUID]]]:
    """The records (table, id) of this side in whose pairs the agreed values name one of these: they refer to it. No
    index knows that: the database looks for a few itself, for more of them all pairs are read once."""
    found: dict[uuid.UUID, list[tuple[str, uuid.UUID]]] = {}
    named = {str(id): id for id in ids}
    about = reduce(or_, (Q(agreed__contains=text) for text in named)) if 0 < len(named) <= FEW else ~Q(agreed="")
    for mapping in TableMapping.objects.all() if named else ():
        pairs = mapping.couplings.filter(about).values_list(f"{side}_id", "agreed")
        for other, agreed in pairs.iterator(chunk_size=AT_ONCE):
            for text in set(ID.findall(agreed)).intersection(named):
                found.setdefault(named[text], []).append((mapping.table(side), other))
    return found
