"""Who is whom: one row a pair, and the ledger the engine keeps its memory in (``mapping.couplings``)."""

from __future__ import annotations

from django.db import models

from coupling.ledger import COLUMNS, CouplingError, CouplingManager, partner_of
from integration.models import TableMapping
from integration.sync.ledger import Partner, Result, State
from integration.sync.rules import Direction

STATES = [(state.value, state.name.title()) for state in State]
RESULTS = [(Result.NONE.value, ""), (Result.SUCCESS.value, "Success")]
RESULTS += [(Result.FAILURE.value, "Failure"), (Result.WAITING.value, "Waiting")]


class Coupling(models.Model):
    """One pair of records of one mapping: ids, what was last agreed, how the last runs ended.

    A row whose twin does not exist yet has its id all the same (``state`` reserved or intended): ids are ours.
    """

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="couplings")
    erp_id = models.UUIDField()
    crm_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=STATES, default=State.RESERVED.value)
    erp_version = models.CharField(max_length=40, blank=True)
    crm_version = models.CharField(max_length=40, blank=True)
    agreed = models.TextField(blank=True)
    adopt = models.BooleanField(default=False)
    pending = models.CharField(max_length=6, blank=True, choices=[(d.value, d.value) for d in Direction])
    skipped = models.BooleanField(default=False)
    to_crm_result = models.CharField(max_length=7, blank=True, choices=RESULTS)
    to_crm_code = models.CharField(max_length=60, blank=True)
    to_crm_waiting_for = models.CharField(max_length=120, blank=True)
    to_erp_result = models.CharField(max_length=7, blank=True, choices=RESULTS)
    to_erp_code = models.CharField(max_length=60, blank=True)
    to_erp_waiting_for = models.CharField(max_length=120, blank=True)
    writing = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = CouplingManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "erp_id"], name="one_coupling_per_erp_record"),
            models.UniqueConstraint(fields=["mapping", "crm_id"], name="one_coupling_per_crm_record"),
        ]
        indexes = [
            models.Index(fields=["erp_id"]),
            models.Index(fields=["crm_id"]),
            # Not only of those that wait: SQLite does not take a partial index for a list of values.
            models.Index(fields=["to_crm_waiting_for"], name="waiting_to_crm"),
            models.Index(fields=["to_erp_waiting_for"], name="waiting_to_erp"),
        ]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.erp_id} / {self.crm_id}"

    @property
    def partner(self) -> Partner:
        """The row as the engine sees it."""
        return partner_of([getattr(self, column) for column in COLUMNS])


__all__ = ["Coupling", "CouplingError"]
