"""Where an action ends: where it began, with a notice that says what happened, and a link to the job."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from coupling.pages.asking.outcome import Outcome, chain_of, outcome
from coupling.views.access import back
from integration import jobs
from integration.models import SyncJob
from integration.views.access import safe_back

QUICK, POLL = 4.0, 0.15
"""Seconds a page waits for a job of a single record, and between two looks at it."""
LEVELS = {"info": messages.INFO, "success": messages.SUCCESS, "warning": messages.WARNING}


@require_safe
def job_outcome(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """``/couplings/outcome/<job>/``: what became of a job, as a notice that renews itself while it runs. The event
    ``ended`` has what the page shows of the record beside it asked for anew."""
    found = outcome(get_object_or_404(SyncJob.objects.select_related("mapping"), pk=job))
    answer = render(request, "coupling/_outcome_notice.html", {"outcome": found, "here": safe_back(request.GET)})
    return answer if found.is_active else trigger_client_event(answer, "ended")


def show_outcome(request: HttpRequest, started: Sequence[SyncJob]) -> HttpResponse:
    """Back to where the person was, with one notice a job; a single record is waited for."""
    if len(started) == 1 and len(started[0].run_options.ids) == 1:
        wait_for(started[0])
    for job in started:
        note(request, job)
    return back(request)


def note(request: HttpRequest, job: SyncJob) -> None:
    """Say on the next page what happened, or have it say so by itself once it has."""
    found = outcome(job)
    messages.add_message(request, LEVELS[found.kind], in_words(found, safe_back(request.POST)))


def in_words(found: Outcome, here: str) -> SafeString:
    """What stands in the notice; while the job runs it fetches its successor."""
    return render_to_string("coupling/_outcome.html", {"outcome": found, "here": here})


def wait_for(job: SyncJob) -> None:
    """A few seconds, where somebody is there to do it: then the page shows the record as it is afterwards."""
    state = jobs.queue_state()
    if state.problem or not state.workers:
        return
    until = time.monotonic() + QUICK
    while time.monotonic() < until and any(one.is_active for one in _fresh(job)):
        time.sleep(POLL)
    job.refresh_from_db()


def _fresh(job: SyncJob) -> list[SyncJob]:
    job.refresh_from_db()
    return chain_of(job)
