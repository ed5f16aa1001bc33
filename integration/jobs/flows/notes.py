"""Notes that their own pass cannot see: those of orders that were coupled behind it.

10:00:00  the flow of orders reads ORD-7 with its notes
10:00:01  a salesperson adds a note to ORD-7
10:00:02  the pass of notes reads it, but ORD-7 is coupled with nothing yet: none of its business
10:00:03  ORD-7 becomes order 101005
10:05:00  the pass of notes looks at all notes of the orders whose couplings moved since it began last
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from django.utils import timezone

from integration.connection.document_passes import NOTES, ORDERS
from integration.connection.systems import Connected
from integration.mappings.flows import find_mapping
from integration.models import FlowCursor, TableMapping
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.sync.special.documents.notes import ABOUT, OWNER_ID
from integration.systems.filters import OneOf
from integration.systems.system import every
from integration.systems.values import Side

OVERLAP = dt.timedelta(minutes=10)
"""Longer than any page takes between the moment it writes into its rows and its commit."""
AT_ONCE = 50


class LateNotes:
    """For one pass of notes in one direction: ``ids`` first, ``done`` when all of it went well."""

    def __init__(self, mapping: TableMapping, direction: Direction, connected: Connected) -> None:
        self.mapping, self.side, self.connected = mapping, direction.source, connected
        self.name = f"notes {direction.value}"
        self.began = timezone.now()

    def ids(self) -> list[uuid.UUID]:
        """The notes of these orders that are coupled with nothing. Raises a ``ConnectionProblem``."""
        found = [id for orders in self._orders() for id in self._notes(orders)]
        held = self.mapping.couplings.pairs(self.side, found) if found else {}
        return [id for id in found if id not in held]

    def done(self) -> None:
        """The next pass begins with what moved since this one began."""
        cursor = (self.began - OVERLAP).isoformat()
        FlowCursor.objects.update_or_create(name=self.name, defaults={"cursor": cursor})

    def _orders(self) -> Iterator[list[uuid.UUID]]:
        orders = find_mapping(ORDERS)
        if orders is None:
            return
        rows = orders.couplings.filter(state=State.COUPLED.value)
        since = FlowCursor.objects.filter(name=self.name).values_list("cursor", flat=True).first()
        if since:
            rows = rows.filter(changed_at__gte=dt.datetime.fromisoformat(since))
        ids = list(rows.order_by("pk").values_list(f"{self.side}_id", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            yield ids[start : start + AT_ONCE]

    def _notes(self, orders: list[uuid.UUID]) -> list[uuid.UUID]:
        table, column = (NOTES[0], OWNER_ID) if self.side is Side.ERP else (NOTES[1], ABOUT)
        system = self.connected.system(self.side)
        return [note.id for note in every(system, table, OneOf(column, tuple(orders)), [column])]
