"""Erase what is remembered about a record, after asking."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from coupling.commands.erase import erase as erase_record
from coupling.views.access import card_address
from integration.pages.runs.existing import is_known
from integration.pages.runs.record_log import known_name
from integration.systems.values import Side


@require_http_methods(["GET", "POST"])
@permission_required("coupling.delete_coupling", raise_exception=True)
def erase(request: HttpRequest, side: str, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/<side>/<table>/<id>/erase/``"""
    if not is_known(Side(side), table, id):
        raise Http404("There is no such record, and nothing is remembered of one.")
    if request.method == "GET":
        name = known_name(Side(side), table, id)
        return render(request, "coupling/erase.html", {"back": card_address(Side(side), table, id), "name": name})
    messages.success(request, erase_record(Side(side), id).text)
    return redirect(card_address(Side(side), table, id))
