"""A company that sells, on 15 January 2027, with enough on stock, and people who work with its documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.business_central import trading
from tests.people import BOOKKEEPER, ORDER_PROCESSOR, signed_in


@pytest.fixture(autouse=True)
def trade(db: None) -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        trading.open_company()
        trading.stock()
        yield


@pytest.fixture
def olga() -> Client:
    """Olga edits, ships and invoices."""
    return signed_in("olga", ORDER_PROCESSOR)


@pytest.fixture
def bert() -> Client:
    """Bert keeps the books."""
    return signed_in("bert", BOOKKEEPER)


@pytest.fixture
def vera() -> Client:
    """Vera only looks."""
    return signed_in("vera")
