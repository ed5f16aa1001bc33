"""20,000 accounts into an organization that limits or fails, and how fast the answer to a batch is read.

The bound of the scaled limits is the execution time of the load divided by the rate they allow: 20,000 rows of 5 ms
are 100 s, at 12 s in every 3 s that takes 25 s. The requests (40 bulk messages, 60 in 3 s allowed) do not bind.
Three processes that load as one user have the same bound together: they share the gate in the queue server, as the
workers do, and the time to start them counts. The other figures are one process with the gate of a process.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.dataverse import batch
from integration.dataverse.connecting import connect
from integration.http import Answer
from integration.odata.shared import LocalGate
from integration.sandbox import Options, Sandbox
from integration.sandbox.shell.faults import Fault
from integration.sandbox.shell.limits import Bounds
from integration.systems.values import Row
from tests.bench.measure import Number, seconds
from tests.real import gated

ACCOUNTS = 20_000
SCALED = Bounds(seconds=3, requests=60, execution_seconds=12)
ROW_MS = 5.0
BOUND = ACCOUNTS * ROW_MS / 1000 * SCALED.seconds / SCALED.execution_seconds
FAULTS = (
    Fault("drop_before", 0.025),
    Fault("drop_after", 0.025),
    Fault("429_requests", 0.02),
    Fault("503", 0.01),
)


class _Gate(LocalGate):
    refused = 0

    def throttled(self, seconds: float) -> None:
        self.refused += 1
        super().throttled(seconds)


@dataclass(frozen=True)
class Load:
    seconds: float
    requests: int
    refused: int
    failed: int
    stored: int
    happened: int


def load(**options: Any) -> Load:
    """Load the accounts into a new organization that runs with these options."""
    with tempfile.TemporaryDirectory() as folder:
        running = Sandbox(Options(str(Path(folder) / "sandbox.sqlite3"), **options))
        running.start()
        gate = _Gate()
        names = ("url", "tenant", "client_id", "client_secret", "token_endpoint")
        client = connect(**{name: running.ready[name] for name in names}, gate=gate)
        rows = [Row(uuid.uuid4(), {"name": f"Adatum Branch {number}"}) for number in range(ACCOUNTS)]
        try:
            started = time.perf_counter()
            written = client.insert("account", rows)
            took = time.perf_counter() - started
            stored = running.database.connection().execute("SELECT COUNT(*) FROM account").fetchone()[0]
        finally:
            client.close()
            running.stop()
    failed = sum(one.error is not None for one in written)
    return Load(took, client.requests, gate.refused, failed, stored, sum(running.faults.happened.values()))


def together(processes: int = 3) -> Load:
    """The same load within the scaled limits by several processes at once, which share one gate."""
    with tempfile.TemporaryDirectory() as folder, gated.queue_server() as (_, socket):
        running = Sandbox(Options(str(Path(folder) / "sandbox.sqlite3"), limits=SCALED, row_ms=ROW_MS))
        running.start()
        each = -(-ACCOUNTS // processes)
        try:
            started = time.perf_counter()
            told = {"window": SCALED.seconds, "accounts": each, "at_once": each}
            crew = [gated.begin(running.ready, socket, **told) for _ in range(processes)]
            done = [gated.ended(process) for process in crew]
            took = time.perf_counter() - started
            stored = running.database.connection().execute("SELECT COUNT(*) FROM account").fetchone()[0]
        finally:
            running.stop()
    requests, refused, failed = (sum(getattr(one, name) for one in done) for name in ("requests", "refused", "failed"))
    return Load(took, requests, refused, failed, stored, 0)


def parsing() -> float:
    """Reading the answer to a batch of 1,000 parts, in times ``json.loads`` of the same bodies."""
    told = {"@odata.etag": 'W/"1"', "name": "Adatum", **{f"address1_line{n}": "1 Station Road" for n in range(18)}}
    body = json.dumps(told).encode()
    head = b"--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 200 OK\r\n"
    part = head + b"Content-Type: application/json; odata.metadata=minimal\r\nOData-Version: 4.0\r\n\r\n" + body
    answer = Answer(200, {"content-type": "multipart/mixed; boundary=b"}, (part + b"\r\n") * 1000 + b"--b--\r\n")
    floor = seconds(lambda: [json.loads(body) for _ in range(1000)], 5)
    return seconds(lambda: [each.json() for each in batch.read(answer)], 5) / floor


def run() -> Iterator[Number]:
    yield Number("batch of 1,000 parts: read, times json.loads", round(parsing(), 2), "x", 5)
    scaled = load(limits=SCALED, row_ms=ROW_MS)
    yield Number("scaled limits: refused", round(100 * scaled.refused / scaled.requests, 2), "%", 0.99)
    yield Number("scaled limits: time by bound", round(scaled.seconds / BOUND, 2), "x", 1.5)
    shared = together()
    yield Number("scaled limits, 3 processes: refused", round(100 * shared.refused / shared.requests, 2), "%", 0.99)
    yield Number("scaled limits, 3 processes: time by bound", round(shared.seconds / BOUND, 2), "x", 1.5)
    real = load(limits=Bounds(), latency_ms=40)
    yield Number("real limits, 40 ms: refused", real.refused, "requests", 0)
    for seed in range(5):
        faulty = load(faults=FAULTS, fault_seed=seed)
        yield Number(f"faults of seed {seed}: happened", faulty.happened, "faults")
        yield Number(
            f"faults of seed {seed}: lost, doubled or failed",
            abs(faulty.stored - ACCOUNTS) + faulty.failed,
            "accounts",
            0,
        )
