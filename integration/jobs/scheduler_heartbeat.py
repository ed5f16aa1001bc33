"""The scheduler's sign of life."""

from __future__ import annotations

import logging

from redis.exceptions import RedisError

from integration.jobs.queue import redis

KEY, SECONDS = "scheduler:heartbeat", 15

log = logging.getLogger(__name__)


def show_scheduler_heartbeat() -> None:
    """Leave a sign of life for the liveness check."""
    connection = redis()
    try:
        if connection is not None:
            connection.set(KEY, 1, ex=SECONDS)
    except RedisError as error:
        log.warning("The queue does not answer (%s); the scheduler goes on with what the database says.", error)


def scheduler_is_alive() -> bool:
    """Has a scheduler ticked within the last seconds? Raises nothing: a queue that does not answer means no."""
    connection = redis()
    try:
        return connection is not None and bool(connection.exists(KEY))
    except RedisError as error:
        log.warning("Nobody knows whether the scheduler lives: %s", error)
        return False
