"""The language of filters: written as text again, and which records pass."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.filters import (
    EVERYTHING,
    AnyOf,
    Comparison,
    Filter,
    Not,
    OneOf,
    matches,
    parse,
    text_of,
)
from integration.systems.values import Ref
from tests.systems.any_filter import FILTERS, SCALARS
from tests.systems.customers import CUSTOMER, JIM, record


def passes(typed_text: str, **values: Any) -> bool:
    return matches(parse(typed_text, CUSTOMER), record(**values))


# --- writing -------------------------------------------------------------------------------------------------


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


# --- meaning -------------------------------------------------------------------------------------------------


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


@given(FILTERS, st.dictionaries(st.sampled_from(sorted(SCALARS)), st.none()))
def test_not_is_the_opposite_for_every_record(where: Filter, blanks: dict[str, None]) -> None:
    customer = record(**{"name": "Adatum", "credit_limit": Decimal(5), "statecode": 0, **blanks})

    assert matches(Not(where), customer) is not matches(where, customer)
