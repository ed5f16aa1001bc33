from __future__ import annotations

import pytest

from tests.sync.entity_rules.cronus import Cronus


@pytest.fixture
def cronus() -> Cronus:
    """A company and a Sales organization in which nobody has sold anything yet."""
    return Cronus()
