"""Pages for what went wrong, in the frame and with a way back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token

MISSING = "There is nothing at this address. It may have been deleted, or the address is not complete."
LONGEST_REASON = 300
OF_DJANGO = "matches the given query"


def _reason(exception: Exception | None) -> str:
    """What one of our views says of why there is nothing; what Django says is for programmers."""
    said = exception.args[0] if exception is not None and exception.args else ""
    is_ours = isinstance(said, str) and said.endswith(".") and OF_DJANGO not in said
    return said if is_ours and len(said) <= LONGEST_REASON else MISSING


def _before(request: HttpRequest) -> str:
    """The page that somebody comes from, where it is one of ours and another one; else blank."""
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if is_ours and came_from != request.build_absolute_uri() else ""


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: unknown tables, entities, ids and addresses."""
    return render(request, "404.html", {"reason": _reason(exception), "before": _before(request)}, status=404)


@requires_csrf_token
def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return render(request, "403.html", {"before": _before(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: also of a host that is not ours, so it says nothing of who is signed in."""
    return HttpResponse(loader.render_to_string("400.html"), status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """500: a page that asks nobody for anything, not even who is signed in, since that may be what failed."""
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of this session: it was open for long, or somebody signed in or out meanwhile."""
    return render(request, "csrf_failed.html", {"back": request.path}, status=403)
