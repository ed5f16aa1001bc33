"""The records that are left out until somebody retries them, across all mappings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integration.models import SyncError, TableMapping

SHOWN = 100


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """One skipped pair with the newest error about it."""

    coupling: Any
    error: SyncError | None

    @property
    def label(self) -> str:
        return self.error.label if self.error and self.error.label else str(self.coupling.erp_id)


def skipped_records() -> list[SkippedRecord]:
    """At most 100 of them, in the order of the mappings."""
    couplings = [row for mapping in TableMapping.objects.all() for row in _skipped(mapping)][:SHOWN]
    newest: dict[tuple[int, Any], SyncError] = {}
    for side in ("erp_id", "crm_id"):
        ids = [getattr(row, side) for row in couplings]
        for error in SyncError.objects.open().filter(**{f"{side}__in": ids}).order_by("created_at"):
            newest[error.mapping_id, getattr(error, side)] = error
    return [
        SkippedRecord(row, newest.get((row.mapping_id, row.erp_id)) or newest.get((row.mapping_id, row.crm_id)))
        for row in couplings
    ]


def retry(ids: Sequence[str] | None) -> int:
    """Have these skipped records (all of them for ``None``) tried again by the next run."""
    number = 0
    for mapping in TableMapping.objects.all():
        chosen = mapping.couplings.filter(skipped=True)
        if ids is not None:
            chosen = chosen.filter(pk__in=[id for id in ids if id.isdigit()])
        number += chosen.update(skipped=False)
    return number


def _skipped(mapping: TableMapping) -> Any:
    return mapping.couplings.filter(skipped=True).select_related("mapping")[:SHOWN]
