"""Home: what waits for a person, the numbers, what ran, how far each mapping is behind."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integration.models import ConnectionSetup, SyncJob, User
from integration.pages.home.beginning import FirstRun, first_run, next_steps
from integration.pages.home.days import charts
from integration.pages.home.desk import Desk, desk_of
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
        "cues": cues(desk),
        "last_full": desk.last_full,
        "lags": lags(desk.mappings),
        "switched_off": bool(setup.installation_id) and not setup.is_enabled and not setup.disable_reason,
    }
    more = _unsaid(desk, patient=is_patient) | _begun(setup, person, run)
    return render(request, "integration/home.html", shown | more)


def _unsaid(desk: Desk, *, patient: bool) -> dict[str, bool]:
    """What Home says while Sales has not answered how many orders wait there."""
    return {"sales_is_silent" if patient else "asks_sales": True} if desk.submitted is None else {}


def _begun(setup: ConnectionSetup, person: User, run: FirstRun) -> dict[str, Any]:
    """What ran last, and the next steps of a new installation: they go as soon as a run has finished."""
    jobs = list(SyncJob.objects.select_related("mapping")[:LATEST])
    has_run = any(job.status == SyncJob.Status.FINISHED for job in jobs)
    ended = max((job.finished_at for job in jobs if job.finished_at is not None), default=None)
    return {
        "jobs": jobs,
        "looked_at": ended,
        "charts": charts(),
        "steps": next_steps(setup, person, run, has_run=has_run),
    }
