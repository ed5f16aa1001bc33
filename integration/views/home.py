"""Home: how the connection stands, what to do next, what needs attention, what ran."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integration.models import ConnectionSetup, Preflight, SyncJob
from integration.views.cues import cues, hours, next_steps

LATEST = 8


def home(request: HttpRequest) -> HttpResponse:
    """``/``"""
    setup = ConnectionSetup.current()
    shown = {
        "setup": setup,
        "preflight": Preflight.last(),
        "cues": cues(),
        "steps": next_steps(setup),
        "hours": hours(),
        "jobs": SyncJob.objects.select_related("mapping")[:LATEST],
    }
    return render(request, "integration/home.html", shown)
