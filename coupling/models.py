"""Who is whom: one row a pair, and the ledger the engine keeps its memory in (``mapping.couplings``)."""

from __future__ import annotations

from django.db import models

from coupling.ledger import CouplingError, CouplingManager
from coupling.packing import READ, pair_of
from integration.models import TableMapping
from integration.pages.standings import FAILED, OWED, RESTS, UNDONE
from integration.sync.memory.ledger import Pair, Result, State
from integration.systems.values import Side

STATES = [(state.value, state.name.title()) for state in State]
RESULTS = [(result.value, result.label) for result in Result]
RESERVED = models.Q(state=State.RESERVED.value)


class Coupling(models.Model):
    """One pair of records of one mapping: ids, what was last agreed, how the last runs ended.

    A row whose twin does not exist yet has its id all the same (``state`` reserved or intended): ids are ours.
    """

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="couplings")
    erp_id = models.UUIDField()
    crm_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=STATES, default=State.RESERVED.value)
    seen_erp = models.CharField(max_length=40, blank=True)
    seen_crm = models.CharField(max_length=40, blank=True)
    agreed = models.TextField(blank=True)
    owed_erp = models.BooleanField(default=False)
    owed_crm = models.BooleanField(default=False)
    to_crm_result = models.CharField(max_length=8, blank=True, choices=RESULTS)
    to_crm_code = models.CharField(max_length=60, blank=True)
    to_erp_result = models.CharField(max_length=8, blank=True, choices=RESULTS)
    to_erp_code = models.CharField(max_length=60, blank=True)
    in_flight = models.TextField(blank=True)
    raised = models.PositiveIntegerField(default=0)
    statistics_uploaded = models.DateTimeField(null=True, editable=False)
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
            models.Index(fields=["mapping"], name="coupling_resting", condition=RESTS),
            models.Index(fields=["mapping"], name="coupling_undone", condition=UNDONE),
            models.Index(fields=["mapping"], name="coupling_failed", condition=FAILED),
            models.Index(fields=["mapping"], name="coupling_owed", condition=OWED),
            models.Index(fields=["mapping"], name="coupling_reserved", condition=RESERVED),
        ]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.erp_id} / {self.crm_id}"

    @property
    def skipped(self) -> bool:
        """Does it rest in any direction, since it failed twice the same way?"""
        return Result.SKIPPED.value in (self.to_crm_result, self.to_erp_result)

    @property
    def is_undone(self) -> bool:
        """Has an undoing deleted the record that a run made of the other one?"""
        return Result.UNDONE.value in (self.to_crm_result, self.to_erp_result)

    @property
    def pair(self) -> Pair:
        """The row as the engine sees it."""
        return pair_of([getattr(self, column) for column in READ])


class Wait(models.Model):
    """What the pass of a pair towards one side waits for: a record (of the other side) that is not coupled yet. Pairs
    whose record is not written yet have theirs, too."""

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="waits")
    erp_id = models.UUIDField()
    crm_id = models.UUIDField()
    towards = models.CharField(max_length=3, choices=[(side.value, side.value) for side in Side])
    table = models.CharField(max_length=120)
    record_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["record_id"], name="coupling_wa_record__idx"),
            models.Index(fields=["mapping", "erp_id"], name="coupling_wa_mapping_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.erp_id} waits for {self.table}/{self.record_id}"


class Tally(models.Model):
    """How many couplings a mapping has, of each kind. The database itself keeps it (``coupling.tallies``)."""

    mapping = models.OneToOneField(TableMapping, models.CASCADE, primary_key=True, related_name="tally")
    coupled = models.IntegerField(default=0)
    resting = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.mapping}: {self.coupled}"


__all__ = ["RESTS", "UNDONE", "Coupling", "CouplingError", "Tally", "Wait"]
