"""Orders that nobody has marked as sent: asked for in the lists as the runs judge them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from integration.documents.notices import SENT, was_never_sent
from integration.pages.in_sales import unsent
from integration.systems.filters import matches
from integration.systems.values import Field, FieldType, Record
from tests.makers import table


@pytest.mark.parametrize(
    ("sent", "never"),
    [
        (None, True),
        (dt.datetime(1899, 12, 31, 10, 14, tzinfo=dt.UTC), False),
        (dt.datetime(1899, 12, 31, 10, 15, tzinfo=dt.UTC), True),
        (dt.datetime(1900, 1, 1, tzinfo=dt.UTC), True),
        (dt.datetime(1900, 1, 1, 23, 59, tzinfo=dt.UTC), True),
        (dt.datetime(1900, 1, 2, tzinfo=dt.UTC), False),
        (dt.datetime(2027, 1, 12, 10, tzinfo=dt.UTC), False),
    ],
)
def test_a_moment_that_stands_for_never_is_asked_for_as_it_is_judged(sent: dt.datetime | None, never: bool) -> None:
    orders = table("salesorder", "Order", [Field(SENT, FieldType.DATETIME)])
    order = Record("salesorder", uuid.uuid4(), {SENT: sent}, "1")

    assert (was_never_sent(order), matches(unsent(orders), order)) == (never, never)


@pytest.mark.parametrize(("sent", "never"), [(None, True), (dt.date(1900, 1, 1), True), (dt.date(1900, 1, 2), False)])
def test_so_is_a_day(sent: dt.date | None, never: bool) -> None:
    orders = table("salesorder", "Order", [Field(SENT, FieldType.DATE)])
    order = Record("salesorder", uuid.uuid4(), {SENT: sent}, "1")

    assert (was_never_sent(order), matches(unsent(orders), order)) == (never, never)


def test_without_the_column_every_order_counts() -> None:
    orders = table("salesorder", "Order", [])
    assert matches(unsent(orders), Record("salesorder", uuid.uuid4(), {}, "1"))
