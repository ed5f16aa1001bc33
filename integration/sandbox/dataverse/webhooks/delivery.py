"""Posting what is in the outbox, from threads of their own.

A receiver has 60 seconds and answers anything between 200 and 299. What it answers with 502, 503 or 504 is posted once
more; after that, and after every other answer, the job has failed for good.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import Queue
from urllib.parse import urlsplit

from integration.sandbox.dataverse.store.database import Database
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.dataverse.webhooks.address import called_with
from integration.sandbox.shell.tokens import Tenant

THREADS = 4
SECONDS = 60
STOPPING_SECONDS = 2
AGAIN = frozenset({502, 503, 504})
SUCCEEDED, FAILED = (3, 30), (3, 31)
log = logging.getLogger(__name__)

Writing = Callable[[str], AbstractContextManager[Write]]
"""Opens a transaction in the name of a user."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call still to be made."""

    job: str
    user: str
    keep: bool
    headers: Mapping[str, str]
    body: bytes
    url: str
    kind: int
    secret: str


class Deliveries:
    """``put`` takes the ids of jobs that are committed; ``wait_until_posted`` waits until all of them were posted."""

    def __init__(self, database: Database, writing: Writing, tenant: Tenant) -> None:
        self._database = database
        self._writing = writing
        self._tenant = tenant
        self._jobs: Queue[str | None] = Queue()
        self._threads: list[threading.Thread] = []
        self._ending = threading.Event()

    def start(self) -> None:
        """Begin with what an earlier run left."""
        waiting = self._database.connection().execute("SELECT job FROM outbox ORDER BY rowid")
        for number in range(THREADS):
            thread = threading.Thread(target=self._work, name=f"webhook-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self.put(job for (job,) in waiting.fetchall())

    def put(self, jobs: Iterable[str]) -> None:
        """Have these posted; without threads they wait in the file."""
        if self._threads:
            for job in jobs:
                self._jobs.put(job)

    def wait_until_posted(self) -> None:
        self._jobs.join()

    def stop(self) -> None:
        """End the threads; what is being posted gets a moment, what was not begun stays in the file."""
        self._ending.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(STOPPING_SECONDS)
        self._threads.clear()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                if job is None:
                    return
                if not self._ending.is_set():
                    self._deliver(job)
            except Exception:
                log.exception("The webhook job %s could not be finished", job)
            finally:
                self._jobs.task_done()

    def _deliver(self, job: str) -> None:
        delivery = self._delivery(job)
        if delivery is None:
            return
        status, problem = self._post(delivery)
        retried = status in AGAIN
        if retried:
            status, problem = self._post(delivery)
        self._finish(delivery, 200 <= status <= 299, problem, int(retried))

    def _delivery(self, job: str) -> Delivery | None:
        found = (
            self._database.connection()
            .execute(
                "SELECT b.user, b.keep, b.headers, b.body, e.url, e.authtype, s.value FROM outbox b"
                " LEFT JOIN serviceendpoint e ON e.serviceendpointid = b.endpoint"
                " LEFT JOIN endpoint_secret s ON s.endpoint = b.endpoint WHERE b.job = ?",
                (job,),
            )
            .fetchone()
        )
        if found is None:
            return None
        user, keep, headers, body, url, kind, secret = found
        return Delivery(job, user, bool(keep), json.loads(headers), body.encode(), url or "", kind or 0, secret or "")

    def _post(self, delivery: Delivery) -> tuple[int, str]:
        """The status (0 for no answer) and what to say about it."""
        environment = urlsplit(next(iter(self._tenant.resources), "")).netloc
        headers = {**delivery.headers, "x-ms-dynamics-organization": environment}
        try:
            url, secret = called_with(delivery.url, delivery.kind, delivery.secret)
            status = post(url, delivery.body, {**headers, **secret, "Content-Type": "application/json; charset=utf-8"})
        except (OSError, http.client.HTTPException, ValueError) as error:
            return 0, f"The webhook could not be reached: {type(error).__name__}."
        return status, f"The webhook answered {status} {http.client.responses.get(status, '')}".rstrip() + "."

    def _finish(self, delivery: Delivery, well: bool, problem: str, retries: int) -> None:
        with self._writing(delivery.user) as write:
            write.connection.execute("DELETE FROM outbox WHERE job = ?", (delivery.job,))
            table = write.model["asyncoperation"]
            if write.one(table.name, delivery.job) is None:
                return  # somebody deleted it meanwhile
            if well and not delivery.keep:
                write.delete(table, delivery.job)
                return
            state, status = SUCCEEDED if well else FAILED
            values: Values = {"statecode": state, "statuscode": status, "completedon": write.now}
            values |= {"retrycount": retries} | ({} if well else {"message": problem})
            write.update(table, {delivery.job: values})


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; nothing is followed. Raises ``OSError`` and ``HTTPException``."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        target = parts.path or "/"
        connection.request("POST", f"{target}?{parts.query}" if parts.query else target, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
