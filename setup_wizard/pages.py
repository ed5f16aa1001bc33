"""What each step shows, and what pressing Next there does; the views only carry it to and from the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from integration import checks
from integration.checks.connection import connection
from integration.forms.versioned import Stored
from integration.models import ConnectionSetup
from integration.systems.findings import Finding, Severity
from integration.views.access import safe_back
from setup_wizard import carried, sandbox, tasks
from setup_wizard.finish import check, hindering
from setup_wizard.finish_form import FinishForm
from setup_wizard.forms import ChoicesStepForm, ConnectionStepForm, UserStepForm
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.steps import ADMINISTRATOR, CHECK, CHOICES, CONNECTION, FINISH, USER, WELCOME, Step

WHERE: Mapping[str, Step] = {
    **dict.fromkeys(
        ("not-set-up", "unreachable", "organization", "sign-in-refused", "sdk-version", "setup"), CONNECTION
    ),
    "version-too-old": CONNECTION,
    **dict.fromkeys(("other-organization", "secret-unreadable"), CONNECTION),
    **dict.fromkeys(("dataverse-off", "order-user"), CHOICES),
    **dict.fromkeys(("integration-user", "roles-missing", "privilege-missing", "unchecked"), ADMINISTRATOR),
    **dict.fromkeys(("role-drift", "roles-unchecked", "solution-outdated", "solution"), ADMINISTRATOR),
    **dict.fromkeys(("order-integration", "sales-missing", "table-missing", "column-missing"), ADMINISTRATOR),
}
"""In which step the thing is mended that a finding of this code is about."""

Shown = dict[str, Any]
RESULT, AGAIN = "result", "again"
"""Why the administrator's step is opened: to see what a sign-in did, or since one came to nothing."""
GO_ON_HERE = "Go on from here, and enter it again."


def typed(request: HttpRequest) -> Any:
    """What was sent, ``None`` for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def _welcome(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    return {"sandbox": sandbox.is_running()}


def _connection(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    complete = "leave" not in request.POST
    brought = {} if setup.is_enabled else carried.read(request, setup)
    form = ConnectionStepForm(typed(request), instance=setup, complete=complete, initial=brought)
    return {"form": form, "sandbox": sandbox.is_running(), "brought": bool(brought)}


def in_the_way(setup: ConnectionSetup) -> list[tuple[Finding, Step | None]]:
    """What keeps the connection from working that is mended where it is entered; the rest has steps of its own."""
    found, _ = connection(setup)
    return [(one, None) for one in found if one.severity is Severity.ERROR and WHERE.get(one.code) is CONNECTION]


def tested(setup: ConnectionSetup) -> Shown:
    """What is in the way, and the step as it is stored by now: what was sent is older than that."""
    return {"findings": in_the_way(setup), "form": ConnectionStepForm(None, instance=ConnectionSetup.current())}


def _tables(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    return {"form": ChoicesStepForm(typed(request), instance=guide, setup=setup)}


def _user(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    return {"form": UserStepForm(typed(request), instance=guide)}


ORIGIN = "administrator_origin"
"""Key of the session: where somebody came from who wants one task of an administrator."""


def _administrator(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    """What is asked for by address (from Connection Setup, from Home) comes before the wishes of the guide: there one
    comes for these tasks alone, sees what came of them, and goes back."""
    asked, why = tasks.asked(request.GET), request.GET.get("for", RESULT)
    run = None if why == AGAIN else AdministratorRun.latest()
    origin = _origin(request, asked)
    wanted = asked or (tasks.wanted(guide, setup) if origin is None else _left(origin["tasks"], run))
    unknown = not asked and why not in (RESULT, AGAIN)
    return {"tasks": tasks.named(wanted), "run": run, "unknown": unknown, "origin": origin}


def _origin(request: HttpRequest, asked: Sequence[str]) -> dict[str, Any] | None:
    """The page (address, name) from which somebody came for some tasks, also when the sign-in is over; none for who
    walks through the guide."""
    if asked:
        address = safe_back(request.GET) or reverse("connection")
        names = {reverse("connection"): "Connection Setup", reverse("home"): "Home"}
        name = names.get(address, "Where You Came From")
        request.session[ORIGIN] = {"address": address, "name": name, "tasks": list(asked)}
    elif "for" not in request.GET:
        request.session.pop(ORIGIN, None)
    found: dict[str, Any] | None = request.session.get(ORIGIN)
    return found


def _left(asked: Sequence[str], run: AdministratorRun | None) -> Sequence[str]:
    """What is still to be done of what was asked for: all of it, unless the sign-in has done it."""
    return () if run is not None and run.status == AdministratorRun.Status.FINISHED else asked


def _check(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    """What is worth knowing besides is only looked at for a page that is shown."""
    found = check(guide, setup)
    ready = not hindering(found)
    setup.refresh_from_db()
    shown = {"findings": _with_steps(found), "ready": ready, "run": AdministratorRun.latest()}
    return {**shown, "further": lambda: _with_steps(checks.further(setup, usable=ready))}


def _with_steps(found: Iterable[Finding]) -> list[tuple[Finding, Step | None]]:
    return [(one, None if one.severity is Severity.FINE else WHERE.get(one.code)) for one in found]


def _finish(request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> Shown:
    return {"form": FinishForm(typed(request), enabled=setup.is_enabled, tries_out=sandbox.is_used(setup))}


SHOWS: Mapping[Step, Callable[[HttpRequest, Guide, ConnectionSetup], Shown]] = {
    WELCOME: _welcome,
    CONNECTION: _connection,
    CHOICES: _tables,
    USER: _user,
    ADMINISTRATOR: _administrator,
    CHECK: _check,
    FINISH: _finish,
}


def closed(step: Step, request: HttpRequest, guide: Guide, setup: ConnectionSetup) -> str:
    """Why nothing is stored of what was sent to a step that cannot be opened any more, with what changed as far as its
    page showed it."""
    if step in (CHOICES, USER, FINISH):
        now: Stored = SHOWS[step](request, guide, setup)["form"].now
        if changed := now.changes_since(request.POST.get("seen", ""), GO_ON_HERE):
            return changed
    return f"Nothing of “{step.title}” is saved, because a step before it is open again. {GO_ON_HERE}"


def hindrance(step: Step, shown: Shown) -> str | None:
    """Why Next does not go on, as a message (blank where the page says it itself); ``None``: it does. What was
    entered is stored on the way."""
    form = shown.get("form")
    if isinstance(form, FinishForm):
        return None if form.saved() else ""
    if form is not None:
        return None if form.saved() else ""
    if step is ADMINISTRATOR and shown["run"] is not None and shown["run"].is_running:
        return "Wait until the administrator's work is done."
    if step is ADMINISTRATOR and shown["tasks"]:
        return "This is still to be done. Sign in as an administrator, or go back and untick what you do not want."
    if step is CHECK and not shown["ready"]:
        return "Something is not right yet. Mend what is marked, then check again."
    return None
