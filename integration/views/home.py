"""Home: what waits for a person, the numbers, what ran, how far each mapping is behind."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integration.models import ConnectionSetup, SyncJob, User
from integration.pages.beginning import first_run, next_steps
from integration.pages.days import charts
from integration.pages.desk import desk_of
from integration.pages.inbox import waiting_for
from integration.pages.lag import lags
from integration.views.cues import cues

LATEST = 8


def home(request: HttpRequest) -> HttpResponse:
    """``/``"""
    setup = ConnectionSetup.current()
    person = request.user if isinstance(request.user, User) else User()
    desk, run = desk_of(person, setup), first_run()
    jobs = list(SyncJob.objects.select_related("mapping")[:LATEST])
    has_run = any(job.status == SyncJob.Status.FINISHED for job in jobs)
    shown = {
        "setup": setup,
        "waiting": waiting_for(desk),
        "steps": next_steps(setup, person, run, has_run=has_run),
        "cues": cues(desk),
        "last_full": run.ended,
        "charts": charts(),
        "lags": lags(),
        "jobs": jobs,
        "switched_off": bool(setup.installation_id) and not setup.is_enabled and not setup.disable_reason,
    }
    return render(request, "integration/home.html", shown)
