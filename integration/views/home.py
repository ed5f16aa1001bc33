"""Home: what waits for a person, the numbers, what ran, how far each mapping is behind."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integration.models import ConnectionSetup, SyncJob, User
from integration.pages.beginning import next_steps
from integration.pages.days import charts
from integration.pages.inbox import waiting_for
from integration.pages.lag import lags
from integration.views.cues import cues, last_full

LATEST = 8


def home(request: HttpRequest) -> HttpResponse:
    """``/``"""
    setup = ConnectionSetup.current()
    person = request.user if isinstance(request.user, User) else User()
    shown = {
        "setup": setup,
        "waiting": waiting_for(person, setup),
        "steps": next_steps(setup, person),
        "cues": cues(),
        "last_full": last_full(),
        "charts": charts(),
        "lags": lags(),
        "jobs": SyncJob.objects.select_related("mapping")[:LATEST],
        "switched_off": bool(setup.installation_id) and not setup.is_enabled and not setup.disable_reason,
    }
    return render(request, "integration/home.html", shown)
