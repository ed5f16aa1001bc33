"""The pages of the guide. Every one of them needs the right to change Connection Setup."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from integration import checks
from integration.connection.findings import NotReady
from integration.dataverse.signin import Started
from integration.jobs.dry_run.plans import PlanError
from integration.models import ConnectionSetup
from integration.models.jobs.full_synch import FullSynchError
from integration.models.people.access_key import change_key
from integration.models.people.rights import MANAGE_USERS, READ_AVAILABILITY
from integration.models.stored.secret import keys_problem
from integration.systems.errors import Problem
from integration.views.people.users import UNREADABLE
from setup_wizard import administrator, carried, finish, sandbox, tasks
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.pages import SHOWS, Shown, closed, hindrance, in_the_way, tested
from setup_wizard.steps import (
    ADMINISTRATOR,
    BY_SLUG,
    CHECK,
    CHOICES,
    CONNECTION,
    FINISH,
    STEPS,
    WELCOME,
    Step,
    after,
    before,
    first_open,
    marks,
    reachable,
)

may_set_up = permission_required("integration.change_connectionsetup", raise_exception=True)
NOT_YET = "It is saved, but the connection does not work like this. Mend what is marked, then press Next."
NOBODY = "Choose the user in whose name Dynamics 365 Sales asks; then a key can be made."
SIGN_IN = "guide_sign_in"
"""Key of the session: which sign-in this browser has begun, and what for. It holds no token and no secret of ours."""


@may_set_up
@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    """``/setup/``: the guides and how they stand."""
    guide = Guide.current()
    steps = sum(step.slug in guide.done for step in STEPS)
    shown = {"guide": guide, "setup": ConnectionSetup.current(), "done": steps, "steps": len(STEPS)}
    return render(request, "setup_wizard/setup.html", shown)


@may_set_up
@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """``/setup/sales-connection/``: goes on at the first open step."""
    return redirect("guide_step", first_open(Guide.current().done).slug)


@may_set_up
@never_cache
@require_http_methods(["GET", "POST"])
def guide_step(request: HttpRequest, step: str) -> HttpResponse:
    """One step: Next checks and goes on, Save and leave only keeps what was entered."""
    here, guide, setup = BY_SLUG.get(step), Guide.current(), ConnectionSetup.current()
    if here is None:
        raise Http404
    shown = SHOWS[here](request, guide, setup) if _may_open(here, guide, request) else None
    if shown is None:
        if request.method == "POST":
            messages.error(request, closed(here, request, guide, setup))
        return redirect("guide_step", first_open(guide.done).slug)
    if request.method == "GET":
        result = here is ADMINISTRATOR and request.GET.get("for") == "result"
        return redirect("guide") if result and _goes_on() else _page(request, here, shown)
    return _next(request, here, shown)


@may_set_up
@require_POST
def from_setup(request: HttpRequest) -> HttpResponse:
    """From Connection Setup to the guide, with what was typed there and is not saved yet."""
    carried.keep(request, request.POST.dict(), ConnectionSetup.current())
    done = Guide.current().done
    return redirect("guide_step", (CONNECTION if reachable(CONNECTION, done) else first_open(done)).slug)


@may_set_up
@require_POST
def use_sandbox(request: HttpRequest) -> HttpResponse:
    """Fill in the local sandbox's address and credentials, and go on behind the connection step."""
    try:
        sandbox.use(ConnectionSetup.current())
    except sandbox.NoSandbox as error:
        messages.error(request, str(error))
        return redirect("guide")
    Guide.current().pass_step(WELCOME.slug)
    if wrong := in_the_way(ConnectionSetup.current()):
        messages.error(request, " ".join(f"{one.what}: {one.message}" for one, _ in wrong))
        return redirect("guide_step", CONNECTION.slug)
    Guide.current().pass_step(CONNECTION.slug)
    messages.success(request, "The address and the credentials of the local sandbox are filled in.")
    return redirect("guide_step", CHOICES.slug)


@may_set_up
@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to where administrators of Sales sign in."""
    back, setup = request.build_absolute_uri(reverse("guide_signed_in")), ConnectionSetup.current()
    try:
        started = administrator.start(setup, back)
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect(f"{reverse('guide_administrator')}?for=result")
    wanted = [task.slug for task in tasks.named(request.GET.getlist("task"))]
    request.session[SIGN_IN] = {"started": started.stored(), "place": setup.place, "tasks": wanted}
    return redirect(started.address)


@may_set_up
@never_cache
@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """The browser comes back: put the sign-in to work, and show how far it is."""
    kept = request.session.pop(SIGN_IN, {})
    try:
        started = Started.of(kept.get("started", {}))
        place = str(kept.get("place", ""))
        held = administrator.come_back(ConnectionSetup.current(), started, place, request.GET.dict())
        administrator.begin_work(held, place, tasks.named(kept.get("tasks", [])), request.user)
    except Problem as problem:
        messages.error(request, problem.message)
        # What an earlier sign-in did is not what came of this one.
        return redirect(f"{reverse('guide_administrator')}?for=again")
    return redirect(f"{reverse('guide_administrator')}?for=result")


@may_set_up
@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The live part of the administrator's step; when the work is done, the browser goes on by itself."""
    run = AdministratorRun.latest()
    if run is not None and run.is_running:
        return render(request, "setup_wizard/_run.html", {"run": run})
    return HttpResponseClientRedirect(reverse("guide")) if _goes_on() else HttpResponseClientRefresh()


def _goes_on() -> bool:
    """Who came for the guide is led to its next step when the administrator's work is done."""
    guide, run = Guide.current(), AdministratorRun.latest()
    done = run is not None and run.status == AdministratorRun.Status.FINISHED
    return done and ADMINISTRATOR.slug in guide.done and guide.completed_at is None


def _may_open(step: Step, guide: Guide, request: HttpRequest) -> bool:
    """In turn; an administrator's tasks can be asked for at any time by Connection Setup."""
    return reachable(step, guide.done) or (step is ADMINISTRATOR and "for" in request.GET)


def _page(request: HttpRequest, here: Step, shown: Shown) -> HttpResponse:
    guide = Guide.current()
    frame = {"step": here, "marks": marks(here, guide.done), "back": before(here), "guide": guide}
    return render(request, here.template, {**frame, "setup": ConnectionSetup.current(), **shown})


def _next(request: HttpRequest, here: Step, shown: Shown) -> HttpResponse:
    """Keep what was entered; then on, away, or stay where something is in the way."""
    why = hindrance(here, shown)
    for note in getattr(getattr(shown.get("form"), "instance", None), "left_behind", ()):
        messages.warning(request, note)
    if why is None and "leave" in request.POST:
        carried.drop(request)
        return redirect("setup")
    if why is None and here is CHOICES and "make_key" in request.POST:
        return _key(request)
    if why is None and here is FINISH:
        return _finish(request, shown)
    if why is None and here is CONNECTION:
        carried.drop(request)
        shown.update(tested(ConnectionSetup.current()))
        why = NOT_YET if shown["findings"] else None
    following = after(here)
    if why is None and following is not None:
        Guide.current().pass_step(here.slug)
        return redirect("guide_step", following.slug)
    if why:
        messages.error(request, why)
    return _page(request, here, shown)


def _key(request: HttpRequest) -> HttpResponse:
    """A new key of the user in whose name Sales asks; this answer alone shows it. It waits, encrypted, until the
    connection is enabled and Sales is handed it."""
    if not request.user.has_perm(MANAGE_USERS):
        raise PermissionDenied
    setup, back = ConnectionSetup.current(), reverse("guide_step", args=[CHOICES.slug])
    person = setup.odata_user
    if (problem := keys_problem() or ("" if person else NOBODY)) or person is None:
        messages.error(request, problem)
        return redirect(back)
    with transaction.atomic():
        setup.odata_key = key = change_key(person)
        setup.save()
    warning = "" if person.has_perm(READ_AVAILABILITY) else UNREADABLE
    shown = {"person": person, "key": key, "warning": warning, "back": back}
    return render(request, "integration/user_key.html", shown)


def _finish(request: HttpRequest, shown: Shown) -> HttpResponse:
    ending = finish.Ending(**shown["form"].wishes)
    try:
        plan = finish.finish(request.build_absolute_uri("/"), request.user, ending)
    except NotReady as error:
        messages.error(request, f"The connection is not enabled. {error}")
        Guide.current().return_to(CHECK.slug)
        return redirect("guide_step", CHECK.slug)
    except (FullSynchError, PlanError, Problem) as problem:
        what = "dry run" if ending.dry_run else "full synchronization"
        messages.error(request, f"The {what} has not started: {problem}")
        return redirect("full_synch")
    if ending.enable:
        for one in checks.warned(ConnectionSetup.current()):
            messages.warning(request, f"{one.message} {one.fix}")
    messages.success(request, "Assisted setup is completed.")
    return redirect("plan", plan.pk) if plan else redirect("full_synch" if ending.run_full else "connection")
