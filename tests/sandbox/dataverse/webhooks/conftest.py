"""A listener at an organization that calls webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.sandbox import Options, Sandbox
from tests.dataverse.counterpart import counterpart
from tests.sandbox.conftest import Caller, Clock
from tests.sandbox.dataverse.webhooks.listener import Listener


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("webhooks") / "organization.sqlite3")), Clock())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def listener(calling: Sandbox) -> Iterator[Listener]:
    """Nobody else listens, and no job is left of earlier tests."""
    with counterpart() as server:
        made = Listener(server, calling, Caller(calling.ready, "administrator"))
        yield made
        calling.organization.deliveries.wait_until_posted()
        for table in ("sdkmessageprocessingstep", "serviceendpoint", "asyncoperation"):
            for row in made.call.rows(f"{table}s?$select={table}id"):
                made.call("DELETE", f"{table}s({row[f'{table}id']})")
