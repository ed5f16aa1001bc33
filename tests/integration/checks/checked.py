"""The two systems behind the checks, without a queue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from integration.jobs import queue


@pytest.fixture(autouse=True)
def no_queue(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    yield
    queue.redis.cache_clear()
