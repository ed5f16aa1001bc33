"""A company that sells, without a document yet."""

from __future__ import annotations

import pytest

from tests.business_central import trading


@pytest.fixture(autouse=True)
def trade(db: None) -> None:
    trading.open_company()
