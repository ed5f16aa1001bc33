"""What lines and documents cost, as the organization works it out itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.trade import LINES, amounts, currency, document, line, on_sale, price_list

LINE = ("priceperunit", "baseamount", "extendedamount")
TOTALS = ("totallineitemamount", "totalamountlessfreight", "totaltax", "totalamount")
documents = pytest.mark.parametrize("kind", list(LINES))


@documents
def test_a_line_costs_what_the_price_list_of_its_document_says(call: Caller, kind: str) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    deal = document(call, kind, retail)

    row = deal.line(deal.add(bicycle, unit, quantity=2, priceperunit=1))

    assert amounts(row, *LINE) == (4000, 8000, 8000)
    assert (row["isproductoverridden"], row["productname"], row["pricingerrorcode"]) == (False, "Bicycle", 0)
    assert amounts(deal.row(), *TOTALS) == (8000, 8000, 0, 8000)


@documents
def test_an_overridden_price_stays_whatever_the_list_says(call: Caller, kind: str) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    deal = document(call, kind, retail)

    row = deal.line(deal.add(bicycle, unit, quantity=3, priceperunit=3500, ispriceoverridden=True))

    assert amounts(row, *LINE) == (3500, 10500, 10500)


@documents
def test_what_is_written_in_costs_what_it_is_given(call: Caller, kind: str) -> None:
    deal = document(call, kind)

    row = deal.line(deal.add(productdescription="Assembly", quantity=1.5, priceperunit=80, tax=24))

    assert row["isproductoverridden"] is True
    assert amounts(row, *LINE) == (80, 120, 144)
    assert amounts(deal.row(), *TOTALS) == (120, 120, 24, 144)


@pytest.mark.scenario("CRMBusLogicSimulatorTest.InvoiceDetailGetsBlankAmountsOnInsert")
@documents
def test_amounts_that_a_client_makes_up_are_replaced(call: Caller, kind: str) -> None:
    deal = document(call, kind)

    row = deal.add(productdescription="Assembly", priceperunit=0, baseamount=1, extendedamount=2)

    assert amounts(deal.line(row), *LINE) == (0, 0, 0)
    call("PATCH", f"{LINES[kind][0]}({row})", {"baseamount": 5, "extendedamount": 6})
    deal.change(totalamount=7, totaltax=8)
    assert amounts(deal.line(row), *LINE) == (0, 0, 0)
    assert amounts(deal.row(), *TOTALS) == (0, 0, 0, 0)


def test_amounts_that_come_with_the_wish_to_skip_the_calculation_are_kept(call: Caller) -> None:
    bill = document(call, "invoices", skippricecalculation=3)
    row = bill.add(productdescription="Assembly", quantity=3, priceperunit=33.33)

    call("PATCH", f"invoicedetails({row})", {"baseamount": 100, "extendedamount": 120, "tax": 20})
    bill.change(totalamount=120, totaltax=20, totalamountlessfreight=100)

    assert amounts(bill.line(row), "baseamount", "extendedamount") == (100, 120)
    assert amounts(bill.row(), "totalamount", "totalamount_base", "totaltax") == (120, 120, 20)


def test_an_organization_with_prices_of_its_own_leaves_amounts_alone(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready, "administrator")
    row = call.rows("organizations")[0]["organizationid"]
    assert call("PATCH", f"organizations({row})", {"oobpricecalculationenabled": False}).status_code == 204

    deal = document(call, "quotes")
    deal.add(productdescription="Assembly", priceperunit=80)
    deal.change(totalamount=75)

    assert deal.row()["totalamount"] == 75


def test_a_discount_may_be_meant_for_each_unit(organization: Callable[..., Sandbox]) -> None:
    call = Caller(organization().ready, "administrator")
    row = call.rows("organizations")[0]["organizationid"]
    call("PATCH", f"organizations({row})", {"discountcalculationmethod": 1})
    deal = document(call, "quotes")

    made = deal.add(productdescription="Bicycles", quantity=4, priceperunit=100, manualdiscountamount=5)

    assert deal.line(made)["extendedamount"] == 380
    assert deal.row()["totallineitemdiscountamount"] == 20


def test_a_line_that_goes_takes_its_amount_along(call: Caller) -> None:
    order = document(call, "salesorders")
    kept = order.add(productdescription="Bicycle", priceperunit=300)
    gone = order.add(productdescription="Bell", priceperunit=20)

    assert call("DELETE", f"salesorderdetails({gone})").status_code == 204

    assert order.row()["totalamount"] == 300
    assert [row["salesorderdetailid"] for row in order.lines()] == [kept]


def test_lines_that_come_in_bulk_are_summed_up(call: Caller) -> None:
    order = document(call, "salesorders")
    kind = "Microsoft.Dynamics.CRM.salesorderdetail"
    targets = [
        {
            "@odata.type": kind,
            "salesorderid@odata.bind": f"/{order.address}",
            "productdescription": f"Part {number}",
            "priceperunit": number,
        }
        for number in range(1, 11)
    ]

    assert call("POST", f"salesorderdetails/{kind.rpartition('.')[0]}.CreateMultiple", {"Targets": targets}).ok

    assert order.row()["totalamount"] == 55
    assert [row["lineitemnumber"] for row in order.lines()] == list(range(1, 11))


def test_lines_that_come_with_their_document_are_summed_up(call: Caller) -> None:
    lines = [{"productdescription": "Bicycle", "priceperunit": 300}, {"productdescription": "Bell", "priceperunit": 20}]
    body = {"name": "Bicycles for Adatum", "freightamount": 5, "quote_details": lines}

    made = call("POST", "quotes?$select=totalamount", body, Prefer="return=representation")

    assert made.json()["totalamount"] == 325


def test_a_change_of_no_interest_to_prices_leaves_what_was_calculated_otherwise(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    quote = document(call, "quotes", retail)
    row = quote.add(bicycle, unit)
    (price,) = call.rows(f"productpricelevels?$filter=_productid_value eq {bicycle}")
    call("PATCH", f"productpricelevels({price['productpricelevelid']})", {"amount": 5000})

    call("PATCH", f"quotedetails({row})", {"description": "In red"})
    quote.change(description="By Friday", discountpercentage=10)

    assert quote.line(row)["priceperunit"] == 4000
    assert quote.row()["totalamount"] == 3600


def test_a_document_whose_totals_stay_as_they_are_is_not_touched(call: Caller) -> None:
    order = document(call, "salesorders")
    row = order.add(productdescription="Bicycle", priceperunit=300)
    before = order.row()["@odata.etag"]

    call("PATCH", f"salesorderdetails({row})", {"description": "In red", "quantity": 1})

    assert order.row()["@odata.etag"] == before


def test_another_price_list_prices_every_line_again(call: Caller) -> None:
    retail, wholesale = price_list(call), price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    call("POST", "productpricelevels", line(wholesale, bicycle, unit, amount=3000))
    quote = document(call, "quotes", retail)
    listed = quote.add(bicycle, unit, quantity=2)
    fixed = quote.add(bicycle, unit, priceperunit=3900, ispriceoverridden=True)

    quote.change(pricelevelid_at_bind=f"/pricelevels({wholesale})")

    assert amounts(quote.line(listed), *LINE) == (3000, 6000, 6000)
    assert quote.line(fixed)["priceperunit"] == 3900
    assert quote.row()["totalamount"] == 9900


def test_locked_prices_stay_when_the_price_list_moves_on(call: Caller) -> None:
    retail = price_list(call)
    bicycle, unit = on_sale(call, 4000, retail)
    order = document(call, "salesorders", retail)
    row = order.add(bicycle, unit)
    order.change(ispricelocked=True)
    (price,) = call.rows(f"productpricelevels?$filter=_productid_value eq {bicycle}")
    call("PATCH", f"productpricelevels({price['productpricelevelid']})", {"amount": 5000})

    call("PATCH", f"salesorderdetails({row})", {"quantity": 2})

    assert amounts(order.line(row), *LINE) == (4000, 8000, 8000)
    assert order.line(row)["salesorderispricelocked"] is True
    order.change(ispricelocked=False)
    call("PATCH", f"salesorderdetails({row})", {"quantity": 3})
    assert order.line(row)["baseamount"] == 15000


def test_an_opportunity_that_is_calculated_expects_its_total(call: Caller) -> None:
    deal = document(call, "opportunities", isrevenuesystemcalculated=True, estimatedvalue=5)
    assert deal.row()["estimatedvalue"] == 0

    deal.add(productdescription="Bicycles", quantity=10, priceperunit=400)

    assert deal.row()["estimatedvalue"] == 4000
    guessed = document(call, "opportunities", estimatedvalue=5)
    guessed.add(productdescription="Bicycles", priceperunit=400)
    assert guessed.row()["estimatedvalue"] == 5


def test_amounts_are_repeated_in_base_currency(call: Caller) -> None:
    yen = currency(call, "JPY", 200)
    order = document(call, "salesorders", transactioncurrencyid_at_bind=f"/transactioncurrencies({yen})")

    row = order.add(productdescription="Bicycle", quantity=2, priceperunit=50000, tax=10000)

    assert amounts(order.line(row), "baseamount_base", "extendedamount_base", "exchangerate") == (500, 550, 200)
    assert amounts(order.row(), "totalamount", "totalamount_base") == (110000, 550)


def test_line_amounts_are_rounded_to_the_decimals_of_their_currency(call: Caller) -> None:
    order = document(call, "salesorders")

    row = order.line(order.add(productdescription="Cable", quantity=0.333, priceperunit=0.55))

    assert amounts(row, *LINE) == (Decimal("0.55"), Decimal("0.18"), Decimal("0.18"))
