"""An organization in this process that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.conftest import Clock
from tests.sandbox.in_process import Inside, organization_in_process


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A new organization whose clock stands still, asked by an administrator."""
    with organization_in_process(tmp_path_factory.mktemp("requests"), clock=Clock()) as made:
        yield Inside(made)
