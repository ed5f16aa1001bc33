"""Many accounts into an organization that limits, drops and refuses: none is lost, none is doubled."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.sandbox import Options, Sandbox
from integration.dataverse.sandbox.faults import Fault
from integration.dataverse.sandbox.limits import Bounds
from integration.dataverse.store import SalesOrganization
from integration.odata.shared import LocalGate
from integration.systems.values import Row

ACCOUNTS = 3000


class CountingGate(LocalGate):
    """A gate that counts how often the organization asked to wait."""

    refused = 0

    def throttled(self, seconds: float) -> None:
        self.refused += 1
        super().throttled(seconds)


@pytest.fixture
def gate() -> CountingGate:
    return CountingGate()


@pytest.fixture
def organization(tmp_path: Path, gate: CountingGate) -> Iterator[Callable[..., tuple[Sandbox, SalesOrganization]]]:
    opened: list[tuple[Sandbox, SalesOrganization]] = []

    def start(**options: object) -> tuple[Sandbox, SalesOrganization]:
        running = Sandbox(Options(str(tmp_path / "organization.sqlite3"), **options))
        running.start()
        names = ("url", "tenant", "client_id", "client_secret", "token_endpoint")
        client = connect(**{name: running.ready[name] for name in names}, gate=gate)
        opened.append((running, client))
        return running, client

    yield start
    for running, client in opened:
        client.close()
        running.stop()


def accounts(count: int = ACCOUNTS) -> list[Row]:
    return [Row(uuid.uuid4(), {"name": f"Adatum Branch {number}"}) for number in range(count)]


def stored(running: Sandbox) -> int:
    return int(running.database.connection().execute("SELECT COUNT(*) FROM account").fetchone()[0])


def test_a_load_within_scaled_limits_is_refused_nothing(
    organization: Callable[..., tuple[Sandbox, SalesOrganization]], gate: CountingGate
) -> None:
    bounds = Bounds(seconds=3, requests=60, execution_seconds=12)
    running, client = organization(limits=bounds, row_ms=1)
    written = client.insert("account", accounts())
    assert [one.error for one in written if one.error] == []
    assert (stored(running), gate.refused) == (ACCOUNTS, 0)


def test_a_throttled_load_goes_on_when_it_may_and_ends_complete(
    organization: Callable[..., tuple[Sandbox, SalesOrganization]], gate: CountingGate
) -> None:
    running, client = organization(limits=Bounds(seconds=1, requests=9))
    assert all(one.error is None for one in client.insert("account", accounts(7000)))
    assert stored(running) == 7000
    assert gate.refused > 0


def test_a_load_under_faults_ends_with_exactly_the_accounts_that_were_sent(
    organization: Callable[..., tuple[Sandbox, SalesOrganization]],
) -> None:
    only = {"method": "POST", "path": "/accounts", "count": 2}
    faults = tuple(Fault(kind, **only) for kind in ("drop_after", "drop_before", "503", "429_execution"))
    running, client = organization(faults=faults)
    rows = accounts()
    written = client.insert("account", rows)
    assert [one.id for one in written if one.error is None] == [row.id for row in rows]
    assert stored(running) == ACCOUNTS
    assert running.faults.happened == {"drop_after": 2, "drop_before": 2, "503": 2, "429_execution": 2}
