"""Which numbers new lines get between others."""

from __future__ import annotations

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from integration.forms.documents.lines import between


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 50))
def test_new_lines_stand_in_their_order_between_the_two_or_are_refused(before: int, room: int, count: int) -> None:
    behind = before + room
    if count and room <= count:
        with pytest.raises(forms.ValidationError):
            between(before, behind, count)
        return

    numbers = between(before, behind, count)

    assert len(numbers) == count
    assert sorted({before, *numbers, behind}) == [before, *numbers, behind]


def test_one_line_stands_in_the_middle() -> None:
    assert between(10000, 20000, 1) == [15000]
