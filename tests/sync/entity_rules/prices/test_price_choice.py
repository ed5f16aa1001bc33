"""Which of many prices is the one line on a price list: the rule as a table, and what holds for any prices."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.special.prices.choice import Price, choose, unfit

TODAY = dt.date(2026, 6, 15)
PAST, LATER, TOMORROW = dt.date(2025, 12, 31), dt.date(2027, 1, 1), dt.date(2026, 6, 16)
YEAR = dt.date(2026, 1, 1)


def price(amount: str, **more: object) -> Price:
    return Price(uuid.uuid4(), Decimal(amount), **more)  # type: ignore[arg-type]


FROM_TEN = price("80", minimum=Decimal(10))
CASES = {
    "one price": ([price("100")], "100"),
    "one for everybody, one from ten pieces": ([price("100"), FROM_TEN], "100"),
    "only from ten pieces": ([FROM_TEN], None),
    "from the first piece on": ([price("90", minimum=Decimal(1))], "90"),
    "until last year, and from this year": ([price("50", ending=PAST), price("60", starting=YEAR)], "60"),
    "only expired": ([price("50", ending=PAST)], None),
    "only from next year on": ([price("70", starting=LATER)], None),
    "started today": ([price("70", starting=TODAY)], "70"),
    "ends today": ([price("70", ending=TODAY)], "70"),
    "starts tomorrow": ([price("60"), price("70", starting=TOMORROW)], "60"),
    "the one that started last": ([price("60"), price("70", starting=YEAR), price("65", starting=PAST)], "70"),
    "started on one day": ([price("70", starting=YEAR), price("65", starting=YEAR)], "65"),
    "base unit, blank and box": ([price("10"), price("80", unit="BOX"), price("11")], "10"),
    "only box": ([price("80", unit="BOX")], None),
    "a variant": ([price("9", variant="RED"), price("10")], "10"),
    "another currency": ([price("9", currency="EUR"), price("10")], "10"),
    "no price at all": ([], None),
}


@pytest.mark.parametrize(("prices", "line"), CASES.values(), ids=CASES.keys())
def test_the_line_of_a_price_list_is(prices: list[Any], line: str | None) -> None:
    winner = choose(prices, TODAY).winner
    amounts = {one.id: one.amount for one in prices}
    assert (amounts[winner] if winner else None) == (Decimal(line) if line else None)


def test_each_price_that_is_left_out_says_why() -> None:
    left_out = {
        "It is a price for the unit BOX": price("80", unit="BOX"),
        "It is a price of the variant RED": price("8", variant="RED"),
        "It is a price in EUR": price("8", currency="EUR"),
        "It applies from 10 pieces": FROM_TEN,
        "It applied until 2025-12-31.": price("8", ending=PAST),
        "It applies from 2027-01-01 on": price("8", starting=LATER),
        "Another price of this group applies to the item: 7.5 from 2026-01-01 on.": price("8"),
    }
    reasons = choose([price("7.50", starting=YEAR), *left_out.values()], TODAY).reasons
    for words, one in left_out.items():
        assert reasons[one.id].startswith(words)


DAYS = st.none() | st.dates(dt.date(2026, 6, 10), dt.date(2026, 6, 20))
PRICES = st.lists(
    st.builds(
        Price,
        st.uuids(),
        st.decimals(0, 99, places=2),
        unit=st.sampled_from(["", "", "BOX"]),
        minimum=st.sampled_from([Decimal(0), Decimal(1), Decimal(10)]),
        starting=DAYS,
        ending=DAYS,
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(PRICES, st.dates(dt.date(2026, 6, 10), dt.date(2026, 6, 20)), st.randoms())
def test_every_price_but_the_winner_has_a_reason_and_their_order_does_not_matter(
    prices: list[Price], today: dt.date, random: Random
) -> None:
    choice = choose(prices, today)
    shuffled = list(prices)
    random.shuffle(shuffled)
    assert choose(shuffled, today) == choice
    assert choice.reasons.keys() | ({choice.winner} - {None}) == {one.id for one in prices}
    assert choice.winner not in choice.reasons


@given(PRICES, st.dates(dt.date(2026, 6, 10), dt.date(2026, 6, 20)))
def test_there_is_a_line_exactly_when_a_price_fits_today_and_none_that_fits_started_later(
    prices: list[Price], today: dt.date
) -> None:
    fitting = {one.id: one for one in prices if not unfit(one, today)}
    winner = choose(prices, today).winner
    assert (winner is None) == (not fitting)
    if winner is not None:
        latest = max(one.starting or dt.date.min for one in fitting.values())
        assert (fitting[winner].starting or dt.date.min) == latest
