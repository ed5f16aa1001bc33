"""What is said after a record was saved: what was written, and when it goes to Dynamics 365 Sales."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from coupling.pages import records
from integration.models import ConnectionSetup, JobQueueEntry, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.values import Side

SALES = "Dynamics 365 Sales"


def saved_in_words(title: str, fields: str, *, is_new: bool) -> str:
    """What was saved. ``fields``: what was changed, blank: nothing."""
    if is_new:
        return f"{title} is created."
    return f"{title} is saved. Changed: {fields.removesuffix('.')}." if fields else f"Nothing was changed in {title}."


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
    entry = mapping.queue_entries.filter(status__in=DUE).exclude(next_start=None).order_by("next_start").first()
    if entry is None:
        return Following(f"It goes to {SALES} with Synchronize Now: no run of {mapping.name} is due.")
    at = timezone.localtime(max(entry.next_start or timezone.now(), timezone.now()))
    return Following(f"It goes to {SALES} with the next run of {mapping.name} at {at:%H:%M}, or now.")


DUE = (JobQueueEntry.Status.READY, JobQueueEntry.Status.IN_PROCESS)


def _carries(mapping: TableMapping, changed: Collection[str]) -> bool:
    """Does it write one of these fields in Sales?"""
    if Direction.TO_CRM not in Direction(mapping.direction).passes:
        return False
    return (
        mapping.fields.filter(is_enabled=True, erp_field__in=changed).exclude(direction=Direction.TO_ERP.value).exists()
    )
