"""Days, moments and numbers as the person who looks reads them: ``{{ job.started_at|moment }}``. All templates have
these filters; ``|date`` with a format of its own is for machines (``datetime="{{ at|date:'c' }}"``)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from integration.systems.formats import current

register = template.Library()


@register.filter
def day(value: dt.date | None) -> str:
    """``2026-11-29``, of a moment the day there where the person is; blank for none."""
    if not value:
        return ""
    return current().day(_here(value) if isinstance(value, dt.datetime) else value)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """``2026-11-29 14:05``; blank for none."""
    return current().moment(_here(value)) if value else ""


@register.filter
def second(value: dt.datetime | None) -> str:
    """``2026-11-29 14:05:07``; blank for none."""
    return current().moment(_here(value), seconds=True) if value else ""


@register.filter
def brief(value: dt.datetime | None) -> str:
    """``11-29 14:05``, where the year goes without saying; blank for none."""
    return current().brief(_here(value)) if value else ""


@register.filter
def clock(value: dt.datetime | None) -> str:
    """``14:05:07``; blank for none."""
    return f"{_here(value):%H:%M:%S}" if value else ""


@register.filter
def number(value: Any) -> str:
    """A whole number, thousands apart: ``86``, ``1,204``; blank for none."""
    return "" if value is None or value == "" else current().number(f"{value:,}")


def _here(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
