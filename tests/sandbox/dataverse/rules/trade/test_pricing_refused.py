"""What the calculation of prices refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import LINES, currency, document, on_sale, price_list, product, unit_group

LINE = ("priceperunit", "baseamount", "extendedamount")
TOTALS = ("totallineitemamount", "totalamountlessfreight", "totaltax", "totalamount")
documents = pytest.mark.parametrize("kind", list(LINES))


@pytest.mark.parametrize(("kind", "code"), [
    ("opportunities", "0x80048cf6"), ("quotes", "0x80048cee"), ("salesorders", "0x80048ced"),
    ("invoices", "0x80048cef"),
])  # fmt: skip
def test_a_document_is_in_the_currency_of_its_price_list(call: Caller, kind: str, code: str) -> None:
    (krone,) = call.rows("transactioncurrencies?$filter=isocurrencycode eq 'SEK'") or [
        {"transactioncurrencyid": currency(call, "SEK", 12)}
    ]
    foreign = price_list(
        call, transactioncurrencyid_at_bind=f"/transactioncurrencies({krone['transactioncurrencyid']})"
    )
    body = {"name": "Bicycles", "pricelevelid@odata.bind": f"/pricelevels({foreign})"}

    assert call.refusal("POST", kind, body) == (400, code)
    deal = document(call, kind, price_list(call))
    assert deal.refused(pricelevelid_at_bind=f"/pricelevels({foreign})") == code


def test_the_currency_of_a_quote_with_lines_stays(call: Caller) -> None:
    real = currency(call, "BRL", 6)
    quote = document(call, "quotes")
    bind = f"/transactioncurrencies({real})"
    assert quote.change(transactioncurrencyid_at_bind=bind).status_code == 204
    quote.add(productdescription="Bicycle", priceperunit=6)

    base = call.rows("organizations")[0]["_basecurrencyid_value"]

    assert quote.refused(transactioncurrencyid_at_bind=f"/transactioncurrencies({base})") == "0x8004480e"


def test_a_rate_does_not_carry_an_amount_beyond_its_base_column(call: Caller) -> None:
    dear = currency(call, "KWD", 0.001)
    bound = {"transactioncurrencyid_at_bind": f"/transactioncurrencies({dear})"}
    order = document(call, "salesorders", **bound)

    assert order.refuse_line(productdescription="Ships", priceperunit=900_000_000_000_000) == "0x80048cec"
    assert order.refuse_line(productdescription="Ships", priceperunit=-900_000_000_000_000) == "0x80048ceb"


def test_amounts_that_no_column_holds_are_refused(call: Caller) -> None:
    order = document(call, "salesorders")

    assert order.refuse_line(productdescription="Ships", quantity=1000, priceperunit=10**14) == "0x80044330"
    order.add(productdescription="Ships", priceperunit=9 * 10**14)
    assert order.refuse_line(productdescription="Ships", priceperunit=9 * 10**14) == "0x80044330"
    assert order.row()["totalamount"] == 9 * 10**14


def test_a_price_list_that_is_a_products_default_stays_active(call: Caller) -> None:
    retail = price_list(call)
    bicycle, _ = on_sale(call, pricelevelid_at_bind=f"/pricelevels({retail})")

    assert call.refusal("PATCH", f"pricelevels({retail})", {"statecode": 1}) == (400, "0x80043b04")
    call("PATCH", f"products({bicycle})", {"pricelevelid@odata.bind": None})
    assert call("PATCH", f"pricelevels({retail})", {"statecode": 1}).status_code == 204


@documents
def test_a_line_names_a_product_or_describes_one(call: Caller, kind: str) -> None:
    bicycle, unit = on_sale(call)
    deal = document(call, kind)

    assert deal.refuse_line(bicycle, unit, productdescription="A bicycle") == "0x80043afb"
    assert deal.refuse_line("", unit, productdescription="A bicycle") == "0x80043afa"
    assert deal.refuse_line(bicycle) == "0x80043b0d"


def test_only_active_products_are_sold(call: Caller) -> None:
    group, unit = unit_group(call)
    draft = product(call, group, unit)
    quote = document(call, "quotes")

    assert quote.refuse_line(draft, unit) == "0x8004f908"
    call("PATCH", f"products({draft})", {"statecode": 0})
    row = quote.add(draft, unit)
    call("PATCH", f"products({draft})", {"statecode": 1})
    assert quote.refuse_line(draft, unit) == "0x8004f908"
    assert call("PATCH", f"quotedetails({row})", {"description": "The last one"}).status_code == 204


def test_a_product_is_sold_in_its_own_units_and_decimals(call: Caller) -> None:
    bicycle, unit = on_sale(call, quantitydecimal=1)
    _, foreign = unit_group(call)
    quote = document(call, "quotes")

    assert quote.refuse_line(bicycle, foreign) == "0x80043b14"
    assert quote.refuse_line(bicycle, unit, quantity=1.25) == "0x80043b07"
    assert quote.line(quote.add(bicycle, unit, quantity=1.5))["quantity"] == Decimal("1.5")
