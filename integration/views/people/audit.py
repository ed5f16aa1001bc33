"""The audit log: who changed what and when, narrowed and as a file for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integration.forms.filters import AuditFilter
from integration.models import AuditEntry
from integration.models.people.rights import READ_AUDIT
from integration.pages.audited_records import subjects
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
COLUMNS = ("When (UTC)", "Who", "Action", "What", "Which", "Value", "Before", "After")


@permission_required(READ_AUDIT, raise_exception=True)
@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """``/audit/``: by person, action, kind of thing, days (both included) and text, newest first."""
    chosen = AuditFilter(request.GET, AuditEntry.objects.all())
    if request.GET.get("format") == "csv":
        return as_csv("audit-log", _rows(chosen.rows))
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    named = subjects(page.object_list)
    entries = [(entry, named.get(entry.pk)) for entry in page.object_list]
    shown = {"page": page, "entries": entries, "filter": chosen, "csv": f"?{chosen.query(format='csv')}"}
    return render(request, "integration/audit.html", shown)


def _rows(found: QuerySet[AuditEntry]) -> Iterator[tuple[str, ...]]:
    """One line a value; an entry without values has one line all the same."""
    yield COLUMNS
    for entry in found.iterator(chunk_size=500):
        moment = entry.at.astimezone(dt.UTC).isoformat(sep=" ", timespec="seconds")
        head = (moment, entry.who, entry.get_action_display(), entry.kind, entry.subject)
        for change in entry.changes or [("", "", "")]:
            yield (*head, *change)
