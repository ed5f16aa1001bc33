"""Delete the couplings of whole mappings, from the list of Integration Table Mappings."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from coupling import commands
from coupling.views.access import may_couple, person
from coupling.views.parts import Parts
from integration.models import SyncJob, TableMapping
from integration.sync.memory.ledger import State
from integration.views.access import given

CHOOSE = "Choose at least one mapping."
COUPLED = Coalesce("tally__coupled", 0)


@require_http_methods(["GET", "POST"])
@may_couple
def mappings_uncouple(request: HttpRequest) -> HttpResponse:
    """``/couplings/delete/?name=CUSTOMER&name=...``: how many there are, and whether they are to go; POST deletes."""
    chosen = _chosen(given(request))
    if not chosen:
        messages.error(request, CHOOSE)
        return redirect("mappings")
    if request.method == "GET":
        return render(request, "coupling/mappings_uncouple.html", {"mappings": chosen})
    return _uncoupled(request, chosen)


def _uncoupled(request: HttpRequest, chosen: QuerySet[TableMapping]) -> HttpResponse:
    """Couplings go at once, or by a job where their number is large."""
    parts: Parts[SyncJob | int] = Parts()
    for mapping in chosen:
        number = mapping.couplings.filter(state=State.COUPLED.value).count()
        if number:
            parts.do(mapping, number, partial(commands.uncouple_all, mapping, person(request)))
        else:
            parts.leave(f"{mapping.name}: nothing is coupled, so nothing is deleted.")
    at_once = sum(one for one in parts.done if isinstance(one, int))
    if at_once:
        messages.success(request, f"{at_once} coupling{'s' if at_once != 1 else ''} deleted; the records stay.")
    parts.say(request)
    return redirect("synch_jobs" if any(isinstance(one, SyncJob) for one in parts.done) else "mappings")


def _chosen(asked: QueryDict) -> QuerySet[TableMapping]:
    names = [*asked.getlist("name"), *asked.getlist("selected")]
    return TableMapping.objects.filter(name__in=names).annotate(coupled=COUPLED)
