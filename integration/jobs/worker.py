"""The worker process: takes ids from the queue and runs each in a forked work-horse."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.conf import settings
from django.db import connections
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.serializers import JSONSerializer

from integration.jobs.journal import PAUSE
from integration.jobs.leash import die_with_parent
from integration.jobs.queue import QueuedCall, disconnect, queue_at
from integration.models import key_holders

KIND = "worker"


class NoQueue(Exception):
    """REDIS_URL is not set, or nobody answers there; the message says which."""


class JobWorker(Worker):
    """RQ's forking worker, whose work-horses end with it.

    Asked to stop, it asks its work-horse to give the claim back after the page under way; killed, it takes the
    work-horse along (on Linux), and the scheduler has the run resumed.
    """

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        super().heartbeat(timeout, pipeline)
        if os.getpid() == self.pid:
            key_holders.announce(KIND)
            # A connection that existed before the fork would be shared by two processes.
            connections.close_all()

    def main_work_horse(self, job: Any, queue: Any) -> None:
        die_with_parent(self.pid or os.getppid())
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()
        signal.signal(signal.SIGTERM, lambda *_: PAUSE.set())

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)


def work(burst: bool = False, level: str = "INFO") -> None:
    """Take jobs until asked to stop (SIGTERM, SIGINT), or with ``burst`` until none is left. Raises ``NoQueue``."""
    if not settings.REDIS_URL:
        raise NoQueue("REDIS_URL is not set: there is no queue to take jobs from.")
    connection = Redis.from_url(settings.REDIS_URL)
    try:
        connection.ping()
    except RedisError as error:
        # The address may hold a password; what Redis says names host and port.
        raise NoQueue(f"The queue does not answer: {error}") from error
    # A connection that existed before the fork would be shared by two processes.
    connections.close_all()
    worker = JobWorker(
        [queue_at(connection)],
        connection=connection,
        name=f"worker-{os.getpid()}",
        job_class=QueuedCall,
        serializer=JSONSerializer,
    )
    worker.log_job_description = False
    try:
        worker.work(burst=burst, logging_level=level, with_scheduler=False)
    finally:
        connection.close()
        disconnect()
        key_holders.withdraw(KIND)
