"""Orders and quotes that rest come by themselves once what kept them out has changed."""

from __future__ import annotations

from integration.business_central.models import Item
from integration.models import SyncError
from tests.integration.flows.quoting import Quoting, quoting

__all__ = ["quoting"]


def test_a_resting_quote_comes_once_its_item_is_unblocked_though_orders_looked_first(quoting: Quoting) -> None:
    quote = quoting.quote(quoting.line())
    order = quoting.order(quoting.line())
    desk = Item.objects.get(no="DESK")
    desk.blocked = True
    desk.save()
    for _ in range(4):  # The first look at a table counts as a change of it.
        job = quoting.process()
        quoting.run()
    assert (job.failed, SyncError.objects.open().count()) == (0, 2)
    desk.blocked = False
    desk.save()

    assert quoting.run().inserted == 1
    assert quoting.process().inserted == 1

    assert (quoting.made(order).amount, quoting.here(quote).amount) == (100, 100)
    assert not SyncError.objects.open().exists()
