"""How days, moments and numbers are written: for a person as they chose, for programs always in ISO."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.formats import DAYS, ISO, NUMBERS, Formats, current, reading
from integration.systems.values import Field, FieldType
from integration.systems.wording import value_text

DUE = dt.date(2026, 3, 7)
COPENHAGEN = zoneinfo.ZoneInfo("Europe/Copenhagen")
POSTED = dt.datetime(2026, 3, 7, 23, 30, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("days", "shown", "typed"),
    [
        ("iso", "2026-03-07", "yyyy-mm-dd"),
        ("dots", "07.03.2026", "dd.mm.yyyy"),
        ("slashes", "07/03/2026", "dd/mm/yyyy"),
        ("dashes", "07-03-2026", "dd-mm-yyyy"),
        ("american", "03/07/2026", "mm/dd/yyyy"),
        ("of the Maya", "2026-03-07", "yyyy-mm-dd"),
    ],
)
def test_a_day_is_written_as_the_person_chose_it(days: str, shown: str, typed: str) -> None:
    assert (Formats(days=days).day(DUE), Formats(days=days).placeholder) == (shown, typed)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [("point", "1,234.50"), ("comma", "1.234,50"), ("space", "1\N{NO-BREAK SPACE}234,50"), ("apostrophe", "1’234.50")],
)
def test_a_number_is_written_as_the_person_chose_it(numbers: str, shown: str) -> None:
    assert Formats(numbers=numbers).number("1,234.50") == shown


@given(st.dates(), st.sampled_from(sorted(DAYS)))
def test_every_day_reads_back_as_it_was_written(day: dt.date, days: str) -> None:
    formats = Formats(days=days)

    assert dt.datetime.strptime(formats.day(day), formats.pattern).date() == day  # noqa: DTZ007


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(sorted(NUMBERS)))
def test_every_number_keeps_its_digits(number: Decimal, numbers: str) -> None:
    thousands, point = NUMBERS[numbers]
    shown = Formats(numbers=numbers).number(f"{number:,.2f}")

    assert Decimal(shown.replace(thousands, "").replace(point, ".")) == number


@pytest.mark.parametrize(
    ("value", "type", "for_people", "for_programs"),
    [
        (POSTED, FieldType.DATETIME, "08.03.2026 00:30:05", "2026-03-07 23:30:05+00:00"),
        (DUE, FieldType.DATE, "07.03.2026", "2026-03-07"),
        (Decimal("2.50"), FieldType.DECIMAL, "2,50", "2.50"),
        (7, FieldType.INTEGER, "7", "7"),
        ("1.2", FieldType.TEXT, "1.2", "1.2"),
        (True, FieldType.BOOLEAN, "Yes", "Yes"),
        (None, FieldType.DATE, "", ""),
    ],
)
def test_a_value_is_worded_for_who_reads_it(value: object, type: FieldType, for_people: str, for_programs: str) -> None:
    field = Field("worded", type)
    with reading(Formats("dots", "comma")):
        assert value_text(value, field, COPENHAGEN) == for_people  # type: ignore[arg-type]
        assert value_text(value, field) == for_programs  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "shown"),
    [("iso", "03-07 23:30"), ("dots", "07.03. 23:30"), ("slashes", "07/03 23:30"), ("american", "03/07 23:30")],
)
def test_a_moment_of_this_year_goes_without_the_year(days: str, shown: str) -> None:
    assert Formats(days=days).brief(POSTED) == shown


def test_what_is_chosen_is_in_force_for_one_page_alone() -> None:
    with reading(Formats("dots")), reading(Formats("american")):
        assert current() == Formats("american")
    assert current() == ISO
