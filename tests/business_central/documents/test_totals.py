"""What a new document comes to: discounts, VAT, currencies, and what is open of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.business_central import trading
from tests.business_central.trading import currency, freight, item, lines_of, resource

D = Decimal

TOTALS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str, str]] = {
    "plain": ([item(quantity=3, price="64.99")], {}, "194.97 38.99", "38.99"),
    "line discount": (
        [item(quantity=12, price="19.95", line_discount_amount=D("23.00"))], {}, "216.40 43.28", "43.28",
    ),
    "invoice discount": (
        [item(price="10.01")] * 3, {"invoice_discount_value": D("5.00")}, "25.03 5.01", "1.67 1.67 1.67",
    ),
    "freight": (
        [item(quantity=2, price="149.00"), freight("12.50")], {"invoice_discount_value": D("14.90")},
        "295.60 59.12", "56.62 2.50",
    ),
    "consumer price": ([item(quantity=3, price="20.825")], {}, "62.48 12.50", "12.50"),
    "groups": ([item(price="0.33")] * 3, {}, "0.99 0.20", "0.07 0.06 0.07"),
    "fractions": ([item(quantity="0.125", price="12.34"), item(quantity=3, price="0.3333")], {}, "2.54 0.51",
                  "0.31 0.20"),
    "return": (
        [item(quantity=2, price=100), item(quantity=-1, price=100, line_discount_amount=D(-10))], {},
        "110.00 22.00", "40.00 -18.00",
    ),
    "percentage": (
        [item(quantity=16, price="348.35", line_discount_percent=D(4))], {}, "5350.66 1070.13", "1070.13",
    ),
    "nothing": ([item(quantity=0, price=10)], {}, "0 0", "0"),
    "no lines": ([], {}, "0 0", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", TOTALS)
def test_an_order_is_worked_out_when_it_is_made(name: str) -> None:
    lines, header, sums, vat = TOTALS[name]

    order = trading.order(*lines, **header)

    assert (order.amount, order.amount_including_vat - order.amount) == tuple(map(D, sums.split()))
    assert [line.amount_including_vat - line.amount for line in lines_of(order)] == [D(x) for x in vat.split()]
    assert order.invoice_discount_amount == order.invoice_discount_value == header.get("invoice_discount_value", 0)


def test_yen_have_no_decimals_and_dinars_three() -> None:
    yen = trading.order(item("TENTH", 3, 1234), invoice_discount_value=D(463), currency_code=currency("JPY"))
    dinars = trading.order(
        item("BOOK", 7, "1.235", line_discount_amount=D("0.105")), item("BOOK", "2.5", "0.333"),
        invoice_discount_value=D("0.187"), currency_code=currency("KWD"),
    )  # fmt: skip

    assert (yen.amount, yen.amount_including_vat, yen.currency_factor) == (3239, 3563, D("188.35"))
    assert [line.amount for line in lines_of(dinars)] == [D("8.370"), D("0.816")]
    assert (dinars.amount, dinars.amount_including_vat) == (D("9.186"), D("9.645"))


def test_two_rates_share_the_invoice_discount_of_an_order_in_euros() -> None:
    order = trading.order(
        item(price="199.99"), resource("7.5", "85.00", line_discount_amount=D("12.50")), item("BOOK", 4, "3.33"),
        whose="CONTOSO", invoice_discount_value=D("1.00"),
    )  # fmt: skip

    assert (order.amount, order.amount_including_vat) == (D("837.31"), D("1002.78"))
    assert [line.inv_discount_amount for line in lines_of(order)] == [D("0.24"), D("0.74"), D("0.02")]
    assert lines_of(order)[0].outstanding_amount_lcy == D("206.03")  # 239.70 / 1.1634


def test_what_is_open_of_a_new_order_is_all_of_it() -> None:
    line = lines_of(trading.order(item(quantity=3, price="10.00")))[0]

    assert (line.outstanding_quantity, line.qty_to_ship, line.qty_to_invoice) == (3, 3, 3)
    assert (line.outstanding_amount, line.outstanding_amount_lcy, line.shipped_not_invoiced) == (36, 36, 0)
    assert (line.line_amount, line.vat_identifier, line.vat_percent) == (30, "VAT20", 20)
