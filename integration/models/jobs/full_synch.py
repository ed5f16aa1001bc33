"""The lines of the Dynamics 365 Sales Full Synch. Review page. ``jobs/full_synch.py`` starts their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from django.db import models, transaction
from django.utils import timezone

from integration.models.jobs.job import SyncJob
from integration.models.jobs.review import ShownLine
from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audit import AuditEntry, record
from integration.systems.values import Side


class Winner(models.TextChoices):
    """Whose values go over where both records of a pair found by matching hold something different. Nobody's: the
    mapping's rule decides, else each such field is a conflict."""

    NOBODY = "", "Nobody"
    ERP = Side.ERP.value, "Business Central"
    CRM = Side.CRM.value, "Dynamics 365 Sales"


class Recommendation(models.TextChoices):
    """What a full synchronization of a mapping had better do."""

    FULL = "full", "Full Synchronization"
    COUPLE = "couple", "Couple Records"
    NONE = "none", "No Records To Synchronize Now"


RENEWED = ("direction", "recommendation", "message", "expected")
"""What of a line follows its mapping until somebody starts it."""


class FullSynchError(Exception):
    """What was asked for is not possible now; the message says why."""


class FullSynchLineManager(models.Manager["FullSynchLine"]):
    def active(self) -> models.QuerySet[FullSynchLine]:
        return self.filter(status__in=FullSynchLine.ACTIVE)

    def of(self, job: SyncJob) -> FullSynchLine | None:
        """The line this job works for."""
        ours = (models.Q(**{name: job}) for name in FullSynchLine.JOBS)
        return self.filter(reduce(or_, ours)).select_related("mapping", *FullSynchLine.JOBS).first()

    def locked(self) -> list[FullSynchLine]:
        """All lines, nobody else deciding about them until the transaction ends: two lines that finish at once must
        not both think that the other one is still running."""
        list(self.select_for_update().order_by("pk").values_list("pk"))
        return list(self.select_related("mapping", *FullSynchLine.JOBS))

    def reset(self) -> None:
        """All lines as if nothing had ever been started. Raises ``FullSynchError`` while one runs."""
        with transaction.atomic():
            if any(line.is_alive for line in self.locked()):
                raise FullSynchError("A full synchronization is running. Wait until it ends or cancel its jobs.")
            self.all().delete()
            record(AuditEntry.Action.RESET, "full synchronization")

    @transaction.atomic
    def renew(self, found: Mapping[TableMapping, tuple[Recommendation, str, int | None]]) -> None:
        """Lines for these mappings that nobody has started follow their mapping, with what is recommended, why, and how
        many records are expected; what a person chose stays. Those of other mappings go."""
        there = {line.mapping_id: line for line in self.select_for_update(of=("self",))}
        gone = there.keys() - {mapping.pk for mapping in found}
        if any(not there[mapping].status for mapping in gone):
            self.filter(status=FullSynchLine.Status.BLANK, mapping__in=gone).delete()
        new: list[FullSynchLine] = []
        changed: list[FullSynchLine] = []
        for mapping, (recommendation, message, expected) in found.items():
            line = there.get(mapping.pk) or FullSynchLine(mapping=mapping, direction=mapping.direction)
            if line.status:
                continue
            chosen = Recommendation(line.recommendation) if line.chosen else recommendation
            if line.pk is None:
                new.append(line)
            elif [getattr(line, name) for name in RENEWED] != [mapping.direction, chosen, message, expected]:
                changed.append(line)
            for name, value in zip(RENEWED, (mapping.direction, chosen, message, expected), strict=True):
                setattr(line, name, value)
        self.bulk_create(new, ignore_conflicts=True)
        self.bulk_update(changed, RENEWED)


class FullSynchLine(ShownLine):
    """One mapping: what is recommended, how far it is, and the jobs that work for it."""

    Recommendation = Recommendation

    mapping = models.OneToOneField(TableMapping, models.CASCADE, related_name="full_synch_line")
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    recommendation = models.CharField(max_length=6, choices=Recommendation, default=Recommendation.FULL)
    chosen = models.BooleanField("recommended by a person", default=False, editable=False)
    expected = models.PositiveIntegerField("records before it starts", null=True, editable=False)
    create_unmatched = models.BooleanField("create new if unable to find a match", default=False)
    winner = models.CharField("wins where both differ", max_length=3, choices=Winner, default=Winner.NOBODY, blank=True)
    couple_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    to_crm_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    to_erp_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    second_to_crm_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    second_to_erp_job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.TextField(blank=True)

    objects = FullSynchLineManager()

    class Meta:
        ordering = ["mapping__position", "mapping__name"]
        verbose_name = "full synch. review line"

    def __str__(self) -> str:
        return str(self.mapping)

    # --- verbs ------------------------------------------------------------------------------------------------

    def recommend_full(self) -> None:
        """Recommend Full Synchronization: do not match this line's records, create all of them."""
        if self.status or self.recommendation != Recommendation.COUPLE:
            raise FullSynchError("This can be chosen for lines that recommend Couple Records and are not started.")
        self._store(recommendation=Recommendation.FULL, chosen=True)
        record(AuditEntry.Action.CHANGED, "full synchronization", self.mapping, after={"recommendation": "full"})

    def choose_create_unmatched(self, create: bool) -> None:
        if self.status:
            raise FullSynchError("This line has been started; Reset comes first.")
        self._store(create_unmatched=create)
        record(AuditEntry.Action.CHANGED, "full synchronization", self.mapping, after={"create unmatched": create})

    def choose_winner(self, winner: Side | None) -> None:
        """Who wins where both records of a matched pair hold something different; ``None``: nobody."""
        if self.status:
            raise FullSynchError("This line has been started; Reset comes first.")
        self._store(winner=Winner(winner.value) if winner else Winner.NOBODY)
        change = {"wins where both differ": self.get_winner_display()}
        record(AuditEntry.Action.CHANGED, "full synchronization", self.mapping, after=change)

    @property
    def winning_side(self) -> Side | None:
        return Side(self.winner) if self.winner else None

    def start(self, **jobs: SyncJob | None) -> None:
        """These jobs work for the line from now on."""
        self._store(status=self.Status.READY, message="", **jobs)

    def run(self) -> None:
        """One of its jobs has been claimed by a worker, or was approved."""
        self._store(status=self.Status.IN_PROCESS, message="")

    def ask(self, message: str) -> None:
        self._store(status=self.Status.APPROVAL, message=message)

    def finish(self, message: str = "") -> None:
        """Its mapping keeps when that was, also once the lines start over."""
        self._store(status=self.Status.FINISHED, message=message)
        TableMapping.objects.filter(pk=self.mapping_id).update(full_synch_at=timezone.now())

    def fail(self, message: str) -> None:
        self._store(status=self.Status.ERROR, message=message)

    def hold(self) -> None:
        """Not now: it is not started, and no other line waits for it."""
        self._store(status=self.Status.ON_HOLD)

    def _store(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))
