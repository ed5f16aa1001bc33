"""What the pages of runs need of a template: ways in words, counters with their tabs, links to logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from integration.connection.live_systems import NAMES
from integration.models import FieldMapping, SyncJob, TableMapping
from integration.pages.parts import first_url
from integration.pages.runs.captions import Captions
from integration.pages.runs.nouns import noun
from integration.pages.runs.rows import Row
from integration.pages.runs.titles import SHORT_WAYS, noun_of
from integration.sync.rules import Direction
from integration.systems.values import Side
from integration.templatetags.formats import moment

register = template.Library()

ARROWS = {Direction.TO_CRM: "→", Direction.TO_ERP: "←", Direction.BOTH: "⇄"}
OUTCOMES = ("inserted", "modified", "coupled", "uncoupled", "deleted", "unchanged", "skipped", "failed")


@register.filter
def way(row: Any) -> str:
    """Which way a job, a mapping or a line goes, short."""
    return SHORT_WAYS[Direction(row.direction)]


@register.filter
def began(job: SyncJob) -> str:
    """What a run is named by wherever one speaks of it: ``started 2026-11-29 14:05``; of one that has not started
    ``asked for 2026-11-29 14:05``."""
    return f"started {moment(job.started_at)}" if job.started_at else f"asked for {moment(job.queued_at)}"


@register.filter
def began_by(job: SyncJob) -> str:
    """The same, and by whom."""
    return f"{began(job)} by {job.started_by or 'the scheduler'}"


@register.filter
def outcomes(job: SyncJob) -> list[tuple[str, int]]:
    """The counters of a run as the job log shows them, each with the tab of the job page that has its rows."""
    return [(name, getattr(job, name)) for name in OUTCOMES]


@register.simple_tag
def log_link(row: Row) -> str:
    """Where everything stands that runs did with this record; blank where it has no id."""
    sides = (("erp", row.erp_table, row.erp_id), ("crm", row.crm_table, row.crm_id))
    return next((reverse("record_log", args=[side, table, id]) for side, table, id in sides if id), "")


@register.simple_tag
def record_url(side: str, table: str, id: object) -> str:
    """Where a record's card is; blank where it has none."""
    return first_url("record", (side, table, id))


@register.filter
def erp_noun(table: str) -> str:
    """What Business Central calls one record of a table."""
    return noun_of(table) or noun(table)


register.filter("crm_noun", noun)


@register.filter
def both_tables(mapping: TableMapping) -> str:
    """``Customer ⇄ Account``: which records a mapping keeps alike, and which way."""
    return f"{erp_noun(mapping.erp_table)} {ARROWS[Direction(mapping.direction)]} {noun(mapping.crm_table)}"


@register.filter
def both_fields(field: FieldMapping) -> str:
    """``E-Mail – Primary Email``: the fields of a field mapping, as people call them."""
    captions, sides = Captions(), ((Side.ERP, field.erp_field), (Side.CRM, field.crm_field))
    return " – ".join(captions.of_field(field.mapping, side, name) for side, name in sides if name)


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """Up to which run the changes of one side are read; ``otherwise``: what is said where no run is left that did."""

    label: str
    job: SyncJob | None
    otherwise: str


@register.simple_tag
def read_up_to(mapping: TableMapping) -> list[ReadUpTo]:
    """Where the passes of a mapping stand: not the position itself, which only the other system understands, but the
    run that last reached it."""
    found = []
    for direction in Direction(mapping.direction).passes:
        source = direction.source
        if not mapping.cursor(source):
            found.append(ReadUpTo(f"{NAMES[source]} read up to", None, "never"))
            continue
        runs = SyncJob.objects.filter(mapping=mapping, direction=direction.value, kind=SyncJob.Kind.SYNCHRONIZE)
        done = runs.filter(status=SyncJob.Status.FINISHED).exclude(cursor="").order_by("-queued_at").first()
        found.append(ReadUpTo(f"{NAMES[source]} read up to", done, "a run that is not kept any more"))
    return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one pair of fields is not saved, and where on the page it stands."""

    anchor: str
    pair: str
    reason: str


@register.simple_tag
def refusals(formset: Any) -> list[Refusal]:
    """What keeps a page of field mappings from being saved, above its many rows."""
    return [
        Refusal(f"pair-{form.instance.pk}", form.called, str(error))
        for form in formset
        for errors in form.errors.values()
        for error in errors
    ]
