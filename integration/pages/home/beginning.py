"""The way of a new installation: the guide, a dry run, the first full synchronization."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from integration.models import ConnectionSetup, FullSynchLine, Plan, User
from integration.pages.parts import first_url


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do on the way to a synchronized company. ``url`` is blank where the person may not do it now;
    ``presses``: it is a button."""

    label: str
    text: str
    url: str
    done: bool
    presses: bool = False


@dataclass(frozen=True, slots=True)
class FirstRun:
    """How the full synchronization stands: did it start, and has every line finished?"""

    started: bool
    finished: bool


def first_run() -> FirstRun:
    """Asked of its lines."""
    found = list(FullSynchLine.objects.order_by().values_list("status", flat=True))
    return FirstRun(any(found), any(found) and all(status == FullSynchLine.Status.FINISHED for status in found))


def next_steps(setup: ConnectionSetup, person: User, run: FirstRun, *, has_run: bool) -> list[Step]:
    """What is done and what is next; nothing once the way is gone to its end, or for a connection that a person has
    switched off again. ``has_run``: anything has been synchronized already."""
    if not setup.is_enabled and setup.installation_id:
        return []
    started = run.started
    if run.finished or (not started and has_run):
        return []
    may_set_up = person.has_perm("integration.change_connectionsetup")
    may_run = person.has_perm("integration.change_syncjob")
    return [
        Step(
            "Set up the Dynamics 365 Sales connection",
            "Assisted Setup asks for the address, checks everything and switches the connection on.",
            first_url("guide") if may_set_up else "",
            setup.is_enabled,
        ),
        Step(
            "Make a dry run",
            "It writes nothing, and shows for every record what a synchronization would change on either side.",
            reverse("plan_start") if may_run and setup.is_enabled else "",
            Plan.objects.exists() or started,
            presses=True,
        ),
        Step(
            "Start the full synchronization",
            "It works through all tables in the background.",
            reverse("full_synch") if setup.is_enabled else "",
            started,
        ),
        Step("See every table finish", "", reverse("full_synch") if started else "", False),
    ]
