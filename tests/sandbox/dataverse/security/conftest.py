"""The office whose user has exactly the privileges a test gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.dataverse.security.office import Office


@pytest.fixture
def office(organization: Callable[..., Sandbox]) -> Office:
    return Office(organization())
