"""Orders shipped: quantities, stock, events, and everything that is refused."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import (
    Customer,
    GeneralLedgerSetup,
    Item,
    ItemLedgerEntry,
    SalesReceivablesSetup,
    SalesShipmentHeader,
    SalesShipmentLine,
)
from integration.business_central.posting.adjustments import post_adjustment
from integration.business_central.posting.changing import DocumentChange, change
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import hold
from integration.systems.errors import NotFound
from integration.systems.refusals import (
    CustomerBlocked,
    DocumentRefused,
    ItemBlocked,
    NothingToPost,
    OnHold,
    PostingDateRefused,
    QuantityRefused,
    RateMissing,
    StockMissing,
)
from integration.systems.values import Row
from tests.business_central.posting.shipments import events, stock_of, to_ship
from tests.business_central.trading import DAY, comment, freight, item, lines_of, order, resource

D = Decimal


def test_an_order_is_shipped_in_whole() -> None:
    made = order(item(quantity=2, price=100), comment("Deliver to gate 3"), resource(3), freight(5))

    shipment = ship(made.pk, by="annette")

    made.refresh_from_db()
    assert (made.status, made.completely_shipped, made.last_shipment_date) == (1, True, DAY)
    assert [line.quantity_shipped for line in lines_of(made)] == [2, 0, 3, 1]
    assert (shipment.no, shipment.order_no, shipment.order_id, shipment.posted_by) == (
        "102001", "101001", made.pk, "annette",
    )  # fmt: skip
    posted = SalesShipmentLine.objects.filter(document_no=shipment).order_by("line_no")
    assert [(line.description, line.quantity, line.order_line_no) for line in posted] == [
        ("Desk", 2, 10000), ("Deliver to gate 3", 0, 20000), ("Fitter", 3, 30000), ("Freight", 1, 40000),
    ]  # fmt: skip
    assert events() == [("released", ""), ("shipped", "102001")]


def test_only_goods_leave_the_stock_and_an_item_is_not_changed_by_that() -> None:
    Item.objects.filter(no="LAMP").update(type=Item.Type.SERVICE)
    version = Item.objects.get(no="DESK").row_version

    ship(order(item(quantity=2), item("LAMP", 3), resource(1)).pk)

    assert (stock_of(), stock_of("LAMP")) == (998, 1000)
    entry = ItemLedgerEntry.objects.get(document_no="102001")
    assert (entry.quantity, entry.document_line_no, entry.get_entry_type_display()) == (-2, 10000, "Sale")
    assert Item.objects.get(no="DESK").row_version == version


def test_an_order_is_shipped_in_parts() -> None:
    made = order(item(quantity=5, price=10), item("LAMP", 1, price=50))
    to_ship(made, 2)
    to_ship(made, 0, at=1)

    ship(made.pk)

    desk, lamp = lines_of(made)
    made.refresh_from_db()
    assert (desk.quantity_shipped, desk.qty_to_ship, desk.outstanding_quantity) == (2, 3, 3)
    assert (desk.outstanding_amount, desk.shipped_not_invoiced) == (36, 24)
    assert (lamp.quantity_shipped, lamp.qty_to_ship, made.completely_shipped) == (0, 1, False)
    ship(made.pk, posting_date=dt.date(2027, 4, 5))
    made.refresh_from_db()
    assert (made.completely_shipped, made.last_shipment_date) == (True, dt.date(2027, 4, 5))
    assert events("shipped") == [("shipped", "102001"), ("shipped", "102002")]


def test_a_comment_goes_with_its_line() -> None:
    made = order(item(), comment("Mind the glass", line_no=10001, attached_to_line_no=10000), item("LAMP"))
    to_ship(made, 0)

    shipment = ship(made.pk)

    assert [line.description for line in SalesShipmentLine.objects.filter(document_no=shipment)] == ["Lamp"]


def test_a_return_comes_back_on_stock() -> None:
    made = order(item(quantity=2, price=100), item("LAMP", -1, price=50))

    ship(made.pk)

    assert (stock_of(), stock_of("LAMP")) == (998, 1001)


def test_another_posting_date_moves_the_days_and_the_rate() -> None:
    made = order(item(price=100), whose="CONTOSO", payment_terms_code=None)
    later = dt.date(2027, 2, 1)

    ship(made.pk, posting_date=later)

    made.refresh_from_db()
    assert (made.posting_date, made.document_date, made.due_date) == (later, later, later)


SHIPPING: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "more than ordered": ({"qty_to_ship": D(3)}, QuantityRefused, "Line 10000: 3 is more than there is left to ship"),
    "the other way": ({"qty_to_ship": D(-1)}, QuantityRefused, "Line 10000: -1 is more than"),
    "nothing": ({"qty_to_ship": D(0)}, NothingToPost, "There is nothing to ship on Order 101001"),
}


@pytest.mark.parametrize("name", SHIPPING)
def test_quantities_that_cannot_be_shipped_are_refused(name: str) -> None:
    values, kind, message = SHIPPING[name]
    made = order(item(quantity=2))
    change(made.pk, DocumentChange(changed=[Row(lines_of(made)[0].pk, values)]))

    with pytest.raises(kind, match=message):
        ship(made.pk)

    made.refresh_from_db()
    assert (made.status, events()) == (0, [])
    assert not SalesShipmentHeader.objects.exists()


@pytest.mark.parametrize("blocked", [1, 2, 3])
def test_nothing_is_shipped_to_a_customer_who_is_blocked(blocked: int) -> None:
    made = order(item())
    Customer.objects.filter(no="ADATUM").update(blocked=blocked)

    with pytest.raises(CustomerBlocked, match="Customer ADATUM is blocked"):
        ship(made.pk)


def test_nothing_is_shipped_for_a_payer_who_is_blocked_for_privacy() -> None:
    Customer.objects.filter(no="ADATUM").update(bill_to_customer_no=Customer.objects.get(no="CONTOSO"))
    made = order(item())
    Customer.objects.filter(no="CONTOSO").update(privacy_blocked=True)

    with pytest.raises(CustomerBlocked, match="CONTOSO is blocked for privacy"):
        ship(made.pk)


def test_a_blocked_item_stays_where_it_is() -> None:
    made = order(item())
    Item.objects.filter(no="DESK").update(blocked=True)

    with pytest.raises(ItemBlocked, match="Item DESK is blocked"):
        ship(made.pk)


def test_an_order_on_hold_is_not_shipped_until_it_is_let_go() -> None:
    made = order(item())
    assert hold(made.pk, "crm").on_hold == "CRM"

    with pytest.raises(OnHold, match=r"Order 101001 is on hold \(CRM\)"):
        ship(made.pk)
    hold(made.pk, "")
    assert ship(made.pk).no == "102001"
    with pytest.raises(DocumentRefused, match="up to 3 characters"):
        hold(made.pk, "FOUR")


@pytest.mark.parametrize("period", [("2027-01-16", None), (None, "2027-01-14"), ("2026-12-01", "2026-12-31")])
def test_a_closed_period_takes_no_shipment(period: tuple[str | None, str | None]) -> None:
    made = order(item())
    setup = GeneralLedgerSetup.current()
    first, last = (dt.date.fromisoformat(day) if day else None for day in period)
    setup.allow_posting_from, setup.allow_posting_to = first, last
    setup.save()

    with pytest.raises(PostingDateRefused, match="2027-01-15 is not within the period that is open for posting"):
        ship(made.pk)


def test_the_first_and_the_last_day_of_the_period_are_open() -> None:
    setup = GeneralLedgerSetup.current()
    setup.allow_posting_from = setup.allow_posting_to = DAY
    setup.save()

    assert ship(order(item()).pk).posting_date == DAY


def test_a_day_without_a_rate_ships_nothing() -> None:
    made = order(item(), whose="CONTOSO")

    with pytest.raises(RateMissing):
        ship(made.pk, posting_date=dt.date(2025, 12, 31))
    assert stock_of() == 1000


def test_stock_goes_below_nothing_only_where_the_setup_lets_it() -> None:
    made = order(item(quantity=600), item(quantity=500))
    assert SalesReceivablesSetup.current().prevent_negative_inventory is False
    setup = SalesReceivablesSetup.current()
    setup.prevent_negative_inventory = True
    setup.save()

    with pytest.raises(StockMissing, match="Item DESK has 1000 on stock, 1100 are to go out"):
        ship(made.pk)
    assert stock_of() == 1000
    post_adjustment(Item.objects.get(no="DESK").pk, D(100))
    ship(made.pk)
    assert stock_of() == 0
    with pytest.raises(StockMissing):
        post_adjustment(Item.objects.get(no="DESK").pk, D(-1))


def test_quotes_are_not_shipped() -> None:
    with pytest.raises(DocumentRefused, match="Quote 1001 is no order"):
        ship(order(item(), document_type=0).pk)


def test_only_goods_are_adjusted_and_not_by_nothing() -> None:
    desk = Item.objects.get(no="DESK")
    with pytest.raises(QuantityRefused):
        post_adjustment(desk.pk, D(0))
    Item.objects.filter(no="LAMP").update(type=Item.Type.NON_INVENTORY)
    with pytest.raises(QuantityRefused):
        post_adjustment(Item.objects.get(no="LAMP").pk, D(1))
    with pytest.raises(NotFound):
        post_adjustment(uuid.uuid4(), D(1))
