"""What holds for every page: what a browser may load for it, and who sees any page at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from integration.models import User
from integration.models.people.rights import SEE_PAGES
from integration.models.second_factor import factor_of
from integration.models.stored.audit import acting
from integration.views.signin import BY_PROVIDER

HAS_FACTOR = "has_a_second_factor"
View = Callable[..., HttpResponseBase]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class ContentSecurityPolicy:
    """Middleware that sends the policy with every answer that has none of its own: our own files and nothing else, no
    inline script, no inline style."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class NeverKept:
    """Middleware: no browser or proxy keeps a page. The back button shows what is there now, with a form that can be
    saved, and after signing out nothing. An answer with rules of its own keeps them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Acting:
    """Middleware that tells the audit log who acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(request.user):
            return self.get_response(request)


def without_rights(view: View) -> View:
    """A page for everybody who is signed in, whatever their rights: signing out again."""
    view.needs_no_rights = True  # type: ignore[attr-defined]
    return view


class PagesForThoseWithRights:
    """Middleware, behind the one that asks people to sign in: who is in no group that may see pages is told so instead
    of any page. What can be asked without signing in is not its business."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        is_open = not getattr(view, "login_required", True) or getattr(view, "needs_no_rights", False)
        if is_open or not request.user.is_authenticated:
            return None
        if not request.user.has_perm(SEE_PAGES):
            return render(request, "integration/no_rights.html", status=403)
        return redirect("second_factor") if _lacks_second_factor(request) else None


def _lacks_second_factor(request: HttpRequest) -> bool:
    """Where everybody needs one: a password alone opens nothing but the page that sets it up. Asked of the database
    until there is one."""
    if settings.SECOND_FACTOR != "required" or request.session.get(BY_PROVIDER) or request.session.get(HAS_FACTOR):
        return False
    request.session[HAS_FACTOR] = factor_of(cast(User, request.user)) is not None
    return not request.session[HAS_FACTOR]
