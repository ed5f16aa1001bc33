"""A service whose clock is hours apart from ours loses nothing, doubles nothing and keeps nobody waiting."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.sandbox import Options, Sandbox
from integration.systems.values import Row


@pytest.fixture(params=[-14, -5, 5, 14], ids=lambda hours: f"{hours:+} hours")
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SalesOrganization]:
    apart = dt.timedelta(hours=request.param)
    running = Sandbox(
        Options(str(tmp_path / "organization.sqlite3"), seed="demo"), lambda: dt.datetime.now(dt.UTC) + apart
    )
    running.start()
    ready = running.ready
    made = connect(ready["url"], ready["tenant"], ready["client_id"], ready["client_secret"], ready["token_endpoint"])
    yield made
    made.close()
    running.stop()


@pytest.mark.parametrize(("table", "name"), [("account", "name"), ("annotation", "subject")])
def test_changes_are_followed_by_the_service_s_own_time(crm: SalesOrganization, table: str, name: str) -> None:
    *_, last = crm.changes(table, [name])
    rows = [Row(uuid.uuid4(), {name: f"Coho {number}"}) for number in range(3)]
    assert all(written.ok for written in crm.insert(table, rows))

    pages = list(crm.changes(table, [name], last.cursor))
    assert {row.id for row in rows} <= {record.id for page in pages for record in page.records}

    crm.update(table, [Row(rows[0].id, {name: "Litware"})])
    found = {
        record.id: record.values[name]
        for page in crm.changes(table, [name], pages[-1].cursor)
        for record in page.records
    }
    assert found[rows[0].id] == "Litware"


def test_a_token_lasts_as_long_as_the_service_said_from_now_on(crm: SalesOrganization) -> None:
    crm.check()
    crm.check()

    assert crm.session.sign_ins == 1
