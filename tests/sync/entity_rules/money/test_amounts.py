"""Local amounts in the currency of a row: examples to the cent, and what holds for any rates."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.special.money.amounts import Exchange, Rate, RateMissing, exchange, rates_of
from tests.sync.entity_rules.cronus import Cronus

POUND, YEN, EURO, DOLLAR = (uuid.uuid4() for _ in range(4))
RATES = {
    POUND: Rate("GBP", Decimal(1), 2),
    YEN: Rate("JPY", Decimal("192.3076923077"), 0),
    EURO: Rate("EUR", Decimal("1.1716461629"), 2),
}
IN_DOLLARS = {
    DOLLAR: Rate("USD", Decimal(1), 2),
    POUND: Rate("GBP", Decimal("0.5"), 2),
    EURO: Rate("EUR", Decimal(1), 2),
}


@pytest.mark.parametrize(
    ("rates", "row", "local", "there"),
    [
        (RATES, YEN, "1234.56", "237415"),
        (RATES, EURO, "3000", "3514.94"),
        (RATES, POUND, "1234.56", "1234.56"),
        (RATES, None, "1234.56", "1234.56"),
        (RATES, YEN, "0", "0"),
        (RATES, EURO, "-3000", "-3514.94"),
        (IN_DOLLARS, DOLLAR, "100", "200.00"),
        (IN_DOLLARS, POUND, "100", "100"),
        (IN_DOLLARS, EURO, "0.01", "0.02"),
    ],
)
def test_a_local_amount_is_there_and_back_to_the_cent(
    rates: dict[Any, Any], row: UUID | None, local: str, there: str
) -> None:
    between = exchange(rates, POUND, row)
    assert between.to_row(Decimal(local)) == Decimal(there)
    assert between.to_local(Decimal(there)) == Decimal(local)
    assert between.equal(Decimal(local), Decimal(there))


def test_a_column_with_decimals_of_its_own_keeps_those() -> None:
    assert exchange(RATES, POUND, EURO, 4).to_row(Decimal(3000)) == Decimal("3514.9385")


def test_amounts_of_a_coarse_currency_are_equal_to_what_they_were_made_of_and_to_nothing_else() -> None:
    yen = exchange(RATES, POUND, YEN)
    assert yen.equal(Decimal("1234.56"), Decimal(237415))
    assert not yen.equal(Decimal("1234.57"), Decimal(237415))
    assert not yen.equal(Decimal("1234.56"), Decimal(1235))


@pytest.mark.parametrize(
    ("rates", "row", "words"),
    [
        (RATES, uuid.uuid4(), "is not in Dynamics 365 Sales"),
        ({**RATES, YEN: Rate("JPY", Decimal(0), 0)}, YEN, "JPY has no exchange rate"),
        ({EURO: RATES[EURO]}, EURO, "is not in Dynamics 365 Sales"),
    ],
)
def test_an_amount_without_a_rate_says_which_currency_has_none(rates: dict[Any, Any], row: UUID, words: str) -> None:
    with pytest.raises(RateMissing, match=words):
        exchange(rates, POUND, row)


def test_the_rates_of_sales_are_read_with_their_decimals(cronus: Cronus) -> None:
    yen = cronus.crm.add(
        "transactioncurrency", isocurrencycode="JPY", exchangerate=Decimal("192.3076923077"), currencyprecision=0
    )
    bare = cronus.crm.add("transactioncurrency", isocurrencycode="XAU")
    found = rates_of(cronus.crm)
    assert found[yen] == RATES[YEN]
    assert found[cronus.gbp] == Rate("GBP", Decimal(1), 2)
    assert found[bare].units == 0


UNITS = st.decimals(Decimal("0.0001"), Decimal(100_000), places=10)
RATE = st.builds(Rate, st.just("XXX"), UNITS, st.integers(0, 4))
AMOUNTS = st.decimals(Decimal(-10_000_000), Decimal(10_000_000), places=2)
EXCHANGES = st.builds(lambda local, row: Exchange(local, row, row.decimals), RATE, RATE)


@given(EXCHANGES, AMOUNTS)
def test_what_was_carried_there_is_equal_to_where_it_came_from(between: Exchange, amount: Decimal) -> None:
    assert between.equal(amount, between.to_row(amount))
    row = between.to_row(amount)
    assert between.equal(between.to_local(row), row)


@given(EXCHANGES, AMOUNTS)
def test_there_and_back_and_there_again_changes_nothing(between: Exchange, amount: Decimal) -> None:
    """Whichever currency is the coarser: two passes after each other come to rest."""
    once = between.to_row(amount)
    twice = between.to_row(between.to_local(once))
    assert between.to_row(between.to_local(twice)) == twice
    assert between.equal(amount, once)


@given(EXCHANGES, AMOUNTS)
def test_an_amount_is_off_by_half_a_unit_of_the_last_decimal_at_most(between: Exchange, amount: Decimal) -> None:
    exact = amount * between.row.units / between.local.units
    assert abs(between.to_row(amount) - exact) <= Decimal(5).scaleb(-between.decimals - 1) + Decimal("1e-12")


@given(RATE, AMOUNTS)
def test_an_amount_in_the_local_currency_is_the_amount_itself(rate: Rate, amount: Decimal) -> None:
    between = Exchange(rate, rate, 2)
    assert (between.to_row(amount), between.to_local(amount)) == (amount, amount)


@given(EXCHANGES, AMOUNTS, AMOUNTS)
def test_the_larger_amount_stays_the_larger_one(between: Exchange, one: Decimal, other: Decimal) -> None:
    if one <= other:
        assert between.to_row(one) <= between.to_row(other)
