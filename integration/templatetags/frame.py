"""What the frame around every page needs: the navigation on the left, statuses in colour, numbers for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integration.models import ConnectionSetup, SyncJob
from integration.models.stored.secret import keys_problem
from integration.pages import states
from integration.pages.frame.bars import arranged
from integration.pages.frame.environment import Environment, environment
from integration.pages.frame.icons import names, version
from integration.pages.frame.keyboard import SHEET
from integration.pages.frame.menu import Crumb, MenuGroup, crumbs, menu
from integration.pages.frame.running import running
from integration.pages.frame.theme import theme_of
from integration.pages.parts import Link, links
from integration.pages.states import Shown
from integration.systems.formats import whole

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[MenuGroup]:
    """The groups of the navigation with the links this person may follow. A page whose address does not say to which of
    them it belongs names the address in ``stands_at``."""
    return menu(context["user"], context.get("stands_at") or _path(context))


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """The theme of the page until a script follows the system."""
    return theme_of(context.get("request"), context.get("user"))


@register.simple_tag(takes_context=True)
def breadcrumb(context: dict[str, Any], groups: Sequence[MenuGroup]) -> list[Crumb]:
    """The way to this page through the navigation."""
    return crumbs(groups, _path(context))


def _path(context: dict[str, Any]) -> str:
    return context["request"].path if "request" in context else ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Bootstrap icon, for the eye alone. Raises ``ValueError`` for one that is not in ``pages/frame/icons.py``."""
    if name not in names():
        raise ValueError(f"No page uses an icon “{name}” yet: name it in pages/frame/icons.py.")
    return _drawn(name, get_script_prefix())


@cache
def _drawn(name: str, prefix: str) -> SafeString:
    """A page has dozens of icons; where the application is mounted (``prefix``) is all that may change one."""
    address = f"{reverse('icons')}?{version()}#{name}"
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', address)


@register.simple_block_tag
def pageactions(content: str) -> SafeString:
    """The action bar under the title of a page: three buttons, then menus; one button Actions on a phone."""
    bar = arranged(content)
    return bar.unseen if bar.is_empty else render_to_string("components/pageactions.html", {"bar": bar})


@register.simple_tag(takes_context=True, name="environment")
def environment_of(context: template.Context) -> Environment:
    """The badge; a page that has read the setup is not read for it again."""
    setup = context.get("setup")
    return environment(setup if isinstance(setup, ConnectionSetup) else None)


register.simple_tag(running, name="running_jobs")


@register.simple_tag
def keyboard() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The help sheet of the keyboard."""
    return SHEET


@register.simple_tag
def second_factor_offered() -> bool:
    """May, or must, people set up a second factor?"""
    return bool(settings.SECOND_FACTOR != "off")


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


register.filter("whole", whole)
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
def check_state(ok: bool, right: str = "OK", wrong: str = "failed") -> Shown:
    """A line that is right or wrong."""
    return states.of_check(ok, right, wrong)
