"""Whoever can write to the queue cannot make a worker run what they like."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import Redis
from rq.exceptions import DeserializationError
from rq.serializers import JSONSerializer

from integration.jobs import queue, worker
from integration.jobs.queue import FUNCTIONS, NotOurs, QueuedCall, queue_at

NOWHERE = Redis(host="127.0.0.1", port=1)


def call(name: str, *arguments: Any, instance: Any = None, **more: Any) -> QueuedCall:
    made = QueuedCall.create(name, arguments, connection=NOWHERE, serializer=JSONSerializer, **more)
    made._instance = instance
    return made


@pytest.mark.parametrize("name", ["os.system", "builtins.exec", "integration.jobs.lifecycle.start", "subprocess.run"])
def test_a_worker_calls_our_functions_and_no_others(name: str) -> None:
    with pytest.raises(NotOurs, match=name):
        _ = call(name, "touch /tmp/here").func


def test_a_method_of_something_that_was_sent_along_is_not_called() -> None:
    with pytest.raises(NotOurs):
        _ = call(FUNCTIONS[0], instance="text").func


@pytest.mark.parametrize("name", FUNCTIONS)
def test_our_functions_are_found(name: str) -> None:
    assert callable(call(name, "1").func)


def test_nothing_is_called_before_or_after() -> None:
    made = call(FUNCTIONS[0], "1")
    made._success_callback_name = made._failure_callback_name = made._stopped_callback_name = "os.abort"
    assert (made.success_callback, made.failure_callback, made.stopped_callback) == (None, None, None)


class Trap:
    """Unpacked, it would leave a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def test_a_pickle_in_the_queue_is_not_unpacked(tmp_path: Path) -> None:
    made = QueuedCall("1", connection=NOWHERE, serializer=JSONSerializer)
    made.data = pickle.dumps((FUNCTIONS[0], None, (Trap(tmp_path / "here"),), {}))
    with pytest.raises(DeserializationError):
        _ = made.func
    assert not (tmp_path / "here").exists()


def test_queue_worker_and_pages_read_the_same_text() -> None:
    opened = queue_at(NOWHERE)
    assert (opened.serializer, opened.job_class) == (JSONSerializer, QueuedCall)
    assert settings.RQ_QUEUES["default"]["SERIALIZER"] == "rq.serializers.JSONSerializer"
    assert worker.QueuedCall is queue.QueuedCall
