"""Every column of every table: what it takes to the last character, and what it refuses with which code and words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.store.model import CHOICES, LOOKUPS, TEXTS, Column, load_model
from integration.sandbox.dataverse.store.values import edm_type, encoder, reader, storage
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples
from tests.sandbox.dataverse.writer import NOBODY, refused

MODEL = load_model()
JSON: dict[str, Any] = {
    "text": "Adatum",
    "whole number": 1,
    "number": Decimal("1.5"),
    "truth": True,
    "list": [],
    "object": {},
    "id": NOBODY,
    "day": "2024-02-29",
    "moment": "2024-02-29T10:30:00Z",
}
TEXT = {"text", "id", "day", "moment"}
TAKES: dict[str, set[str]] = {
    **dict.fromkeys(TEXTS, TEXT),
    **{key: {"whole number"} for key in CHOICES | {"Integer", "BigInt"}},
    **{key: {"whole number", "number"} for key in ("Money", "Decimal", "Double")},
    **{key: {"id"} for key in (*LOOKUPS, "Uniqueidentifier")},
    "Boolean": {"truth"},
    "DateTime": {"day", "moment"},
}
"""Type of a column -> the kinds of JSON it takes."""
EDM = {
    "String": "Edm.String", "Memo": "Edm.String", "Integer": "Edm.Int32", "BigInt": "Edm.Int64", "Money": "Edm.Decimal",
    "Decimal": "Edm.Decimal", "Double": "Edm.Double", "Boolean": "Edm.Boolean", "Lookup": "Edm.Guid",
    "Customer": "Edm.Guid", "Owner": "Edm.Guid", "Uniqueidentifier": "Edm.Guid", "Picklist": "Edm.Int32",
    "State": "Edm.Int32", "Status": "Edm.Int32", "EntityName": "Edm.String",
}  # fmt: skip


def columns(*types: str) -> Iterator[Column]:
    found = [column for table in MODEL for column in table.columns.values() if column.type in types]
    assert found, types
    yield from found


def read(column: Column) -> Callable[[Any], Any]:
    return reader(column, MODEL[column.table].set)


def refusal_of(column: Column, value: Any) -> Refusal | None:
    try:
        read(column)(value)
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("kind", sorted(TAKES))
def test_a_column_takes_its_own_kind_of_json_and_names_itself_when_it_refuses_another(kind: str) -> None:
    for column in columns(kind):
        takes = TAKES[kind] - ({"moment"} if column.day == "only" else set())
        for name, value in JSON.items():
            refusal = refusal_of(column, value)
            if name not in takes:
                assert refusal is not None, (column.table, column.name, name)
                assert (refusal.status, refusal.code) == (400, "0x80048d19")
                assert f"of '{column.name}' to the expected type '{edm_type(column)}'" in refusal.message
            else:
                assert refusal is None or refusal.code != "0x80048d19", (column.table, column.name, name)


def test_the_type_that_a_message_names_is_the_one_of_the_schema() -> None:
    for kind, name in EDM.items():
        assert {edm_type(column) for column in columns(kind)} == {name}
    assert {(column.day, edm_type(column)) for column in columns("DateTime")} == {
        ("only", "Edm.Date"),
        ("format", "Edm.DateTimeOffset"),
        ("", "Edm.DateTimeOffset"),
    }


def test_a_text_is_as_long_as_its_column_and_not_a_character_longer() -> None:
    for column in columns(*TEXTS):
        limit = column.length or 4000
        if limit > 100_000:
            continue
        assert read(column)("x" * limit) == "x" * limit
        refusal = refusal_of(column, "x" * (limit + 1))
        assert refusal is not None
        assert refusal.code == "0x80044331"
        assert f"the '{column.name}' attribute of the '{column.table}' entity exceeded" in refusal.message
        assert f"length of '{limit}'" in refusal.message
        assert refusal_of(column, "ł" * limit) is None
        assert refusal_of(column, "🚲" * (limit // 2 + 1)) is not None


@pytest.mark.parametrize(
    ("kind", "code", "step"),
    [
        ("Integer", "0x8004432f", Decimal(1)),
        ("Decimal", "0x80044330", Decimal("1e-13")),
        ("Money", "0x80044330", Decimal("0.0001")),
        ("Double", "0x80044330", Decimal("0.00001")),
    ],
)
def test_a_number_is_within_the_range_of_its_column_and_not_a_step_beyond(kind: str, code: str, step: Decimal) -> None:
    for column in columns(kind):
        low = Decimal(-(2**31)) if column.minimum is None else column.minimum
        high = Decimal(2**31 - 1) if column.maximum is None else column.maximum
        whole = int if kind == "Integer" else Decimal
        for value in (low, high):
            assert refusal_of(column, whole(value)) is None, (column.table, column.name, value)
        for value in (low - step, high + step):
            refusal = refusal_of(column, whole(value))
            assert refusal is not None, (column.table, column.name, value)
            assert (refusal.status, refusal.code) == (400, code)
            assert f"'{column.name}' on record of type '{column.table}' is outside the valid range" in refusal.message


def test_a_choice_takes_each_of_its_values_and_no_other() -> None:
    for column in columns(*CHOICES):
        for value in column.options:
            assert read(column)(value) == value
        refusal = refusal_of(column, max(column.options, default=0) + 1)
        assert refusal is not None
        assert refusal.code == "0x8004431a"
        assert f"of '{column.name}' on record of type '{column.table}'" in refusal.message


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("2024-02-29T10:30", "2024-02-29T10:30:00Z"),
        ("2024-02-29T10:30:59.9999999Z", "2024-02-29T10:30:59Z"),
        ("2024-02-29T00:30:00+01:00", "2024-02-28T23:30:00Z"),
        ("2024-02-29T23:30:00-05:00", "2024-03-01T04:30:00Z"),
        ("1753-01-01T00:00:00Z", "1753-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_moment_is_kept_in_utc_to_the_second(text: str, kept: str) -> None:
    assert read(MODEL["account"].columns["lastonholdtime"])(text) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("yesterday", "0x80048d19"),
        ("", "0x80048d19"),
        ("29/02/2024", "0x80048d19"),
        ("2024-2-29", "0x80048d19"),
        ("20240229", "0x80048d19"),
        ("2023-02-29", "0x80048d19"),
        ("2024-02-30T00:00:00Z", "0x80048d19"),
        ("2024-02-29T24:30:00Z", "0x80048d19"),
        ("2024-02-29 10:30:00", "0x80048d19"),
        ("2024-02-29T10:30:00+0100", "0x80048d19"),
        ("1752-12-31", "0x80040239"),
        ("1752-12-31T23:59:59Z", "0x80040239"),
        ("1753-01-01T00:30:00+01:00", "0x80040239"),
        ("0001-01-01", "0x80040239"),
        ("9999-12-31T23:59:59-01:00", "0x80040239"),
        ("0001-01-01T00:00:00+01:00", "0x80040239"),
    ],
)
def test_what_is_no_moment_differs_from_one_that_no_column_can_keep(text: str, code: str) -> None:
    with refused(code, "lastonholdtime"):
        read(MODEL["account"].columns["lastonholdtime"])(text)


@pytest.mark.parametrize("text", ["2024-02-29T00:00:00Z", "2024-02-29T10:30", "2023-02-29", "1.1.2024"])
def test_a_column_of_days_takes_no_time(text: str) -> None:
    for column in columns("DateTime"):
        if column.day == "only":
            with refused("0x80048d19", "expected type 'Edm.Date'"):
                read(column)(text)


def test_a_column_of_days_keeps_the_day() -> None:
    days = [column for column in columns("DateTime") if column.day == "only"]

    assert {read(column)("2024-02-29") for column in days} == {"2024-02-29"}
    with refused("0x80040239"):
        read(days[0])("1752-12-31")


@given(some.decimals("-1000", "1000", places=8))
@examples(100)
def test_a_decimal_is_rounded_half_up_to_the_digits_of_its_column(number: Decimal) -> None:
    quantity = MODEL["quotedetail"].columns["quantity"]

    kept = Decimal(read(quantity)(number))

    assert abs(kept - number) <= Decimal("0.000005")
    assert kept == round(kept, 5)
    if (abs(number) * 10**5) % 1 == Decimal("0.5"):
        assert abs(kept) > abs(number)


@given(some.data())
@examples(150)
def test_whatever_a_column_takes_comes_back_as_the_same_json(given_: some.DataObject) -> None:
    column = given_.draw(some.sampled_from(list(columns("Integer", "Decimal", "Boolean", "Double", "String"))))
    low, high = column.minimum or Decimal(0), column.maximum or Decimal(10**6)
    values = {
        "Integer": some.integers(int(low), int(high)),
        "Decimal": some.decimals(max(low, Decimal("0.01")), min(high, Decimal(10**6)), places=2),
        "Double": some.decimals(low, high, places=2),
        "Boolean": some.booleans(),
        "String": some.text(some.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=4),
    }
    value = given_.draw(values[column.type])
    if column.type == "String" and len(value.encode("utf-16-le")) // 2 > (column.length or 4000):
        return
    shown = json.loads(encoder(column)(read(column)(value)), parse_float=Decimal)

    assert shown == (float(value) if column.type == "Double" else value) or Decimal(str(shown)) == value


def test_a_number_is_never_kept_as_a_binary_fraction_where_it_is_money_or_decimal() -> None:
    assert {storage(column) for column in columns("Money")} == {"INTEGER"}
    assert {storage(column) for column in columns("Decimal")} == {"TEXT"}
    assert {storage(column) for column in columns("Double")} == {"REAL"}
