"""Every component with one example, for people who develop pages."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integration.forms.run_filters import PlanFilter
from integration.models import Plan
from integration.pages.lists.example import empty, example
from integration.pages.lists.shown import ShownList
from integration.pages.lists.trail import lead_back
from integration.pages.parts import Link
from integration.pages.states import SEVERITIES, Shown, Style


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """``/components/``: only where the application is developed."""
    if not settings.DEVELOPMENT:
        raise Http404
    return render(request, "integration/components.html", examples(request))


def examples(request: HttpRequest) -> dict[str, Any]:
    """What the examples are made of; the firms are those of the demo company."""
    pairs = [
        SimpleNamespace(
            erp_label="Name", crm_label="Account Name", erp_text="Adatum", crm_text="Adatum Ltd.", differs=True
        ),
        SimpleNamespace(erp_label="City", crm_label="City", erp_text="London", crm_text="London", differs=False),
    ]
    return {
        "pairs": pairs,
        "changed": [("Name", "Adatum", "Adatum Ltd."), ("Phone", "", "+44 20 7946 0000")],
        "record": uuid.UUID(int=10000),
        "mapping": SimpleNamespace(get_direction_display=lambda: "both ways"),
        "shown": [Shown(style.value.capitalize(), style) for style in Style],
        "severities": list(SEVERITIES.values()),
        "link": Link("Set Up Coupling", "#", "", False),
        "filter": PlanFilter(request.GET, Plan.objects.all()),
        "list": _list(request),
        "empty": empty(),
        "page": Paginator(range(30), 10).get_page(request.GET.get("page")),
    }


def _list(request: HttpRequest) -> ShownList:
    shown = example(request.GET, request.user)
    lead_back(request.session, shown)
    return shown
