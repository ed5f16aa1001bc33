"""Price lists, money and currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import currency, line, price_list, product, unit_group


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelNeedsPriceLevelIDOnInsert")
def test_a_price_needs_a_price_list(call: Caller) -> None:
    group, unit = unit_group(call)
    body = line("x", product(call, group, unit), unit)
    del body["pricelevelid@odata.bind"]

    answer = call("POST", "productpricelevels", body)

    assert answer.status_code == 400
    assert "pricelevelid" in answer.json()["error"]["message"]


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelMustHaveProductIDOnInsert")
def test_a_price_needs_a_product(call: Caller) -> None:
    _, unit = unit_group(call)
    body = line(price_list(call), "x", unit)
    del body["productid@odata.bind"]

    answer = call("POST", "productpricelevels", body)

    assert answer.status_code == 400
    assert "productid" in answer.json()["error"]["message"]


@pytest.mark.scenario("CRMBusLogicSimulatorTest.ProductPriceLevelMustHaveUniqueProductAndUoMOnInsert")
def test_a_price_list_has_one_price_for_a_product_and_unit(call: Caller) -> None:
    group, unit = unit_group(call)
    row, retail = product(call, group, unit), price_list(call)

    assert call("POST", "productpricelevels", line(retail, row, unit)).status_code == 204
    assert call.refusal("POST", "productpricelevels", line(retail, row, unit, amount=5)) == (400, "0x80043b08")
    assert call("POST", "productpricelevels", line(price_list(call), row, unit)).status_code == 204


def test_a_price_takes_currency_and_names_from_its_list_and_product(call: Caller) -> None:
    group, unit = unit_group(call)
    euro = currency(call, "EUR", 1.25)
    retail = price_list(call, transactioncurrencyid_at_bind=f"/transactioncurrencies({euro})")
    row = product(call, group, unit)

    price = call("POST", "productpricelevels", line(retail, row, unit))

    found = call.get(price.headers["OData-EntityId"])
    assert found["_transactioncurrencyid_value"] == euro
    assert found["productidname"] == "Bicycle"
    assert (found["amount"], found["amount_base"], found["exchangerate"]) == (10, 8, Decimal("1.25"))


def test_a_price_is_for_a_unit_of_the_products_group(call: Caller) -> None:
    group, unit = unit_group(call)
    _, foreign = unit_group(call)
    body = line(price_list(call), product(call, group, unit), foreign)

    assert call.refusal("POST", "productpricelevels", body) == (400, "0x80043b14")


def test_a_retired_product_gets_no_price(call: Caller) -> None:
    group, unit = unit_group(call)
    row = product(call, group, unit)
    for new_state in (0, 1):
        call("PATCH", f"products({row})", {"statecode": new_state})

    assert call.refusal("POST", "productpricelevels", line(price_list(call), row, unit)) == (400, "0x80061009")


def test_a_price_list_has_a_name_of_its_own(call: Caller) -> None:
    name = call.get(f"pricelevels({price_list(call)})")["name"]

    assert call.refusal("POST", "pricelevels", {}) == (400, "0x80043b0e")
    assert call.refusal("POST", "pricelevels", {"name": name.upper()}) == (400, "0x80043b0f")


def test_money_takes_the_base_currency_and_repeats_itself_in_it(call: Caller) -> None:
    base = call.rows("organizations")[0]["_basecurrencyid_value"]

    account = call.get(f"accounts({call.create('accounts', name='Adatum', creditlimit=12.5)})")

    assert account["_transactioncurrencyid_value"] == base
    assert (account["creditlimit_base"], account["exchangerate"]) == (Decimal("12.5"), 1)


def test_the_rate_is_the_one_of_the_moment_money_is_written(call: Caller) -> None:
    dollar = currency(call, "USD", 1.5)
    bind = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({dollar})"}
    account = call("POST", "accounts", {"name": "Adatum", "creditlimit": 30, "revenue": 15, **bind})
    address = account.headers["OData-EntityId"]
    call("PATCH", f"transactioncurrencies({dollar})", {"exchangerate": 3})

    before = call.get(address)
    call("PATCH", address, {"revenue": 16})
    after = call.get(address)

    assert (before["creditlimit_base"], before["exchangerate"]) == (20, Decimal("1.5"))
    assert (after["creditlimit_base"], after["exchangerate"]) == (10, 3)
    assert after["revenue_base"] == Decimal("5.3333")


def test_another_currency_recalculates_every_amount(call: Caller) -> None:
    krone = currency(call, "DKK", 8)
    row = call.create("accounts", name="Adatum", creditlimit=80)

    call("PATCH", f"accounts({row})", {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({krone})"})

    account = call.get(f"accounts({row})")
    assert (account["creditlimit"], account["creditlimit_base"]) == (80, 10)


def test_money_is_rounded_to_the_decimals_of_its_currency(call: Caller) -> None:
    account = call.get(f"accounts({call.create('accounts', name='Adatum', creditlimit=0.125)})")

    assert account["creditlimit"] == Decimal("0.13")


def test_a_currency_has_an_iso_code_of_its_own(call: Caller) -> None:
    given = {"currencyname": "x", "currencysymbol": "x", "currencyprecision": 2, "exchangerate": 1}

    assert call.refusal("POST", "transactioncurrencies", {**given, "isocurrencycode": "gbp"}) == (400, "0x80048cf3")
    assert call.refusal("POST", "transactioncurrencies", {**given, "isocurrencycode": "X1"}) == (400, "0x80048cf2")
    assert call.refusal("POST", "transactioncurrencies", given) == (400, "0x80040203")
    without_rate = {**given, "isocurrencycode": "NOK", "exchangerate": None}
    assert call.refusal("POST", "transactioncurrencies", without_rate) == (400, "0x80040203")


def test_the_base_currency_stays_as_it_is(call: Caller) -> None:
    base = f"transactioncurrencies({call.rows('organizations')[0]['_basecurrencyid_value']})"

    assert call.refusal("PATCH", base, {"exchangerate": 2}) == (400, "0x80048cf5")
    assert call.refusal("PATCH", base, {"statecode": 1}) == (400, "0x80048cf4")
    assert call.refusal("DELETE", base) == (400, "0x80048cff")


def test_a_product_family_has_no_price(call: Caller) -> None:
    _, unit = unit_group(call)
    family = call.create("products", name="Bicycles", productnumber="FAMILY-1", productstructure=2)

    refusal = call.refusal("POST", "productpricelevels", line(price_list(call), family, unit))

    assert refusal == (400, "0x8004f902")
