"""The sandbox as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse import organization as organization_module
from tests.sandbox.conftest import Caller

MODULE = [sys.executable, "-m", "integration.sandbox"]
COMMAND = [sys.executable, "manage.py", "sandbox"]
ROOT = Path(__file__).parents[3]

Start = Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program and waits for its ready line."""
    processes = []

    def begin(*arguments: str, program: list[str] = MODULE) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        environment = {**os.environ, "DEVELOPMENT": "true", "DATA_DIR": str(tmp_path)}
        process = subprocess.Popen(
            [*program, "--database", str(tmp_path / "organization.sqlite3"), *arguments],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip
        processes.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_is_ready_and_ends_cleanly(start: Start, number: signal.Signals) -> None:
    process, ready = start("--seed", "demo")
    assert {"url", "token_endpoint", "tenant", "client_id", "client_secret"} <= set(ready)
    assert len(Caller(ready).rows("accounts")) == 40

    process.send_signal(number)

    assert process.wait(20) == 0


@pytest.mark.processes
def test_the_command_runs_the_same_program(start: Start) -> None:
    process, ready = start(program=COMMAND)

    assert Caller(ready).get("RetrieveVersion")["Version"]
    process.terminate()
    assert process.wait(20) == 0


@pytest.mark.processes
def test_a_killed_organization_comes_back_with_its_rows_and_credentials(start: Start) -> None:
    process, ready = start()
    row = Caller(ready).create("accounts", name="Coho Winery")
    process.kill()
    process.wait()

    _, again = start()

    assert {**again, "url": "", "token_endpoint": ""} == {**ready, "url": "", "token_endpoint": ""}
    assert Caller(again).get(f"accounts({row})")["name"] == "Coho Winery"


def test_a_token_outlives_a_restart_at_the_same_address(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready)
    port = int(running.url.rpartition(":")[2])
    running.stop()

    organization(port=port)

    assert call("GET", "WhoAmI").status_code == 200


@pytest.mark.processes
def test_a_taken_port_is_told_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        ended = subprocess.run(
            [*MODULE, "--database", str(tmp_path / "x.sqlite3"), "--port", port],
            capture_output=True, text=True, cwd=ROOT, timeout=30,
        )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert f"cannot use port {port}" in ended.stderr


def test_an_unknown_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no seed “big”"):
        Sandbox(Options(str(tmp_path / "x.sqlite3"), seed="big"))


def test_every_written_row_takes_its_time_side_by_side(
    organization: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(3)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        together.wait(20)  # passes only when three requests sleep at once

    ready = organization(row_ms=2).ready
    monkeypatch.setattr(organization_module, "sleep", sleep)
    targets = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": f"Branch {n}"} for n in range(5)]

    def post() -> None:
        Caller(ready)("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", {"Targets": targets})

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert slept == [0.01] * 3


def test_writers_side_by_side_lose_nothing_and_share_no_version(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    call = Caller(running.ready)
    link = call.get("accounts?$select=name", Prefer="odata.track-changes")["@odata.deltaLink"]
    failures: list[str] = []

    def write(writer: int) -> None:
        own = Caller(running.ready)
        for number in range(25):
            answer = own("POST", "accounts", {"name": f"Branch {writer}-{number}"})
            if answer.status_code != 204:
                failures.append(answer.text)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    while any(thread.is_alive() for thread in threads):
        answer = call.get(link)
        seen += [row["accountid"] for row in answer["value"]]
        link = answer["@odata.deltaLink"]
    seen += [row["accountid"] for row in call.get(link)["value"]]

    assert failures == []
    assert len(seen) == len(set(seen)) == 200
    versions = {row["versionnumber"] for row in call.rows("accounts?$select=versionnumber")}
    assert len(versions) == 200


def test_the_file_is_one_anybody_can_open(organization: Callable[..., Sandbox]) -> None:
    running = organization()
    Caller(running.ready).create("accounts", name="Coho Winery", creditlimit=12.5)

    with sqlite3.connect(running.database.path) as connection:
        assert connection.execute("SELECT name, creditlimit FROM account").fetchall() == [("Coho Winery", 125000)]
    connection.close()


def test_a_file_of_an_earlier_version_gets_what_it_lacks(organization: Callable[..., Sandbox]) -> None:
    earlier = organization()
    earlier.stop()
    with sqlite3.connect(earlier.database.path) as connection:
        connection.execute("ALTER TABLE quotedetail DROP COLUMN skippricecalculation")
        connection.execute("DELETE FROM sdkmessagefilter WHERE name = 'Update'")
        connection.execute("DELETE FROM setting WHERE name = 'system_pricing'")
        connection.execute("UPDATE organization SET oobpricecalculationenabled = 0")
    connection.close()

    call = Caller(organization().ready)
    quote = call.create("quotes", name="Bicycles for Adatum")
    call.create(
        "quotedetails", productdescription="Bicycle", priceperunit=300, skippricecalculation=0,
        quoteid_at_bind=f"/quotes({quote})",
    )  # fmt: skip

    assert call.get(f"quotes({quote})")["totalamount"] == 300
    assert call.rows("sdkmessagefilters?$top=1&$filter=name eq 'Update' and primaryobjecttypecode eq 'quote'")
