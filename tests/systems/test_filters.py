"""The filter language: what people may type, how it is refused, and what it means."""

from __future__ import annotations

import datetime as dt
import re
import uuid
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
    text_of,
    typed,
)
from integration.systems.values import Field, FieldType, Record, Ref, Table
from tests.makers import BLOCKED, STATE, amount, code, moment, option, reference, table, text

JIM = uuid.UUID("00000000-0000-4000-8000-000000000a1a")
CUSTOMER: Table = table(
    "customer",
    "Customer",
    [
        text("name"),
        code("no"),
        option("blocked", BLOCKED),
        option("statecode", STATE),
        amount("credit_limit"),
        Field("priority", FieldType.INTEGER),
        Field("combine", FieldType.BOOLEAN, label="Combine Shipments"),
        Field("last_shipment", FieldType.DATE),
        moment("modified"),
        Field("company", FieldType.UUID),
        reference("salesperson_code", "salesperson"),
        Field("salespersontype", FieldType.TABLE),
    ],
)


def record(**values: Any) -> Record:
    return Record("customer", uuid.uuid4(), values, "1")


def passes(typed_text: str, **values: Any) -> bool:
    return matches(parse(typed_text, CUSTOMER), record(**values))


# --- reading ---------------------------------------------------------------------------------------------------


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


# --- types -----------------------------------------------------------------------------------------------------


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


# --- fields and joining ----------------------------------------------------------------------------------------


def test_all_fields_of_a_filter_are_known() -> None:
    assert fields_of(parse("a = 1 or not (b in (1) and c is blank)")) == {"a", "b", "c"}
    assert fields_of(EVERYTHING) == set()


def test_joining_filters_leaves_out_those_that_say_nothing() -> None:
    a, b = parse("a = 1"), parse("b = 1")

    assert both() == EVERYTHING
    assert both(EVERYTHING, a) == a
    assert both(a, EVERYTHING, b) == AllOf((a, b))


# --- writing ---------------------------------------------------------------------------------------------------

_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
    "credit_limit": st.decimals(-(10**9), 10**9, places=2),
    "priority": st.integers(-(2**63), 2**63 - 1),
    "combine": st.booleans(),
    "last_shipment": st.dates(),
    "modified": st.datetimes(timezones=st.just(dt.UTC)),
    "statecode": st.sampled_from([0, 1]),
    "blocked": st.sampled_from([0, 1, 2, 3]),
    "company": st.uuids(),
}
_COMPARISONS = st.sampled_from(sorted(_SCALARS)).flatmap(
    lambda name: st.one_of(
        st.builds(Comparison, st.just(name), st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), _SCALARS[name]),
        st.builds(OneOf, st.just(name), st.lists(_SCALARS[name], min_size=1, max_size=3).map(tuple)),
    )
)
_SEARCHES = st.builds(
    Comparison, st.just("name"), st.sampled_from(["contains", "begins with", "ends with"]), _SCALARS["name"]
)
_BLANKS = st.builds(
    Comparison, st.sampled_from(["name", "credit_limit", "last_shipment"]), st.sampled_from(["=", "<>"]), st.none()
)


def _groups(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, several), st.builds(AnyOf, several), st.builds(Not, parts))


FILTERS = st.recursive(st.one_of(_COMPARISONS, _SEARCHES, _BLANKS), _groups, max_leaves=8)


@given(FILTERS)
def test_a_filter_written_as_text_is_read_as_the_same_filter(where: Filter) -> None:
    assert parse(text_of(where), CUSTOMER) == where
    assert parse(text_of(where, CUSTOMER), CUSTOMER) == where


def test_options_are_written_by_label_where_the_table_is_known() -> None:
    where = parse("blocked = ' ' and statecode in (Active, 1)", CUSTOMER)

    assert text_of(where, CUSTOMER) == "blocked = ' ' and statecode in ('Active', 'Inactive')"
    assert text_of(where) == "blocked = 0 and statecode in (0, 1)"
    assert text_of(EVERYTHING) == ""


@pytest.mark.parametrize("where", [AnyOf(()), OneOf("name", ()), Not(EVERYTHING)])
def test_what_never_holds_cannot_be_written(where: Filter) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        text_of(where)


# --- meaning ---------------------------------------------------------------------------------------------------


def test_every_row_passes_no_filter() -> None:
    assert passes("")


def test_text_compares_without_regard_to_case() -> None:
    assert passes("name = ADATUM", name="Adatum")
    assert passes("name contains 'TRASSE'", name="Große Straße")
    assert passes("name in (fabrikam, adatum)", name="Adatum")
    assert not passes("name <> adatum", name="Adatum")


def test_text_compares_without_regard_to_accents_and_kinds_of_blanks() -> None:
    assert passes("name = 'Cafe Nord'", name="CAFÉ\u00a0Nord ")
    assert passes("name contains 'cafe'", name="Grand Café")
    assert not passes("name <> cafe", name="Café")


@pytest.mark.parametrize("blank", ["", None])
def test_unequal_and_not_also_find_blank_values(blank: str | None) -> None:
    assert passes("name <> Adatum", name=blank)
    assert passes("not name = Adatum", name=blank)
    assert passes("not name contains dat", name=blank)
    assert passes("not name in (Adatum)", name=blank)


@pytest.mark.parametrize("blank", ["", None])
def test_none_and_empty_text_are_both_blank(blank: str | None) -> None:
    assert passes("name is blank", name=blank)
    assert passes("name = ''", name=blank)
    assert passes("name in ('', Adatum)", name=blank)
    assert not passes("name is not blank", name=blank)
    assert not passes("name <> ''", name=blank)


def test_a_field_the_record_does_not_have_is_blank() -> None:
    assert passes("last_shipment is blank")
    assert not passes("last_shipment < 2026-01-01")


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_a_blank_value_is_neither_smaller_nor_greater(operator: str) -> None:
    assert not passes(f"credit_limit {operator} 0", credit_limit=None)


@pytest.mark.parametrize(
    ("operator", "expected"), [("=", "b"), ("<>", "ac"), ("<", "a"), ("<=", "ab"), (">", "c"), (">=", "bc")]
)
def test_numbers_are_compared_by_size(operator: str, expected: str) -> None:
    values = {"a": Decimal("9.99"), "b": Decimal("10.000"), "c": Decimal(100)}

    assert "".join(key for key in values if passes(f"credit_limit {operator} 10", credit_limit=values[key])) == expected


def test_zero_and_no_are_not_blank() -> None:
    assert not passes("credit_limit is blank", credit_limit=Decimal(0))
    assert not passes("combine is blank", combine=False)
    assert not passes("statecode is blank", statecode=0)


def test_the_first_option_of_business_central_is_its_blank_one() -> None:
    assert passes("blocked = ' '", blocked=0)
    assert passes("blocked is blank", blocked=0)
    assert not passes("blocked is blank", blocked=3)


def test_a_reference_is_found_by_what_people_call_it_and_by_id() -> None:
    jim = Ref("salesperson", JIM, "JO")

    assert passes("salesperson_code = jo", salesperson_code=jim)
    assert passes("salesperson_code begins with J", salesperson_code=jim)
    assert passes(f"salesperson_code in (XX, {JIM})", salesperson_code=jim)
    assert passes(f"salesperson_code = {str(JIM).upper()}", salesperson_code=jim)
    assert passes("salesperson_code is blank", salesperson_code=None)
    assert not passes("salesperson_code is blank", salesperson_code=jim)
    assert matches(Comparison("salesperson_code", "=", jim), record(salesperson_code=Ref("salesperson", JIM)))


@given(FILTERS, st.dictionaries(st.sampled_from(sorted(_SCALARS)), st.none()))
def test_not_is_the_opposite_for_every_record(where: Filter, blanks: dict[str, None]) -> None:
    customer = record(**{"name": "Adatum", "credit_limit": Decimal(5), "statecode": 0, **blanks})

    assert matches(Not(where), customer) is not matches(where, customer)
