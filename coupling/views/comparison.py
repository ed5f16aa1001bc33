"""The comparison of a coupled record and the history of any, loaded beside its card, or pages of their own without
scripts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coupling.pages.captions import noun
from coupling.pages.comparison.compared import compared, pair_of
from coupling.pages.history import history_of
from coupling.pages.list_states import of_ids
from coupling.sides import both_opened
from coupling.views.access import card_address
from integration.connection.live_systems import NAMES
from integration.pages.runs.captions import named_by_runs
from integration.pages.runs.existing import is_known
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import PageRequest


@require_safe
def record_comparison(request: PageRequest, side: str, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/<side>/<table>/<id>/comparison/``"""
    shown = _shown(Side(side), table, id)
    shown |= {"side": side, "table": table, "id": id, "oob": request.htmx}
    shown["decides"] = request.user.has_perm("coupling.change_coupling") and not shown["mapping"].internal
    template = "coupling/_card_comparison.html" if request.htmx else "coupling/comparison.html"
    return render(request, template, shown)


@require_safe
def record_history(request: PageRequest, side: str, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/<side>/<table>/<id>/history/``: what runs did with the record."""
    history = history_of(Side(side), id)
    if not (history or request.htmx or is_known(Side(side), table, id)):  # its own card asks for it
        raise Http404("There is no such record, and no run remembers one.")
    name = named_by_runs([str(id)]).get(str(id), f"a {noun(table)}")
    shown = {"history": history, "title": noun(table), "back": card_address(Side(side), table, id), "name": name}
    return render(request, "coupling/_card_history.html" if request.htmx else "coupling/history.html", shown)


def _shown(side: Side, table: str, id: uuid.UUID) -> dict[str, Any]:
    found = pair_of(side, table, id)
    if found is None:
        raise Http404("This record is not coupled.")
    mapping, pair = found
    other = (mapping.crm_table, pair.crm_id) if side is Side.ERP else (mapping.erp_table, pair.erp_id)
    shown: dict[str, Any] = {"mapping": mapping, "back": card_address(side, table, id), "title": noun(table)}
    shown |= {"other_side": side.other.value, "other_table": other[0], "other_id": other[1]}
    try:
        with both_opened() as connected:
            result = compared(connected, mapping, pair)
    except Problem as problem:
        return {**shown, "silence": str(problem), "shown_side": NAMES[Side.ERP]}
    names = result.names
    title = names.get(side, noun(table))
    shown |= {"compared": result, "title": title, "other_name": names.get(side.other, "")}
    read = {one: {row.id: row} for one, row in result.rows.items()}
    return {**shown, "known": of_ids(side, [mapping], [id], read)[id]}
