"""An organization in this process with a table of every type of column, for questions of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.conftest import Clock
from tests.sandbox.dataverse.query.samples import Samples, make_samples
from tests.sandbox.in_process import Inside, organization_in_process


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A new organization on a Monday in March 2026, whose clock stands still."""
    with organization_in_process(tmp_path_factory.mktemp("questions"), clock=Clock()) as made:
        yield Inside(made)


@pytest.fixture(scope="module")
def samples(inside: Inside) -> Samples:
    return make_samples(inside)
