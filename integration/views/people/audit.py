"""The audit log: who changed what and when, narrowed and as a file for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from integration.forms.filters import AuditFilter
from integration.models import AuditEntry
from integration.models.people.rights import READ_AUDIT
from integration.pages.audited_records import EntriesInWords
from integration.pages.lists.cells import Cell, Column, Width
from integration.pages.lists.described import described
from integration.templatetags.formats import second
from integration.views.stored_lists import Own, StoredList, stored_list

COLUMNS = ("When (UTC)", "Who", "Action", "What", "Which", "Value", "Before", "After")
TABLE = described(AuditEntry, {"at": "When", "subject": "Which"}, sortable=("at",))
BY_ITSELF = "The application"


def _values(entry: Any) -> Cell:
    """What became what: in one line, and a line each where it is unfolded."""
    changes = entry.in_words.changes(entry)
    if not changes:
        return Cell()
    text = "; ".join(map(str, changes))
    return Cell(text, fold=render_to_string("integration/_audit_values.html", {"changes": changes}))


def _subject(entry: Any) -> Cell:
    named = entry.in_words.subject(entry)
    return Cell(named.text, named.url, entry.subject)


def _own() -> list[Own]:
    return [
        Own(Column("at", "When", Width.MOMENT, "at"), lambda entry: Cell(second(entry.at))),
        Own(Column("who", "Who", Width.STATE), lambda entry: Cell(entry.who or BY_ITSELF, title=entry.who)),
        Own(Column("action", "Action", Width.CHOICE), lambda entry: Cell(entry.get_action_display())),
        Own(Column("kind", "What"), lambda entry: Cell(entry.kind[:1].upper() + entry.kind[1:], title=entry.kind)),
        Own(Column("subject", "Which"), _subject),
        Own(Column("values", "Values", Width.NAME), _values),
    ]


def _prepared(entries: Sequence[Any]) -> None:
    """Each entry gets who words it."""
    words = EntriesInWords(entries)
    for entry in entries:
        entry.in_words = words


def _rows(found: QuerySet[AuditEntry]) -> Iterator[tuple[str, ...]]:
    """One line a value; an entry without values has one line all the same."""
    yield COLUMNS
    for entry in found.iterator(chunk_size=500):
        moment = entry.at.astimezone(dt.UTC).isoformat(sep=" ", timespec="seconds")
        head = (moment, entry.who, entry.get_action_display(), entry.kind, entry.subject)
        for change in entry.changes or [("", "", "")]:
            yield (*head, *change)


LIST = StoredList(
    "audit", "Audit Log", ("entry", "entries"), TABLE, _own, ("-at",), ("at", "subject"),
    prepared=_prepared, url=lambda _: "", file_of=_rows, nothing="Nothing was done yet",
)  # fmt: skip


@permission_required(READ_AUDIT, raise_exception=True)
@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """``/audit/``: by person, action, kind of thing, days (both included) and text, newest first. The file has one line
    a value. Entries are neither changed nor deleted."""
    return stored_list(request, LIST, AuditFilter(request.GET, AuditEntry.objects.all()))
