"""Preflight: what the last look at everything found, whether one is under way, and Run Again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integration.checks import TASK
from integration.jobs import queue_state, tasks
from integration.models import Preflight, TaskRun
from integration.views.access import PageRequest

CHANGE = "integration.change_connectionsetup"


@require_safe
def preflight(request: PageRequest) -> HttpResponse:
    """``/connection/preflight/``: the findings; they alone for the live part."""
    run = TaskRun.objects.last_of(TASK)
    shown = {
        "last": Preflight.last(),
        "run": run,
        "queue": queue_state() if run.is_waiting else None,
        "may_run": request.user.has_perm(CHANGE),
    }
    return render(request, "integration/_preflight.html" if request.htmx else "integration/preflight.html", shown)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def preflight_run(request: HttpRequest) -> HttpResponse:
    """Run Again: a worker does it, so that nobody waits for an organization that does not answer."""
    if not TaskRun.objects.last_of(TASK).is_active:
        tasks.start(TASK, request.user)
    else:
        messages.info(request, "It is under way already.")
    return redirect("preflight")
