"""The Microsoft Dynamics 365 Connection Setup page and its actions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integration import checks, jobs
from integration.connection.enabling import disable, enable, findings_of, reset_addresses
from integration.connection.findings import NotReady
from integration.connection.systems import company_name
from integration.forms.connection import ConnectionForm
from integration.mappings import standard
from integration.models import ConnectionSetup, TableMapping
from integration.systems.findings import Finding
from integration.views.access import PageRequest, post_needs
from integration.views.cues import job_counter
from integration.views.questions import is_answered

CHANGE = "integration.change_connectionsetup"
LOOK_FIRST = "Look at it, then enable the connection."
CHANGED = "Use Default Synchronization Setup shows how they differ from the standard, and brings back those you choose."


@post_needs(CHANGE)
def connection(request: PageRequest) -> HttpResponse:
    """Show the setup; save it with POST, and test it where asked to."""
    form = ConnectionForm(request.POST or None, instance=ConnectionSetup.current())
    if request.method == "POST" and form.saved():
        messages.success(request, "Saved.")
        for note in form.instance.left_behind:
            messages.warning(request, note)
        _warn_of_pending_notice(request)
        return _tested(request) if "test" in request.POST else redirect("connection")
    return _page(request, form)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def connection_test(request: HttpRequest) -> HttpResponse:
    """Test Connection."""
    return _tested(request)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def connection_enable(request: HttpRequest) -> HttpResponse:
    """Enable: check everything, then create what is missing; or say what is wrong."""
    setup = ConnectionSetup.current()
    if stale := _changed_meanwhile(request, setup):
        messages.error(request, stale)
        return redirect("connection")
    setup.use_default_addresses(request.build_absolute_uri("/"), company_name(), only_blank=True)
    setup.save(update_fields=["web_client_url", "odata_url"])
    try:
        created = enable(setup)
    except NotReady as error:
        messages.error(request, "The connection is not enabled. See what is wrong below.")
        return _page(request, ConnectionForm(instance=ConnectionSetup.current()), error.findings)
    _say_enabled(request, setup, len(created))
    return redirect("connection")


def _changed_meanwhile(request: HttpRequest, setup: ConnectionSetup) -> str:
    """What somebody else changed since the page was shown; blank where nothing is, or it is enabled already."""
    if setup.is_enabled:
        return ""
    return ConnectionForm(instance=setup).now.changes_since(request.POST.get("seen", ""), LOOK_FIRST)


def _say_enabled(request: HttpRequest, setup: ConnectionSetup, created: int) -> None:
    """What was made, what is still to be looked at, and which mappings are as people changed them."""
    made = f" {created} table mappings were created." if created else " All table mappings were there already."
    messages.success(request, f"The connection to {setup.organization_name} is enabled.{made}")
    for words in (setup.last_error, *(f"{one.message} {one.fix}" for one in checks.warned(setup))):
        if words:
            messages.warning(request, words)
    if changed := standard.changed():
        messages.info(request, f"Kept as people changed them: {', '.join(changed)}. {CHANGED}")


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
def connection_disable(request: HttpRequest) -> HttpResponse:
    """Disable; asks first while records are coupled."""
    setup = ConnectionSetup.current()
    coupled = TableMapping.objects.order_by().aggregate(number=Sum("tally__coupled"))["number"] or 0
    if request.method == "GET":
        return render(request, "integration/connection_disable.html", {"setup": setup, "coupled": coupled})
    if coupled and not is_answered(request):
        return redirect("connection_disable")
    disable(setup)
    messages.success(request, "The connection is disabled. Its jobs are on hold; mappings and couplings stay.")
    _warn_of_pending_notice(request)
    return redirect("connection")


@require_POST
@permission_required(CHANGE, raise_exception=True)
def connection_reset_addresses(request: HttpRequest) -> HttpResponse:
    """Reset Web Client URL."""
    setup = ConnectionSetup.current()
    if not setup.solution_version:
        messages.error(request, "These addresses stand in the integration solution, which is not installed.")
    elif reset_addresses(setup, request.build_absolute_uri("/")):
        messages.success(request, "The web client URL and the OData URL are back at their defaults.")
        _warn_of_pending_notice(request)
    else:
        messages.warning(
            request, "There is no default: this application is not reached over https. Enter them by hand."
        )
    return redirect("connection")


@require_http_methods(["GET", "POST"])
@permission_required("integration.change_syncjob", raise_exception=True)
def synchronize_modified(request: HttpRequest) -> HttpResponse:
    """Synchronize Modified Records: GET asks, POST starts a job for each mapping and direction."""
    setup = ConnectionSetup.current()
    if not setup.is_enabled:
        messages.error(request, "The connection to Dynamics 365 Sales is disabled.")
        return redirect("connection")
    if request.method == "GET":
        return render(request, "integration/synchronize_modified.html", {"setup": setup})
    started = jobs.synchronize_modified(request.user)
    messages.success(request, f"{len(started)} jobs have been scheduled.")
    return redirect("synch_jobs")


def _warn_of_pending_notice(request: HttpRequest) -> None:
    """Say so where Dynamics 365 Sales could not be told now and is told later."""
    setup = ConnectionSetup.current()
    if setup.pending_notice:
        messages.warning(request, setup.last_error)


def _tested(request: HttpRequest) -> HttpResponse:
    setup = ConnectionSetup.current()
    findings = findings_of(setup)
    if all(finding.ok for finding in findings):
        messages.success(request, "The connection test was successful.")
    else:
        messages.error(request, "The connection test found something wrong. See below.")
    return _page(request, ConnectionForm(instance=ConnectionSetup.current()), findings)


def _page(request: HttpRequest, form: ConnectionForm, findings: list[Finding] | None = None) -> HttpResponse:
    setup = ConnectionSetup.objects.get(pk=form.instance.pk)
    context: dict[str, Any] = {
        "setup": setup,
        "form": form,
        "findings": findings,
        "may_change": request.user.has_perm(CHANGE),
        "mappings": TableMapping.objects.count(),
        "jobs": job_counter(setup),
        "unreadable": setup.unreadable_secrets(),
    }
    return render(request, "integration/connection.html", context)
