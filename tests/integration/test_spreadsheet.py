"""Files for a spreadsheet: whichever separator it expects, no cell of them is a formula."""

from __future__ import annotations

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integration.views.spreadsheet import NUMBER, as_csv, safe
from tests.examples import examples

BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
HOSTILE = st.lists(
    st.sampled_from(["=", "+", "-", "@", "＝", ";", ",", "|", "\t", "\n", "\r", '"', "'", " ", "1", "cmd", "Adatum"])
)


def file_of(*cells: str) -> str:
    return b"".join(as_csv("errors", [cells])).decode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("Adatum;=1+1", "Adatum;'=1+1"),
        ("Adatum;\"=cmd|' /C calc'!A0\"", "Adatum;\"'=cmd|' /C calc'!A0\""),
        ("Adatum\n@SUM(A1)", "Adatum\n'@SUM(A1)"),
        (" =1", " '=1"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t'=1"),
        ("-12.50", "-12.50"),
        ("-1+cmd", "'-1+cmd"),
        ("Main St. 5-7, A+B", "Main St. 5-7, A+B"),
        ("anna@adatum.example", "anna@adatum.example"),
    ],
)
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str, written: str) -> None:
    assert safe(text) == written
    assert [*csv.reader(file_of(text).splitlines(keepends=True), strict=True)] == [[written]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@example(text="-1")
@given(text=HOSTILE.map("".join))
@examples(200)
def test_no_cell_is_a_formula_whatever_separates_cells_for_who_opens_it(separator: str, text: str) -> None:
    for row in csv.reader(file_of(text, "Fabrikam").splitlines(keepends=True), delimiter=separator):
        for cell in row:
            begins = cell.lstrip(' "\t\r\n')
            number = NUMBER.match(begins)
            behind = begins[number.end() :] if number else begins
            # Where commas separate nothing the whole line is one cell: a number, then text in quotes.
            assert not begins.startswith(BEGINNINGS) or (number and (not behind.strip() or behind[0] in '",'))


def test_every_cell_is_quoted() -> None:
    assert file_of("Adatum", '6" pipe') == '"Adatum","6"" pipe"\r\n'
