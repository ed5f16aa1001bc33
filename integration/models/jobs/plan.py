"""Dry runs that are kept: what a synchronization would do, record by record, to be looked at and applied later."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils import timezone

from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Direction

VALID_DAYS = 7
LABEL = 250


class PlanQuerySet(models.QuerySet["Plan"]):
    def outdated(self) -> PlanQuerySet:
        """Plans nobody may apply any more."""
        return self.filter(created_at__lt=timezone.now() - dt.timedelta(days=VALID_DAYS))


class Plan(models.Model):
    """One dry run. Its jobs make it, mapping by mapping; then it is ready, and one person may apply it, once."""

    class Status(models.TextChoices):
        PLANNING = "planning", "In Process"
        READY = "ready", "Ready"
        FAILED = "failed", "Error"
        APPLYING = "applying", "Being Applied"
        APPLIED = "applied", "Applied"
        STOPPED = "stopped", "Not Applied to the End"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField("dry run of", max_length=200)
    status = models.CharField("status", max_length=8, choices=Status, default=Status.PLANNING)
    message = models.TextField("message", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("made", auto_now_add=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField("applied", null=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followers")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Dry run of {self.title}"

    @property
    def is_active(self) -> bool:
        return self.status in (self.Status.PLANNING, self.Status.APPLYING)

    @property
    def is_outdated(self) -> bool:
        return self.created_at < timezone.now() - dt.timedelta(days=VALID_DAYS)

    @property
    def can_be_applied(self) -> bool:
        return self.status == self.Status.READY and not self.is_outdated

    def counts(self) -> list[tuple[str, str, int]]:
        """(action, its name, how many), in the order of the actions."""
        counted = self.changes.order_by().values_list("action").annotate(number=Count("pk"))
        found = dict(counted)
        return [(value, str(label), found[value]) for value, label in PlannedChange.Action.choices if value in found]

    # --- what becomes of it: each is one UPDATE that only one of several can win --------------------------------

    def ready(self) -> bool:
        return self._move(self.Status.PLANNING, self.Status.READY)

    def fail(self, message: str) -> bool:
        return self._move(self.Status.PLANNING, self.Status.FAILED, message=message)

    def take(self, user_id: int | None) -> bool:
        """Begin to apply it. ``False``: somebody else did, it is too old, or it is not ready."""
        valid = self.created_at >= timezone.now() - dt.timedelta(days=VALID_DAYS)
        claimed = {"applied_by_id": user_id, "applied_at": timezone.now()}
        return valid and self._move(self.Status.READY, self.Status.APPLYING, **claimed)

    def finish(self) -> bool:
        """Every row was tried."""
        return self._move(self.Status.APPLYING, self.Status.APPLIED, message=self._failed_rows())

    def stop(self, message: str) -> bool:
        """It was not carried out to the end: canceled, the connection disabled, or a run that broke off."""
        left = self.changes.filter(action__in=(PlannedChange.Action.COUPLE, *APPLICABLE), outcome="").count()
        rows = f"{left} row{' was' if left == 1 else 's were'} not tried."
        words = " ".join(part for part in (message, rows, self._failed_rows()) if part)
        return self._move(self.Status.APPLYING, self.Status.STOPPED, message=words)

    def _failed_rows(self) -> str:
        number = self.changes.filter(outcome=PlannedChange.Outcome.FAILED).count()
        return f"{number} row{'' if number == 1 else 's'} failed; the reason stands beside each." if number else ""

    def _move(self, before: str, after: str, **values: object) -> bool:
        moved = Plan.objects.filter(pk=self.pk, status=before).update(status=after, **values)
        if moved:
            self.status = after
        return bool(moved)


class PlannedChangeQuerySet(models.QuerySet["PlannedChange"]):
    def pairs(self, plan: Plan, mapping: TableMapping) -> PlannedChangeQuerySet:
        """The pairs of a mapping that exist once the plan is carried out, and do not exist yet."""
        return self.filter(plan=plan, mapping=mapping, action__in=(PlannedChange.Action.COUPLE, *MAKES_A_PAIR))

    def mark(self, ids: Iterable[int], outcome: str) -> None:
        self.filter(pk__in=list(ids)).update(outcome=outcome)


class PlannedChange(models.Model):
    """What would become of one record; ``fields`` as (field, old, new). ``exact``: which records those fields refer to
    that refer to one (``sync/undo/exact.py``). ``fingerprint`` is of all its effects."""

    class Action(models.TextChoices):
        INSERT = "insert", "Insert"
        UPDATE = "update", "Update"
        COUPLE = "couple", "Couple"
        CONFLICT = "conflict", "Conflict"
        WAITING = "waiting", "Waiting"
        FAIL = "fail", "Failure"
        SKIP = "skip", "Skip"
        UNCOUPLE = "uncouple", "Remove Coupling"
        RESTORE = "restore", "Restore"
        BESIDES = "besides", "Along with it"

    class Outcome(models.TextChoices):
        OPEN = "", " "
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"
        CHANGED = "changed", "Changed since, planned anew"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="changes")
    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="+")
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    action = models.CharField("action", max_length=8, choices=Action)
    erp_id = models.UUIDField(null=True)
    crm_id = models.UUIDField(null=True)
    label = models.CharField("record", max_length=LABEL, blank=True)
    reason = models.TextField("reason", blank=True)
    fields = models.JSONField("fields", default=list)
    exact = models.JSONField(default=dict, editable=False)
    agreed = models.JSONField(default=dict, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    planned_early = models.BooleanField(
        "its second pass is planned along with the first", default=False, editable=False
    )
    outcome = models.CharField("outcome", max_length=8, choices=Outcome, blank=True)

    objects = PlannedChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["plan", "mapping", "erp_id"]),
            models.Index(fields=["plan", "mapping", "crm_id"]),
            models.Index(fields=["plan", "action"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.label}"

    @property
    def record_name(self) -> str:
        """What the record is called; its id where nothing else is known."""
        return self.label or str(self.erp_id or self.crm_id or "All records")

    @property
    def pair(self) -> Pair:
        """The pair that a coupling run would make."""
        agreed = {key: (ours, theirs) for key, (ours, theirs) in self.agreed.items()}
        pair = Pair(cast(uuid.UUID, self.erp_id), cast(uuid.UUID, self.crm_id), State.COUPLED, agreed=agreed)
        for direction in Direction(self.mapping.direction).passes:
            pair = pair.with_owed(direction.destination, True)
        return pair


MAKES_A_PAIR: Sequence[str] = (PlannedChange.Action.INSERT,)
APPLICABLE: Sequence[str] = (
    PlannedChange.Action.INSERT,
    PlannedChange.Action.UPDATE,
    PlannedChange.Action.UNCOUPLE,
    PlannedChange.Action.RESTORE,
)
