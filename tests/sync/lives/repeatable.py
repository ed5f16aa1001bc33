"""What makes a life the same each time it is lived."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any
from unittest import mock

from integration.sync import engine


class AtOnce:
    """Does what it is given at once, in the caller's thread: a life is the same each time."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(call(*arguments))
        except BaseException as error:  # noqa: BLE001 - the caller asks for it
            future.set_exception(error)
        return future


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Ids and the order of writes follow from the seed."""
    dice = random.Random(seed)
    drawn = mock.Mock(side_effect=lambda: uuid.UUID(int=dice.getrandbits(128), version=4))
    with mock.patch.object(uuid, "uuid4", drawn), mock.patch.object(engine, "ThreadPoolExecutor", AtOnce):
        yield
