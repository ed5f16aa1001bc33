"""Who may do what with a page, and what a page knows of the browser that asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)


class PageRequest(HttpRequest):
    """A request behind the middleware of django-htmx: ``htmx`` is true where a live fragment is asked for."""

    htmx: HtmxDetails


View = Callable[Concatenate[PageRequest, P], Answer]
LONGEST_POSTER = 50
"""Characters of Posted By in Business Central; a user name may have more."""


def poster(request: HttpRequest) -> str:
    """Who posts, as posted documents and entries name them."""
    return request.user.get_username()[:LONGEST_POSTER]


def given(request: HttpRequest) -> QueryDict:
    """What a page is asked for: by the form that was sent, or by its address."""
    return request.POST if request.method == "POST" else request.GET


def safe_back(asked: QueryDict) -> str:
    """The address a form or a query wants to end at; blank where there is none, or where it is not here."""
    address = asked.get("back", "")
    here = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if here else ""


def post_needs(right: str, unless: str = "") -> Callable[[View[P, Answer]], View[P, Answer]]:
    """Everybody who may see pages may GET; POST needs ``right``; nothing else is answered. A form sent with the button
    ``unless`` only asks for something and needs no right."""

    def decorate(view: View[P, Answer]) -> View[P, Answer]:
        @wraps(view)
        def guarded(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> Answer:
            changes = request.method == "POST" and unless not in request.POST
            if changes and not request.user.has_perm(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return require_http_methods(["GET", "POST"])(guarded)

    return decorate
