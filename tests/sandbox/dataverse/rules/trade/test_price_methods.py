"""Prices that follow a list price or a cost, and what stands in the way of a price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import LINES, document, line, on_sale, price_list

LINE = ("priceperunit", "baseamount", "extendedamount")
TOTALS = ("totallineitemamount", "totalamountlessfreight", "totaltax", "totalamount")
documents = pytest.mark.parametrize("kind", list(LINES))


@pytest.mark.parametrize(("method", "percentage", "price"), [
    (2, 90, 900), (3, 25, 750), (4, 25, 800), (5, 10, 550), (6, 50, 1000),
])  # fmt: skip
def test_a_price_may_follow_the_list_price_or_the_cost(call: Caller, method: int, percentage: int, price: int) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, price=1000, currentcost=600, standardcost=500)
    body = line(retail, bicycle, unit, amount=None, pricingmethodcode=method, percentage=percentage)
    assert call("POST", "productpricelevels", body).status_code == 204

    quote = document(call, "quotes", retail)

    assert quote.line(quote.add(bicycle, unit))["priceperunit"] == price


@pytest.mark.parametrize(("policy", "option", "amount", "price"), [
    (1, 2, 50, "1234.56"), (2, 2, 50, 1250), (3, 2, 50, 1200), (4, 2, 50, 1250),
    (2, 1, 0.99, "1234.99"), (3, 1, 0.99, "1233.99"), (4, 1, 0.99, "1234.99"), (2, 1, 9, 1239), (3, 1, 9, 1229),
    (4, 1, 49.95, "1249.95"),
])  # fmt: skip
def test_a_price_that_follows_is_rounded_as_its_line_says(
    call: Caller, policy: int, option: int, amount: float, price: Any
) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, price=1234.56)
    rounding = {"roundingpolicycode": policy, "roundingoptioncode": option, "roundingoptionamount": amount}
    body = line(retail, bicycle, unit, amount=None, pricingmethodcode=2, percentage=100, **rounding)
    assert call("POST", "productpricelevels", body).status_code == 204

    quote = document(call, "quotes", retail)

    assert quote.line(quote.add(bicycle, unit))["priceperunit"] == Decimal(price)


def test_a_price_without_what_it_follows_says_so(call: Caller) -> None:
    retail = price_list(call)
    quote = document(call, "quotes", retail)
    followed = {2: 14, 3: 15, 5: 16}
    for method, error in followed.items():
        bicycle, unit = on_sale(call)
        body = line(retail, bicycle, unit, amount=None, pricingmethodcode=method, percentage=10)
        assert call("POST", "productpricelevels", body).status_code == 204
        assert quote.line(quote.add(bicycle, unit))["pricingerrorcode"] == error
    bicycle, unit = on_sale(call, price=10)
    for values, error in (
        ({"percentage": None}, 13), ({"pricingmethodcode": 1}, 12), ({"roundingpolicycode": 2}, 24),
    ):  # fmt: skip
        given = {"amount": None, "pricingmethodcode": 2, "percentage": 10, **values}
        priced = call("POST", "productpricelevels", line(retail, bicycle, unit, **given))
        assert quote.line(quote.add(bicycle, unit))["pricingerrorcode"] == error
        call("DELETE", priced.headers["OData-EntityId"])


def test_what_stands_in_the_way_of_a_price_is_told_on_line_and_document(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call)
    quote = document(call, "quotes", retail)

    row = quote.add(bicycle, unit)

    assert quote.line(row)["pricingerrorcode"] == 11
    assert quote.row()["pricingerrorcode"] == 1
    call("POST", "productpricelevels", line(retail, bicycle, unit, amount=90))
    call("PATCH", f"quotedetails({row})", {"quantity": 2})
    assert (quote.line(row)["pricingerrorcode"], quote.row()["pricingerrorcode"]) == (0, 0)
    assert quote.row()["totalamount"] == 180


def test_without_an_active_price_list_a_product_has_no_price(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    bare, inactive = document(call, "quotes"), document(call, "quotes", retail)
    call("PATCH", f"pricelevels({retail})", {"statecode": 1})

    assert bare.line(bare.add(bicycle, unit))["pricingerrorcode"] == 2
    assert inactive.line(inactive.add(bicycle, unit))["pricingerrorcode"] == 3
    assert bare.line(bare.add(productdescription="Bell"))["pricingerrorcode"] == 5
    assert bare.line(bare.add())["pricingerrorcode"] == 6
