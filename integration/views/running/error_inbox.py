"""The buttons of ``/synch/errors/`` that mend nothing: give chosen errors to a person, resolve them with a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from integration.models import User
from integration.models.jobs.error_inbox import Outcome, assign, resolve
from integration.models.people.rights import CARE_FOR_ERRORS
from integration.pages.lists.every import EVERY, FIRST_ONLY, NotThisListError, query_of
from integration.systems.wording import sentence
from integration.views.access import given, safe_back
from integration.views.running.errors import every_error, people_to_choose

WAS, NOBODY, NAMED = "was-", "nobody", 8
NOTHING_CHOSEN = "Choose at least one error."
NO_NOTE = "Write a note that says why nothing more is to be done."
NOT_SOMEBODY = "Choose somebody who may see this page."
may_care = permission_required(CARE_FOR_ERRORS, raise_exception=True)


@require_POST
@may_care
def errors_assign(request: HttpRequest) -> HttpResponse:
    """``/synch/errors/assign/``: ``person`` is a user's id, or "nobody"."""
    wanted = request.POST.get("person", "")
    person = people_to_choose().filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 10 else None
    if person is None and wanted != NOBODY:
        return _refused(request, NOT_SOMEBODY)
    to = person.get_full_name() or person.username if person else "nobody"
    return _said(request, assign(chosen_errors(request), person, _seen(request)), f"Assigned to {to}")


@require_POST
@may_care
def errors_resolve(request: HttpRequest) -> HttpResponse:
    """``/synch/errors/resolve/``: ``note`` says why nothing more is to be done."""
    note = request.POST.get("note", "").strip()
    if not note or not isinstance(request.user, User):
        return _refused(request, NO_NOTE)
    return _said(request, resolve(chosen_errors(request), note, request.user), "Resolved")


def chosen_errors(request: HttpRequest) -> list[int]:
    """The errors that are ticked, each once, or those on all pages of the list; the one of whose row a button was
    pressed, alone. Of the form of another list none is chosen, with a word about it."""
    asked = given(request)
    only = asked.getlist("only")
    if EVERY in asked and not only:
        return _every(request)
    ids = only or asked.getlist("selected")
    return list(dict.fromkeys(int(id) for id in ids if id.isdecimal() and len(id) < 19))


def _every(request: HttpRequest) -> list[int]:
    try:
        asked = query_of(given(request), reverse("synch_errors"))
    except NotThisListError as other:
        messages.error(request, str(other))
        return []
    found = every_error(asked, request.user)
    if not found.are_all:
        messages.warning(request, FIRST_ONLY)
    return found.ids


def _seen(request: HttpRequest) -> dict[int, str]:
    """Whose each error was when the page was shown."""
    marked = ((name.removeprefix(WAS), str(value)) for name, value in request.POST.items() if name.startswith(WAS))
    return {int(id): value for id, value in marked if id.isdecimal() and len(id) < 19}


def _said(request: HttpRequest, outcomes: Sequence[Outcome], done: str) -> HttpResponse:
    """One message for all that went alike, each with the records it is about."""
    if not outcomes:
        return _refused(request, NOTHING_CHOSEN)
    good = [one.name for one in outcomes if not one.reason]
    if good:
        messages.success(request, sentence(f"{done}: {named(good)}"))
    for reason in dict.fromkeys(one.reason for one in outcomes if one.reason):
        left = named([one.name for one in outcomes if one.reason == reason])
        messages.warning(request, f"Left as it is, {left}: {reason}")
    return came_from(request)


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    messages.error(request, reason)
    return came_from(request)


def named(names: Iterable[str]) -> str:
    """The records of a message: eight by name, the others by their number."""
    every = list(dict.fromkeys(names))
    more = len(every) - NAMED
    return ", ".join(every[:NAMED]) + (f" and {more} more" if more > 0 else "")


def came_from(request: HttpRequest) -> HttpResponse:
    """The list as it was, as long as that is here."""
    return redirect(safe_back(request.POST) or "synch_errors")
