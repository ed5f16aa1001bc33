"""An organization in this process for tests that only need rows and rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.sandbox.dataverse.organization import Organization
from tests.sandbox.dataverse.writer import Trade, Writer, organization_in_process, rolled_back


@pytest.fixture(scope="session")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    """An empty organization. Write in it through ``rolled_back`` only: all tests share it."""
    made = organization_in_process(tmp_path_factory.mktemp("in-process"))
    yield made
    made.database.close()


@pytest.fixture
def writer(in_process: Organization) -> Iterator[Writer]:
    """Writes as an administrator; everything is undone at the end of the test."""
    with rolled_back(in_process) as made:
        yield made


@pytest.fixture
def trade(writer: Writer) -> Trade:
    return Trade(writer)
