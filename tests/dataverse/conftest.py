"""A Dataverse sandbox for every test below: the demo organization, served over HTTP from this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.organization import demo_organization


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a running demo organization (url, token_endpoint, tenant, client_id, client_secret, clients).

    It lasts for the session: create rows of your own and do not count on totals.
    """
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        yield running.ready
