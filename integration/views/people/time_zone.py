"""The times of the pages are those of the person who reads them, and so is how days and numbers are written."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from integration.systems.formats import ISO, reading


class OwnTimeZone:
    """Middleware, behind the one that knows who is signed in. A zone that this machine does not know is UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = zone_of(getattr(request.user, "time_zone", "UTC"))
        with timezone.override(zone), reading(getattr(request.user, "formats", ISO)):
            return self.get_response(request)


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The zone called so."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")
