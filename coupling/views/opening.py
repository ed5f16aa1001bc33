"""The links between both systems: ``/open/<entity>/<id>/`` leads here from Dynamics 365 Sales, ``…/open-in-sales/``
there from a list or a card."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from coupling.pages.records import mappings_of
from coupling.pages.tables import caption
from coupling.sides import opened
from integration.models import ConnectionSetup, TableMapping
from integration.pages.in_sales import record_in_sales
from integration.pages.parts import first_url
from integration.sync.memory.ledger import State
from integration.systems.values import Side

DOCUMENTS = ("sales_header",)
"""Tables whose records go when they are done."""
KINDS = {"customer": "account", "item": "product", "order": "salesorder"}
"""What the command in Sales calls a kind of record, where that is not the name of its table there."""


def open_record(request: HttpRequest, entity: str, id: uuid.UUID) -> HttpResponse:
    """The coupled Business Central record, else the Sales record with what can be done about it: create and couple. A
    document that is done and gone is shown there, too, with what it became. A record or table that nobody knows is
    said to be unknown by the page it leads to."""
    table = KINDS.get(entity.lower(), entity.lower())
    for mapping in TableMapping.objects.filter(crm_table__iexact=table):
        pair = mapping.couplings.pairs(Side.CRM, [id]).get(id)
        if pair is not None and pair.state is State.COUPLED and _stays(mapping, pair.erp_id):
            return redirect(first_url("record", (Side.ERP.value, mapping.erp_table, pair.erp_id)))
    return redirect(first_url("record", (Side.CRM.value, table, id)))


def _stays(mapping: TableMapping, erp_id: uuid.UUID) -> bool:
    """Is it there? Asked of documents alone: of other records a card says so."""
    if mapping.erp_table not in DOCUMENTS:
        return True
    with opened(Side.ERP) as erp:
        return erp_id in erp.get(mapping.erp_table, [erp_id], ())


@require_GET
def open_in_sales(request: HttpRequest, side: str, table: str, id: uuid.UUID) -> HttpResponse:
    """``/records/<side>/<table>/<id>/open-in-sales/``: the record in Dynamics 365 Sales. Where a record of Business
    Central is not coupled, who may couple is asked whether to; where its table is mapped with nothing, that is said."""
    mappings = [one for one in mappings_of(Side(side), table) if not one.is_option]
    entity, there = (table, id) if side == Side.CRM.value else _partner(mappings, id)
    url = ConnectionSetup.current().url
    if not url:
        messages.warning(request, "Connection Setup does not say yet where Dynamics 365 Sales is.")
        return redirect(f"{side}_card", table, id)
    if entity:
        return redirect(record_in_sales(url, entity, there))
    return _not_coupled(request, table, id, mappings)


def _not_coupled(request: HttpRequest, table: str, record: uuid.UUID, mappings: Sequence[TableMapping]) -> HttpResponse:
    """Where a record of Business Central leads to that has none in Sales."""
    noun = caption(table, Side.ERP).lower()
    if mappings and request.user.has_perm("coupling.change_coupling"):
        messages.info(request, f"This {noun} is not coupled yet. Choose its record in Dynamics 365 Sales, or go back.")
        return redirect("coupling", mappings[0].name, record)
    why = "is not coupled" if mappings else "cannot be coupled: its table has no table mapping"
    messages.warning(request, f"This {noun} {why}, so there is nothing to open in Dynamics 365 Sales.")
    return redirect("erp_card", table, record)


def _partner(mappings: Sequence[TableMapping], id: uuid.UUID) -> tuple[str, uuid.UUID]:
    """The table and the id of the coupled record in Sales; blank where there is none."""
    for mapping in mappings:
        pair = mapping.couplings.pairs(Side.ERP, [id]).get(id)
        if pair is not None and pair.state is State.COUPLED:
            return mapping.crm_table, pair.crm_id
    return "", id
