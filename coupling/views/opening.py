"""``/open/<entity>/<id>/``: the link in Dynamics 365 Sales."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from coupling.sides import opened
from integration.models import TableMapping
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
