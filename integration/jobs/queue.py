"""The queue: RQ carries ids of job rows, nothing else. What it answers is never relied on, and what stands in it is
text: whoever can write to it cannot have a worker run anything but our two functions."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from integration.models import SyncJob, TaskRun

NAME = "default"
RUN = "integration.jobs.lifecycle.run"
FUNCTIONS = (RUN, "integration.jobs.tasks.run")
"""All that a worker calls: each takes an id or a name, and looks up the rest itself."""
KEEP_FAILED = 24 * 3600
TIMEOUT = 5.0

log = logging.getLogger(__name__)


class NotOurs(Exception):
    """What stands in the queue was put there by somebody else."""


class QueuedCall(Job):
    """A job of RQ that calls one of our functions, and nothing before or after it."""

    success_callback = failure_callback = stopped_callback = property(lambda self: None)

    @property
    def func(self) -> Callable[..., Any]:
        if self.func_name not in FUNCTIONS or self.instance is not None:
            raise NotOurs(f"The queue asks for {self.func_name}, which no worker runs.")
        function: Callable[..., Any] = super().func
        return function


def queue_at(connection: Redis) -> Queue:
    """The one queue, as everybody who writes or reads it has to open it."""
    return Queue(NAME, connection=connection, job_class=QueuedCall, serializer=JSONSerializer)


@dataclass(frozen=True, slots=True)
class QueueState:
    """What the queue looks like now; ``problem`` is blank where all is well."""

    workers: int = 0
    waiting: int = 0
    problem: str = ""


@cache
def redis() -> Redis | None:
    """The connection, one per process; ``None`` where there is no queue."""
    return connect(settings.REDIS_URL) if settings.REDIS_URL else None


def disconnect() -> None:
    """Close this process's connection; it is opened again when it is needed."""
    opened = redis() if redis.cache_info().currsize else None
    if opened is not None:
        opened.close()
    redis.cache_clear()


def connect(url: str) -> Redis:
    """A connection that soon says when nobody answers: people wait for it, and the scheduler comes back anyway."""
    retry = Retry(ConstantBackoff(0.05), 2)
    return Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=retry)


def send(jobs: Iterable[SyncJob]) -> None:
    """Give the queue these ids. Where that fails the rows stay queued, and the scheduler sends them again."""
    connection = redis()
    sent = list(jobs)
    if connection is None or not sent:
        return
    SyncJob.objects.mark_sent([job.pk for job in sent])
    try:
        queue = queue_at(connection)
        for job in sent:
            queue.enqueue(RUN, str(job.pk), job_timeout=-1, result_ttl=0, failure_ttl=KEEP_FAILED, at_front=job.urgent)
    except RedisError as error:
        log.warning("The queue does not answer (%s); the scheduler sends %d job(s) later.", error, len(sent))


def send_task(run: str, task: str, urgent: bool = False) -> None:
    """Give the queue the name of a task, for ``run`` to do it, unless it waits there already. Where that fails the
    scheduler sends it again."""
    connection = redis()
    if connection is None:
        return
    TaskRun.objects.mark_sent([task])
    named = f"{task}-"
    try:
        queue = queue_at(connection)
        if not any(waiting.startswith(named) for waiting in queue.get_job_ids()):
            id, kept = f"{named}{uuid.uuid4()}", {"result_ttl": 0, "failure_ttl": KEEP_FAILED}
            queue.enqueue(run, task, job_id=id, job_timeout=-1, at_front=urgent, **kept)
    except RedisError as error:
        log.warning("The queue does not answer (%s); the scheduler sends %s later.", error, task)


def queue_state() -> QueueState:
    """Workers and waiting ids, for people and for the liveness check."""
    connection = redis()
    if connection is None:
        return QueueState(problem="REDIS_URL is not set: there is no queue.")
    try:
        return QueueState(Worker.count(connection=connection), queue_at(connection).count)
    except RedisError as error:
        return QueueState(problem=f"The queue does not answer: {error}")
