"""The audit log: who changed what and when, narrowed and as a file for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from integration.models import AuditEntry
from integration.models.people.rights import READ_AUDIT
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
NAMES = ("who", "action", "kind", "since", "until", "q")
COLUMNS = ("When (UTC)", "Who", "Action", "What", "Which", "Value", "Before", "After")


@permission_required(READ_AUDIT, raise_exception=True)
@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """``/audit/``: by person, action, kind of thing, days (both included) and text, newest first."""
    chosen = {name: request.GET.get(name, "").strip() for name in NAMES}
    found = _found(chosen)
    if request.GET.get("format") == "csv":
        return as_csv("audit-log", _rows(found))
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    everything = AuditEntry.objects.order_by()
    shown = {"page": page, "entries": page.object_list, "chosen": chosen, "actions": AuditEntry.Action}
    shown["people"] = sorted(filter(None, everything.values_list("who", flat=True).distinct()))
    shown["kinds"] = sorted(everything.values_list("kind", flat=True).distinct())
    shown["csv_query"] = urlencode({**{name: value for name, value in chosen.items() if value}, "format": "csv"})
    return render(request, "integration/audit.html", shown)


def _found(chosen: dict[str, str]) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.all()
    for name in ("who", "action", "kind"):
        if chosen[name]:
            found = found.filter(**{name: chosen[name]})
    since, until = _midnight(chosen["since"]), _midnight(chosen["until"], days=1)
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    if chosen["q"]:
        found = found.filter(Q(subject__icontains=chosen["q"]) | Q(who__icontains=chosen["q"]))
    return found


def _midnight(day: str, days: int = 0) -> dt.datetime | None:
    """The beginning of this day where the reader lives, or of one so many days later; nothing for what is no day."""
    try:
        parsed = parse_date(day)
        wanted = parsed + dt.timedelta(days=days) if parsed else None
        if wanted is None:
            return None
        return timezone.make_aware(dt.datetime.combine(wanted, dt.time())).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _rows(found: QuerySet[AuditEntry]) -> Iterator[tuple[str, ...]]:
    """One line a value; an entry without values has one line all the same."""
    yield COLUMNS
    for entry in found.iterator(chunk_size=500):
        moment = entry.at.astimezone(dt.UTC).isoformat(sep=" ", timespec="seconds")
        head = (moment, entry.who, entry.get_action_display(), entry.kind, entry.subject)
        for change in entry.changes or [("", "", "")]:
            yield (*head, *change)
