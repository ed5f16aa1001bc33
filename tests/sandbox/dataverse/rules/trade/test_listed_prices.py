"""The price of a line: from the list, overridden, locked or none, with the reason that is kept beside it."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.rules.trade.listing import INVALID_ROUNDING_AMOUNT, _rounded
from tests.examples import examples
from tests.sandbox.dataverse.writer import Trade, Writer, refused, rolled_back

UP, DOWN, NEAREST = 2, 3, 4
ENDS_IN, MULTIPLE_OF = 1, 2
OK, DETAIL, NO_LIST, INACTIVE_LIST, NO_QUANTITY, NO_PRICE, NO_PRODUCT = 0, 1, 2, 3, 4, 5, 6
NOT_LISTED, NO_AMOUNT, NO_PERCENTAGE, BAD_PERCENTAGE, OTHER_CURRENCY = 11, 12, 13, 18, 34


class Shop:
    """A quote on a price list that has one price for a bicycle."""

    def __init__(self, trade: Trade, amount: float | None = 100, **price: Any) -> None:
        self.trade, self.writer = trade, trade.writer
        self.bicycle, self.unit = trade.product(price=80, currentcost=50, standardcost=40)
        self.retail = trade.price_list()
        self.price = trade.price(self.retail, (self.bicycle, self.unit), amount, **price)
        self.quote = self.writer.create("quote", name="Bicycles", pricelevelid=self.retail)

    def line(self, quote: str = "", **values: Any) -> dict[str, Any]:
        about = {"quoteid": quote or self.quote, "productid": self.bicycle, "uomid": self.unit}
        return self.writer.row("quotedetail", self.writer.create("quotedetail", **{**about, **values}))


@pytest.mark.parametrize(
    ("price", "amount", "error"),
    [
        ({"amount": 99.5}, "99.5", OK),
        ({"amount": None}, None, NO_AMOUNT),
        ({"amount": 7, "pricingmethodcode": 2, "percentage": 90}, "72", OK),
        ({"amount": 7, "pricingmethodcode": 3, "percentage": 10}, "55", OK),
        ({"amount": 7, "pricingmethodcode": 4, "percentage": 20}, "62.5", OK),
        ({"amount": 7, "pricingmethodcode": 5, "percentage": 25}, "50", OK),
        ({"amount": 7, "pricingmethodcode": 6, "percentage": 50}, "80", OK),
        ({"amount": 7, "pricingmethodcode": 2, "percentage": 0}, "0", OK),
        ({"amount": 7, "pricingmethodcode": 2}, None, NO_PERCENTAGE),
        ({"amount": 7, "pricingmethodcode": 4, "percentage": 100}, None, BAD_PERCENTAGE),
        ({"amount": 7, "pricingmethodcode": 6, "percentage": 250}, None, BAD_PERCENTAGE),
    ],
)
def test_a_line_of_a_price_list_prices_by_its_method(
    trade: Trade, price: dict[str, Any], amount: str | None, error: int
) -> None:
    shop = Shop(trade, **price)

    line = shop.line(quantity=2)

    assert line["priceperunit"] == (None if amount is None else Decimal(amount))
    assert line["pricingerrorcode"] == error
    assert line["extendedamount"] == 2 * Decimal(amount or 0)
    assert shop.writer.row("quote", shop.quote)["pricingerrorcode"] == (DETAIL if error else OK)


@pytest.mark.parametrize(
    ("method", "column", "error"),
    [
        (2, "price", 14),
        (3, "currentcost", 15),
        (4, "currentcost", 15),
        (5, "standardcost", 16),
        (6, "standardcost", 16),
    ],
)
def test_a_percentage_of_nothing_is_no_price(trade: Trade, method: int, column: str, error: int) -> None:
    shop = Shop(trade, pricingmethodcode=method, percentage=10)
    shop.writer.change("product", shop.bicycle, **{column: None})

    line = shop.line()

    assert (line["priceperunit"], line["pricingerrorcode"]) == (None, error)


def test_what_stands_in_the_way_of_a_price_is_kept_on_the_line(trade: Trade) -> None:
    shop = Shop(trade)
    writer = shop.writer
    bare = writer.create("quote", name="No list")
    closed = writer.create("quote", name="Closed list", pricelevelid=trade.price_list(statecode=1))
    other = writer.create("quote", name="Other list", pricelevelid=trade.price_list())

    found = [shop.line(quote)["pricingerrorcode"] for quote in (bare, closed, other, shop.quote)]

    assert found == [NO_LIST, INACTIVE_LIST, NOT_LISTED, OK]
    assert shop.line(productid=None, uomid=None, productdescription="Bell")["pricingerrorcode"] == NO_PRICE
    assert shop.line(productid=None, uomid=None)["pricingerrorcode"] == NO_PRODUCT
    assert shop.line(quantity=None)["pricingerrorcode"] == NO_QUANTITY
    assert shop.line(ispriceoverridden=True)["pricingerrorcode"] == NO_PRICE


def test_a_list_that_moved_to_another_currency_has_no_price_for_the_quote(trade: Trade) -> None:
    shop = Shop(trade)
    trade.writer.connection.execute(
        "UPDATE pricelevel SET transactioncurrencyid = ? WHERE pricelevelid = ?", (trade.currency("EUR"), shop.retail)
    )

    assert shop.line()["pricingerrorcode"] == OTHER_CURRENCY


def test_without_a_price_in_the_list_the_given_one_stays_with_the_error(trade: Trade) -> None:
    shop = Shop(trade, amount=None)

    line = shop.line(priceperunit=12, quantity=2)

    assert (line["priceperunit"], line["extendedamount"], line["pricingerrorcode"]) == (12, 24, NO_AMOUNT)


@pytest.mark.parametrize("kind", ["salesorder", "invoice"])
def test_a_locked_price_stays_when_only_the_quantity_changes_and_not_with_another_product(
    trade: Trade, kind: str
) -> None:
    shop, writer = Shop(trade, amount=100), trade.writer
    bell = trade.product(name="Bell")
    trade.price(shop.retail, bell, 9)
    deal = writer.create(kind, name="Bicycles", pricelevelid=shop.retail)
    lines = f"{kind}detail"
    row = writer.create(lines, **{f"{kind}id": deal}, productid=shop.bicycle, uomid=shop.unit)
    writer.change("productpricelevel", shop.price, amount=150)
    writer.connection.execute(f"UPDATE {kind} SET ispricelocked = 1")

    writer.change(lines, row, quantity=3)
    assert writer.row(lines, row)["extendedamount"] == 300

    writer.change(lines, row, productid=bell[0], uomid=bell[1])
    assert writer.row(lines, row)["extendedamount"] == 27


@pytest.mark.parametrize(("skipping", "created", "changed"), [(0, 100, 150), (1, 5, 150), (2, 100, 5), (3, 5, 5)])
def test_a_calculation_is_skipped_when_the_row_says_so(trade: Trade, skipping: int, created: int, changed: int) -> None:
    shop, writer = Shop(trade), trade.writer
    line = shop.line(priceperunit=5, skippricecalculation=skipping)
    assert line["priceperunit"] == created

    writer.change("productpricelevel", shop.price, amount=150)
    writer.change("quotedetail", line["quotedetailid"], priceperunit=5, quantity=2)

    assert writer.row("quotedetail", line["quotedetailid"])["priceperunit"] == changed


@pytest.mark.parametrize(
    ("quantity", "places", "taken"),
    [("1", 0, True), ("1.5", 0, False), ("1.50", 1, True), ("0.25", 1, False), ("100", 0, True), ("0.12345", 5, True)],
)
def test_a_quantity_has_the_decimals_its_product_allows(trade: Trade, quantity: str, places: int, taken: bool) -> None:
    shop = Shop(trade)
    shop.writer.change("product", shop.bicycle, quantitydecimal=places)
    if taken:
        assert shop.line(quantity=Decimal(quantity))["quantity"] == Decimal(quantity)
    else:
        with refused("0x80043b07", f"more than the {places} decimals"):
            shop.line(quantity=Decimal(quantity))


def test_lines_are_numbered_in_the_order_they_come_after_the_highest_there_is(trade: Trade) -> None:
    shop = Shop(trade)
    writer = shop.writer
    about = {"quoteid": shop.quote, "productdescription": "Bell"}

    first = writer.create_all("quotedetail", about, {**about, "lineitemnumber": 7}, about)
    last = writer.create("quotedetail", **about)

    assert [writer.row("quotedetail", row)["lineitemnumber"] for row in (*first, last)] == [1, 7, 8, 9]


def test_a_line_takes_owner_currency_and_state_of_its_document_and_follows_them(trade: Trade) -> None:
    writer = trade.writer
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    euro = trade.currency("EUR")
    quote = writer.create("quote", name="Bicycles", ownerid=anna, transactioncurrencyid=euro)

    line = writer.create("quotedetail", quoteid=quote, productdescription="Bell", priceperunit=10)
    row = writer.row("quotedetail", line)
    assert (row["ownerid"], row["transactioncurrencyid"], row["quotestatecode"]) == (anna, euro, 0)

    writer.change("quote", quote, ownerid=writer.user, statecode=1)
    row = writer.row("quotedetail", line)
    assert (row["ownerid"], row["quotestatecode"]) == (writer.user, 1)


def nearest(price: Fraction, policy: int, steps: Fraction) -> int:
    """Which multiple of the step: next above, next below, or nearest (half up)."""
    exact = price / steps
    return {UP: math.ceil(exact), DOWN: math.floor(exact), NEAREST: math.floor(exact + Fraction(1, 2))}[policy]


@given(
    some.decimals("0.0001", "5000", places=4),
    some.sampled_from([UP, DOWN, NEAREST]),
    some.decimals("0.01", "50", places=2),
)
@examples(150)
def test_a_price_is_rounded_to_a_multiple(price: Decimal, policy: int, step: Decimal) -> None:
    found = _rounded(price, policy, MULTIPLE_OF, int(step.scaleb(4)))

    assert found.amount is not None
    assert Fraction(found.amount) == nearest(Fraction(price), policy, Fraction(step)) * Fraction(step)


@given(some.decimals("1", "5000", places=4), some.sampled_from([UP, DOWN, NEAREST]), some.integers(1, 99))
@examples(150)
def test_a_price_ends_in_so_many_pence(price: Decimal, policy: int, pence: int) -> None:
    found = _rounded(price, policy, ENDS_IN, pence * 100).amount

    assert found is not None
    assert found % 1 == Decimal(pence) / 100
    assert abs(found - price) < 1
    assert {UP: found >= price, DOWN: found <= price, NEAREST: abs(found - price) <= Decimal("0.5")}[policy]


@pytest.mark.parametrize("amount", [None, 0, -100])
@pytest.mark.parametrize("policy", [UP, DOWN, NEAREST])
def test_a_rounding_amount_is_above_zero(policy: int, amount: int | None) -> None:
    assert _rounded(Decimal(10), policy, MULTIPLE_OF, amount).error == INVALID_ROUNDING_AMOUNT


@given(some.decimals("0", "99999", places=4), some.sampled_from([None, 1]), some.integers(0, 10**6))
@examples(30)
def test_without_a_policy_a_price_stays_as_it_is(price: Decimal, policy: int | None, amount: int) -> None:
    assert _rounded(price, policy, ENDS_IN, amount).amount == price


@given(some.sampled_from([0.5, 1.25, 3]), some.decimals("0.01", "900", places=2), some.integers(1, 20))
@examples(20)
def test_a_listed_price_counts_in_the_currency_of_the_quote(
    in_process: Organization, rate: float, amount: Decimal, quantity: int
) -> None:
    with rolled_back(in_process) as writer:
        trade = Trade(writer)
        euro = trade.currency("EUR", rate)
        bicycle, prices = trade.product(), trade.price_list(transactioncurrencyid=euro)
        trade.price(prices, bicycle, amount)
        quote = writer.create("quote", name="Bicycles", pricelevelid=prices, transactioncurrencyid=euro)
        writer.create("quotedetail", quoteid=quote, productid=bicycle[0], uomid=bicycle[1], quantity=quantity)

        assert writer.row("quote", quote)["totalamount"] == amount * quantity


def test_another_price_list_of_a_quote_is_in_its_currency_and_prices_its_lines(writer: Writer, trade: Trade) -> None:
    shop = Shop(trade)
    line = shop.line(quantity=2)["quotedetailid"]
    cheaper, abroad = trade.price_list(), trade.price_list(transactioncurrencyid=trade.currency("EUR"))
    trade.price(cheaper, (shop.bicycle, shop.unit), 60)

    with refused("0x80048cee"):
        writer.change("quote", shop.quote, pricelevelid=abroad)
    with refused("0x8004480e"):
        writer.change("quote", shop.quote, pricelevelid=None, transactioncurrencyid=trade.currency("NOK"))
    writer.change("quote", shop.quote, pricelevelid=cheaper)

    assert writer.row("quotedetail", line)["extendedamount"] == 120
    assert writer.row("quote", shop.quote)["totalamount"] == 120


@pytest.mark.parametrize("hanging", ["opportunityproduct", "quote", "salesorder"])
def test_an_opportunity_keeps_its_currency_while_something_hangs_on_it(
    writer: Writer, trade: Trade, hanging: str
) -> None:
    deal, euro = writer.create("opportunity", name="Bicycles"), trade.currency("EUR")
    writer.change("opportunity", deal, transactioncurrencyid=euro)
    named = {"productdescription": "Bell"} if hanging == "opportunityproduct" else {"name": "Bicycles"}
    row = writer.create(hanging, opportunityid=deal, **named)

    with refused("0x80048479"):
        writer.change("opportunity", deal, transactioncurrencyid=writer.base)
    writer.delete(hanging, row)
    writer.change("opportunity", deal, transactioncurrencyid=writer.base)
    assert writer.row("opportunity", deal)["transactioncurrencyid"] == writer.base
