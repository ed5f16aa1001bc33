"""A filter in the words of a person, and taken apart into the conditions that all have to hold."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.filters import (
    EVERYTHING,
    Comparison,
    Filter,
    FilterError,
    both,
    in_words,
    is_one_condition,
    parse,
    part_text,
    parts_of,
    text_of,
    typed,
)
from integration.systems.formats import Formats, reading
from integration.systems.values import Field, FieldType, Option, Table
from tests.makers import BLOCKED, amount, moment, option, table, text
from tests.systems.any_filter import FILTERS
from tests.systems.customers import CUSTOMER

RELATIONSHIP = (Option(3, "Customer"), Option(11, "Vendor"))
FIRM: Table = table(
    "firm", "Firm",
    [
        text("name", label="Name"), text("city", label="City"), option("blocked", BLOCKED), amount("limit"),
        Field("relation", FieldType.OPTION, "Relationship Type", options=RELATIONSHIP),
        Field("open", FieldType.BOOLEAN, "Open"), Field("since", FieldType.DATE, "Since"), moment("seen"),
    ],
)  # fmt: skip

ONE = {
    "relation = Customer": "Relationship Type is Customer",
    "relation in (Customer, 11)": "Relationship Type is any of Customer or Vendor",
    "not relation in (3, 11)": "Relationship Type is none of Customer or Vendor",
    "blocked = ' '": "blocked is blank",
    "blocked <> ''": "blocked is not blank",
    "name is not blank": "Name is not blank",
    "not name is blank": "Name is not blank",
    "open = no": "Open is No",
    "name contains ltd": "Name contains ltd",
    "name contains ltd or name contains inc": "Name contains ltd or inc",
    "not (name begins with X or name begins with Y)": "Name does not begin with X or Y",
    "not name ends with Z": "Name does not end with Z",
    "city in (London, Paris, Wien)": "City is any of London, Paris or Wien",
    "not city = London": "City is not London",
    "not city <> London": "City is London",
    "limit >= 1000.50": "limit is at least 1000,50",
    "not limit > 5": "limit is not more than 5",
    "(limit >= 100 and limit <= 200) or limit = 500": "limit is any of 100 to 200 or 500",
    "since >= 2027-01-31": "Since is from 31.01.2027",
    "since < 2027-01-31": "Since is before 31.01.2027",
    "(since >= 2027-01-01 and since <= 2027-01-31)": "Since is 01.01.2027 to 31.01.2027",
    "seen > 2027-01-31T11:00:00": "seen is after 31.01.2027 12:00:00",
    "seen >= 2027-01-30T23:00:00": "seen is from 31.01.2027",
    "seen < 2027-01-31T23:00:00": "seen is until 31.01.2027",
    "seen <= 2027-01-31T23:00:00": "seen is until 01.02.2027 00:00:00",
    "seen = 2027-01-30T23:00:00": "seen is 31.01.2027 00:00:00",
    "(seen >= 2027-01-30T23:00:00 and seen < 2027-01-31T23:00:00)": "seen is 31.01.2027",
    "(seen >= 2027-01-29T23:00:00 and seen < 2027-01-31T23:00:00)": "seen is 30.01.2027 to 31.01.2027",
    "(seen >= 2027-01-30T22:00:00 and seen < 2027-01-31T22:00:00)":
        "seen is 30.01.2027 23:00:00 to before 31.01.2027 23:00:00",
    "limit = many": "limit is many",
    "colour = red": "colour is red",
}  # fmt: skip

SEVERAL = {
    "": "",
    "city = London or name contains ltd": "City is London or Name contains ltd",
    "city = London and name = A or open = yes": "(City is London and Name is A) or Open is Yes",
    "city in (A, B) or open = yes": "(City is any of A or B) or Open is Yes",
    "not (city = London and open = yes)": "not (City is London and Open is Yes)",
    "not not city = London": "not City is not London",
    "city <> A or city <> B": "City is not A or City is not B",
}


def said(where: str, zone: str = "Europe/Berlin") -> str:
    with reading(Formats(days="dots", numbers="comma")):
        return in_words(parse(where), FIRM, ZoneInfo(zone))


@pytest.mark.parametrize(("where", "words"), ONE.items())
def test_one_condition_is_said_with_its_caption_and_its_values_as_the_person_reads_them(where: str, words: str) -> None:
    assert said(where) == words
    assert is_one_condition(parse(where))


@pytest.mark.parametrize(("where", "words"), SEVERAL.items())
def test_several_conditions_are_said_with_brackets_where_they_could_be_misread(where: str, words: str) -> None:
    assert said(where) == words
    assert not is_one_condition(parse(where))


def test_the_first_and_the_last_moment_there_are_have_words_in_every_zone() -> None:
    for moment_of_all in ("0001-01-01T00:00:00", "9999-12-31T23:59:59"):
        for zone in ("America/New_York", "Asia/Tokyo"):
            assert said(f"seen < {moment_of_all}", zone).startswith("seen is ")


def test_where_the_table_is_not_known_fields_are_called_as_somebody_knows_them() -> None:
    called = {"customertypecode": "Relationship Type", "staff": "Staff"}
    words = in_words(parse("customertypecode = Customer and not (staff = 1)"), None, dt.UTC, called.__getitem__)

    assert words == "Relationship Type is Customer and Staff is not 1"


def test_a_long_value_is_cut_and_does_not_turn_the_words_behind_it() -> None:
    words = in_words(Comparison("name", "=", "\u202e" + "x" * 10_000), FIRM)

    assert words.startswith("Name is xxx")
    assert len(words) < 100


@given(FILTERS)
def test_every_filter_has_words_typed_or_not(where: Filter) -> None:
    assert in_words(where, CUSTOMER)
    assert in_words(parse(text_of(where)))
    assert in_words(parse(text_of(where, CUSTOMER)), CUSTOMER) == in_words(where, CUSTOMER)


# --- taken apart ---------------------------------------------------------------------------------------------


def test_conditions_keep_the_letters_in_which_they_were_typed() -> None:
    parts = parts_of("  city = South   London\n and (name contains 'and' or open = yes)AND not limit>5 ")

    assert [part.text for part in parts] == [
        "city = South   London", "(name contains 'and' or open = yes)", "not limit>5"
    ]  # fmt: skip
    assert parts[0].where == Comparison("city", "=", "South London")


def test_alternatives_are_one_part_in_brackets() -> None:
    assert [part.text for part in parts_of("city = A and open = yes or city = B")] == [
        "(city = A and open = yes or city = B)"
    ]


def test_no_filter_has_no_parts_and_what_is_none_is_refused() -> None:
    assert parts_of(" \n ") == ()
    with pytest.raises(FilterError):
        parts_of("city London")


@given(st.lists(FILTERS, min_size=1, max_size=4))
def test_parts_joined_by_and_are_the_filter_again(several: list[Filter]) -> None:
    text = " and ".join(part_text(one, CUSTOMER) for one in several)
    parts = parts_of(text)

    assert [typed(part.where, CUSTOMER) for part in parts] == several
    assert " and ".join(part.text for part in parts) == text
    assert typed(parse(text), CUSTOMER) == both(*several)
    assert EVERYTHING not in several


# --- written again -------------------------------------------------------------------------------------------


def test_options_with_the_same_label_are_written_by_number_and_read_back() -> None:
    twins = table("firm", "Firm", [option("kind", (Option(1, "Other"), Option(2, "other"), Option(5, "2")))])

    for value, written in ((1, "kind = 'Other'"), (2, "kind = 2"), (5, "kind = 5")):
        where = Comparison("kind", "=", value)
        assert text_of(where, twins) == written
        assert parse(written, twins) == where


def test_an_option_that_no_word_and_no_number_reaches_cannot_be_written() -> None:
    lost = table("firm", "Firm", [option("kind", (Option(1, "2"), Option(3, "A"), Option(2, "a")))])

    with pytest.raises(ValueError, match="cannot be written"):
        text_of(Comparison("kind", "=", 2), lost)


@pytest.mark.parametrize("typed_as", ["No", "false", "Enabled", "enabled"])
def test_a_field_of_two_values_is_said_in_its_words_and_typed_in_them_too(typed_as: str) -> None:
    users = table(
        "systemuser", "User", [Field("isdisabled", FieldType.BOOLEAN, "Status", words=("Enabled", "Disabled"))]
    )

    where = parse(f"isdisabled = {typed_as}", users)

    assert (where, in_words(where, users)) == (Comparison("isdisabled", "=", False), "Status is Enabled")
    assert in_words(parse("isdisabled = Yes"), users) == "Status is Disabled"
