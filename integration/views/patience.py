"""How long a page waits for Dynamics 365 Sales in all, however often it asks."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from integration.connection.opening import one_page


class SecondsForSales:
    """Middleware: whatever a view opens shares the seconds of one page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_page(only_looks=request.method in ("GET", "HEAD")):
            return self.get_response(request)
