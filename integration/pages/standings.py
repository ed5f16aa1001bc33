"""Standings: what our side knows of a record, and the ids of the records in one of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from integration.models import SyncError, TableMapping
from integration.sync.memory.ledger import Result, State
from integration.systems.values import Side


class Standing(StrEnum):
    """What our side knows of a record. ``ANY``: all rows; ``DIFFERING``: runs know that what one side changed is not on
    the other side yet; ``SKIPPED``: it rests, since it failed twice the same way; ``WAITING``: for a record that is not
    coupled yet; ``FAILED``: the last pass failed and will try again; ``OPEN``: an error of it is open; ``UNDONE``: an
    undone run had made its partner."""

    ANY = ""
    COUPLED = "coupled"
    UNCOUPLED = "uncoupled"
    DIFFERING = "differing"
    SKIPPED = "skipped"
    WAITING = "waiting"
    FAILED = "failed"
    OPEN = "open"
    UNDONE = "undone"


IS_COUPLED = ~Q(state=State.RESERVED.value)
RESTS = Q(to_crm_result=Result.SKIPPED.value) | Q(to_erp_result=Result.SKIPPED.value)
UNDONE = Q(to_crm_result=Result.UNDONE.value) | Q(to_erp_result=Result.UNDONE.value)
FAILED = Q(to_crm_result=Result.FAILURE.value) | Q(to_erp_result=Result.FAILURE.value)
OWED = Q(owed_erp=True) | Q(owed_crm=True)
PAIRS = {
    Standing.COUPLED: IS_COUPLED,
    Standing.SKIPPED: RESTS,
    Standing.UNDONE: UNDONE,
    Standing.FAILED: FAILED,
    Standing.DIFFERING: OWED,
}
"""Which pairs are in a standing."""


def ids_in(
    standing: Standing,
    side: Side,
    mappings: Sequence[TableMapping],
    among: Collection[uuid.UUID] | None = None,
    also: Collection[uuid.UUID] = (),
) -> QuerySet[Any, Any]:
    """The ids of this side's records in a standing of these mappings, all of them or those ``among`` some. A coupled
    record of ``also`` is in it, too, as a page has found out."""
    column, keys = f"{side}_id", [mapping.pk for mapping in mappings]
    if not keys:
        return SyncError.objects.none()
    rows: QuerySet[Any, Any]
    if standing is Standing.OPEN:
        rows = SyncError.objects.open().filter(mapping__in=keys, **{f"{column}__isnull": False})
        rows = rows.order_by(column).distinct()
    elif standing is Standing.WAITING:
        waits: QuerySet[Any, Any] = mappings[0].waits.model.objects.filter(mapping__in=keys)
        rows = waits.order_by(column).distinct()
    else:
        pairs = mappings[0].couplings.model.objects
        held = pairs.filter(mapping__in=keys).order_by()
        rows = held.filter(PAIRS[standing])
        if also:  # Each by its index: of both in one condition, SQLite reads all pairs of the mapping.
            known = rows.values("pk").union(held.filter(**{f"{column}__in": also}).values("pk"))
            rows = pairs.filter(pk__in=known)
        rows = rows.order_by("pk")
    if among is not None:
        rows = rows.filter(**{f"{column}__in": list(among)}).order_by()
    return rows.values_list(column, flat=True)
