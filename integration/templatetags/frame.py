"""What the frame around every page needs: the navigation on the left, statuses in colour, numbers for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse

from integration.models import SyncJob
from integration.models.stored.secret import keys_problem
from integration.pages import states
from integration.pages.parts import Entry, Link, entries, links, visible
from integration.pages.states import Shown

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of the navigation with the links this person may follow; empty groups are left out."""
    path = context["request"].path if "request" in context else ""
    groups: list[dict[str, Any]] = [
        {"label": label, "links": [_link(one) for one in visible(places, context["user"])]}
        for label, places in entries().items()
    ]
    nearest = _nearest(path, [link["url"] for group in groups for link in group["links"]])
    for link in (one for group in groups for one in group["links"]):
        link["here"] = link["url"] == nearest
    return [group for group in groups if group["links"]]


def _link(entry: Entry) -> dict[str, Any]:
    return {"label": entry.label, "url": reverse(entry.name, args=entry.args)}


def _nearest(path: str, addresses: Iterable[str]) -> str:
    """The address that a page is at or below, the longest of several; blank where there is none. Below Home is only
    Home itself."""
    above = [one for one in addresses if path == one or (one != "/" and path.startswith(one))]
    return max(above, key=len, default="")


@register.simple_tag(takes_context=True)
def parts(context: dict[str, Any], place: str, subject: Any = None) -> list[Link]:
    """What other apps add to this place of a page about ``subject``, as far as the person who looks may use it."""
    return links(place, subject, context["user"])


@register.simple_tag
def problem_of_keys() -> str:
    """What is wrong with the encryption keys, for the frame of every page."""
    return keys_problem()


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


register.filter("job_state", states.of_job)
register.filter("plan_state", states.of_plan)
register.filter("row_state", states.of_row)
register.filter("severity_state", states.of_severity)
register.filter("pass_state", states.of_pass)


@register.filter
def message_kind(job: SyncJob) -> str:
    """The kind of notice in which a job's own message stands."""
    return "danger" if job.status == SyncJob.Status.FAILED else "secondary"


@register.filter
def notice_kind(message: Message) -> str:
    """The kind of notice of a message of Django's."""
    return {"error": "danger", "debug": "secondary"}.get(message.level_tag, message.level_tag)


@register.simple_tag
def check_state(ok: bool, right: str = "right", wrong: str = "wrong") -> Shown:
    """A line that is right or wrong."""
    return states.of_check(ok, right, wrong)


@register.simple_tag
def coupling_state(coupled: bool, skipped: bool) -> Shown:
    """Whether a record has a partner."""
    return states.of_coupling(coupled, skipped)
