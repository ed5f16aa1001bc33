"""The components every page is made of (``templates/components/``), each with an example on ``/components/``.

Tags that end in ``end...`` wrap what stands between them. Texts are escaped by the templates; an address is given as
the name of a page and its arguments, and keywords become the query behind it::

    {% action "Synch. Job Log" "synch_jobs" mapping=mapping.name %}
    {% notice "warning" %}{{ problem }}{% endnotice %}
    {% table "Errors" %}<thead><tr>{% column "Time" %}...</tr></thead>...{% endtable %}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from integration.models import PlannedChange, SyncError
from integration.pages.frame.inputs import shown_input
from integration.pages.home.charts import Chart
from integration.pages.parts import Link, first_url
from integration.pages.runs.titles import SHORT_WAYS
from integration.pages.states import Shown, Style
from integration.sync.rules import Direction
from integration.systems.wording import sentence

register = template.Library()
register.filter("sentence", sentence)

LOOKS = {"": "outline-primary", "primary": "primary", "danger": "outline-danger", "quiet": "outline-secondary"}
BADGES = {
    Style.FAVORABLE: "text-bg-success",
    Style.UNFAVORABLE: "text-bg-danger",
    Style.AMBIGUOUS: "text-bg-warning",
    Style.SUBDUED: "text-bg-secondary",
    Style.BLANK: "text-bg-secondary",
}
LOUD = ("danger", "warning")
Context = dict[str, Any]


def _component(component: str, /, **values: Any) -> SafeString:
    return render_to_string(f"components/{component}.html", values)


def address(name: str, args: Sequence[object], query: dict[str, Any]) -> str:
    """The address of a page by its name; blank values are left out of the query."""
    asked = urlencode({key: value for key, value in query.items() if value not in (None, "")})
    return reverse(name, args=args) + (f"?{asked}" if asked else "")


# --- what can be pressed -----------------------------------------------------------------------------------


@register.simple_block_tag
def actionbar(content: str, label: str = "Actions") -> SafeString:
    """The row of buttons under a title or above a table; nothing where it holds nothing."""
    return _component("actionbar", content=content, label=label) if content.strip() else SafeString("")


@register.simple_block_tag
def menu(content: str, label: str) -> SafeString:
    """A group of an action bar that unfolds; works without JavaScript. Nothing where it holds nothing."""
    return _component("menu", content=content, label=label) if content.strip() else SafeString("")


@register.simple_tag
def action(label: str, to: str, *args: object, look: str = "", described: str = "", **query: Any) -> SafeString:
    """A link that looks like a button."""
    return _component("action", label=label, url=address(to, args, query), look=LOOKS[look], described=described)


@register.simple_tag
def goto(label: str, url: str, look: str = "", described: str = "") -> SafeString:
    """The same to an address that the page already has."""
    return _component("action", label=label, url=url, look=LOOKS[look], described=described)


@register.simple_tag(takes_context=True)
def press(context: Context, label: str, name: str, *args: object, look: str = "", **more: Any) -> SafeString:
    """A button with a form of its own that POSTs to a page. ``more``: content (inputs), key (its id), name_ and value
    (what the button sends), disabled, why (a title), pressed."""
    sent = {"name": more.pop("sends", ""), **more}
    url = reverse(name, args=args)
    return _component("press", label=label, url=url, look=LOOKS[look], csrf_token=context.get("csrf_token"), **sent)


@register.simple_tag(takes_context=True)
def press_at(context: Context, label: str, url: str, look: str = "", **more: Any) -> SafeString:
    """The same to an address that the page already has."""
    return _component("press", label=label, url=url, look=LOOKS[look], csrf_token=context.get("csrf_token"), **more)


@register.simple_tag
def send(label: str, name: str = "", *args: object, look: str = "", **more: Any) -> SafeString:
    """A button of the form around it that sends it to another page. ``more``: form, sends and value, described."""
    url = reverse(name, args=args) if name else ""
    sent = {"name": more.pop("sends", ""), **more}
    return _component("send", label=label, url=url, look=LOOKS[look], **sent)


@register.simple_tag
def part(link: Link) -> SafeString:
    """A link or button that another app adds to this page."""
    look = LOOKS["primary" if link.primary else ""]
    if link.form:
        return _component("send", label=link.label, url=link.url, form=link.form, look=look)
    return _component("action", label=link.label, url=link.url, look=look)


@register.simple_tag
def hidden(**values: object) -> SafeString:
    """Hidden inputs, for ``press ... content=``."""
    return _component("hidden", values=values)


# --- what is shown -----------------------------------------------------------------------------------------


@register.simple_tag
def record_link(side: str, table: str, id: object, text: str = "") -> SafeString:
    """A record's name (or number), leading to its card; only the name where there is no id."""
    url = first_url("record", (side, table, id)) if id else ""
    return _component("record_link", url=url, text=text)


@register.simple_tag
def source_link(row: SyncError | PlannedChange) -> SafeString:
    """The record that a row of a log or of a dry run comes from, by its name."""
    if row.direction == Direction.TO_ERP.value:
        return record_link("crm", row.mapping.crm_table, row.crm_id, row.record_name)
    return record_link("erp", row.mapping.erp_table, row.erp_id, row.record_name)


@register.simple_tag
def value(text: object, code: bool = False, blank: str = "(blank)") -> SafeString:
    """A field's value as text; blank is said in words."""
    return _component("value", text=text, code=code, blank=blank)


@register.simple_tag
def changes(fields: Sequence[tuple[str, str, str]], with_old: bool = True) -> SafeString:
    """Fields of one record, old and new."""
    return _component("changes", fields=fields, with_old=with_old)


@register.simple_tag
def state(shown: Shown, url: str = "") -> SafeString:
    """A state as a coloured dot with its word."""
    return _component("state", shown=shown, url=url)


@register.simple_tag
def style(label: str, style: str) -> Shown:
    """A state in these words and this style, for ``state``."""
    return Shown(label, Style(style))


@register.simple_tag
def direction(row: Any) -> SafeString:
    """Which way a mapping, a job or an error goes: ``BC → Sales``."""
    way = getattr(row, "direction", "")
    return _component("direction", label=SHORT_WAYS[Direction(way)] if way else row.get_direction_display())


@register.simple_tag
def counter(label: str, number: object, url: str = "", mood: str = "") -> SafeString:
    """A number with what it counts, leading to its rows."""
    return _component("counter", label=label, number=number, url=url, mood=mood)


@register.simple_tag
def bars(chart: Chart) -> SafeString:
    """Bars over days with axes; its numbers are read out as a table."""
    return _component("bars", chart=chart)


@register.simple_tag
def progress(label: str, percent: float | None = None) -> SafeString:
    """A bar; without a percentage it only moves."""
    return _component("progress", label=label, percent=percent)


@register.simple_tag
def comparison(pairs: Sequence[object]) -> SafeString:
    """The fields of two records side by side, those that differ marked."""
    return _component("comparison", pairs=pairs)


@register.simple_block_tag
def notice(content: str, kind: str = "info", role: str = "") -> SafeString:
    """A note in the page; danger and warning are read out at once."""
    return _component("notice", content=content, kind=kind, role=role or ("alert" if kind in LOUD else "status"))


@register.simple_block_tag
def finding(content: str, shown: Shown) -> SafeString:
    """One line of a list of findings."""
    is_bad = shown.style is Style.UNFAVORABLE
    return _component("finding", content=content, shown=shown, badge=BADGES[shown.style], is_bad=is_bad)


@register.simple_block_tag
def factbox(content: str, label: str) -> SafeString:
    """A box beside the page."""
    return _component("factbox", content=content, label=label)


@register.simple_block_tag
def fasttab(content: str, label: str, is_open: bool = False) -> SafeString:
    """A part of a page that folds."""
    return _component("fasttab", content=content, label=label, is_open=is_open)


@register.simple_block_tag
def empty_state(content: str, columns: int = 0) -> SafeString:
    """What stands where nothing is to be shown: a row over so many columns, or a panel."""
    return _component("empty_state", content=content, columns=columns)


@register.simple_block_tag(takes_context=True)
def confirm(context: Context, content: str, label: str, **more: Any) -> SafeString:
    """A question before something is done. ``more``: url (blank: this page), danger, name and value (what Yes sends),
    back (where No leads) and keep (its caption)."""
    values = {"keep": "Cancel", **more}
    return _component("confirm", content=content, label=label, csrf_token=context.get("csrf_token"), **values)


# --- lists -------------------------------------------------------------------------------------------------


@register.simple_block_tag
def table(content: str, label: str = "", look: str = "") -> SafeString:
    """A table that scrolls by itself; with a label it can be reached with the keyboard."""
    return _component("table", content=content, label=label, look=look)


@register.simple_tag
def column(label: str, number: bool = False, hidden: bool = False) -> SafeString:
    """A column's head; a hidden one is only read out."""
    return _component("column", label=label, number=number, hidden=hidden)


@register.simple_tag
def pick_all() -> SafeString:
    """The head of a column of ``pick``."""
    return _component("pick_all")


@register.simple_tag
def pick(value: object, title: str, name: str = "selected") -> SafeString:
    """The checkbox of a row."""
    return _component("pick", value=value, title=title, name=name)


@register.simple_block_tag
def choices(content: str, label: str) -> SafeString:
    """A row of ``choice``, one of which is chosen."""
    return _component("choices", content=content, label=label)


@register.simple_tag
def choice(label: str, query: str, here: bool = False, number: int | None = None) -> SafeString:
    """One of several ways to look at a list, with the number of its rows."""
    return _component("choice", label=label, query=query, here=here, number=number)


@register.simple_tag
def row_search(chosen: Any) -> SafeString:
    """What searches the rows of a page that is no list (a run, a dry run): the inputs of a ``ListFilter`` in a line and
    the rows as a file. A list has its own search and filter pane (``templates/integration/list.html``)."""
    form: forms.Form = chosen.form
    inputs = [shown_input(one) for one in form.visible_fields()]
    return _component("row_search", inputs=inputs, hidden=form.hidden_fields(), csv=chosen.query(format="csv"))


@register.simple_tag(takes_context=True)
def paging(context: Context, page: Any) -> SafeString:
    """Previous and next of a list; the filter stays."""
    asked = context["request"].GET.copy()
    found = {}
    for key, has_page, number in (("previous", page.has_previous(), -1), ("next", page.has_next(), 1)):
        asked["page"] = str(page.number + number)
        found[key] = asked.urlencode() if has_page else ""
    return _component("paging", page=page, **found)
