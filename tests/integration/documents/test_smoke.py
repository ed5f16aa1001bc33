from __future__ import annotations

from django.test import Client

from integration.business_central.posting.archiving import archive
from integration.business_central.posting.shipping import ship
from tests.business_central.trading import comment, item, order


def test_smoke(olga: Client) -> None:
    made = order(item(quantity=3, price="64.99"), comment("Deliver to gate 3"), item("LAMP", 2))
    s = ship(made.pk)
    a = archive(made.pk)
    for address in (
        "/documents/orders/",
        "/documents/orders/?order=-amount&state=all",
        "/documents/orders/?format=csv",
        "/documents/quotes/",
        "/documents/invoices/",
        "/documents/shipments/",
        f"/documents/shipments/{s.pk}/",
        "/documents/archive/",
        f"/documents/archive/{a.pk}/",
        f"/documents/{made.pk}/",
        f"/documents/{made.pk}/edit/",
        f"/documents/{made.pk}/ship/",
        "/documents/orders/new/",
        "/documents/numbers/?line-1-type=2&line-1-no=de",
        f"/documents/{made.pk}/delete/",
    ):
        answer = olga.get(address)
        assert answer.status_code == 200, address
        if "numbers" in address:
            assert b"DESK" in answer.content
