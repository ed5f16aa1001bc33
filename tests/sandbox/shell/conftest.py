"""A directory in memory with one registered client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.sandbox.shell.tokens import Tenant
from tests.sandbox.conftest import Clock
from tests.sandbox.shell.directory import PLACE, Kept


@pytest.fixture
def kept() -> Iterator[Kept]:
    made = Kept()
    yield made
    made.lines.close()


@pytest.fixture
def tenant(kept: Kept, clock: Clock) -> Tenant:
    return Tenant(kept, clock, (PLACE,))
