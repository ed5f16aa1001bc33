"""Who may do what, and how a page tells what is in the way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from coupling.commands import Blocked, CoupledAlready
from coupling.models import CouplingError
from coupling.pages.asking.needs import Need
from coupling.pages.lists import ids_of
from coupling.pages.tables import editing_of
from integration.models import SyncJob, TableMapping, User
from integration.pages.lists.every import EVERY, FIRST_ONLY, MOST, TOO_MANY, NotThisListError, query_of
from integration.sync.memory.ledger import Pair
from integration.systems.errors import Problem
from integration.systems.values import Side
from integration.views.access import given, safe_back

may_couple = permission_required("coupling.change_coupling", raise_exception=True)


def person(request: HttpRequest) -> User | None:
    """Who asks."""
    return request.user if isinstance(request.user, User) else None


def may_edit(user: AbstractBaseUser | AnonymousUser, side: Side, table: str) -> bool:
    """May this person edit records of this table here? Nobody edits those of Sales."""
    editing = editing_of(table) if side is Side.ERP else None
    return editing is not None and isinstance(user, User) and user.has_perm(editing.right)


def card_address(side: Side, table: str, id: uuid.UUID) -> str:
    """The card of one record."""
    return reverse(f"{side.value}_card", args=[table, id])


def first_address(blocked: Blocked) -> str:
    """Where the missing record is coupled: its Set Up Coupling, or its card where nothing couples it."""
    missing = blocked.missing
    mapping = TableMapping.objects.of_table(missing.side, missing.table).first()
    if mapping is not None:
        return couple_address(mapping, missing.side, missing.id, None, "")
    return card_address(missing.side, missing.table, missing.id)


def show_problem(request: HttpRequest, problem: CouplingError | Problem) -> None:
    """Why nothing was done; what has to be coupled first, and what is coupled already, comes with a link."""
    if isinstance(problem, CoupledAlready):
        messages.error(request, in_links(problem))
    elif isinstance(problem, Blocked):
        text = format_html('{} <a href="{}">Couple it first</a>', str(problem), first_address(problem))
        messages.error(request, text)
    else:
        messages.error(request, str(problem))


def in_links(problem: CoupledAlready) -> SafeString:
    """Which records are coupled already, each with a link to its card."""
    cards = [[(card_address(one.side, one.table, one.id), one.name) for one in pair] for pair in problem.called()]
    pairs = format_html_join(
        ", ",
        '<a href="{}">{}</a> with <a href="{}">{}</a>',
        ((*ours, *theirs) for ours, theirs in cards),
    )
    ends = "" if not problem.more and cards[-1][-1][-1].endswith(".") else "."
    return format_html("{}: {}{}{}{}", problem.what, pairs, problem.more, ends, f" {problem.cure}".rstrip())


def back(request: HttpRequest) -> HttpResponse:
    """Where the person came from, as long as that is here."""
    return redirect(safe_back(given(request)) or "home")


def match_address(mapping: TableMapping, ids: Sequence[uuid.UUID] = (), **query: str) -> str:
    """Select Coupling Criteria, for these records (of Business Central, or of the side ``of``) or for all."""
    asked = urlencode([*query.items(), *(("selected", str(id)) for id in ids)])
    return reverse("match", args=[mapping.name]) + (f"?{asked}" if asked else "")


def resolve_address(mapping: TableMapping, ids: Sequence[uuid.UUID], here: str, **choice: str) -> str:
    """Where these ambiguous records are resolved one by one; those that runs have noted, where none is named.
    ``choice``: what is chosen for the first of them."""
    asked = urlencode([*(("selected", str(id)) for id in ids), *([("back", here)] if here else []), *choice.items()])
    return reverse("match_resolve", args=[mapping.name]) + (f"?{asked}" if asked else "")


def couple_address(mapping: TableMapping, side: Side, id: uuid.UUID, pair: Pair | None, here: str) -> str:
    """Set Up Coupling of this record; ``pair`` is the one it is in. It ends ``here`` again."""
    query = f"?{urlencode({'back': here})}" if here else ""
    if side is Side.ERP or pair is not None:
        return reverse("coupling", args=[mapping.name, pair.erp_id if pair is not None else id]) + query
    return reverse("coupling_from", args=[mapping.name, id]) + query


def need_address(need: Need, here: str) -> str:
    """Where a person couples what has to be coupled first; blank where nothing couples it."""
    return couple_address(need.mapping, need.side, need.id, None, here) if need.mapping is not None else ""


def chosen(asked: QueryDict) -> list[uuid.UUID]:
    """The records that were ticked, each once. Raises ``CouplingError`` for nonsense, and for too many."""
    try:
        ids = list(dict.fromkeys(uuid.UUID(id) for id in asked.getlist("selected")))
    except ValueError as error:
        raise CouplingError("This page is incomplete. Load it again.") from error
    if len(ids) > MOST:
        raise CouplingError(TOO_MANY)
    return ids


def chosen_in_list(request: HttpRequest, side: Side, table: str) -> list[uuid.UUID]:
    """The records that were ticked in a list, or those on all of its pages as it is now. Raises ``CouplingError`` as
    ``chosen`` and for the form of another list, and what the side raises."""
    if EVERY not in given(request):
        return chosen(given(request))
    try:
        asked = query_of(given(request), reverse(f"{side}_list", args=[table]))
    except NotThisListError as other:
        raise CouplingError(str(other)) from other
    ids, are_all = ids_of(side, table, asked, request.user)
    if not are_all:
        messages.warning(request, FIRST_ONLY)
    return ids


def show(started: Sequence[SyncJob]) -> HttpResponse:
    """The live page of the job, or the log where there are several."""
    return redirect("synch_job", started[0].pk) if len(started) == 1 else redirect("synch_jobs")
