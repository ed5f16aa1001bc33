"""Worked totals: what Sales shows of an order, and what the order comes to here, to the smallest unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import Currency, GLAccount, Item, VatPostingSetup, VatProductPostingGroup
from tests.integration.flows.desk import Desk, desk, freight_account, lines_of, write_in_product

__all__ = ["desk"]
D = Decimal
ONE, THOUSANDTH = D(1), D("0.001")


@dataclass(frozen=True)
class Example:
    """``lines`` as a salesperson enters them, ``shown``: what Sales shows before freight; ``parts``: line amount,
    invoice discount, amount and VAT of each line here; ``total``: amount, VAT, with VAT."""

    lines: tuple[Mapping[str, Any], ...]
    shown: str
    parts: str
    total: str
    header: Mapping[str, Any] = field(default_factory=dict)
    places: int = 2


def line(product: str, quantity: Any, price: Any, **more: Any) -> Mapping[str, Any]:
    return {"product": product, "quantity": quantity, "price": price, **more}


EXAMPLES = {
    "plain": Example((line("DESK", 3, "64.99"),), "194.97", "194.97 0 194.97 38.99", "194.97 38.99 233.96"),
    "volume and manual discount": Example(
        (line("DESK", 12, "19.95", volumediscountamount="1.50", manualdiscountamount=5),),
        "216.40", "216.40 0 216.40 43.28", "216.40 43.28 259.68",
    ),
    "header by per cent and amount": Example(
        (line("DESK", 1, "10.01"),) * 3, "25.03",
        "10.01 1.67 8.34 1.67, 10.01 1.66 8.35 1.67, 10.01 1.67 8.34 1.67", "25.03 5.01 30.04",
        {"discountpercentage": D(10), "discountamount": D(2)},
    ),
    "freight": Example(
        (line("DESK", 2, 149),), "283.10", "298.00 14.90 283.10 56.62, 12.50 0 12.50 2.50", "295.60 59.12 354.72",
        {"discountpercentage": D(5), "freightamount": D("12.50")},
    ),
    "yen": Example(
        (line("TENTH", 3, 1234),), "3239", "3702 463 3239 324, 500 0 500 50", "3739 374 4113",
        {"currency": "JPY", "discountpercentage": D("12.5"), "freightamount": D(500), "step": ONE}, 0,
    ),
    "dinar": Example(
        (line("BOOK", 7, "1.235", manualdiscountamount="0.105"), line("BOOK", "2.5", "0.333")), "9.186",
        "8.540 0.170 8.370 0.419, 0.833 0.017 0.816 0.040, 0.750 0 0.750 0.038", "9.936 0.497 10.433",
        {"currency": "KWD", "discountpercentage": D(2), "freightamount": D("0.750"), "step": THOUSANDTH}, 3,
    ),
    "item, resource and write-in": Example(
        (line("DESK", 1, "199.99"), line("FITTER", "7.5", 85, manualdiscountamount="12.50"), line("", 4, "3.33")),
        "837.31", "199.99 0.24 199.75 39.95, 625.00 0.74 624.26 124.85, 13.32 0.02 13.30 0.67",
        "837.31 165.47 1002.78", {"currency": "EUR", "discountamount": D(1)},
    ),
    "VAT of the group": Example(
        (line("DESK", 1, "0.33"),) * 3, "0.99", "0.33 0 0.33 0.07, 0.33 0 0.33 0.06, 0.33 0 0.33 0.07",
        "0.99 0.20 1.19",
    ),
    "price includes VAT": Example((line("LAMP", 3, "24.99"),), "74.97", "62.48 0 62.48 12.50", "62.48 12.50 74.98"),
    "fractions": Example(
        (line("DESK", "0.125", "12.34"), line("DESK", 3, "0.3333")), "2.54", "1.54 0 1.54 0.31, 1.00 0 1.00 0.20",
        "2.54 0.51 3.05",
    ),
    "tax typed in Sales": Example(
        (line("DESK", 2, 50, tax=19),), "100.00", "100.00 0 100.00 20.00", "100.00 20.00 120.00", {"currency": "EUR"},
    ),
    "price includes VAT, header discount": Example(
        (line("LAMP", 1, 120),), "108.00", "100.00 10.00 90.00 18.00", "90.00 18.00 108.00",
        {"discountpercentage": D(10)},
    ),
    "a return inside an order": Example(
        (line("DESK", 2, 100), line("DESK", -1, 100, volumediscountamount=10)), "110.00",
        "200.00 0 200.00 40.00, -90.00 0 -90.00 -18.00", "110.00 22.00 132.00",
    ),
    "volume and manual discount of a public report": Example(
        (line("QUARTER", 3, 199, volumediscountamount=5, manualdiscountamount="7.50"),), "574.50",
        "574.50 0 574.50 143.63", "574.50 143.63 718.13",
    ),
    "a discount that no percentage gives": Example(
        (line("QUARTER", 2, 72786, manualdiscountamount="8511.37"),), "137060.63",
        "137060.63 0 137060.63 34265.16", "137060.63 34265.16 171325.79",
    ),
    "discount by per cent of a public report": Example(
        (line("TWENTYTWO", 16, "348.35"),), "5350.66", "5573.60 222.94 5350.66 1177.15", "5350.66 1177.15 6527.81",
        {"discountpercentage": D(4)},
    ),
}  # fmt: skip


@pytest.mark.scenario(
    "CRMIntegrationMgtTest.NotPossibleToCoupleCRMSalesOrderInFCYToNAV",
    "CRMSalesOrderIntegrTest.CRMSalesOrderFCY",
    "CRMSalesOrderIntegrTest.CRMSalesOrderManualDiscInLine",
    "CRMSalesOrderIntegrTest.CRMSalesOrderVolumeDiscInLine",
    "CRMSalesOrderIntegrTest.CRMSalesOrderManualAndVolumeDiscInLine",
    "CRMSalesOrderIntegrTest.CRMSalesOrderAmountDiscInHeader",
    "CRMSalesOrderIntegrTest.CRMSalesOrderFreightInHeader",
    "CRMSalesOrderIntegrTest.SalesOrderWithItemPriceIncludesVAT",
)
def test_an_order_comes_to_what_sales_shows(desk: Desk) -> None:
    freight_account()
    Item.objects.filter(no="LAMP").update(price_includes_vat=True)
    write_in_product(vat="REDUCED")
    for no, rate in (("QUARTER", 25), ("TWENTYTWO", 22)):
        desk.sell(no, rate)
    GLAccount.objects.update(vat_prod_posting_group=VatProductPostingGroup.objects.get(code="STANDARD"))
    orders = {name: desk.order(*_lines(desk, each), **each.header) for name, each in EXAMPLES.items()}
    for order, rate in ((orders["yen"], "TEN"), (orders["dinar"], "REDUCED")):
        # Freight is taxed as the goods of these two.
        GLAccount.objects.update(vat_prod_posting_group=VatProductPostingGroup.objects.get(code=rate))
        assert desk.run(order).failed == 0
    GLAccount.objects.update(vat_prod_posting_group=VatProductPostingGroup.objects.get(code="STANDARD"))

    job = desk.run()

    assert (job.inserted, job.failed) == (len(EXAMPLES) - 2, 0)
    for name, example in EXAMPLES.items():
        made = desk.made(orders[name])
        parts = [
            (x.line_amount, x.inv_discount_amount, x.amount, x.amount_including_vat - x.amount) for x in lines_of(made)
        ]
        assert parts == [tuple(map(D, part.split())) for part in example.parts.split(", ")], name
        total = (made.amount, made.amount_including_vat - made.amount, made.amount_including_vat)
        assert total == tuple(map(D, example.total.split())), name
        assert desk.sales(orders[name], "totalamountlessfreight") == (D(example.shown),), name
    assert Currency.objects.count() == 3
    assert VatPostingSetup.objects.count() == 6


def _lines(desk: Desk, example: Example) -> list[Mapping[str, Any]]:
    return [
        desk.write_in("Crane hire", each["quantity"], each["price"]) if not each["product"] else desk.line(**each)
        for each in example.lines
    ]
