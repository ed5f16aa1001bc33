"""Amounts: the decimals they keep, the currency they are in, what they are in base currency."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.rules.money import scaled, to_base
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.store.write_context import Currency
from tests.examples import examples
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused, rolled_back

AMOUNTS = some.decimals("-99999", "99999", places=6)


def half_up(amount: Fraction, places: int) -> Fraction:
    size = Fraction(math.floor(abs(amount) * 10**places + Fraction(1, 2)), 10**places)
    return size if amount >= 0 else -size


@given(AMOUNTS, some.integers(0, 10))
@examples(200)
def test_an_amount_keeps_at_most_four_decimals_and_is_rounded_half_up(amount: Decimal, places: int) -> None:
    assert Fraction(scaled(amount, places), 10_000) == half_up(Fraction(amount), min(places, 4))


@given(some.integers(-(10**14), 10**14), some.decimals("0.0001", "5000", places=8))
@examples(200)
def test_an_amount_in_base_currency_is_divided_by_the_rate(amount: int, rate: Decimal) -> None:
    found = to_base(amount, Currency(rate, 2))

    assert Fraction(found, 10_000) == half_up(Fraction(amount, 10_000) / Fraction(rate), 4)


@pytest.mark.parametrize(("places", "kept"), [(0, "10"), (1, "9.9"), (2, "9.88"), (3, "9.877"), (4, "9.8765")])
def test_the_decimals_of_a_currency_are_those_of_its_amounts(trade: Trade, places: int, kept: str) -> None:
    currency = trade.currency("EUR", 1, places)

    firm = trade.account(creditlimit=9.8765, transactioncurrencyid=currency)

    assert trade.writer.row("account", firm)["creditlimit"] == Decimal(kept)


@pytest.mark.parametrize("places", [0, 2, 4])
def test_prices_have_the_decimals_of_the_organization_whatever_the_currency_has(trade: Trade, places: int) -> None:
    trade.writer.connection.execute("UPDATE organization SET pricingdecimalprecision = ?", (places,))
    currency = trade.currency("JPY", 150, 0)
    prices = trade.price_list(transactioncurrencyid=currency)

    line = trade.price(prices, trade.product(), 1.23456)

    kept = trade.writer.row("productpricelevel", line)["amount"]
    assert kept == {0: Decimal(1), 2: Decimal("1.23"), 4: Decimal("1.2346")}[places]


def test_an_amount_without_a_currency_is_in_base_currency(trade: Trade) -> None:
    with_money, without = trade.account(creditlimit=1000), trade.account("Relecloud")

    row = trade.writer.row("account", with_money)
    assert (row["transactioncurrencyid"], row["exchangerate"]) == (trade.writer.base, 1)
    row = trade.writer.row("account", without)
    assert (row["transactioncurrencyid"], row["exchangerate"]) == (None, None)


def test_the_rate_is_taken_when_an_amount_or_the_currency_is_written_and_at_no_other_time(trade: Trade) -> None:
    writer = trade.writer
    euro = trade.currency("EUR", 2)
    firm = trade.account(creditlimit=100, revenue=40, transactioncurrencyid=euro)
    writer.connection.execute("UPDATE transactioncurrency SET exchangerate = '4' WHERE isocurrencycode = 'EUR'")
    fresh = Writer(writer.organization, writer.connection, writer.user)

    fresh.change("account", firm, telephone1="0121 496 0321")
    assert fresh.row("account", firm)["creditlimit_base"] == 50

    fresh.change("account", firm, revenue=80)
    row = fresh.row("account", firm)
    assert (row["creditlimit_base"], row["revenue_base"], row["exchangerate"]) == (25, 20, 4)


@given(some.lists(some.tuples(some.sampled_from(["creditlimit", "revenue"]), some.decimals("0", "9999", places=2)),
                  min_size=1, max_size=4), some.sampled_from(["0.5", "1.6", "3"]))  # fmt: skip
@examples(30)
def test_every_amount_of_a_row_is_repeated_at_the_rate_the_row_shows(
    in_process: Organization, changes: list[tuple[str, Decimal]], rate: str
) -> None:
    with rolled_back(in_process) as writer:
        trade = Trade(writer)
        firm = trade.account(creditlimit=10, revenue=20)
        writer.change("account", firm, transactioncurrencyid=trade.currency("EUR", float(rate)))
        for name, amount in changes:
            writer.change("account", firm, **{name: amount})

        row = writer.row("account", firm)
        assert row["exchangerate"] == Decimal(rate)
        for name in ("creditlimit", "revenue"):
            assert Fraction(row[f"{name}_base"]) == half_up(Fraction(row[name]) / Fraction(rate), 4)


def test_an_amount_that_is_emptied_is_empty_in_base_currency_too(trade: Trade) -> None:
    firm = trade.account(creditlimit=1000)

    trade.writer.change("account", firm, creditlimit=None)

    row = trade.writer.row("account", firm)
    assert (row["creditlimit"], row["creditlimit_base"]) == (None, None)


def test_a_currency_is_needed_while_there_is_an_amount(trade: Trade) -> None:
    writer = trade.writer
    firm = trade.account(creditlimit=1000)

    with refused("0x80048cfb", "currency cannot be null"):
        writer.change("account", firm, transactioncurrencyid=None)
    with refused("0x80048cfb"):
        writer.change("account", firm, transactioncurrencyid=None, creditlimit=5)

    writer.change("account", firm, transactioncurrencyid=None, creditlimit=None)
    row = writer.row("account", firm)
    assert (row["transactioncurrencyid"], row["exchangerate"], row["creditlimit_base"]) == (None, None, None)


@pytest.mark.parametrize("table", ["opportunity", "quote"])
def test_a_document_always_has_a_currency(writer: Writer, table: str) -> None:
    row = writer.create(table, name="Bicycles")
    assert writer.row(table, row)["transactioncurrencyid"] == writer.base

    with refused("0x80048cfb"):
        writer.change(table, row, transactioncurrencyid=None)


def test_a_currency_that_is_not_there_is_refused_with_or_without_amounts(trade: Trade) -> None:
    for body in ({}, {"creditlimit": 5}):
        with refused("0x80040217", "transactioncurrency With Id", status=404):
            trade.account("Relecloud", transactioncurrencyid=NOBODY, **body)


@pytest.mark.parametrize(
    ("amount", "code"), [(1_000_000_000_000, "0x80048cec"), (-1_000_000_000_000, "0x80048ceb"), (1_000, "")]
)
def test_a_rate_does_not_carry_an_amount_beyond_its_base_column(trade: Trade, amount: int, code: str) -> None:
    currency = trade.currency("ZWL", 0.0001)
    body = {"name": "Bicycles", "actualvalue": amount, "transactioncurrencyid": currency}
    if code:
        with refused(code, "actualvalue_base"):
            trade.writer.create("opportunity", **body)
    else:
        assert trade.writer.row("opportunity", trade.writer.create("opportunity", **body))["actualvalue_base"] == 10**7


def test_every_amount_that_people_write_has_its_twin_in_base_currency() -> None:
    model = load_model()
    without = {
        (table.name, column.name)
        for table in model
        if table.has_currency
        for column in table.money
        if column.name not in table.base_columns
    }

    assert without == set()


# --- currencies themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["EU", "E1R", "€UR", "EURO", "123"])
def test_a_system_currency_has_three_letters(trade: Trade, code: str) -> None:
    with refused("0x80048cf2", code):
        trade.currency(code)


def test_a_currency_of_ones_own_may_have_any_short_code(writer: Writer) -> None:
    row = writer.create(
        "transactioncurrency", isocurrencycode="PTS1", currencyname="Loyalty points", currencysymbol="P",
        currencyprecision=0, exchangerate=100, currencytype=1,
    )  # fmt: skip

    assert writer.row("transactioncurrency", row)["isocurrencycode"] == "PTS1"


@pytest.mark.parametrize("code", ["GBP", "gbp", "Gbp"])
def test_the_code_of_a_currency_is_taken_in_every_spelling(trade: Trade, code: str) -> None:
    with refused("0x80048cf3"):
        trade.currency(code)


def test_the_base_currency_keeps_its_rate_its_state_and_itself(writer: Writer) -> None:
    with refused("0x80048cf5"):
        writer.change("transactioncurrency", writer.base, exchangerate=1.1)
    with refused("0x80048cf4"):
        writer.change("transactioncurrency", writer.base, statecode=1)
    with refused("0x80048cff"):
        writer.delete("transactioncurrency", writer.base)
    writer.change("transactioncurrency", writer.base, exchangerate=1, currencysymbol="GBP")
    assert writer.row("transactioncurrency", writer.base)["currencysymbol"] == "GBP"


@pytest.mark.parametrize("rate", [0, -1, 200_000_000_000])
def test_a_rate_is_above_zero_and_below_a_limit(trade: Trade, rate: float) -> None:
    with refused("0x80044330", "exchangerate"):
        trade.currency("EUR", rate)
    euro = trade.currency("EUR", 1.25)
    with refused("0x80044330"):
        trade.writer.change("transactioncurrency", euro, exchangerate=rate)


@pytest.mark.parametrize("name", ["currencyname", "currencysymbol", "currencyprecision", "exchangerate"])
def test_a_currency_needs_every_one_of_its_columns(writer: Writer, name: str) -> None:
    whole = {
        "isocurrencycode": "EUR", "currencyname": "Euro", "currencysymbol": "€", "currencyprecision": 2,
        "exchangerate": 1.25,
    }  # fmt: skip
    with refused("0x80040203", name):
        writer.create("transactioncurrency", **{key: value for key, value in whole.items() if key != name})
    row = writer.create("transactioncurrency", **whole)
    with refused("0x80040203", name):
        writer.change("transactioncurrency", row, **{name: None})
