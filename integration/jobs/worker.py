"""The worker process: takes ids from the queue and runs each in a forked work-horse."""

from __future__ import annotations

import logging
import os
import signal
import threading
import uuid
from typing import Any

from django.conf import settings
from django.db import connections
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from integration.jobs.journal import PAUSE
from integration.jobs.leash import die_with_parent
from integration.jobs.queue import QueuedCall, disconnect, queue_at
from integration.models.stored import key_holders

KIND = "worker"

FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0

log = logging.getLogger(__name__)


class NoQueue(Exception):
    """REDIS_URL is not set, or nobody answers there; the message says which."""


class JobWorker(Worker):
    """RQ's forking worker, whose work-horses end with it.

    Asked to stop, it asks its work-horse to give the claim back after the page under way; killed, it takes the
    work-horse along (on Linux), and the scheduler has the run resumed.
    """

    end = threading.Event()

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Remembered here, since what follows may fail for want of a queue."""
        self.end.set()
        super().request_stop(signum, frame)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """A queue that came back empty gets to know this worker again."""
        super().heartbeat(timeout, pipeline)
        if os.getpid() == self.pid:
            key_holders.announce(KIND)
            # A connection that existed before the fork would be shared by two processes.
            connections.close_all()
        if pipeline is None and not self.is_horse and not self.connection.hexists(self.key, "birth"):
            self.connection.delete(self.key)
            self.register_birth()

    def let_run_end(self) -> None:
        """A run that is under way when the queue goes away ends in peace; it needs none."""
        while self.horse_pid:
            try:
                os.waitpid(self.horse_pid, 0)
            except ChildProcessError:
                return
            except (RedisError, StopRequested):
                continue  # somebody asked to stop, and the run was asked to pause

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
    """Take jobs until asked to stop (SIGTERM, SIGINT), or with ``burst`` until none is left. A queue that goes away
    meanwhile is waited for. Raises ``NoQueue`` where there is none at the start."""
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
    end = threading.Event()
    try:
        while not _live(connection, end, burst, level):
            _wait_for(connection, end)
    finally:
        connection.close()
        disconnect()
        key_holders.withdraw(KIND)


def _live(connection: Redis, end: threading.Event, burst: bool, level: str) -> bool:
    """Be a worker for a while. ``False``: the queue went away under it, and it is to begin anew."""
    worker = None
    try:
        worker = JobWorker(
            [queue_at(connection)],
            connection=connection,
            name=_name(),
            job_class=QueuedCall,
            serializer=JSONSerializer,
        )
        worker.log_job_description, worker.end = False, end
        worker.work(burst=burst, logging_level=level, with_scheduler=False)
    except RedisError as error:
        log.warning("The queue went away: %s", error)
    if worker is not None:
        worker.let_run_end()
    return burst or end.is_set()


def _name() -> str:
    """Another one each time: the queue may still remember the worker that this process was before."""
    return f"worker-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def _wait_for(connection: Redis, end: threading.Event) -> None:
    """Until the queue answers again, or somebody wants this process to end."""
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: end.set())
    log.warning("The queue does not answer; this worker looks for it again every %g s at most.", LONGEST_WAIT)
    pause = FIRST_WAIT
    while not end.wait(pause):
        try:
            connection.ping()
        except RedisError:
            pause = min(LONGEST_WAIT, pause * 2)
        else:
            log.warning("The queue answers again.")
            return
