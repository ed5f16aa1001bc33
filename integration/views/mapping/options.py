"""The values of an option mapping: what belongs together, and adding what one side does not have."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from integration.connection.opening import open_for_page
from integration.mappings.options import OptionLine, add, option_lines
from integration.models import ConnectionSetup, TableMapping
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.mapping.listing import CHANGE


@require_GET
def options(request: HttpRequest, name: str) -> HttpResponse:
    """Codes and options side by side."""
    mapping = _option_mapping(name)
    lines: list[OptionLine] = []
    try:
        with open_for_page(ConnectionSetup.current(), even_disabled=True, anybody=True) as connected:
            lines = option_lines(mapping, connected)
    except Problem as problem:
        messages.error(request, problem.message)
    missing = [sum(line.missing is side for line in lines) for side in (Side.CRM, Side.ERP)]
    context = {"mapping": mapping, "lines": lines, "codes_alone": missing[0], "options_alone": missing[1]}
    return render(request, "integration/options.html", context | {"may_change": request.user.has_perm(CHANGE)})


@require_POST
@permission_required(CHANGE, raise_exception=True)
def option_add(request: HttpRequest, name: str, side: str, id: uuid.UUID) -> HttpResponse:
    """Add the value ``id`` of ``side`` on the other one."""
    mapping = _option_mapping(name)
    if side not in list(Side):
        raise Http404
    try:
        with open_for_page(ConnectionSetup.current()) as connected:
            added = add(mapping, connected, Side(side), id, request.POST.get("code", ""))
        messages.success(
            request, f"“{added}” is there on both sides now. Records that could not carry it are looked at again."
        )
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("options", name=name)


def _option_mapping(name: str) -> TableMapping:
    mapping = get_object_or_404(TableMapping, name=name)
    if not mapping.is_option:
        raise Http404
    return mapping
