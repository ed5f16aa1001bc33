"""What a person chooses for a list and finds again: columns, and views by name."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from integration.models import User
from integration.pages.lists.layout import LONGEST_NAME, drop_view, keep_columns, keep_view
from integration.systems.text import REFUSED
from integration.views.access import safe_back

LONGEST_KEY = 100


@require_POST
def list_columns(request: HttpRequest) -> HttpResponse:
    """``/lists/columns/``: which columns this person sees in a list, and in which order."""
    person, columns = cast(User, request.user), request.POST.getlist("columns")
    moved = request.POST.get("up", "")
    if moved in columns[1:]:
        place = columns.index(moved)
        columns[place - 1], columns[place] = columns[place], columns[place - 1]
    usual = "usual" in request.POST
    keep_columns(person, _key(request), [] if usual else [name[:LONGEST_KEY] for name in columns])
    return redirect(_back(request, choose="columns" if moved else ""))


@require_POST
def list_views(request: HttpRequest) -> HttpResponse:
    """``/lists/views/``: save a list as it is under a name, or delete such a view."""
    person, key = cast(User, request.user), _key(request)
    gone = request.POST.get("delete", "")
    if gone:
        drop_view(person, key, gone)
        messages.success(request, f"The view “{gone[:LONGEST_NAME]}” is deleted.")
        return redirect(_back(request))
    name = request.POST.get("name", "").strip()
    problem = keep_view(person, key, name, request.POST.get("query", ""))
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, f"The view “{name}” is saved.")
    return redirect(_back(request))


def _key(request: HttpRequest) -> str:
    return REFUSED.sub("", request.POST.get("list", ""))[:LONGEST_KEY]


def _back(request: HttpRequest, choose: str = "") -> str:
    """The list it came from, as long as that is here."""
    address = safe_back(request.POST)
    if not address:
        return "/"
    parts = urlsplit(address)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("choose", "after")]
    query = urlencode([*asked, *([("choose", choose)] if choose else [])])
    return f"{parts.path}?{query}" if query else parts.path
