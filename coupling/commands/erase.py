"""Forget a person: what couplings, history, errors and dry runs hold about one record. The record itself stays."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from coupling.models import Coupling
from integration.models import PlannedChange, RecordChange, SyncError
from integration.models.stored.audit import AuditEntry, record
from integration.systems.values import Side


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was cleared."""

    agreed: int
    changes: int
    errors: int
    planned: int

    @property
    def text(self) -> str:
        return (
            f"Cleared: agreed values of {self.agreed} coupling(s), {self.changes} change(s), {self.errors} error(s), "
            f"{self.planned} line(s) of dry runs."
        )


def erase(side: Side, id: uuid.UUID) -> Erased:
    """Clear all of it, about this record and the ones coupled with it. The couplings stay, without what both sides
    agreed on: the next run compares afresh."""
    with transaction.atomic():
        pairs = Coupling.objects.filter(**{f"{side}_id": id})
        about = Q(**{f"{side}_id": id})
        for erp_id, crm_id in pairs.values_list("erp_id", "crm_id"):
            about |= Q(erp_id=erp_id) | Q(crm_id=crm_id)
        done = Erased(
            pairs.update(agreed="", in_flight="", seen_erp="", seen_crm="", raised=F("raised") + 1),
            RecordChange.objects.filter(about).delete()[0],
            SyncError.objects.filter(about).delete()[0],
            PlannedChange.objects.filter(about).delete()[0],
        )
        record(AuditEntry.Action.ERASED, "what is remembered about a record", f"{side} {id}", after={"done": done.text})
    return done
