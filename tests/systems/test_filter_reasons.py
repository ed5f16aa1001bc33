"""Why a record does not pass a filter, in words."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.filters import matches, parse, reason_outside
from integration.systems.values import Field, FieldType, Option, Record, Table

TYPES = (Option(3, "Customer"), Option(11, "Vendor"))
ACCOUNT = Table(
    "account",
    "Account",
    {
        "name": Field("name", FieldType.TEXT, "Account Name", max_length=100),
        "customertypecode": Field("customertypecode", FieldType.OPTION, "Relationship Type", options=TYPES),
        "creditlimit": Field("creditlimit", FieldType.DECIMAL, "Credit Limit", scale=2),
        "isdisabled": Field("isdisabled", FieldType.BOOLEAN, "Disabled"),
    },
    name_field="name",
)


def why(text: str, **values: object) -> str:
    return reason_outside(parse(text, ACCOUNT), Record("account", uuid.UUID(int=1), values, ""), ACCOUNT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("customertypecode = Customer", {}, "Relationship Type is blank, must be Customer"),
        ("customertypecode = Customer", {"customertypecode": 11}, "Relationship Type is Vendor, must be Customer"),
        ("customertypecode in (Customer, Vendor)", {}, "Relationship Type is blank, must be Customer or Vendor"),
        ("name is not blank", {}, "Account Name is blank, must not be blank"),
        ("name <> 'Adatum'", {"name": "Adatum"}, "Account Name is Adatum, must not be Adatum"),
        ("name begins with 'A'", {"name": "Trey"}, "Account Name is Trey, must begin with A"),
        ("not (name contains 'test')", {"name": "My test"}, "Account Name is My test, must not contain test"),
        ("creditlimit >= 100", {"creditlimit": 5}, "Credit Limit is 5, must be at least 100"),
        ("not isdisabled = yes", {"isdisabled": True}, "Disabled is Yes, must not be Yes"),
        (
            "customertypecode = Customer and name is not blank",
            {"customertypecode": 3},
            "Account Name is blank, must not be blank",
        ),
        (
            "customertypecode = Customer or name = 'Trey'",
            {"name": "Adatum"},
            "Relationship Type is blank, must be Customer or Account Name is Adatum, must be Trey",
        ),
        ("customertypecode = Customer", {"customertypecode": 3}, ""),
    ],
)
def test_the_condition_that_is_not_met_is_said_with_what_there_is(
    text: str, values: dict[str, object], reason: str
) -> None:
    assert why(text, **values) == reason


CONDITIONS = st.sampled_from(
    ["customertypecode = Customer", "name is blank", "name contains 'a'", "creditlimit > 3", "isdisabled = no"]
)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=6,
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "Adatum", "Trey"]),
        "customertypecode": st.sampled_from([None, 3, 11]),
        "creditlimit": st.integers(0, 9),
        "isdisabled": st.booleans(),
    },
)


@given(FILTERS, VALUES)
def test_a_reason_is_given_for_each_record_that_is_outside_and_for_no_other(
    text: str, values: dict[str, object]
) -> None:
    record = Record("account", uuid.UUID(int=1), values, "")  # type: ignore[arg-type]
    where = parse(text, ACCOUNT)
    assert bool(reason_outside(where, record, ACCOUNT)) is not matches(where, record)
