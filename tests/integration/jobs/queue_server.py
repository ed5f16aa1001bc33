"""A queue server of its own for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.real.gated import queue_server


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """A queue server of our own."""
    with queue_server() as (connection, _):
        yield connection
