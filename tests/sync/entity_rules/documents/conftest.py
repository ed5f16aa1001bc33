from __future__ import annotations

import pytest

from tests.sync.entity_rules.documents.cronus_trades import Trading


@pytest.fixture
def trading() -> Trading:
    """A company that trades with Adatum."""
    return Trading()
