"""Preflight: what the last look at everything found, and Run Again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integration import preflight as verbs
from integration.models import Preflight

CHANGE = "integration.change_connectionsetup"


@require_safe
def preflight(request: HttpRequest) -> HttpResponse:
    """``/connection/preflight/``"""
    shown = {"last": Preflight.last(), "may_run": request.user.has_perm(CHANGE)}
    return render(request, "integration/preflight.html", shown)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def preflight_run(request: HttpRequest) -> HttpResponse:
    """Run Again."""
    found = verbs.run()
    (messages.error if found.errors else messages.success)(request, f"Preflight: {found}.")
    return redirect("preflight")
