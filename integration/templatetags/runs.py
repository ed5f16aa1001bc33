"""What the pages of runs need of a template: ways in words, counters with their tabs, links to logs."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from integration.models import SyncJob
from integration.pages.parts import first_url
from integration.pages.runs.rows import Row
from integration.pages.runs.titles import SHORT_WAYS
from integration.sync.rules import Direction

register = template.Library()

OUTCOMES = ("inserted", "modified", "coupled", "uncoupled", "deleted", "unchanged", "skipped", "failed")


@register.filter
def way(row: Any) -> str:
    """Which way a job, a mapping or a line goes, short."""
    return SHORT_WAYS[Direction(row.direction)]


@register.filter
def outcomes(job: SyncJob) -> list[tuple[str, int]]:
    """The counters of a run as the job log shows them, each with the tab of the job page that has its rows."""
    return [(name, getattr(job, name)) for name in OUTCOMES]


@register.simple_tag
def log_link(row: Row) -> str:
    """Where everything stands that runs did with this record; blank where it has no id."""
    sides = (("erp", row.mapping.erp_table, row.erp_id), ("crm", row.mapping.crm_table, row.crm_id))
    return next((reverse("record_log", args=[side, table, id]) for side, table, id in sides if id), "")


@register.simple_tag
def record_url(side: str, table: str, id: object) -> str:
    """Where a record's card is; blank where it has none."""
    return first_url("record", (side, table, id))
