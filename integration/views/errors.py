"""Integration Synch. Errors: the list with its filters and its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from integration.models import SyncError, TableMapping
from integration.models.advice import advice, meaning
from integration.models.mapping.table_mapping import DIRECTIONS
from integration.sync.run import LEFT_OUT
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
NAMES = ("mapping", "direction", "code", "q", "state")
CLOSED, ALL = "closed", "all"
COLUMNS = ("Time", "Mapping", "Direction", "Record", "Code", "Message", "What to do", "Business Central", "Sales")


@dataclass(frozen=True, slots=True)
class Group:
    """How many errors have one code."""

    code: str
    number: int
    query: str

    @property
    def meaning(self) -> str:
        return meaning(self.code)


def synch_errors(request: HttpRequest) -> HttpResponseBase:
    """``/synch/errors/``: open errors, narrowed by mapping, direction, code and text; ``state`` shows closed ones."""
    chosen = {name: request.GET.get(name, "").strip() for name in NAMES}
    found = _found(chosen)
    if request.GET.get("format") == "csv":
        return as_csv("synch-errors", _rows(_narrowed(found, chosen["code"])))
    return render(request, "integration/synch_errors.html", _shown(request, chosen, found))


def _shown(request: HttpRequest, chosen: dict[str, str], found: QuerySet[SyncError]) -> dict[str, object]:
    counted = found.order_by("code").values_list("code").annotate(number=Count("pk"))
    groups = [Group(code, number, _query(chosen, code=code)) for code, number in counted]
    errors = _narrowed(found, chosen["code"]).select_related("mapping", "job")
    page = Paginator(errors, AT_ONCE).get_page(request.GET.get("page"))
    mappings = TableMapping.objects.filter(errors__isnull=False).distinct().values_list("name", flat=True)
    shown: dict[str, object] = {
        "codes": groups,
        "chosen": chosen,
        "page": page,
        "errors": page.object_list,
        "mappings": mappings,
    }
    shown |= {"directions": DIRECTIONS[:2], "all_query": _query(chosen, code=""), "total": found.count()}
    return shown | {"advice": advice(chosen["code"]), "csv_query": _query(chosen, format="csv"), "selectable": True}


def _found(chosen: dict[str, str]) -> QuerySet[SyncError]:
    """What all filters but the code let through."""
    rows = SyncError.objects.exclude(code=LEFT_OUT)
    if chosen["state"] != ALL:
        rows = rows.filter(closed_at__isnull=chosen["state"] != CLOSED)
    if chosen["mapping"]:
        rows = rows.filter(mapping__name=chosen["mapping"])
    if chosen["direction"]:
        rows = rows.filter(direction=chosen["direction"])
    if chosen["q"]:
        rows = rows.filter(Q(label__icontains=chosen["q"]) | Q(message__icontains=chosen["q"]))
    return rows


def _narrowed(found: QuerySet[SyncError], code: str) -> QuerySet[SyncError]:
    return found.filter(code=code) if code else found


def _query(chosen: dict[str, str], **changed: str) -> str:
    return urlencode({name: value for name, value in {**chosen, **changed}.items() if value})


def _rows(found: QuerySet[SyncError]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for error in found.select_related("mapping").iterator(chunk_size=500):
        row = (
            error.created_at.isoformat(timespec="seconds"), error.mapping.name, error.get_direction_display(),
            error.record_name, error.code, error.message, error.advice, error.erp_id or "", error.crm_id or "",
        )  # fmt: skip
        yield [str(cell) for cell in row]
