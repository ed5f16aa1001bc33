"""What everybody chooses for their own pages: time zone, dates, numbers, theme, and which groups are folded."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integration.forms.own_settings import OwnSettingsForm
from integration.forms.versioned import shown
from integration.models import User
from integration.models.people.user import OWN_CHOICES
from integration.models.stored.audit import AuditEntry, record
from integration.pages.parts import entries

SAVED = "Your settings are saved."


@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """``/accounts/settings/``: everybody's own."""
    person = cast(User, request.user)
    before = shown(person, OWN_CHOICES)
    form = OwnSettingsForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.save(update_fields=OWN_CHOICES)
        after = shown(person, OWN_CHOICES)
        if after != before:
            record(AuditEntry.Action.CHANGED, "user", person, before, after)
        messages.success(request, SAVED)
        return redirect("home")
    return render(request, "integration/own_settings.html", {"form": form})


@require_http_methods(["GET"])
def own_time_zone(request: HttpRequest) -> HttpResponse:
    """``/accounts/time-zone/``, where the time zone was chosen once."""
    return redirect("own_settings", permanent=True)


@require_POST
def navigation_folded(request: HttpRequest) -> HttpResponse:
    """``/accounts/navigation/``: a group of the navigation is folded, or shown again; it stays so for this person."""
    person = cast(User, request.user)
    group, is_folded = request.POST.get("group", ""), request.POST.get("folded") == "yes"
    if group in entries():
        folded = {*person.folded_groups} - {group} | ({group} if is_folded else set())
        person.folded_groups = sorted(folded)
        person.save(update_fields=["folded_groups"])
    return HttpResponse(status=204)
