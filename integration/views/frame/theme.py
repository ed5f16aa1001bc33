"""Asks browsers which theme the system of a person has (``integration.pages.frame.theme``)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from integration.pages.frame.theme import HINT

HTML = "text/html"


class ThemeOfSystem:
    """Middleware: a page is shown in the theme of the system also without scripts, from the second one on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith(HTML):
            response.headers["Accept-CH"] = HINT
            patch_vary_headers(response, [HINT])
        return response
