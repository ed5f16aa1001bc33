"""What the frame around every page needs: the navigation on the left, statuses in colour, numbers for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from integration.models.job_state import style_of
from integration.models.people.rights import MANAGE_USERS, READ_AUDIT
from integration.models.stored.secret import keys_problem

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation. ``args`` are those of the address, ``right`` is what one needs to be led there."""

    label: str
    name: str
    args: tuple[str, ...] = ()
    right: str = ""


NAVIGATION: tuple[tuple[str, tuple[Place, ...]], ...] = (
    ("", (Place("Home", "home"),)),
    (
        "Setup",
        (
            Place("Assisted Setup", "setup"),
            Place("Connection Setup", "connection"),
            Place("Table Mappings", "mappings"),
            Place("Users", "users", right=MANAGE_USERS),
            Place("Audit Log", "audit", right=READ_AUDIT),
        ),
    ),
    (
        "Synchronization",
        (
            Place("Full Synch. Review", "full_synch"),
            Place("Synch. Job Log", "synch_jobs"),
            Place("Dry Runs", "plans"),
            Place("Synch. Errors", "synch_errors"),
            Place("Skipped Records", "synch_skipped"),
            Place("Job Queue Entries", "job_queue"),
        ),
    ),
    (
        "Business Central",
        tuple(
            Place(label, "erp_list", (table,))
            for label, table in (
                ("Customers", "customer"),
                ("Vendors", "vendor"),
                ("Contacts", "contact"),
                ("Salespeople", "salesperson"),
                ("Items", "item"),
                ("Resources", "resource"),
                ("Opportunities", "opportunity"),
            )
        ),
    ),
    (
        "Dynamics 365 Sales",
        tuple(
            Place(label, "crm_list", (entity,))
            for label, entity in (
                ("Accounts", "account"),
                ("Contacts", "contact"),
                ("Products", "product"),
                ("Users", "systemuser"),
                ("Opportunities", "opportunity"),
            )
        ),
    ),
)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The groups of the navigation with their links; places that are not built yet are left out."""
    path = context["request"].path if "request" in context else ""
    user = context["user"]
    groups = [
        {"label": label, "links": _links([one for one in places if not one.right or user.has_perm(one.right)], path)}
        for label, places in NAVIGATION
    ]
    return [group for group in groups if group["links"]]


def _links(places: Sequence[Place], path: str) -> list[dict[str, Any]]:
    links = []
    for place in places:
        try:
            url = reverse(place.name, args=place.args)
        except NoReverseMatch:
            continue
        here = path == url if url == "/" else path.startswith(url)
        links.append({"label": place.label, "url": url, "here": here})
    return links


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
