"""A list of posted documents or entries: filtered, page by page, with amounts in the currency of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from integration.business_central.documents.masters import Masters
from integration.forms.filters import ListFilter
from integration.pages.amounts import typed
from integration.views.spreadsheet import as_csv

AT_ONCE = 50
EXPORTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind of list: its template, the file name of its spreadsheet, and the columns of that: heads and cells. Numbers
    are amounts in the row's currency; a row has its ``currency`` and the ``local_step``."""

    template: str
    name: str
    heads: Sequence[str]
    cells: Callable[[Any], Iterable[object]]


def in_currency(rows: Iterable[Any]) -> list[Any]:
    """The rows, each with the ``step`` and the ``currency`` of its amounts."""
    masters, found = Masters(), list(rows)
    for row in found:
        row.step = masters.step(row.currency_code_id).normalize()
        row.currency = masters.currency_code(row.currency_code_id)
    return found


def listed(request: HttpRequest, kind: Listed, chosen: ListFilter, **more: object) -> HttpResponseBase:
    """One page of the rows that the filter lets through, or all of them as a spreadsheet."""
    if request.GET.get("format") == "csv":
        return as_csv(kind.name, _lines(kind, chosen.rows))
    page = Paginator(chosen.rows, AT_ONCE).get_page(request.GET.get("page"))
    shown = {"filter": chosen, "page": page, "rows": in_currency(page.object_list), **more}
    return render(request, kind.template, shown)


def _lines(kind: Listed, rows: QuerySet[Any]) -> Iterator[list[str]]:
    yield list(kind.heads)
    masters = Masters()
    for row in rows.iterator(chunk_size=EXPORTED_AT_ONCE):
        row.currency = masters.currency_code(row.currency_code_id)
        row.local_step = masters.local_step
        step = masters.step(row.currency_code_id)
        yield [_text(cell, step) for cell in kind.cells(row)]


def _text(cell: object, step: Decimal) -> str:
    """A cell of a spreadsheet; amounts have the decimals of their currency and nothing between thousands."""
    if isinstance(cell, Decimal):
        return typed(cell, step)
    return "" if cell is None else str(cell)
