"""A company that sells, on 15 January 2027, with enough on stock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.business_central import trading

pytest.register_assert_rewrite("tests.business_central.posting.books")


@pytest.fixture(autouse=True)
def trade(db: None) -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        trading.open_company()
        trading.stock()
        yield
