"""What is remembered of one field on one side: marks and values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.memory.halves import (
    DECIDED,
    DEFAULT,
    MARKS,
    changed,
    default,
    is_plain,
    is_rounded,
    made_of,
    partnerless,
    plain,
    side_written,
    unread,
    value_of,
)
from integration.systems.values import Side

VALUES = st.text(max_size=12) | st.text(alphabet="".join(sorted(MARKS)) + "1", max_size=4)


@given(VALUES)
def test_a_value_is_the_same_behind_every_mark_that_keeps_one(value: str) -> None:
    assert {value_of(half(value)) for half in (plain, partnerless, unread, default)} == {value}


@given(VALUES)
def test_only_a_plain_half_is_plain_whatever_its_value(value: str) -> None:
    assert is_plain(plain(value))
    assert not any(is_plain(half) for half in (partnerless(value), unread(value), default(value), DECIDED, DEFAULT))


@given(VALUES, VALUES)
def test_halves_that_say_something_different_are_never_written_alike(one: str, other: str) -> None:
    kinds = (plain, partnerless, unread, default)
    halves = {kind(value) for kind in kinds for value in {one, other}} | {DECIDED, DEFAULT}
    assert len(halves) == len(kinds) * len({one, other}) + 2


def test_a_decision_and_a_default_that_was_not_read_have_no_value() -> None:
    assert (value_of(DECIDED), value_of(DEFAULT)) == ("", "")


@pytest.mark.parametrize(
    ("half", "value", "counts"),
    [
        (plain("1"), "1", False),
        (plain("1"), "2", True),
        (plain("1"), "", True),
        (plain("?1"), "?1", False),
        (plain("?1"), "1", True),
        (partnerless("1"), "1", False),
        (partnerless("1"), "2", True),
        (default("1"), "1", False),
        (default("1"), "2", True),
        (DECIDED, "1", True),
        (DECIDED, "", True),
    ],
)
def test_a_value_counts_as_changed_as_its_mark_says(half: str, value: str, counts: bool) -> None:
    assert changed(half, value) is counts


def test_a_value_without_partner_counts_as_changed_once_it_can_be_expressed_and_a_plain_one_does_not() -> None:
    assert changed(partnerless("1"), "1", expressible=True)
    assert not changed(plain("1"), "1", expressible=True)


@pytest.mark.parametrize(
    ("value", "written", "made"),
    [
        ("1", "1", True),
        ("Berlin", "Berlin ", True),  # trimmed
        ("BERLIN", "Berlin", True),  # in other case
        ("2.35", "2.3456", True),  # rounded
        ("2", "2.5", False),  # nobody keeps so few decimals: a person typed that
        ("100", "99.60", False),
        ("2.30", "2.3", True),
        ("-2.35", "-2.3456", True),
        ("2.34", "2.3456", False),
        ("2.3456", "2.35", False),  # more exact than what was written: somebody's own
        ("Bern", "Berlin", False),
        ("", "Berlin", False),
        ("", "0", False),
        ("NaN", "1", False),
    ],
)
def test_what_a_system_makes_of_a_value_is_told_from_another_value(value: str, written: str, made: bool) -> None:
    assert made_of(value, written) is made


def test_neither_text_nor_an_endless_number_is_rounded() -> None:
    assert not any(is_rounded(*pair) for pair in (("a", "a"), ("1", "x"), ("Infinity", "1"), ("1", "Infinity")))


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=5), st.integers(2, 4))
def test_a_number_with_fewer_decimals_but_at_least_two_is_the_exact_one_rounded(number: Decimal, places: int) -> None:
    assert is_rounded(str(round(number, places)), str(number))


def test_what_nobody_has_read_counts_as_it_was_written_once_the_row_is_written_besides() -> None:
    agreed = {"phone": ("1", unread("1")), "city": ("Rome", "Rome"), "mark": ("=?", unread("?"))}
    after = {"phone": ("1", "1"), "city": ("Rome", "Rome"), "mark": ("=?", plain("?"))}
    unseen: dict[str, Any] = {"columns": (), "held": {}, "ours": False, "as_left": False}
    assert side_written(agreed, Side.CRM, **unseen) == after
    assert side_written(agreed, Side.ERP, **unseen) == agreed
    turned = {key: (crm, erp) for key, (erp, crm) in agreed.items()}
    assert side_written(turned, Side.ERP, **unseen) == {key: (crm, erp) for key, (erp, crm) in after.items()}
