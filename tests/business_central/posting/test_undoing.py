"""Shipments that are undone, and those that stay."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from integration.business_central.models import GeneralLedgerSetup, SalesShipmentLine
from integration.business_central.posting.invoicing import invoice
from integration.business_central.posting.shipping import ship, undo_shipment
from integration.systems.errors import NotFound
from integration.systems.refusals import Invoiced, NothingToPost, PostingDateRefused
from tests.business_central.posting.shipments import events, stock_of, to_ship
from tests.business_central.trading import DAY, item, lines_of, order

D = Decimal


def test_a_wrong_shipment_is_undone() -> None:
    made = order(item(quantity=5, price=10))
    to_ship(made, 2)
    first = ship(made.pk)
    second = ship(made.pk, posting_date=dt.date(2027, 1, 20))

    undo_shipment(second.pk)

    made.refresh_from_db()
    line = lines_of(made)[0]
    assert (line.quantity_shipped, line.qty_to_ship, line.outstanding_amount) == (2, 3, 36)
    assert (made.last_shipment_date, made.completely_shipped, stock_of()) == (DAY, False, 998)
    assert events("undone") == [("undone", second.no)]
    undo_shipment(first.pk)
    made.refresh_from_db()
    assert (made.last_shipment_date, stock_of()) == (None, 1000)
    assert all(line.undone for line in SalesShipmentLine.objects.all())
    assert ship(made.pk).no == "102003"


def test_a_shipment_is_undone_once() -> None:
    shipment = ship(order(item()).pk)
    undo_shipment(shipment.pk)

    with pytest.raises(NothingToPost, match="Shipment 102001 is undone already"):
        undo_shipment(shipment.pk)
    with pytest.raises(NotFound):
        undo_shipment(uuid.uuid4())


def test_what_is_invoiced_is_not_undone() -> None:
    made = order(item())
    shipment = ship(made.pk)
    invoice(made.pk)

    with pytest.raises(Invoiced, match="Something of shipment 102001 is invoiced"):
        undo_shipment(shipment.pk)


def test_a_shipment_of_a_closed_period_is_not_undone() -> None:
    shipment = ship(order(item()).pk)
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_from = dt.date(2027, 2, 1)
    setup.save()

    with pytest.raises(PostingDateRefused):
        undo_shipment(shipment.pk)
