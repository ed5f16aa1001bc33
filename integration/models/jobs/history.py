"""What runs did with single records: which fields, from what to what, and in which job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from integration.models.jobs.job import SyncJob
from integration.models.stored.rows import insert_rows
from integration.sync.rules import Direction
from integration.sync.run import Changed
from integration.sync.undo.exact import packed
from integration.systems.values import Side

SIDES = [(Side.ERP.value, "Business Central"), (Side.CRM.value, "Dynamics 365 Sales")]

LABEL = 250
LOGGED = ("job", "erp_id", "crm_id", "action", "fields", "label", "reason", "exact", "side", "table", "created_at")


class RecordChangeManager(models.Manager["RecordChange"]):
    def log(self, job: SyncJob, changes: Sequence[Changed]) -> None:
        """One row a record, all of a page at once."""
        now = timezone.now()
        towards = Direction(job.direction).destination if job.direction != Direction.BOTH else None
        insert_rows(self.model, LOGGED, ((job.pk, *_columns(one, towards), now) for one in changes))

    def written(self) -> models.QuerySet[RecordChange]:
        """Records that got other values by a run."""
        return self.filter(action__in=RecordChange.WRITTEN)

    def effects(self) -> models.QuerySet[RecordChange]:
        """Those, and records that a run deleted. Coupling and uncoupling wrote nothing."""
        return self.filter(action__in=(*RecordChange.WRITTEN, RecordChange.Action.DELETED))


def _columns(one: Changed, towards: Side | None) -> tuple[Any, ...]:
    side = one.side or towards
    exact = None if one.exact is None else packed(one.exact)
    return (
        one.erp_id, one.crm_id, one.action, one.fields, one.label[:LABEL], one.reason, exact,
        side.value if side else "", one.table,
    )  # fmt: skip


class RecordChange(models.Model):
    """What one run did with one record, which it wrote on ``side``. Mapping and person are the job's; both ids are
    plain values, since the coupling may be long gone, and so is ``label``, what the record was called then. ``fields``
    is in words; ``exact`` are the values themselves, as far as they can be put back (``sync/undo/exact.py``).
    ``table``: of a record that was written along and whose pair is another mapping's (a contact's firm), its table on
    ``side``."""

    class Action(models.TextChoices):
        INSERTED = "inserted", "Inserted"
        MODIFIED = "modified", "Modified"
        UNCHANGED = "unchanged", "Unchanged"
        COUPLED = "coupled", "Coupled"
        UNCOUPLED = "uncoupled", "Uncoupled"
        DELETED = "deleted", "Deleted"

    WRITTEN = (Action.INSERTED, Action.MODIFIED)

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="history")
    erp_id = models.UUIDField(db_index=True)
    crm_id = models.UUIDField(db_index=True)
    action = models.CharField("action", max_length=9, choices=Action)
    label = models.CharField("record", max_length=LABEL, blank=True)
    reason = models.TextField("reason", blank=True)
    fields = models.JSONField("fields", default=list)
    exact = models.JSONField(null=True, editable=False)
    side = models.CharField("written in", max_length=3, choices=SIDES, blank=True)
    table = models.CharField(max_length=120, blank=True, editable=False)
    created_at = models.DateTimeField("time")

    objects = RecordChangeManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "record change"
        indexes = [models.Index(fields=["job", "action", "id"])]

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.job}"
