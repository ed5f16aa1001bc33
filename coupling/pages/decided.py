"""What people have decided of a conflict and no run has carried yet."""

from __future__ import annotations

from coupling.pages.compare import Comparison
from integration.connection.live_systems import NAMES
from integration.models import SyncJob, TableMapping
from integration.sync.memory.halves import DECIDED
from integration.sync.memory.ledger import Agreed
from integration.systems.values import Side


def decided(agreed: Agreed) -> dict[str, Side]:
    """The side that wins, by the key of the field."""
    return {key: Side.ERP if halves[0] == DECIDED else Side.CRM for key, halves in agreed.items() if DECIDED in halves}


def stamp(agreed: Agreed) -> str:
    """The same as one text, which a page carries to see whether somebody has decided since."""
    return ",".join(sorted(f"{key}={side.value}" for key, side in decided(agreed).items()))


def in_words(comparison: Comparison, agreed: Agreed) -> str:
    """Which value goes over in each field."""
    return ", ".join(f"{comparison.label(key)} from {NAMES[side]}" for key, side in decided(agreed).items())


def under_way(mapping: TableMapping) -> bool:
    """Is a run on its way that carries decisions of this mapping?"""
    return SyncJob.objects.active().filter(mapping=mapping).exists()
