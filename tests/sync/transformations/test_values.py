"""One value on its way into a field of another type, and when two values are the same."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sync.record.values import LONGEST_KEPT, NoPartnerOption, constant, converter, normalizer
from integration.systems.errors import InvalidValue
from integration.systems.values import Field, FieldType, Option, Ref

TERMS = (Option(1, "Net 30"), Option(2, "Net 60"))
ERP_TERMS = (Option(0, " "), Option(7, "net 60"), Option(8, "COD"))
NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
JIM = uuid.UUID("00000000-0000-4000-8000-000000000001")


def field(type: FieldType, **more: Any) -> Field:
    return Field("city", type, "City", **more)


def converted(value: Any, source: Field, destination: Field) -> Any:
    return converter(source, destination)(value)


TEXT, CODE, MEMO = field(FieldType.TEXT, max_length=10), field(FieldType.CODE, max_length=10), field(FieldType.MEMO)
MONEY, WHOLE, YES_NO = field(FieldType.DECIMAL, scale=2), field(FieldType.INTEGER), field(FieldType.BOOLEAN)
DATE, MOMENT = field(FieldType.DATE), field(FieldType.DATETIME)
OPTION, ERP_OPTION = field(FieldType.OPTION, options=TERMS), field(FieldType.OPTION, options=ERP_TERMS)
REFERENCE, ID = field(FieldType.REFERENCE), field(FieldType.UUID)


@pytest.mark.parametrize(
    ("value", "source", "destination", "expected"),
    [
        ("Berlin", TEXT, TEXT, "Berlin"),
        ("Berlin", TEXT, CODE, "BERLIN"),
        ("  be 1 ", TEXT, CODE, "BE 1"),
        ("BE1", CODE, TEXT, "BE1"),
        ("one\ntwo", MEMO, TEXT, "one\ntwo"),
        (12, WHOLE, TEXT, "12"),
        (Decimal("1.50"), MONEY, TEXT, "1.50"),
        (True, YES_NO, TEXT, "True"),
        (2, OPTION, TEXT, "Net 60"),
        (2, OPTION, CODE, "NET 60"),
        (Ref("salesperson", JIM, "JO"), REFERENCE, TEXT, "JO"),
        ("1.5", TEXT, MONEY, Decimal("1.50")),
        (Decimal("1.005"), MONEY, MONEY, Decimal("1.01")),
        (Decimal("2.5"), MONEY, WHOLE, 3),
        (7, WHOLE, MONEY, Decimal("7.00")),
        ("12", TEXT, WHOLE, 12),
        (NOON, MOMENT, DATE, dt.date(2026, 3, 1)),
        (dt.date(2026, 3, 1), DATE, MOMENT, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        (dt.date(2026, 3, 1), DATE, DATE, dt.date(2026, 3, 1)),
        (NOON, MOMENT, MOMENT, NOON),
        (7, ERP_OPTION, OPTION, 2),
        (2, OPTION, ERP_OPTION, 7),
        ("net 30 ", TEXT, OPTION, 1),
        (1, WHOLE, OPTION, 1),
        ("yes", TEXT, YES_NO, True),
        ("0", TEXT, YES_NO, False),
        (1, WHOLE, YES_NO, True),
        (False, YES_NO, YES_NO, False),
        (JIM, ID, ID, JIM),
    ],
)
def test_a_value_arrives_in_the_type_of_its_destination(
    value: Any, source: Field, destination: Field, expected: Any
) -> None:
    arrived = converted(value, source, destination)
    assert (arrived, type(arrived)) == (expected, type(expected))


@pytest.mark.parametrize("destination", [MONEY, WHOLE, DATE, MOMENT, OPTION, YES_NO, ID], ids=lambda f: f.type)
def test_nothing_becomes_nothing(destination: Field) -> None:
    assert converted(None, TEXT, destination) is None


@pytest.mark.parametrize("destination", [TEXT, CODE, MEMO], ids=lambda f: f.type)
def test_nothing_becomes_blank_text_and_never_none(destination: Field) -> None:
    assert converted(None, MONEY, destination) == ""


@pytest.mark.parametrize("destination", [MONEY, WHOLE, OPTION, DATE, MOMENT], ids=lambda f: f.type)
def test_blank_text_leaves_what_is_no_text_empty(destination: Field) -> None:
    assert converted("", TEXT, destination) is None


def test_text_as_long_as_the_limit_passes_and_one_letter_more_is_refused_with_field_limit_and_length() -> None:
    assert converted("Copenhagen", TEXT, TEXT) == "Copenhagen"
    with pytest.raises(InvalidValue, match=r"City takes at most 10 characters; “Copenhagens” has 11") as refused:
        converted("Copenhagens", TEXT, TEXT)
    assert (refused.value.field, refused.value.value) == ("city", "Copenhagens")


def test_blanks_around_a_code_do_not_count_against_its_limit() -> None:
    assert converted("  copenhagen  ", TEXT, CODE) == "COPENHAGEN"


def test_a_message_shows_only_the_beginning_of_an_endless_value() -> None:
    with pytest.raises(InvalidValue) as refused:
        converted("x" * 5000, MEMO, TEXT)
    assert len(str(refused.value)) < 200


def test_a_number_outside_the_range_is_refused_with_the_range() -> None:
    employees = field(FieldType.INTEGER, minimum=Decimal(0), maximum=Decimal(1000))
    with pytest.raises(InvalidValue, match="takes values from 0 to 1000, not -1"):
        converted(-1, WHOLE, employees)
    with pytest.raises(InvalidValue, match="not 1001"):
        converted(1001, WHOLE, employees)
    assert converted(1000, WHOLE, employees) == 1000


@pytest.mark.parametrize(
    ("value", "source", "destination", "says"),
    [
        ("ten", TEXT, MONEY, "needs a number, “ten” is none"),
        ("ten", TEXT, WHOLE, "needs a number"),
        ("tomorrow", TEXT, MOMENT, "needs a date"),
        ("tomorrow", TEXT, DATE, "needs a date"),
        ("NaN", TEXT, MONEY, "needs a number, “NaN” is none"),
        ("Infinity", TEXT, MONEY, "needs a number"),
        ("perhaps", TEXT, YES_NO, "needs a yes or no"),
        (8, ERP_OPTION, OPTION, "has no option “COD”"),
        ("Net 90", TEXT, OPTION, "has no option “Net 90”"),
    ],
)
def test_what_cannot_be_converted_is_refused_in_words(
    value: int | str, source: Field, destination: Field, says: str
) -> None:
    with pytest.raises(InvalidValue, match=says):
        converted(value, source, destination)


def test_an_option_goes_by_its_label_and_never_by_its_number() -> None:
    crossed = field(FieldType.OPTION, options=(Option(1, "Net 60"), Option(2, "Net 30")))
    assert converted(1, OPTION, crossed) == 2
    others = field(FieldType.OPTION, options=(Option(1, "Cash"), Option(2, "Credit")))
    with pytest.raises(NoPartnerOption, match="has no option “Net 30”"):
        converted(1, OPTION, others)


@pytest.mark.parametrize(
    ("value", "source", "destination"),
    [
        (8, ERP_OPTION, OPTION),  # no equal label
        ("Net 90", TEXT, OPTION),
        (3, WHOLE, OPTION),  # a number that is no option
        (99, OPTION, ERP_OPTION),  # an option that its own column does not describe
        (99, OPTION, TEXT),
    ],
)
def test_an_option_without_an_equal_cannot_be_expressed(value: int | str, source: Field, destination: Field) -> None:
    with pytest.raises(NoPartnerOption):
        converted(value, source, destination)


def test_a_plain_number_of_a_column_without_options_goes_by_number() -> None:
    assert converted(2, WHOLE, OPTION) == 2


# --- constants --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "destination", "expected"),
    [
        ("Net 60", OPTION, 2),
        ("2", OPTION, 2),
        ("yes", YES_NO, True),
        ("10", MONEY, Decimal("10.00")),
        ("be", CODE, "BE"),
        ("2026-03-01", DATE, dt.date(2026, 3, 1)),
        ("2026-03-01T12:00", MOMENT, NOON),
        ("2026-03-01T13:00+01:00", MOMENT, NOON),
        (str(JIM), ID, JIM),
        ("", OPTION, None),
    ],
)
def test_a_constant_is_read_in_the_type_of_its_field(text: str, destination: Field, expected: Any) -> None:
    assert constant(text, destination) == expected


@pytest.mark.parametrize(
    ("text", "destination"),
    [("Net 90", OPTION), ("9", OPTION), ("ten", MONEY), ("someday", DATE), ("someday", MOMENT), ("12-34", ID)],
)
def test_a_constant_that_does_not_fit_is_refused(text: str, destination: Field) -> None:
    with pytest.raises(InvalidValue):
        constant(text, destination)


# --- when values are the same -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (TEXT, "", None),
        (CODE, " be1", "BE1 "),
        (MONEY, Decimal("1.5"), Decimal("1.500")),
        (MONEY, Decimal("-0.00"), Decimal(0)),
        (MONEY, Decimal("1.004"), Decimal("1.00")),
        (MOMENT, NOON, NOON.astimezone(dt.timezone(dt.timedelta(hours=2)))),
        (MOMENT, NOON, NOON.replace(microsecond=500)),
        (REFERENCE, Ref("salesperson", JIM, "JO"), Ref("salesperson", JIM, "Jim")),
        (REFERENCE, None, None),
    ],
)
def test_these_are_the_same(kind: Field, one: Any, other: Any) -> None:
    assert normalizer(kind)(one) == normalizer(kind)(other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (TEXT, "Berlin", "berlin"),
        (TEXT, "Berlin", "Berlin "),
        (MONEY, Decimal(0), None),
        (WHOLE, 0, None),
        (YES_NO, False, None),
        (OPTION, 0, None),
        (MONEY, Decimal("1.00"), Decimal("1.01")),
        (MOMENT, NOON, NOON + dt.timedelta(seconds=1)),
        (MEMO, "x" * LONGEST_KEPT + "a", "x" * LONGEST_KEPT + "b"),
    ],
)
def test_these_differ(kind: Field, one: Any, other: Any) -> None:
    assert normalizer(kind)(one) != normalizer(kind)(other)


@pytest.mark.parametrize("kind", [TEXT, CODE, MEMO])
def test_a_character_that_sales_refuses_counts_as_a_blank(kind: Field) -> None:
    assert normalizer(kind)("BER\x01LIN") == normalizer(kind)("BER LIN")
    assert converted("BER\x01LIN", MEMO, kind) == "BER LIN"


def test_the_length_of_a_text_counts_utf_16_units() -> None:
    assert converted("😀" * 5, MEMO, TEXT) == "😀" * 5
    with pytest.raises(InvalidValue, match="at most 10 characters.* has 12"):
        converted("😀" * 6, MEMO, TEXT)


def test_an_option_is_found_by_its_label_as_the_service_compares_it() -> None:
    cafe = field(FieldType.OPTION, options=(Option(1, "Café"), Option(2, "CAFE"), Option(3, "Net\u00a030")))
    assert [converted(label, TEXT, cafe) for label in ("Café", "CAFE", "cafe", "net 30 ")] == [1, 2, 1, 3]


def test_long_text_is_kept_as_a_digest_and_short_text_as_it_is() -> None:
    normal = normalizer(MEMO)
    assert normal("x" * LONGEST_KEPT) == "x" * LONGEST_KEPT
    assert len(normal("x" * (LONGEST_KEPT + 1))) < 100


@given(st.decimals(min_value=-(10**10), max_value=10**10, allow_nan=False, places=6), st.integers(0, 5))
def test_an_amount_that_was_converted_looks_the_same_to_the_side_it_came_from_at_that_scale(
    amount: Decimal, scale: int
) -> None:
    coarse, fine = field(FieldType.DECIMAL, scale=scale), field(FieldType.DECIMAL, scale=6)
    assert normalizer(coarse)(converted(amount, fine, coarse)) == normalizer(coarse)(amount)


@given(st.text(max_size=30))
def test_converting_text_twice_changes_nothing_more(text: str) -> None:
    code = field(FieldType.CODE)
    once = converted(text, MEMO, code)
    assert converted(once, code, code) == once
