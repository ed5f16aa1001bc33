"""The published shop and the program that asks; nobody has asked too often before a test."""

from __future__ import annotations

import pytest

from integration.views import published
from tests.integration.published.shop import Program, open_shop, program, publish


@pytest.fixture(autouse=True)
def nobody_asked_yet() -> None:
    published.KEYS.forget()
    published.WRONG_KEYS.forget()


@pytest.fixture
def phyllis(db: None) -> Program:
    """Asks a published shop with a valid key."""
    open_shop()
    publish()
    return program()
