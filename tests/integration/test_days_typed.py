"""Days that people type, in their own format; a day in any other is refused and never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django import forms

from integration.forms.day import DayInput, typed_day
from integration.systems.formats import Formats, reading

NOVEMBER = dt.date(2026, 11, 29)


class Due(forms.Form):
    """One day."""

    due = forms.DateField(required=False, widget=DayInput)


@pytest.mark.parametrize(
    ("days", "typed", "day"),
    [
        ("iso", "2026-11-29", NOVEMBER),
        ("iso", "29.11.2026", None),
        ("dots", "29.11.2026", NOVEMBER),
        ("dots", " 2026-11-29 ", NOVEMBER),
        ("dots", "11/29/2026", None),
        ("slashes", "05/06/2026", dt.date(2026, 6, 5)),
        ("american", "05/06/2026", dt.date(2026, 5, 6)),
        ("american", "29/11/2026", None),
        ("dashes", "31-02-2026", None),
        ("dots", "yesterday", None),
        ("dots", "", None),
    ],
)
def test_a_day_is_read_in_the_format_of_who_types_it(days: str, typed: str, day: dt.date | None) -> None:
    with reading(Formats(days=days)):
        form = Due({"due": typed})
        assert form.is_valid() is (day is not None or not typed)
        assert form.cleaned_data.get("due") == day


@pytest.mark.parametrize("typed", ["t", "T", "today"])
def test_t_is_today(typed: str) -> None:
    with time_machine.travel("2026-11-29T12:00:00Z", tick=False):
        assert typed_day(typed) == NOVEMBER


@pytest.mark.parametrize(
    ("value", "shown"),
    [(NOVEMBER, 'value="29.11.2026"'), ("2026-11-29", 'value="29.11.2026"'), ("soon", 'value="soon"')],
)
def test_an_input_shows_the_day_as_the_person_reads_it_and_says_how_to_type_it(value: object, shown: str) -> None:
    with reading(Formats(days="dots")):
        drawn = DayInput().render("due", value)

    assert (shown in drawn, 'placeholder="dd.mm.yyyy"' in drawn, 'type="text"' in drawn) == (True, True, True)
