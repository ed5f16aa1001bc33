"""Currencies by ISO code, what they are worth in the base currency of Sales, and the local currency there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.sync.run import Counters
from integration.sync.special.money import rates
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard
from tests.sync.entity_rules.money.rates import rate, without_the_pound

CURRENCY, CUSTOMER, ITEM = "CURRENCY", "CUSTOMER", "ITEM-PRODUCT"


# --- currencies ----------------------------------------------------------------------------------------------


def test_a_new_currency_arrives_with_its_rate_symbol_and_name(cronus: Cronus) -> None:
    [euro] = cronus.make(CURRENCY, cronus.currency("EUR", "1.25", description="Euro", symbol="€"))
    row = cronus.crm.values("transactioncurrency", euro)
    assert (row["isocurrencycode"], row["currencyname"], row["currencysymbol"]) == ("EUR", "Euro", "€")
    assert row["exchangerate"] == Decimal("1.25")


def test_a_currency_without_a_symbol_has_its_iso_code_as_symbol(cronus: Cronus) -> None:
    [krone] = cronus.make(CURRENCY, cronus.currency("DKK", "8.7"))
    assert cronus.crm.values("transactioncurrency", krone)["currencysymbol"] == "DKK"


@pytest.mark.scenario("CRMSynchHelperTest.TestGetCRMCurrencyDefaultPrecision")
def test_a_new_currency_has_the_decimals_that_the_organization_sets(cronus: Cronus) -> None:
    cronus.crm.edit("organization", cronus.organization, currencydecimalprecision=3)
    [dinar] = cronus.make(CURRENCY, cronus.currency("BHD", "0.5"))
    assert cronus.crm.values("transactioncurrency", dinar)["currencyprecision"] == 3


@pytest.mark.parametrize(("code", "smallest", "decimals"), [("JPY", "1", 0), ("KWD", "0.001", 3), ("EUR", "0.01", 2)])
def test_a_new_currency_has_as_many_decimals_as_its_smallest_unit(
    cronus: Cronus, code: str, smallest: str, decimals: int
) -> None:
    [row] = cronus.make(CURRENCY, cronus.currency(code, "2", amount_rounding_precision=Decimal(smallest)))
    assert cronus.crm.values("transactioncurrency", row)["currencyprecision"] == decimals


def test_a_currency_is_found_by_its_iso_code_whatever_its_name(cronus: Cronus) -> None:
    there = cronus.crm.add("transactioncurrency", isocurrencycode="EUR", currencyname="Gemeinschaftswährung")
    euro = cronus.currency("EURO", "1.25", iso_code="EUR")
    cronus.run(TO_CRM, standard(CURRENCY), create=True)
    assert cronus.pair(euro, standard(CURRENCY)).crm_id == there
    assert rate(cronus, "EUR") == Decimal("1.25")


def test_a_new_rate_arrives(cronus: Cronus) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.make(CURRENCY, euro)
    cronus.erp.edit("currency", euro, exchange_rate=Decimal("1.2"))
    assert cronus.run(TO_CRM, standard(CURRENCY)) == Counters(modified=1)
    assert rate(cronus, "EUR") == Decimal("1.2")


def test_a_currency_without_a_rate_fails_and_asks_for_one(cronus: Cronus) -> None:
    cronus.currency("EUR", "0")
    assert cronus.run(TO_CRM, standard(CURRENCY), create=True) == Counters(failed=1)
    assert "EUR has no exchange rate" in cronus.messages()


def test_a_currency_without_an_iso_code_is_left_out(cronus: Cronus) -> None:
    cronus.currency("TOKEN", "2", iso_code="")
    assert cronus.run(TO_CRM, standard(CURRENCY), create=True) == Counters(skipped=1)
    assert cronus.reasons() == ["The currency has no ISO code."]


# --- another base currency -----------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchHelperTest.TestGetFCYtoFCYExchangeRate")
def test_a_currency_is_valued_in_the_foreign_base_currency_of_sales(cronus: Cronus) -> None:
    """A dollar is worth 12 pounds and a krone 3: four kroner for one dollar."""
    without_the_pound(cronus)
    cronus.currency("USD", str(Decimal(1) / 12)[:12])
    cronus.make(CURRENCY, cronus.currency("DKK", str(Decimal(1) / 3)[:12]))
    assert round(rate(cronus, "DKK"), 8) == Decimal(4)


@pytest.mark.scenario("CRMSynchHelperTest.TestGetFCYtoLCYExchangeRate")
def test_the_local_currency_is_made_with_what_the_base_currency_is_worth_in_it(cronus: Cronus) -> None:
    without_the_pound(cronus)
    cronus.currency("USD", str(Decimal(1) / 12)[:12])
    cronus.make(CUSTOMER, cronus.customer("Adatum", "C10"))
    assert round(rate(cronus, "GBP"), 7) == Decimal(12)


def test_a_base_currency_that_business_central_does_not_know_stops_the_run(cronus: Cronus) -> None:
    without_the_pound(cronus)
    cronus.currency("DKK", "8.7")
    with pytest.raises(rates.BaseCurrencyUnknown, match="USD is the base currency"):
        cronus.run(TO_CRM, standard(CURRENCY), create=True)
    assert "DKK" not in [row["isocurrencycode"] for row in cronus.all("transactioncurrency")]


# --- the local currency --------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSynchHelperTest.TestFindNAVLocalCurrencyInCRMCreate")
def test_a_local_currency_that_sales_does_not_have_is_made_once_from_its_code(cronus: Cronus) -> None:
    cronus.crm.remove("transactioncurrency", cronus.gbp)
    cronus.crm.edit("organization", cronus.organization, basecurrencyid=None, currencydecimalprecision=4)
    cronus.make(CUSTOMER, cronus.customer("Adatum", "C10"), cronus.customer("Fabrikam", "C20"))
    cronus.make(ITEM, cronus.item("1000", "Bicycle"))
    [made] = cronus.all("transactioncurrency")
    assert [made[name] for name in ("isocurrencycode", "currencysymbol", "currencyname")] == ["GBP", "GBP", "GBP"]
    assert (made["currencyprecision"], made["exchangerate"]) == (4, Decimal(1))


def test_a_dry_run_does_not_make_the_local_currency(cronus: Cronus) -> None:
    cronus.crm.remove("transactioncurrency", cronus.gbp)
    cronus.crm.edit("organization", cronus.organization, basecurrencyid=None)
    cronus.customer("Adatum", "C10")
    assert len(cronus.plan(TO_CRM, standard(CUSTOMER), create=True)) == 1
    assert cronus.crm.ids("transactioncurrency") == []


def test_an_account_in_the_local_currency_becomes_a_customer_with_a_blank_currency(cronus: Cronus) -> None:
    adatum = cronus.account("Adatum", transactioncurrencyid=Ref("transactioncurrency", cronus.gbp))
    cronus.run(TO_ERP, standard(CUSTOMER), create=True)
    assert cronus.erp_twin(CUSTOMER, adatum)["currency_code"] is None


def test_a_customer_in_a_currency_that_is_not_coupled_waits_for_it(cronus: Cronus) -> None:
    euro = cronus.currency("EUR", "1.25")
    cronus.customer("Adatum", "C10", currency_code=Ref("currency", euro))
    assert cronus.run(TO_CRM, standard(CUSTOMER), create=True) == Counters(failed=1)
    assert "EUR" in cronus.messages()
    cronus.make(CURRENCY, euro)
    assert cronus.run(TO_CRM, standard(CUSTOMER)) == Counters(inserted=1)


def test_an_account_in_a_currency_that_is_not_coupled_fails_in_business_central(cronus: Cronus) -> None:
    krone = cronus.crm.add("transactioncurrency", isocurrencycode="DKK", currencyname="Krone")
    cronus.account("Adatum", transactioncurrencyid=Ref("transactioncurrency", krone))
    assert cronus.run(TO_ERP, changed(CUSTOMER, only_coupled=False)) == Counters(failed=1)
    assert "DKK" in cronus.messages()
