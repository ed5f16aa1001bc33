"""Price lists, their lines, units and products: what is needed, what is taken once, what may change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused

PERCENT_OF_LIST, MARKUP_ON_COST = 2, 3


@pytest.mark.parametrize(
    ("missing", "code"), [("pricelevelid", "0x80043b12"), ("productid", "0x80043b11"), ("uomid", "0x80043b0d")]
)
def test_a_price_needs_a_list_a_product_and_a_unit(trade: Trade, missing: str, code: str) -> None:
    product, unit = trade.product()
    body: dict[str, Any] = {"pricelevelid": trade.price_list(), "productid": product, "uomid": unit, "amount": 5}

    with refused(code, missing):
        trade.writer.create("productpricelevel", **{name: value for name, value in body.items() if name != missing})
    with refused(code, missing):
        trade.writer.create("productpricelevel", **{**body, missing: None})
    with refused("0x80040217", status=404):
        trade.writer.create("productpricelevel", **{**body, missing: NOBODY})


@pytest.mark.parametrize(("percentage", "taken"), [(0, True), (99_999.99999, True), (100_000, False), (10**6, False)])
def test_a_percentage_is_below_a_hundred_thousand(trade: Trade, percentage: float, taken: bool) -> None:
    bicycle, prices = trade.product(price=100), trade.price_list()
    if taken:
        row = trade.price(prices, bicycle, None, pricingmethodcode=PERCENT_OF_LIST, percentage=percentage)
        assert trade.writer.row("productpricelevel", row)["percentage"] == Decimal(str(percentage))
        with refused("0x80043b0c"):
            trade.writer.change("productpricelevel", row, percentage=100_000)
    else:
        with refused("0x80043b0c", "less than 100000"):
            trade.price(prices, bicycle, None, pricingmethodcode=PERCENT_OF_LIST, percentage=percentage)


@pytest.mark.parametrize("method", [2, 3, 4, 5, 6])
def test_a_price_by_percentage_is_in_the_currency_of_the_product(trade: Trade, method: int) -> None:
    euro = trade.currency("EUR")
    abroad = trade.price_list(transactioncurrencyid=euro)
    english, french = trade.product(price=100), trade.product(price=100, transactioncurrencyid=euro)

    with refused("0x80048cf9", "same currency as the product"):
        trade.price(abroad, english, None, pricingmethodcode=method, percentage=10)
    with refused("0x80048cf9"):
        trade.price(trade.price_list(), french, None, pricingmethodcode=method, percentage=10)

    line = trade.price(abroad, french, None, pricingmethodcode=method, percentage=10)
    assert trade.writer.row("productpricelevel", line)["transactioncurrencyid"] == euro


def test_an_amount_may_be_in_another_currency_than_the_product_but_not_become_a_percentage(trade: Trade) -> None:
    line = trade.price(trade.price_list(transactioncurrencyid=trade.currency("EUR")), trade.product(price=100), 12)

    with refused("0x80048cf9"):
        trade.writer.change("productpricelevel", line, pricingmethodcode=MARKUP_ON_COST, percentage=5)


def test_a_product_keeps_its_currency_while_a_price_is_a_share_of_it(trade: Trade) -> None:
    writer = trade.writer
    bicycle, unit = trade.product(price=100)
    line = trade.price(trade.price_list(), (bicycle, unit), None, pricingmethodcode=PERCENT_OF_LIST, percentage=90)
    euro = trade.currency("EUR")

    with refused("0x80048cfa"):
        writer.change("product", bicycle, transactioncurrencyid=euro)
    writer.change("product", bicycle, transactioncurrencyid=writer.base, price=110)

    writer.delete("productpricelevel", line)
    writer.change("product", bicycle, transactioncurrencyid=euro)
    assert writer.row("product", bicycle)["price_base"] == Decimal("88")


def test_a_price_keeps_the_currency_of_its_list(trade: Trade) -> None:
    line = trade.price(trade.price_list(), trade.product())

    with refused("0x80048cea"):
        trade.writer.change("productpricelevel", line, transactioncurrencyid=trade.currency("EUR"))
    trade.writer.change("productpricelevel", line, transactioncurrencyid=trade.writer.base, amount=7)

    assert trade.writer.row("productpricelevel", line)["amount"] == 7


def test_a_price_that_moves_to_another_product_is_checked_like_a_new_one(trade: Trade) -> None:
    writer, prices = trade.writer, trade.price_list()
    bicycle, bell = trade.product(), trade.product(name="Bell")
    trade.price(prices, bicycle)
    line = trade.price(prices, bell)

    with refused("0x80043b08"):
        writer.change("productpricelevel", line, productid=bicycle[0], uomid=bicycle[1])
    with refused("0x80043b14"):
        writer.change("productpricelevel", line, uomid=bicycle[1])
    saddle = trade.product(name="Saddle")
    writer.change("productpricelevel", line, productid=saddle[0], uomid=saddle[1])

    row, product = writer.row("productpricelevel", line), writer.row("product", saddle[0])
    assert (row["productidname"], row["productnumber"]) == ("Saddle", product["productnumber"])
    assert row["uomscheduleid"] == product["defaultuomscheduleid"]


def test_two_prices_of_one_message_for_the_same_unit_are_refused(trade: Trade) -> None:
    product, unit = trade.product()
    body = {"pricelevelid": trade.price_list(), "productid": product, "uomid": unit, "amount": 5}

    with refused("0x80043b08"):
        trade.writer.create_all("productpricelevel", body, body)


def test_a_price_list_is_in_base_currency_unless_it_names_another(trade: Trade) -> None:
    euro = trade.currency("EUR")

    lists = [trade.price_list(), trade.price_list(transactioncurrencyid=euro)]

    assert [trade.writer.row("pricelevel", row)["transactioncurrencyid"] for row in lists] == [trade.writer.base, euro]


@pytest.mark.parametrize("name", [None, ""])
def test_a_price_list_needs_a_name_and_keeps_one(trade: Trade, name: str | None) -> None:
    with refused("0x80043b0e"):
        trade.price_list(name=name)
    row = trade.price_list()
    with refused("0x80040203", "name"):
        trade.writer.change("pricelevel", row, name=name)


def test_the_name_of_a_price_list_is_taken_once_in_a_message_and_in_all(trade: Trade) -> None:
    trade.price_list(name="Retail Café")

    for name in ("Retail Café", "RETAIL CAFE", "retail café  "):
        with refused("0x80043b0f"):
            trade.price_list(name=name)
    with refused("0x80043b0f"):
        trade.writer.create_all("pricelevel", {"name": "Trade"}, {"name": "TRADE"})
    other = trade.price_list()
    with refused("0x80043b0f"):
        trade.writer.change("pricelevel", other, name="Retail Cafe")
    trade.writer.change("pricelevel", other, name="Wholesale")


# --- units -----------------------------------------------------------------------------------------------------------


def test_a_unit_needs_its_group_its_name_and_a_quantity(trade: Trade) -> None:
    group, _ = trade.group()
    for body, code in (
        ({"name": "DOZEN", "quantity": 12}, "0x80043b0a"),
        ({"uomscheduleid": group, "quantity": 12}, "0x80043b26"),
        ({"uomscheduleid": group, "name": "", "quantity": 12}, "0x80043b26"),
        ({"uomscheduleid": group, "name": "DOZEN"}, "0x80040203"),
        ({"uomscheduleid": group, "name": "DOZEN", "quantity": 0}, "0x80040203"),
        ({"uomscheduleid": group, "name": "DOZEN", "quantity": -1}, "0x80044330"),
    ):
        with refused(code):
            trade.writer.create("uom", **body)


def test_a_unit_counts_in_a_unit_of_its_own_group(trade: Trade) -> None:
    group, piece = trade.group()
    _, foreign = trade.group()
    dozen = trade.writer.create("uom", name="DOZEN", quantity=12, uomscheduleid=group)
    assert trade.writer.row("uom", dozen)["baseuom"] == piece

    with refused("0x80043b0b"):
        trade.writer.create("uom", name="GROSS", quantity=144, uomscheduleid=group, baseuom=foreign)
    with refused("0x80043b0b"):
        trade.writer.change("uom", dozen, baseuom=foreign)
    with refused("0x80043b1c"):
        trade.writer.change("uom", dozen, baseuom=None)
    with refused("0x80040217", status=404):
        trade.writer.change("uom", dozen, baseuom=NOBODY)


def test_the_base_unit_of_a_group_is_one_piece_of_itself(trade: Trade) -> None:
    group, piece = trade.group()
    dozen = trade.writer.create("uom", name="DOZEN", quantity=12, uomscheduleid=group)

    with refused("0x80043b18", "cannot be modified"):
        trade.writer.change("uom", piece, quantity=2)
    with refused("0x80043b17"):
        trade.writer.change("uom", piece, baseuom=dozen)
    trade.writer.change("uom", piece, name="PCS", quantity=1)
    assert trade.writer.row("uom", piece)["name"] == "PCS"


# --- products --------------------------------------------------------------------------------------------------------


def test_a_product_needs_a_unit_and_its_group_but_a_family_has_none(trade: Trade) -> None:
    group, unit = trade.group()
    writer = trade.writer
    with refused("0x80043b0d"):
        writer.create("product", name="Bell", productnumber="B1", defaultuomscheduleid=group)
    with refused("0x80043b13"):
        writer.create("product", name="Bell", productnumber="B1", defaultuomid=unit)
    family = writer.create("product", name="Cycling", productnumber="F1", productstructure=2)

    with refused("0x8004f902"):
        trade.price(trade.price_list(), (family, unit))


@pytest.mark.parametrize("number", [None, ""])
def test_a_product_keeps_a_number(trade: Trade, number: str | None) -> None:
    with refused("0x80043b05"):
        trade.product(productnumber=number)
    bell, _ = trade.product(active=False)
    with refused("0x80040203", "productnumber"):
        trade.writer.change("product", bell, productnumber=number)


def test_the_number_of_a_product_is_taken_once_whatever_its_spelling(trade: Trade) -> None:
    trade.product(productnumber="Café-1")
    bell, _ = trade.product(productnumber="BELL")

    with refused("0x80043b06"):
        trade.product(productnumber="CAFE-1 ")
    with refused("0x80043b06"):
        trade.writer.change("product", bell, productnumber="cafe-1")
    trade.writer.change("product", bell, productnumber="Bell")
    assert trade.writer.row("product", bell)["productnumber"] == "Bell"


@pytest.mark.parametrize(
    ("state", "body", "code"),
    [
        (0, {"name": "Bell"}, ""),
        (0, {"price": 5, "currentcost": 4, "description": "Rings"}, ""),
        (1, {"name": "Bell"}, "0x8004f995"),
        (1, {"statecode": 0, "name": "Bell"}, ""),
        (2, {"name": "Bell"}, ""),
        (3, {"name": "Bell"}, ""),
    ],
)
def test_what_may_change_of_a_product_depends_on_its_state(
    trade: Trade, state: int, body: dict[str, Any], code: str
) -> None:
    row, _ = trade.product()
    statuses = {0: 1, 1: 2, 2: 0, 3: 3}
    trade.writer.connection.execute("UPDATE product SET statecode = ?, statuscode = ?", (state, statuses[state]))
    if code:
        with refused(code):
            trade.writer.change("product", row, **body)
    else:
        trade.writer.change("product", row, **body)
        found = trade.writer.row("product", row)
        assert {name: found[name] for name in body} == body


def test_products_start_active_where_the_organization_says_so_except_below_a_family(trade: Trade) -> None:
    trade.writer.connection.execute("UPDATE organization SET createproductswithoutparentinactivestate = 1")
    writer = Writer(trade.writer.organization, trade.writer.connection, trade.writer.user)
    family = writer.create("product", name="Cycling", productnumber="F1", productstructure=2)
    group, unit = trade.group()
    body = {"name": "Bell", "defaultuomscheduleid": group, "defaultuomid": unit}

    alone = writer.create("product", productnumber="B1", **body)
    below = writer.create("product", productnumber="B2", parentproductid=family, **body)

    assert [writer.row("product", row)["statecode"] for row in (family, alone, below)] == [0, 0, 2]
