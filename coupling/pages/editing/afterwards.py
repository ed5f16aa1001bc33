"""What is said after a record was saved: what was written, and when it goes to Dynamics 365 Sales."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from coupling.pages import records, unsynchronized
from integration.models import ConnectionSetup, JobQueueEntry, SyncError, TableMapping
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.problems import Conflict
from integration.sync.rules import Direction
from integration.systems.values import Side
from integration.systems.wording import sentence

SALES = "Dynamics 365 Sales"
CONFLICT = f"It does not go to {SALES} yet: the same was changed there. Decide in the comparison which values stay."
WAITS = f"It goes to {SALES} as soon as the record that it waits for is coupled."
BOTH = f"{SALES} has changed this record, too, since the last run. The comparison says what the next run makes of both."


def saved_in_words(title: str, fields: str, *, is_new: bool) -> str:
    """What was saved. ``fields``: what was changed, blank: nothing."""
    if is_new:
        return f"{title} is created."
    return sentence(f"{title} is saved. Changed: {fields}" if fields else f"Nothing was changed in {title}")


@dataclass(frozen=True, slots=True)
class Following:
    """When a change reaches Dynamics 365 Sales, in words. ``sends``: Synchronize Now can do it at once."""

    text: str
    sends: bool = True


def follows(table: str, id: uuid.UUID, changed: Collection[str]) -> Following | None:
    """When the change reaches Dynamics 365 Sales; ``None`` where it does not: the record is not coupled, its mapping
    only reads from Sales, or carries none of these fields."""
    mapping, pair = records.mapped_pairs(Side.ERP, records.mappings_of(Side.ERP, table), [id]).get(id, (None, None))
    if mapping is None or pair is None or pair.state is State.RESERVED or not _carries(mapping, changed):
        return None
    if not ConnectionSetup.current().is_enabled:
        return Following(f"It goes to {SALES} when the connection is enabled.", sends=False)
    held = _held_back(mapping, pair)
    if held is not None:
        return held
    entry = mapping.queue_entries.filter(status__in=DUE).exclude(next_start=None).order_by("next_start").first()
    if entry is None:
        return Following(f"It goes to {SALES} with Synchronize Now: no run of {mapping.name} is due.")
    at = timezone.localtime(max(entry.next_start or timezone.now(), timezone.now()))
    return Following(f"It goes to {SALES} with the next run of {mapping.name} at {at:%H:%M}, or now.")


DUE = (JobQueueEntry.Status.READY, JobQueueEntry.Status.IN_PROCESS)


def _held_back(mapping: TableMapping, pair: Pair) -> Following | None:
    """What keeps the change from simply going with the next run, as far as that is known or Sales says it now."""
    if SyncError.objects.open().filter(mapping=mapping, erp_id=pair.erp_id, code=Conflict.code).exists():
        return Following(CONFLICT, sends=False)
    if pair.to_crm.result is Result.WAITING:
        return Following(WAITS, sends=False)
    if unsynchronized.changed_there(Side.ERP, {pair.erp_id: (mapping, pair)}, patient=True):
        return Following(BOTH, sends=False)
    return None


def _carries(mapping: TableMapping, changed: Collection[str]) -> bool:
    """Does it write one of these fields in Sales?"""
    if Direction.TO_CRM not in Direction(mapping.direction).passes:
        return False
    return (
        mapping.fields.filter(is_enabled=True, erp_field__in=changed).exclude(direction=Direction.TO_ERP.value).exists()
    )
