"""A company that sells, on 15 January 2027, and Annette, its bookkeeper, at her browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.business_central import trading
from tests.people import BOOKKEEPER, signed_in


@pytest.fixture(autouse=True)
def trade(db: None) -> Iterator[None]:
    with time_machine.travel("2027-01-15T09:00:00Z", tick=False):
        trading.open_company()
        trading.stock()
        yield


@pytest.fixture
def annette() -> Client:
    return signed_in("annette", BOOKKEEPER)
