"""Halves after a write beside the pair's own passes, after an interrupted one, and the columns that their keys name."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.memory.halves import arrived, column_of, default, partnerless, plain, side_written, unread
from integration.systems.values import Side

ERP, CRM = Side.ERP, Side.CRM
PHONE, CITY = "phone_no:telephone1", "city:address1_city"


@pytest.mark.parametrize(
    ("key", "ours", "theirs"),
    [
        (PHONE, "phone_no", "telephone1"),
        ("phone_no:telephone1#2", "phone_no", "telephone1"),
        ("phone_no:", "phone_no", ""),
        (":telephone1", "", "telephone1"),
        ("full address", "", ""),
        ("full address#phone:x", "", ""),
        ("", "", ""),
    ],
)
def test_a_key_names_the_column_of_either_side_or_none_where_it_is_a_meaning(key: str, ours: str, theirs: str) -> None:
    assert (column_of(key, ERP), column_of(key, CRM)) == (ours, theirs)


@pytest.mark.parametrize("written", [partnerless("Berlin"), default("Berlin")])
def test_what_was_only_going_to_be_marked_keeps_its_mark_once_it_is_there(written: str) -> None:
    assert arrived("old", written, "Berlin", ours=False) == written
    assert arrived("old", written, "Wien", ours=True) is None
    assert arrived(None, written, "Wien", ours=False) is None


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("half", "columns", "held", "ours", "as_left", "after"),
    [
        (unread("Berlin"), {"city"}, {}, False, False, plain("Berlin")),
        (unread("Berlin"), set(), {}, False, False, plain("Berlin")),
        (unread("Berlin"), set(), {"city": "Wien"}, False, False, plain("Berlin")),
        (unread("Berlin"), set(), {"city": "BERLIN 1"}, True, False, plain("BERLIN 1")),
        (unread("Berlin"), set(), {"city": "BERLIN 1"}, False, True, plain("BERLIN 1")),
        (unread("Berlin"), {"city"}, {"city": "Wien"}, True, True, plain("Berlin")),
        (plain("Berlin"), {"city"}, {"city": "Wien"}, True, True, plain("Berlin")),
        (partnerless("Berlin"), set(), {"city": "Wien"}, True, True, partnerless("Berlin")),
    ],
)
def test_a_write_beside_settles_what_was_unread_by_what_the_row_held(
    side: Side, half: str, columns: set[Any], held: dict[str, Any], ours: bool, as_left: bool, after: str
) -> None:
    column = {ERP: "city", CRM: "address1_city"}[side]
    named = {column} if columns else set()
    values = {column: held["city"]} if held else {}
    turn = (lambda one: (one, "x")) if side is ERP else (lambda one: ("x", one))

    found = side_written({CITY: turn(half)}, side, named, values, ours=ours, as_left=as_left)

    assert found == {CITY: turn(after)}


@pytest.mark.parametrize("side", list(Side))
def test_a_column_of_the_other_side_with_that_name_settles_nothing(side: Side) -> None:
    other = "address1_city" if side is ERP else "city"
    turn = (lambda one: (one, "x")) if side is ERP else (lambda one: ("x", one))

    found = side_written({CITY: turn(unread("Berlin"))}, side, set(), {other: "Wien"}, ours=True, as_left=True)

    assert found == {CITY: turn(plain("Berlin"))}
