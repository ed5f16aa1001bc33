"""Passes that belong to one action of a person: a merge makes two, one behind the other, and both are one thing.

Synchronize Now, Merge on Adatum:   to Sales: unchanged      to Business Central: phone number
what the person is shown:           Adatum: phone number changed in Business Central
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from integration.models import RecordChange, SyncError, SyncJob
from integration.sync.run import LEFT_OUT, Scope

LONGEST = 4
OF_ITS_OWN = (Scope.IDS, Scope.COUPLED)
"""Scopes of runs over records that were chosen, or coupled, for them."""


def family(job: SyncJob) -> list[SyncJob]:
    """The passes over the same few records that were started together, in their order; of other runs it alone."""
    return started_together(job) if job.run_options.scope in OF_ITS_OWN else [job]


def started_together(job: SyncJob) -> list[SyncJob]:
    """The passes of one start over a mapping, in their order, whatever records they look at: a run both ways of the
    schedule is two of them, one behind the other."""
    passes = [job]
    while len(passes) < LONGEST and (before := passes[0].after) is not None and _belong(before, passes[0]):
        passes.insert(0, before)
    while len(passes) < LONGEST:
        behind = passes[-1].followers.select_related("mapping", "started_by")
        following = [one for one in behind if _belong(passes[-1], one)]
        if len(following) != 1:
            break
        passes += following
    return passes


def _belong(before: SyncJob, behind: SyncJob) -> bool:
    """Two passes of one mapping, the other way round, both over given records or neither."""
    chosen = [one.run_options.scope in OF_ITS_OWN for one in (before, behind)]
    return (
        before.mapping_id == behind.mapping_id
        and before.kind == behind.kind
        and before.direction != behind.direction
        and chosen[0] == chosen[1]
    )


def changes_of(passes: Sequence[SyncJob]) -> QuerySet[RecordChange]:
    """What they did. A record that one pass changed or failed at is not unchanged because another one left it."""
    rows = RecordChange.objects.filter(job__in=passes)
    if len(passes) == 1:
        return rows
    unchanged = rows.filter(action=RecordChange.Action.UNCHANGED)
    changed = rows.exclude(action=RecordChange.Action.UNCHANGED)
    failed = SyncError.objects.filter(job__in=passes)
    once = unchanged.exclude(erp_id__in=changed.values("erp_id"))
    for column in ("erp_id", "crm_id"):
        once = once.exclude(**{f"{column}__in": failed.exclude(**{column: None}).values(column)})
    last = once.order_by().values("erp_id").annotate(last=Max("pk")).values("last")
    return RecordChange.objects.filter(Q(pk__in=changed.values("pk")) | Q(pk__in=last))


def counted(passes: Sequence[SyncJob]) -> dict[str, int]:
    """Their counters as those of one action."""
    totals: dict[str, int] = {}
    for one in passes:
        for name, number in one.counters.as_dict().items():
            totals[name] = totals.get(name, 0) + number
    if len(passes) > 1:
        totals["unchanged"] = changes_of(passes).filter(action=RecordChange.Action.UNCHANGED).count()
        totals["failed"] -= told_twice(passes)
        totals["skipped"] = max(one.skipped for one in passes)
    return totals


def errors_of(passes: Sequence[SyncJob], *, left_out: bool = False) -> QuerySet[SyncError]:
    """What failed in them, or was left out by a rule: of one cause each record once, as the last pass has said it."""
    rows = SyncError.objects.filter(job__in=passes)
    rows = rows.filter(code=LEFT_OUT) if left_out else rows.exclude(code=LEFT_OUT)
    if len(passes) < 2:
        return rows
    record = Coalesce("erp_id", "crm_id")
    last = rows.order_by().annotate(record=record).values("record", "code").annotate(last=Max("pk")).values("last")
    return SyncError.objects.filter(pk__in=last)


def told_twice(passes: Sequence[SyncJob]) -> int:
    """How many of their failures are of a record that another of these passes has failed at, too."""
    if len(passes) < 2 or sum(bool(one.failed) for one in passes) < 2:
        return 0
    rows = SyncError.objects.filter(job__in=passes).exclude(code=LEFT_OUT).order_by()
    records = list(rows.values_list("mapping", "erp_id", "crm_id"))
    return len(records) - len({(mapping, erp or crm) for mapping, erp, crm in records})
