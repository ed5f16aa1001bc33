"""Pages for what went wrong, in the frame and with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token

MISSING = "There is nothing at this address. It may have been deleted, or the address is not complete."
LONGEST_REASON = 300
SIGNED_OUT = (
    "You were signed out meanwhile, so nothing was done. Sign in, and do it once more on the page you come from."
)
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
    return render(request, "csrf_failed.html", {"back": _before(request) or request.path}, status=403)


class SignInFirst(LoginRequiredMiddleware):
    """Middleware: pages are for people who are signed in. Signing in leads to the page that somebody wanted. A button
    pressed after the session ended has none of its own: it leads to the page that the button stands on."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        messages.warning(request, SIGNED_OUT)
        there = urlsplit(_before(request))
        return redirect_to_login(
            urlunsplit(("", "", there.path or "/", there.query, "")), self.get_login_url(view_func)
        )


class NoPageToLookAt:
    """Middleware: the address of a button, opened like a page, is answered in the frame and with a way back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", {"before": _before(request)}, status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
