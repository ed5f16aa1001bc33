"""Integration Synch. Errors: the list with its filters and its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from integration.forms.filters import ErrorFilter
from integration.models import SyncError
from integration.pages.advice import advice, meaning
from integration.sync.run import LEFT_OUT
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
COLUMNS = ("Time", "Mapping", "Direction", "Record", "Code", "Message", "What to do", "Business Central", "Sales")


@dataclass(frozen=True, slots=True)
class Group:
    """How many errors have one code."""

    code: str
    number: int
    query: str
    here: bool = False

    @property
    def meaning(self) -> str:
        return meaning(self.code)


def synch_errors(request: HttpRequest) -> HttpResponseBase:
    """``/synch/errors/``: open errors, narrowed by mapping, direction, code and text; ``state`` shows closed ones."""
    chosen = ErrorFilter(request.GET, SyncError.objects.exclude(code=LEFT_OUT))
    if request.GET.get("format") == "csv":
        return as_csv("synch-errors", _rows(chosen.rows))
    return render(request, "integration/synch_errors.html", _shown(request, chosen))


def _shown(request: HttpRequest, chosen: ErrorFilter) -> dict[str, object]:
    here = chosen.chosen.get("code", "")
    every = chosen.without("code")
    counted = every.order_by("code").values_list("code").annotate(number=Count("pk"))
    page = Paginator(chosen.rows.select_related("mapping", "job"), AT_ONCE).get_page(request.GET.get("page"))
    return {
        "filter": chosen,
        "codes": [Group(code, number, chosen.query(code=code), code == here) for code, number in counted],
        "page": page,
        "errors": page.object_list,
        "all_query": chosen.query(code=""),
        "all_here": not here,
        "total": every.count(),
        "advice": advice(here),
        "selectable": True,
    }


def _rows(found: QuerySet[SyncError]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for error in found.select_related("mapping").iterator(chunk_size=500):
        row = (
            error.created_at.isoformat(timespec="seconds"), error.mapping.name, error.get_direction_display(),
            error.record_name, error.code, error.message, advice(error.code), error.erp_id or "", error.crm_id or "",
        )  # fmt: skip
        yield [str(cell) for cell in row]
