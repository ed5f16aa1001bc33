"""Dry runs in words: what they are about, and what would become of each record."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from integration.models import Plan, PlannedChange, SyncJob
from integration.pages.runs.captions import Captions, FieldChange, is_id, names_in, references
from integration.pages.runs.titles import FEW, SHORT_WAYS, as_then, asked_for, names_here, titles
from integration.sync.rules import Direction

AT_ONCE = 500
NAMELESS = "(name not known)"
HEAD = ("Mapping", "Direction", "Action", "Record", "Field", "Old value", "New value", "Reason", "Outcome")


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One planned change as a page shows it; ``side``, ``table`` and ``id`` are those of the record it comes from."""

    change: PlannedChange
    name: str
    side: str
    table: str
    id: uuid.UUID | None
    way: str
    fields: Sequence[FieldChange]

    @property
    def is_new(self) -> bool:
        """Are there no old values to show?"""
        return self.change.action != PlannedChange.Action.UPDATE


def planned_rows(changes: Iterable[PlannedChange]) -> list[PlannedRow]:
    """Planned changes in words; their mappings are read along."""
    listed = list(changes)
    referred_to = (id for one in listed for id in references(one.exact.values()))
    captions, names = Captions(), names_in((one.fields for one in listed), referred_to)
    here = _names(listed)
    return [_row(one, here, captions, names) for one in listed]


def _row(change: PlannedChange, here: Mapping[uuid.UUID, str], captions: Captions, names: dict[str, str]) -> PlannedRow:
    direction = Direction(change.direction)
    source, written = direction.source, direction.destination
    label = "" if is_id(change.label) else change.label
    name = here.get(change.erp_id, "") if change.erp_id else ""
    id = change.erp_id if source.value == "erp" else change.crm_id
    fields = captions.changes(change.mapping, written, change.fields, names, change.exact)
    table = change.mapping.table(source)
    return PlannedRow(change, as_then(label, name) or NAMELESS, source.value, table, id, SHORT_WAYS[direction], fields)


def _names(changes: Collection[PlannedChange]) -> dict[uuid.UUID, str]:
    tables: dict[str, set[uuid.UUID]] = {}
    for one in changes:
        if one.erp_id is not None:
            tables.setdefault(one.mapping.erp_table, set()).add(one.erp_id)
    return {id: name for table, ids in tables.items() for id, name in names_here(table, ids).items()}


def exported(changes: Iterable[PlannedChange]) -> Iterator[tuple[str, ...]]:
    """Lines of a file, one a field; a change without fields has one line all the same."""
    yield HEAD
    left = iter(changes)
    while some := list(islice(left, AT_ONCE)):
        for row in planned_rows(some):
            yield from _lines(row)


def _lines(row: PlannedRow) -> Iterator[tuple[str, ...]]:
    change = row.change
    head = (change.mapping.name, row.way, str(change.get_action_display()), row.name)
    for one in row.fields or [FieldChange("", "", "", "")]:
        yield (*head, one.label, one.old, one.new, change.reason, str(change.get_outcome_display()).strip())


def plan_titles(plans: Collection[Plan]) -> dict[uuid.UUID, str]:
    """What each dry run is about: of few records their names, else as it was called when it was asked for."""
    asked = SyncJob.objects.filter(plan__in=plans, kind=SyncJob.Kind.PLAN).select_related("mapping")
    of_few: dict[uuid.UUID, SyncJob] = {}
    for job in asked.order_by("queued_at"):
        if job.plan_id is not None and 0 < len(asked_for(job)) <= FEW:
            of_few.setdefault(job.plan_id, job)
    named = titles(list(of_few.values()))
    found = {plan.pk: plan.title for plan in plans}
    return found | {plan: named[job.pk].about for plan, job in of_few.items()}
