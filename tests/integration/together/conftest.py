"""A mapping with everything that forms of it show."""

from __future__ import annotations

import pytest

from integration.models import TableMapping
from tests.integration.together.stale import furnish


@pytest.fixture
def furnished(mapping: TableMapping) -> TableMapping:
    furnish(mapping)
    return mapping
