"""What the frame around every page needs: the navigation on the left, statuses in colour, numbers for people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.urls import reverse

from integration.models.job_state import style_of
from integration.models.secret import keys_problem
from integration.pages.parts import Entry, Link, entries, links, visible

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of the navigation with the links this person may follow; empty groups are left out."""
    path = context["request"].path if "request" in context else ""
    groups = [
        {"label": label, "links": [_link(one, path) for one in visible(places, context["user"])]}
        for label, places in entries().items()
    ]
    return [group for group in groups if group["links"]]


def _link(entry: Entry, path: str) -> dict[str, Any]:
    url = reverse(entry.name, args=entry.args)
    here = path == url if url == "/" else path.startswith(url)
    return {"label": entry.label, "url": url, "here": here}


@register.simple_tag(takes_context=True)
def parts(context: dict[str, Any], place: str, subject: Any = None) -> list[Link]:
    """What other apps add to this place of a page about ``subject``, as far as the person who looks may use it."""
    return links(place, subject, context["user"])


@register.simple_tag
def problem_of_keys() -> str:
    """What is wrong with the encryption keys, for the frame of every page."""
    return keys_problem()


@register.filter
def status_style(status: str) -> str:
    """The class that shows a status as favorable, unfavorable, ambiguous or subdued."""
    return f"status-{style_of(str(status))}"


@register.filter
def duration(value: dt.timedelta | None) -> str:
    """A span of time as people say it: ``48 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if value is None:
        return ""
    seconds = round(value.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"


@register.filter
def whole(value: float | None) -> str:
    """A number without decimals, thousands apart; nothing for none."""
    return "" if value is None else f"{round(value):,}"
