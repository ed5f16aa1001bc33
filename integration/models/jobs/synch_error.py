"""Integration synch. errors: why single records failed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from integration.models.jobs.job import SyncJob
from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.problems import Conflict, NumberConflict, TwinGone, TwinMerged
from integration.sync.rules import Direction
from integration.sync.run import LEFT_OUT, Failure

LABEL, NAMELESS = 250, "(name not known)"
Inherited = tuple[dt.datetime, int | None]
"""Since when a record fails, and the person who looks after it."""
COUPLE_WITH = (TwinMerged.code, NumberConflict.code)
"""Errors that name the record of Sales to couple with instead."""
OF_THE_PAIR = (Conflict.code, TwinGone.code)
"""Errors that are one, whichever pass has met them last."""
APART = (SyncJob.Kind.STATISTICS,)
"""Kinds of runs about the same records as another kind: what the one says closes no error of the other."""


class SyncErrorManager(models.Manager["SyncError"]):
    def open(self) -> models.QuerySet[SyncError]:
        """Errors of records that have not been synchronized since."""
        return self.filter(closed_at=None)

    def log(self, job: SyncJob, failures: Sequence[Failure]) -> None:
        """One row per failed record. An older open error of the same record and direction is closed: it is logged
        anew, and who looks after it and how old it is go along. What is wrong with the pair is one error, whichever
        pass has met it last; another failure leaves it open."""
        before: dict[tuple[Direction, uuid.UUID], Inherited] = {}
        for direction in {failure.direction for failure in failures}:
            these = [one for one in failures if one.direction is direction]
            for code in OF_THE_PAIR:
                before |= self._replace(job, direction, [one for one in these if one.code == code], both_ways=code)
            before |= self._replace(job, direction, [one for one in these if one.code not in OF_THE_PAIR])
        rows = [_row(job, failure) for failure in failures]
        for row, failure in zip(rows, failures, strict=True):
            id = _source_id(failure)
            if id is not None and (inherited := before.get((failure.direction, id))):
                row.first_at, row.assigned_to_id = inherited
        self.bulk_create(rows)

    def _replace(
        self, job: SyncJob, direction: Direction, failures: Sequence[Failure], *, both_ways: str = ""
    ) -> dict[tuple[Direction, uuid.UUID], Inherited]:
        """Close the older ones, those with the code ``both_ways`` of the other direction, too; (direction, id) -> what
        the new one takes over from the oldest of them."""
        source = f"{direction.source.value}_id"
        ids = [id for one in failures if (id := _source_id(one)) is not None]
        rows = self.open().filter(_alike(job.kind), **{f"{source}__in": ids}, mapping=job.mapping)
        met = Q(direction=direction.value)
        rows = rows.filter(met | Q(code=both_ways) if both_ways else met)
        found: dict[tuple[Direction, uuid.UUID], Inherited] = {}
        for id, first_at, person in rows.order_by("-first_at").values_list(source, "first_at", "assigned_to"):
            _, assigned = found.get((direction, id), (first_at, None))
            found[direction, id] = (first_at, person or assigned)
        rows.update(closed_at=timezone.now())
        return found

    def note(self, job: SyncJob, reasons: Sequence[Failure]) -> None:
        """Rows left out on purpose: shown with their job, never open."""
        rows = [_row(job, reason) for reason in reasons]
        for row in rows:
            row.closed_at = timezone.now()
        self.bulk_create(rows)

    def forget_notes(self, job: SyncJob) -> None:
        """The run looks at everything once more: what it leaves out then is noted then."""
        self.filter(job=job, code=LEFT_OUT).delete()

    def close_of(self, mapping: TableMapping, erp_ids: Sequence[uuid.UUID], crm_ids: Sequence[uuid.UUID]) -> None:
        """The pairs of these records are no more: what was wrong with them is past."""
        rows = self.open().filter(mapping=mapping, erp_id__in=erp_ids, crm_id__in=crm_ids)
        rows.update(closed_at=timezone.now())

    def close_before(self, mapping: TableMapping, pairs: Mapping[uuid.UUID, uuid.UUID]) -> None:
        """These records (Business Central id -> Sales id) are coupled with each other from now on: what was wrong with
        either of them before, alone or with another one, is past."""
        either = Q(erp_id__in=list(pairs)) | Q(crm_id__in=list(pairs.values()))
        self.open().filter(either, mapping=mapping).update(closed_at=timezone.now())

    def close(
        self, mapping: TableMapping, direction: Direction, source_ids: Sequence[uuid.UUID], kind: str = ""
    ) -> int:
        """The records with these ids of the source side went well in a run of this kind. A conflict is one, whichever
        pass has met it."""
        ours = Q(**{f"{direction.source.value}_id__in": list(source_ids)})
        met = Q(direction=direction.value) | Q(code=Conflict.code)
        rows = self.open().filter(ours, met, _alike(kind), mapping=mapping)
        return rows.update(closed_at=timezone.now()) if source_ids else 0


class SyncError(models.Model):
    """Why one record failed in one job. Both ids are plain values: the coupling may be long gone."""

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="errors")
    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="errors")
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS)
    erp_id = models.UUIDField(null=True, db_index=True)
    crm_id = models.UUIDField(null=True, db_index=True)
    label = models.CharField("record", max_length=LABEL, blank=True)
    code = models.CharField("code", max_length=60)
    message = models.TextField("message")
    waiting_for = models.CharField("waits for", max_length=120, blank=True)
    raw = models.TextField("answer", blank=True)
    call_stack = models.TextField("call stack", blank=True)
    created_at = models.DateTimeField("time", auto_now_add=True)
    first_at = models.DateTimeField("since", default=timezone.now)
    closed_at = models.DateTimeField("closed", null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="assigned to"
    )
    resolved_by = models.CharField("resolved by", max_length=150, blank=True)
    note = models.TextField("note", blank=True)

    objects = SyncErrorManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "integration synch. error"
        indexes = [
            models.Index(fields=["code", "-created_at"], condition=Q(closed_at=None), name="open_synch_errors"),
            models.Index(fields=["-created_at", "-id"], name="error_created"),
            models.Index(fields=["-created_at", "-id"], name="error_open", condition=Q(closed_at=None)),
            models.Index(fields=["mapping", "code"], name="error_open_code", condition=Q(closed_at=None)),
        ]

    @property
    def record_name(self) -> str:
        """What the record is called. Of one that was deleted before anybody read it no name is known."""
        ids = {str(id) for id in (self.erp_id, self.crm_id) if id}
        if self.label and self.label not in ids:
            return self.label
        return NAMELESS if ids else "All records"

    @property
    def waits_for(self) -> tuple[str, str] | None:
        """(table, id) of the record to couple first; it is on the source side."""
        table, _, id = self.waiting_for.partition("/")
        return (table, id) if id else None

    @property
    def couple_with(self) -> str:
        """The id of the Sales record to couple with instead of making another; blank where there is none."""
        if not (self.waits_for and self.code in COUPLE_WITH):
            return ""
        return str(self.crm_id or "") if self._names_ours else self.waits_for[1]

    @property
    def couples_erp(self) -> str:
        """The id of the Business Central record that would be coupled with it."""
        ours = self.waits_for[1] if self.waits_for and self._names_ours else self.erp_id
        return str(ours or "")

    @property
    def _names_ours(self) -> bool:
        """A record of Sales was to be made here again, and the one it has its number of is named."""
        return self.code == NumberConflict.code and self.direction == Direction.TO_ERP.value

    @property
    def source_side(self) -> str:
        """The side the record comes from, as ``erp`` or ``crm``; the record it waits for is there, too."""
        return Direction(self.direction).source.value

    def __str__(self) -> str:
        return f"{self.label or self.erp_id or self.crm_id}: {self.message}"


def _alike(kind: str) -> Q:
    """Errors of runs that are about the same thing as one of this kind."""
    return Q(job__kind=kind) if kind in APART else ~Q(job__kind__in=APART)


def _source_id(failure: Failure) -> uuid.UUID | None:
    return failure.erp_id if failure.direction is Direction.TO_CRM else failure.crm_id


def _row(job: SyncJob, failure: Failure) -> SyncError:
    label = failure.label or str(_source_id(failure) or failure.erp_id or failure.crm_id or "")
    return SyncError(
        job=job, mapping=job.mapping, direction=failure.direction.value, erp_id=failure.erp_id, crm_id=failure.crm_id,
        label=label[:LABEL], code=failure.code, message=failure.message, waiting_for=failure.waiting_for,
        raw=failure.raw, call_stack=failure.call_stack,
    )  # fmt: skip
