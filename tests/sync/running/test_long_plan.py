"""A plan is read as it is made: however long it is, only a page of it is in memory."""

from __future__ import annotations

import gc

from integration.sync.actions import Insert
from tests.sync.running.long import PAGE, planned


def alive() -> int:
    return sum(isinstance(one, Insert) for one in gc.get_objects())


def test_of_a_plan_of_six_pages_never_more_than_two_are_in_memory() -> None:
    before, most = alive(), 0
    for number, action in enumerate(planned(6 * PAGE), 1):
        assert isinstance(action, Insert)
        if number % PAGE == 0:
            most = max(most, alive() - before)
    assert number == 6 * PAGE
    assert most <= 2 * PAGE
