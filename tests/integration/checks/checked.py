"""The two systems behind the checks, without a queue."""

from __future__ import annotations

import pytest

from integration.jobs import queue


@pytest.fixture(autouse=True)
def no_queue(settings):
    settings.REDIS_URL = ""
    queue.redis.cache_clear()
    yield
    queue.redis.cache_clear()
