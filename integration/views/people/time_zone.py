"""The times of the pages are those of the person who reads them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integration.forms.time_zone import TimeZoneForm
from integration.models import User
from integration.models.stored.audit import AuditEntry, record


class OwnTimeZone:
    """Middleware, behind the one that knows who is signed in. A zone that this machine does not know is UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(getattr(request.user, "time_zone", "UTC"))):
            return self.get_response(request)


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The zone called so."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


@require_http_methods(["GET", "POST"])
def own_time_zone(request: HttpRequest) -> HttpResponse:
    """``/accounts/time-zone/``: everybody's own."""
    person = cast(User, request.user)
    form = TimeZoneForm(request.POST or None, initial={"time_zone": person.time_zone})
    if request.method == "POST" and form.is_valid():
        before = {"time zone": person.time_zone}
        person.time_zone = form.cleaned_data["time_zone"]
        person.save(update_fields=["time_zone"])
        record(AuditEntry.Action.CHANGED, "user", person, before, {"time zone": person.time_zone})
        messages.success(request, f"All times are shown as they are in {person.time_zone.replace('_', ' ')}.")
        return redirect("home")
    return render(request, "integration/time_zone.html", {"form": form})
