"""Charts of Home: what the axes say, where bars stand, and what is read out."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from integration.pages.home.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Chart, Day, rounded_up

SERIES = (("jobs went well", "went-well"), ("jobs failed", "went-wrong"))


def chart(*numbers: tuple[int, int]) -> Chart:
    return Chart(
        "Jobs a day", SERIES, [Day(f"{n} Nov", f"Sunday {n} November", pair) for n, pair in enumerate(numbers, 1)]
    )


@pytest.mark.parametrize(
    ("number", "top"),
    [(0, 1), (1, 1), (3, 4), (4, 4), (7, 10), (10, 10), (11, 20), (99, 100), (412, 500), (1001, 2000)],
)
def test_the_axis_ends_at_a_round_number(number: int, top: int) -> None:
    assert rounded_up(number) == top


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=40))
def test_every_bar_stands_inside_the_picture_and_on_the_one_below(numbers: list[tuple[int, int]]) -> None:
    for _day, parts in chart(*numbers).bars:
        below = HEIGHT - BOTTOM
        for part in parts:
            assert part.y + part.height == pytest.approx(below)
            assert part.y >= TOP - 1e-6
            assert LEFT <= part.x <= part.x + part.width <= WIDTH + 1e-6
            below = part.y


def test_today_is_always_written_and_never_more_than_five_days() -> None:
    dates = chart(*[(1, 0)] * 14).dates
    assert dates[-1].label == "14 Nov"
    assert len(dates) == 5


def test_the_numbers_of_a_chart_are_read_out_day_by_day() -> None:
    shown = Template("{% load components %}{% bars chart %}").render(Context({"chart": chart((5, 0), (3, 2))}))
    assert 'aria-label="Jobs a day, Sunday 1 November to Sunday 2 November: 8 jobs went well, 2 jobs failed."' in shown
    assert '<th scope="row">Sunday 2 November</th><td>3</td><td>2</td>' in shown
    assert shown.count("<rect") == 3


def test_a_chart_of_nothing_is_a_sentence_and_no_row_of_dashes() -> None:
    shown = Template("{% load components %}{% bars chart %}").render(Context({"chart": chart((0, 0), (0, 0))}))
    assert "None in these 2 days." in shown
    assert "<svg" not in shown
