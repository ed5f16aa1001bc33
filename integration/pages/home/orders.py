"""The released orders that wait for whoever ships them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from integration.business_central.models import DocumentType, SalesHeader
from integration.pages.documents.kinds import BY_ACTION, name_of

SHIP = BY_ACTION["ship"]
RELEASED = SalesHeader.Status.RELEASED
ALL = f"?state=unshipped&status={RELEASED.value}"
"""How the list of orders is narrowed to these."""


@dataclass(frozen=True, slots=True)
class ToShip:
    """An order to ship, and where that is asked for; or how ``many`` there are, and where all of them are."""

    name: str
    customer: str
    url: str
    many: int = 0


def to_ship(by_name: int) -> Iterator[ToShip]:
    """Those to be shipped first come first; of more than can be told ``by_name`` only the number, in two queries."""
    orders = SalesHeader.objects.filter(document_type=DocumentType.ORDER, status=RELEASED)
    orders = orders.filter(completely_shipped=False, on_hold="")
    orders = orders.order_by()  # Few are sorted here; of many none has to be.
    some = list(orders[: by_name + 1])
    if len(some) > by_name:
        yield ToShip("", "", reverse("orders") + ALL, orders.count())
        return
    for order in sorted(some, key=lambda one: (one.shipment_date or dt.date.max, one.no)):
        address = reverse("document_action", args=[order.pk, SHIP.slug])
        yield ToShip(name_of(order), order.sell_to_customer_name, address)
