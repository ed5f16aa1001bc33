"""The arithmetic of number series, and texts that have a form of their own: addresses, codes, date formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.business_central.fields import Amount, Code, Text
from integration.business_central.number_series import DEFAULT_SERIES, LONGEST, has_digits, increased, is_beyond
from integration.business_central.text_rules import (
    date_formula_problem,
    email_problem,
    email_problems,
    iso_code_problem,
)


@pytest.mark.parametrize(
    ("number", "by", "following"),
    [
        ("C00090", 10, "C00100"), ("C00010", 1, "C00011"), ("1000", 1, "1001"), ("9", 1, "10"), ("A99", 1, "A100"),
        ("SP NO. 00001", 1, "SP NO. 00002"), ("2026-001-X", 1, "2026-002-X"), ("10A20B", 5, "10A25B"),
        ("000", 1, "001"), ("INV-0099/26A", 1, "INV-0099/27A"),
    ],
)  # fmt: skip
def test_a_number_is_counted_up_in_its_last_digits_which_keep_their_width(number: str, by: int, following: str) -> None:
    assert increased(number, by) == following


@given(st.integers(0, 10**9), st.integers(1, 1000), st.text(alphabet="ABC-/ .", max_size=5))
def test_counting_up_adds_up_and_keeps_what_stands_around_the_digits(start: int, by: int, around: str) -> None:
    number = f"{around}{start:05d}{around}"

    assert increased(increased(number, by), by) == increased(number, 2 * by)
    assert increased(number, by) == f"{around}{start + by:05d}{around}"


@pytest.mark.parametrize(("number", "can"), [("C1", True), ("1", True), ("1C", True), ("CUSTOMER", False), ("", False)])
def test_a_number_without_digits_cannot_be_counted_up(number: str, can: bool) -> None:
    assert has_digits(number) is can
    if not can:
        assert increased(number, 1) == number


@pytest.mark.parametrize(
    ("number", "ending", "beyond"),
    [
        ("C00100", "C00100", False), ("C00101", "C00100", True), ("C00099", "C00100", False),
        ("C100000", "C99999", True), ("C9", "C10", False), ("C1", "", False), ("9" * LONGEST, "", False),
        ("9" * (LONGEST + 1), "", True), ("1000", "999", True), ("999", "1000", False),
    ],
)  # fmt: skip
def test_a_number_behind_the_ending_one_or_too_long_is_beyond_its_series(
    number: str, ending: str, beyond: bool
) -> None:
    assert is_beyond(number, ending) is beyond


@pytest.mark.parametrize("code", DEFAULT_SERIES)
def test_the_series_of_a_new_company_can_be_counted_up(code: str) -> None:
    description, first, increment = DEFAULT_SERIES[code]

    assert description
    assert has_digits(first)
    assert increment > 0
    assert not is_beyond(increased(first, increment), "")


@pytest.mark.parametrize(
    "text",
    ["", "helen@adatum.example", "a@b", "helen@adatum.example;jim@adatum.example", " helen@adatum.example ; a@b ",
     "o'hara+sales@adatum.example", "jürgen@müller.example"],
)  # fmt: skip
def test_an_address_or_several_are_taken(text: str) -> None:
    assert email_problem("Email", text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("helen", "helen"), ("@adatum.example", "@adatum.example"), ("helen@", "helen@"), ("a b@c", "a b@c"),
        ("a@b@c", "a@b@c"), ("a@b,c@d", "a@b,c@d"), ("a@b;", ""), ("a@b;;c@d", ""), ("<a@b>", "<a@b>"),
        ("x" * 100, "x" * 80),
    ],
)  # fmt: skip
def test_what_is_no_address_is_named_and_cut_where_it_is_long(text: str, named: str) -> None:
    assert email_problem("Email", text) == f"Email “{named}” is not a valid e-mail address."


def test_only_the_columns_with_a_wrong_address_are_told() -> None:
    class Helen:
        e_mail, e_mail_2 = "helen@adatum.example", "nobody"

    found = dict(email_problems(Helen(), {"e_mail": "Email", "e_mail_2": "Email 2"}))

    assert found == {"e_mail_2": "Email 2 “nobody” is not a valid e-mail address."}


@pytest.mark.parametrize(
    ("text", "letters", "fine"),
    [
        ("", 2, True), ("DE", 2, True), ("de", 2, True), ("EUR", 3, True), ("DEU", 2, False), ("D", 2, False),
        ("D1", 2, False), ("ÖS", 2, False), ("E R", 3, False), ("€UR", 3, False),
    ],
)  # fmt: skip
def test_an_iso_code_takes_as_many_plain_letters(text: str, letters: int, fine: bool) -> None:
    problem = iso_code_problem(text, letters)

    words = {2: "two", 3: "three"}[letters]
    assert problem == (None if fine else f"ISO Code takes {words} letters, “{text}” is something else.")


@pytest.mark.parametrize(
    "text", ["", "30D", "2W", "CM", "CM+10D", "D15", "-1M", "+1Y", "1Q-1D", "cm+10d", "WD3", "CWD"]
)
def test_a_date_formula_is_taken(text: str) -> None:
    assert date_formula_problem("Due Date Calculation", text) is None


@pytest.mark.parametrize("text", ["D", "30", "30T", "CM10D", "+", "30D+", "C", "30 D", "1.5M", "CMCM", "--1D", "²D"])
def test_what_is_no_date_formula_is_refused_with_examples(text: str) -> None:
    problem = date_formula_problem("Due Date Calculation", text)

    assert problem == f"Due Date Calculation: “{text}” is no date formula. Write for example 30D, 2W, CM or CM+10D."


@pytest.mark.parametrize(
    ("value", "stored"), [(" c-10 ", "C-10"), ("straße", "STRASSE"), ("", ""), (None, None), (7, "7")]
)
def test_a_code_is_upper_case_and_trimmed_whoever_writes_it(value: int | str | None, stored: str | None) -> None:
    column = Code(max_length=20)

    assert column.to_python(value) == stored
    assert column.get_prep_value(value) == stored


def test_blank_text_is_empty_and_a_blank_number_zero() -> None:
    assert (Text(max_length=10).get_default(), Amount().get_default()) == ("", 0)


@pytest.mark.parametrize("least", [None, 0, 5])
def test_a_migration_says_the_minimum_of_an_amount_once(least: int | None) -> None:
    *_, kwargs = Amount(least=least).deconstruct()

    assert kwargs.get("least") == least
    assert "validators" not in kwargs
