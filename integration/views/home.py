"""Home: what waits for a person, the numbers, what ran, how far each mapping is behind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integration.models import ConnectionSetup, SyncJob, User
from integration.pages.home.beginning import FirstRun, first_run, next_steps
from integration.pages.home.days import charts
from integration.pages.home.desk import desk_of
from integration.pages.home.inbox import waiting_for
from integration.pages.home.lag import lags
from integration.views.cues import cues

WAIT = "wait"
"""In the address of Home as it asks again by itself: then Sales has longer to answer."""
LATEST = 8


def home(request: HttpRequest) -> HttpResponse:
    """``/``"""
    setup = ConnectionSetup.current()
    person = request.user if isinstance(request.user, User) else User()
    is_patient = WAIT in request.GET
    desk, run = desk_of(person, setup, patient=is_patient), first_run()
    shown = {
        "setup": setup,
        "waiting": waiting_for(desk),
        "asks_sales": desk.submitted is None and not is_patient,
        "sales_is_silent": desk.submitted is None and is_patient,
        "cues": cues(desk),
        "last_full": desk.last_full,
        "charts": charts(),
        "lags": lags(desk.mappings),
        "switched_off": bool(setup.installation_id) and not setup.is_enabled and not setup.disable_reason,
    }
    return render(request, "integration/home.html", shown | _begun(setup, person, run))


def _begun(setup: ConnectionSetup, person: User, run: FirstRun) -> dict[str, Any]:
    """What ran last, and the next steps of a new installation: they go as soon as a run has finished."""
    jobs = list(SyncJob.objects.select_related("mapping")[:LATEST])
    has_run = any(job.status == SyncJob.Status.FINISHED for job in jobs)
    ended = max((job.finished_at for job in jobs if job.finished_at is not None), default=None)
    return {"jobs": jobs, "looked_at": ended, "steps": next_steps(setup, person, run, has_run=has_run)}
