"""A pair as the columns of its row, and back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from coupling.packing import COLUMNS, packed, pair_of, row_of, unpacked
from integration.sync.memory.halves import DECIDED, DEFAULT, MARKS, default, partnerless, plain, unread
from integration.sync.memory.ledger import InFlight, Outcome, Pair, Result, State
from integration.systems.values import Side

VALUES = st.text(max_size=8) | st.text(alphabet="".join(sorted(MARKS)) + "1", max_size=3)
HALVES = st.builds(lambda kind, value: kind(value), st.sampled_from((plain, partnerless, unread, default)), VALUES)
HALVES |= st.sampled_from((DECIDED, DEFAULT))
AGREED = st.dictionaries(st.text(max_size=8), st.tuples(HALVES, HALVES), max_size=4)
OUTCOMES = st.builds(Outcome, st.sampled_from(list(Result)), st.text(max_size=6))
PAIRS = st.builds(
    Pair,
    erp_id=st.uuids(),
    crm_id=st.uuids(),
    state=st.sampled_from(list(State)),
    seen_erp=st.text(max_size=4),
    seen_crm=st.text(max_size=4),
    agreed=AGREED,
    owed_erp=st.booleans(),
    owed_crm=st.booleans(),
    to_crm=OUTCOMES,
    to_erp=OUTCOMES,
    in_flight=st.none() | st.builds(InFlight, st.sampled_from(list(Side)), AGREED),
    raised=st.integers(0, 9),
)


@given(AGREED)
def test_halves_come_back_as_they_were_whatever_they_hold(agreed: dict[str, tuple[str, str]]) -> None:
    assert unpacked(packed(agreed)) == agreed


@given(VALUES)
def test_a_value_that_a_bulk_call_wrote_comes_back_plain_here_and_unread_there(value: str) -> None:
    agreed = {"name:name": (plain(value), unread(value))}
    assert unpacked(packed(agreed)) == agreed


@given(PAIRS)
def test_a_pair_comes_back_as_it_was(pair: Pair) -> None:
    assert len(row_of(pair)) == len(COLUMNS)
    assert pair_of(row_of(pair)) == pair


def test_what_is_the_same_on_both_sides_is_written_once_and_so_is_what_a_bulk_call_wrote() -> None:
    agreed = {"a": ("Rome", "Rome"), "b": ("Rome", unread("Rome")), "c": ("Rome", "ROME"), "d": (DECIDED, "Rome")}
    assert json.loads(packed(agreed)) == {"a": "Rome", "b": ">Rome", "c": ["Rome", "ROME"], "d": ["*", "Rome"]}


def test_a_pair_about_which_nothing_was_agreed_holds_nothing() -> None:
    assert unpacked("") == {}
