"""Which currency has a row in Sales, and how rates follow: ahead of their day, with the base currency, by ISO code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sync.run import Counters, Scope
from integration.systems.values import Ref
from tests.sync.entity_rules.cronus import TO_CRM, Cronus, standard
from tests.sync.entity_rules.money.rates import rate, without_the_pound

CURRENCY, CUSTOMER = "CURRENCY", "CUSTOMER"


def go(cronus: Cronus, **more: Any) -> Counters:
    return cronus.run(TO_CRM, standard(CURRENCY), **more)


# --- one row for a code ------------------------------------------------------------------------------------------


def test_of_two_currencies_with_one_iso_code_the_one_of_that_name_goes_and_the_other_says_why(cronus: Cronus) -> None:
    cronus.currency("EMU", "1.3", iso_code="EUR")
    euro = cronus.currency("EUR", "1.25")
    for _ in range(3):
        go(cronus, create=True, scope=Scope.EVERYTHING)
        assert cronus.journal.failures == []
        assert len(cronus.reasons()) == 1
        assert cronus.reasons()[0].startswith("Currency EUR has the ISO code EUR too")
    assert cronus.is_coupled(CURRENCY, euro)
    assert rate(cronus, "EUR") == Decimal("1.25")


def test_a_currency_that_is_coupled_keeps_its_row_when_another_one_gets_the_same_code(cronus: Cronus) -> None:
    emu = cronus.currency("EMU", "1.3", iso_code="EUR")
    cronus.make(CURRENCY, emu)
    euro = cronus.currency("EUR", "1.25")
    assert go(cronus, create=True) == Counters(skipped=1)
    assert (cronus.is_coupled(CURRENCY, emu), cronus.is_coupled(CURRENCY, euro)) == (True, False)


def test_when_the_currency_that_held_the_row_is_deleted_the_other_one_takes_it_over(cronus: Cronus) -> None:
    emu = cronus.currency("EMU", "1.3", iso_code="EUR")
    [row] = cronus.make(CURRENCY, emu)
    euro = cronus.currency("EUR", "1.25")
    go(cronus, create=True)
    cronus.erp.remove("currency", emu)
    go(cronus, create=True)
    assert cronus.journal.failures == []
    assert cronus.pair(euro, standard(CURRENCY)).crm_id == row
    assert rate(cronus, "EUR") == Decimal("1.25")


def test_a_changed_iso_code_fails_with_name_and_way_out_and_the_other_fields_go_on(cronus: Cronus) -> None:
    euro = cronus.currency("EUR", "1.25", description="Euro")
    [row] = cronus.make(CURRENCY, euro)
    cronus.erp.edit("currency", euro, iso_code="USD", description="Dollar", exchange_rate=Decimal("1.6"))
    for _ in range(3):
        assert go(cronus).failed == 1
        assert cronus.pair(euro, standard(CURRENCY)).skipped is False
    assert "ISO Code" in cronus.messages()
    assert "Change it back to EUR" in cronus.messages()
    there = cronus.crm.values("transactioncurrency", row)
    assert (there["isocurrencycode"], there["currencyname"], there["exchangerate"]) == (
        "EUR",
        "Dollar",
        Decimal("1.25"),
    )
    cronus.erp.edit("currency", euro, iso_code="EUR", exchange_rate=Decimal("1.2"))
    assert go(cronus) == Counters(modified=1)
    assert rate(cronus, "EUR") == Decimal("1.2")


# --- rates of a foreign base currency ----------------------------------------------------------------------------


@pytest.fixture
def in_dollars(cronus: Cronus) -> tuple[Any, ...]:
    """Sales counts in dollars: two for a pound at first, and one euro for a pound."""
    without_the_pound(cronus)
    dollar, euro = cronus.currency("USD", "2"), cronus.currency("EUR", "1")
    cronus.make(CUSTOMER, cronus.customer("Adatum", "C10"))
    go(cronus, create=True)
    assert (rate(cronus, "USD"), rate(cronus, "EUR"), rate(cronus, "GBP")) == (1, Decimal("0.5"), Decimal("0.5"))
    return cronus, dollar, euro


def test_when_the_base_currency_gets_a_new_rate_all_others_follow_in_the_scheduled_pass(
    in_dollars: tuple[Any, ...],
) -> None:
    cronus, dollar, _ = in_dollars
    cronus.erp.edit("currency", dollar, exchange_rate=Decimal("1.6"))
    go(cronus)
    assert (rate(cronus, "USD"), rate(cronus, "EUR"), rate(cronus, "GBP")) == (1, Decimal("0.625"), Decimal("0.625"))
    assert cronus.journal.failures == []


def test_a_full_run_mends_a_rate_that_was_left_behind(in_dollars: tuple[Any, ...]) -> None:
    cronus, _, _ = in_dollars
    for code in ("EUR", "GBP"):
        row = next(
            i
            for i in cronus.crm.ids("transactioncurrency")
            if cronus.crm.values("transactioncurrency", i)["isocurrencycode"] == code
        )
        cronus.crm.edit("transactioncurrency", row, exchangerate=Decimal("0.96"))
    go(cronus, scope=Scope.EVERYTHING)
    assert (rate(cronus, "EUR"), rate(cronus, "GBP")) == (Decimal("0.5"), Decimal("0.5"))


def test_a_second_pass_after_a_new_rate_of_the_base_currency_writes_nothing(in_dollars: tuple[Any, ...]) -> None:
    cronus, dollar, _ = in_dollars
    cronus.erp.edit("currency", dollar, exchange_rate=Decimal("1.6"))
    go(cronus)
    before = len(cronus.crm.log)
    assert go(cronus, scope=Scope.EVERYTHING) == Counters(unchanged=2)
    assert [call.verb for call in cronus.crm.log[before:] if call.verb in ("insert", "update", "delete")] == []


def test_a_currency_that_only_refers_to_a_new_rate_of_another_one_is_left_alone(in_dollars: tuple[Any, ...]) -> None:
    cronus, _, euro = in_dollars
    cronus.erp.edit("currency", euro, exchange_rate=Decimal("1.1"))
    assert go(cronus) == Counters(modified=1)
    assert rate(cronus, "GBP") == Decimal("0.5")
    assert cronus.crm.values("organization", cronus.organization)["basecurrencyid"] == Ref(
        "transactioncurrency",
        next(
            i
            for i in cronus.crm.ids("transactioncurrency")
            if cronus.crm.values("transactioncurrency", i)["isocurrencycode"] == "USD"
        ),
    )
