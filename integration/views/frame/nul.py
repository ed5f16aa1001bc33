"""NUL, a character that nobody types and no database of PostgreSQL stores: it never leads to a page about a fault.

in the query of an address      it is left out: the page is that of the rest
in a field of a form            the form says next to the field that it cannot be stored
anywhere else                   400: what the browser sent is not what this application expects
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict

from integration.views.frame.errors import bad_request

NUL = "\0"


class WithoutNul:
    """Middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_in(request.GET):
            request.GET = cast(Any, _without(request.GET))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The database, or its driver, has refused what the address or a form brought."""
        if isinstance(exception, ValueError | DatabaseError) and (NUL in request.path_info or _is_in(request.POST)):
            return bad_request(request, exception)
        return None


def _is_in(given: QueryDict) -> bool:
    return any(NUL in text for name, values in given.lists() for text in (name, *_texts(values)))


def _texts(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _without(given: QueryDict) -> QueryDict:
    pairs = [(name, value) for name, values in given.lists() for value in _texts(values)]
    return QueryDict(urlencode([(name.replace(NUL, ""), value.replace(NUL, "")) for name, value in pairs]))
