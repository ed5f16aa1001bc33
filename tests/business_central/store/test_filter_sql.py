"""A filter finds in the database exactly what it matches in Python."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.models import CountryRegion, Customer, Opportunity, Salesperson
from integration.business_central.tables import columns_of
from integration.systems.errors import FieldMissing
from integration.systems.filters import AllOf, AnyOf, Comparison, Filter, Not, OneOf, matches, parse
from integration.systems.values import FieldType, Ref
from tests.business_central.embedded import company, listed
from tests.examples import examples

pytestmark = pytest.mark.django_db


def assert_found_is_matched(table: str, where: Filter) -> None:
    fields = columns_of(table).table.fields
    names = [name for name, field in fields.items() if field.type is not FieldType.UUID]
    everything = company.find(table, fields=names).records
    expected = {record.id for record in everything if matches(where, record)}

    assert {record.id for record in company.find(table, where).records} == expected
    assert company.count(table, where) == len(expected)


FILTERS: list[str | Filter] = [
    "name = ÄRZTEHAUS", "name <> ärztehaus", "not name contains ÖST", "name begins with ø", "name is blank",
    "salesperson_code = jo", "salesperson_code <> jo", "salesperson_code is blank", "not salesperson_code = jo",
    "not (salesperson_code = jo or credit_limit_lcy > 5)", "salesperson_code contains o",
    "salesperson_code in (jo, '')", "not salesperson_code in (jo, ps)", "blocked = ' '",
    "blocked in (Ship, All)", "blocked is blank",
    "credit_limit_lcy is blank", "credit_limit_lcy is not blank", "not credit_limit_lcy >= 10", "no > c00020",
    "no in (c00010, C00040)", "no begins with 'c0001'", "salesperson_code > jo", "combine_shipments = yes",
    "not combine_shipments = yes", "country_region_code = de", "country_region_code <> de", "city < m",
    Not(AllOf()), AllOf(), AnyOf(()), OneOf("no", ()), Not(OneOf("salesperson_code", ())),
    Comparison("salesperson_code", "=", uuid.UUID(int=7)), Comparison("salesperson_code", "<>", uuid.UUID(int=7)),
    OneOf("salesperson_code", (uuid.UUID(int=7), uuid.UUID(int=8))),
    Comparison("salesperson_code", "=", Ref("salesperson", uuid.UUID(int=7))),
    Comparison("salesperson_code", "=", str(uuid.UUID(int=7))),
]  # fmt: skip


@pytest.mark.parametrize("typed", FILTERS, ids=str)
def test_a_filter_finds_in_the_database_what_it_matches_in_python(typed: str | Filter) -> None:
    germany = CountryRegion.objects.create(code="DE", name="Germany")
    jim, peter = (
        Salesperson.objects.create(system_id=uuid.UUID(int=number), code=code)
        for number, code in ((7, "JO"), (8, "PS"))
    )
    made: list[dict[str, Any]] = [
        {"name": "Ärztehaus", "salesperson_code": jim, "credit_limit_lcy": 10, "blocked": 1, "city": "Östersund"},
        {"name": "Ørsted", "salesperson_code": peter, "country_region_code": germany, "combine_shipments": True},
        {"name": "", "credit_limit_lcy": 5, "blocked": 3, "city": "lund"},
        {"name": "Köhler Österreich", "salesperson_code": jim, "country_region_code": germany, "city": "Malmö"},
    ]
    for values in made:
        Customer.objects.create(**values)
    table = columns_of("customer").table
    where = parse(typed, table) if isinstance(typed, str) else typed

    assert_found_is_matched("customer", where)


VALUES: dict[str, list[Any]] = {
    "description": ["", "desk", "Desk", "DESK LAMP", "k l"],
    "no": ["", "op000001", "OP000002", "OP"],
    "salesperson_code": [None, "", "JO", "jo", "ps", "o", uuid.UUID(int=7), uuid.UUID(int=9),
                         Ref("salesperson", uuid.UUID(int=7)), Ref("contact", uuid.UUID(int=7)), str(uuid.UUID(int=8))],
    "status": [0, 1, 3],
    "estimated_value_lcy": [None, Decimal(0), Decimal("10.50"), Decimal(-1)],
    "estimated_closing_date": [None, dt.date(2026, 1, 1), dt.date(2026, 3, 1)],
}  # fmt: skip
TEXT_ONLY = ("contains", "begins with", "ends with")


def comparisons() -> st.SearchStrategy[Filter]:
    """Every operator on every kind of column that takes it."""
    plain = [
        Comparison(name, operator, value)
        for name, values in VALUES.items()
        for value in values
        for operator in ("=", "<>", "<", "<=", ">", ">=", *TEXT_ONLY)
        if is_sensible(name, operator, value)
    ]
    lists = [
        OneOf(name, tuple(values[start : start + 3])) for name, values in VALUES.items() for start in range(len(values))
    ]
    return st.sampled_from([*plain, *lists])


def is_sensible(name: str, operator: str, value: Any) -> bool:
    """Ids are compared for being the same only, and parts of texts are looked for in texts only."""
    if operator in ("=", "<>"):
        return True
    is_id = isinstance(value, uuid.UUID | Ref) or (isinstance(value, str) and len(value) == 36)
    return not is_id and (operator not in TEXT_ONLY or isinstance(value, str))


FILTER_TREES = st.recursive(
    comparisons(),
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, max_size=3).map(lambda found: AllOf(tuple(found))),
        st.lists(parts, max_size=3).map(lambda found: AnyOf(tuple(found))),
    ),
    max_leaves=5,
)


@pytest.fixture
def opportunities() -> None:
    jim, peter = (
        Salesperson.objects.create(system_id=uuid.UUID(int=number), code=code)
        for number, code in ((7, "JO"), (8, "PS"))
    )
    rows: list[tuple[str, Any, int, str, dt.date | None]] = [
        ("Desk", jim, 0, "10.50", dt.date(2026, 1, 1)), ("desk lamp", peter, 1, "0", None),
        ("", None, 3, "-1", dt.date(2026, 3, 1)), ("Straße", jim, 0, "99999.99", dt.date(2026, 2, 1)),
        ("DESK", None, 2, "5", None),
    ]  # fmt: skip
    for description, salesperson, status, value, day in rows:
        Opportunity.objects.create(
            description=description, salesperson_code=salesperson, status=status, estimated_value_lcy=value,
            estimated_closing_date=day,
        )  # fmt: skip


@pytest.mark.usefixtures("opportunities")
@given(where=FILTER_TREES)
@examples(250)
def test_any_filter_finds_in_the_database_what_it_matches_in_python(where: Filter) -> None:
    assert_found_is_matched("opportunity", where)


@given(where=FILTER_TREES)
@examples(100)
def test_a_filter_and_its_opposite_share_the_rows_between_them(where: Filter) -> None:
    Opportunity.objects.get_or_create(description="Desk")

    every = company.count("opportunity", AllOf())

    assert company.count("opportunity", where) + company.count("opportunity", Not(where)) == every


@pytest.mark.parametrize("pattern", ["%", "_", "\\", "'", "a%b", '"'])
def test_a_character_that_means_something_in_sql_means_itself_in_a_filter(pattern: str) -> None:
    Customer.objects.create(name=f"x{pattern}y")
    Customer.objects.create(name="xzy")

    assert listed("customer", Comparison("name", "contains", pattern)) == [f"x{pattern}y"]


def test_a_filter_on_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FieldMissing, match="nickname"):
        company.count("customer", Not(Comparison("nickname", "=", "Ada")))
