"""The language of filters: read as people type it, typed by its fields, refused with a place."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.filters import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
    both,
    fields_of,
    matches,
    parse,
    typed,
)
from tests.systems.customers import CUSTOMER, JIM, record

# --- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed_text", "expected"),
    [
        ("", EVERYTHING),
        ("  \n ", EVERYTHING),
        ("name = Adatum", Comparison("name", "=", "Adatum")),
        ("name = Coho Winery", Comparison("name", "=", "Coho Winery")),
        ("name='Margie''s Travel'", Comparison("name", "=", "Margie's Travel")),
        ("name <> ''", Comparison("name", "<>", "")),
        ("name is blank", Comparison("name", "=", None)),
        ("NAME IS NOT BLANK", Comparison("NAME", "<>", None)),
        ("name Contains 'and'", Comparison("name", "contains", "and")),
        ("name begins  with C", Comparison("name", "begins with", "C")),
        ("name ends with Winery", Comparison("name", "ends with", "Winery")),
        ("no in (C1, 'C 2',Coho Winery)", OneOf("no", ("C1", "C 2", "Coho Winery"))),
        ("not name = A", Not(Comparison("name", "=", "A"))),
        ("not not name = A", Not(Not(Comparison("name", "=", "A")))),
        ("((name = A))", Comparison("name", "=", "A")),
    ],
)
def test_what_people_type_is_read(typed_text: str, expected: Filter) -> None:
    assert parse(typed_text) == expected


def test_and_binds_stronger_than_or_and_brackets_stronger_still() -> None:
    a, b, c = (Comparison(name, "=", "1") for name in "abc")

    assert parse("a = 1 or b = 1 and c = 1") == AnyOf((a, AllOf((b, c))))
    assert parse("(a = 1 or b = 1) and c = 1") == AllOf((AnyOf((a, b)), c))


def test_not_binds_to_the_one_condition_behind_it() -> None:
    assert parse("not a = 1 and b = 2") == AllOf((Not(Comparison("a", "=", "1")), Comparison("b", "=", "2")))


@pytest.mark.parametrize(
    ("typed_text", "position", "says"),
    [
        ("name", 4, "operator"),
        ("name =", 6, "value is missing"),
        ("name = 'Adatum", 7, "closing quote"),
        ("name != Adatum", 5, "“!” is not an operator"),
        ("name like Adatum", 5, "“like” is not an operator"),
        ("name '=' Adatum", 5, "not an operator"),
        ("name = Adatum city = Berlin", 19, "not expected"),
        ("(name = Adatum", 14, "“)” is missing"),
        ("name = Adatum)", 13, "“)” is not expected"),
        ("name in Adatum", 8, "“(” is missing"),
        ("name in ()", 9, "not a value"),
        ("name begins C", 12, "“with” is missing"),
        ("name is Adatum", 8, "“blank” is missing"),
        ("'name' = Adatum", 0, "not a field name"),
        ("and = Adatum", 0, "not a field name"),
        ("name = blank", 7, "“blank” is not a value"),
        ("name = Adatum or", 16, "field name is missing"),
        ("name contains ''", 14, "needs a value"),
        ("name > ''", 7, "needs a value"),
        ("not", 3, "field name is missing"),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(typed_text: str, position: int, says: str) -> None:
    with pytest.raises(FilterError, match=re.escape(says)) as refused:
        parse(typed_text)

    assert refused.value.position == position


@pytest.mark.parametrize("bomb", ["(" * 50_000, "not " * 50_000, "(" * 60 + "a = 1" + ")" * 60])
def test_endless_nesting_is_refused(bomb: str) -> None:
    with pytest.raises(FilterError, match="brackets"):
        parse(bomb)


def test_a_long_list_of_conditions_is_no_nesting() -> None:
    found = parse(" or ".join(f"no = C{number}" for number in range(2000)), CUSTOMER)

    assert isinstance(found, AnyOf)
    assert len(found.parts) == 2000


@given(st.text(max_size=60))
def test_any_text_is_either_a_filter_or_a_filter_error(typed_text: str) -> None:
    try:
        found = parse(typed_text, CUSTOMER)
    except FilterError as error:
        position = error.position
    else:
        position = 0
        matches(found, record())

    assert 0 <= position <= len(typed_text)


# --- types ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed_text", "value"),
    [
        ("name = 007", "007"),
        ("statecode = inactive", 1),
        ("statecode = 1", 1),
        ("statecode is blank", None),
        ("blocked = ' '", 0),
        ("blocked = ''", 0),
        ("blocked is blank", 0),
        ("blocked = All", 3),
        ("credit_limit >= 1000.50", Decimal("1000.50")),
        ("credit_limit = -1", Decimal(-1)),
        ("credit_limit = ''", None),
        ("priority < -5", -5),
        ("combine = yes", True),
        ("combine = FALSE", False),
        ("last_shipment > 2026-01-31", dt.date(2026, 1, 31)),
        ("modified >= 2026-01-31", dt.datetime(2026, 1, 31, tzinfo=dt.UTC)),
        ("modified >= 2026-01-31T12:00:00+02:00", dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)),
        ("modified >= 2026-01-31T12:00:00Z", dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)),
        (f"company = {JIM}", JIM),
        ("salesperson_code = JO", "JO"),
    ],
)
def test_values_take_the_type_of_their_field(typed_text: str, value: Any) -> None:
    found = parse(typed_text, CUSTOMER)

    assert isinstance(found, Comparison)
    assert found.value == value
    assert type(found.value) is type(value)
    assert not isinstance(value, dt.datetime) or found.value.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    "typed_text",
    [
        "statecode = Open", "credit_limit = much", "credit_limit = NaN", "credit_limit = Infinity",
        "credit_limit = 1e999999", "priority = 1_000", "priority = 1.5", "priority = 99999999999999999999",
        "combine = perhaps", "last_shipment = 31.01.2026", "last_shipment = 2026-02-30", "modified = yesterday",
        "modified = 0001-01-01T00:00:00+14:00", "company = 42", "priority in (1, two)",
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_the_field_is_named(typed_text: str) -> None:
    with pytest.raises(FilterError, match="is not a value of"):
        parse(typed_text, CUSTOMER)


def test_a_field_the_table_does_not_have_is_named() -> None:
    with pytest.raises(FilterError, match="Customer has no field “colour”"):
        parse("not (name = A and colour in (red))", CUSTOMER)


def test_searching_in_text_is_refused_on_numbers() -> None:
    with pytest.raises(FilterError, match="“contains” only works on text, Combine Shipments is boolean"):
        parse("combine contains y", CUSTOMER)


def test_typing_twice_changes_nothing() -> None:
    once = parse("blocked = ' ' and credit_limit > 5 or company is blank", CUSTOMER)

    assert typed(once, CUSTOMER) == once


# --- fields and joining --------------------------------------------------------------------------------------


def test_all_fields_of_a_filter_are_known() -> None:
    assert fields_of(parse("a = 1 or not (b in (1) and c is blank)")) == {"a", "b", "c"}
    assert fields_of(EVERYTHING) == set()


def test_joining_filters_leaves_out_those_that_say_nothing() -> None:
    a, b = parse("a = 1"), parse("b = 1")

    assert both() == EVERYTHING
    assert both(EVERYTHING, a) == a
    assert both(a, EVERYTHING, b) == AllOf((a, b))
