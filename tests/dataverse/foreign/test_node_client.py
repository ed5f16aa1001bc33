"""``dynamics-web-api``, the client that JavaScript programs use, against the sandbox: it parses batches and deltas with
code of its own. It is installed once into a temporary directory; without Node or the package nothing is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import requests

pytestmark = pytest.mark.processes

PACKAGE = "dynamics-web-api"
VERSION = "2.5.0"
WORK = Path(__file__).with_name("basic_work.cjs")


def installed() -> Path:
    """The directory that holds the package; skips the test where it is not to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node with npm is not installed here.")
    kept = Path(tempfile.gettempdir()) / f"foreign-clients-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    if kept.stat().st_uid != os.getuid():
        pytest.skip(f"{kept} belongs to somebody else.")
    modules = kept / f"{PACKAGE}-{VERSION}" / "node_modules"
    if not (modules / PACKAGE / "package.json").exists():
        install(npm, kept, modules.parent)
    return modules


def install(npm: str, kept: Path, wanted: Path) -> None:
    """Beside the wanted place and then moved there, so that tests at the same time see all of it or nothing."""
    with tempfile.TemporaryDirectory(dir=kept) as place:
        fresh = Path(place) / "fresh"
        fresh.mkdir()
        command = [npm, "install", "--prefix", str(fresh), "--ignore-scripts", "--no-audit", "--no-fund"]
        quick = ["--fetch-retries=0", "--fetch-timeout=20000", f"{PACKAGE}@{VERSION}"]
        done = subprocess.run([*command, *quick], capture_output=True, text=True, cwd=fresh)
        if done.returncode:
            pytest.skip(f"npm cannot install {PACKAGE} here: {done.stderr.strip().splitlines()[-1:]}")
        if not wanted.exists():
            try:
                fresh.rename(wanted)
            except OSError:
                assert wanted.exists(), "another test installed it meanwhile"


@pytest.fixture(scope="module")
def work(secure: dict[str, Any]) -> dict[str, Any]:
    """What came of each piece of work, by its name."""
    modules = installed()
    form = {
        **secure["clients"]["administrator"],
        "grant_type": "client_credentials",
        "scope": f"{secure['url']}/.default",
    }
    token = requests.post(secure["token_endpoint"], data=form, timeout=10).json()["access_token"]
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(modules), "NODE_EXTRA_CA_CERTS": secure["ca"]}
    done = subprocess.run(
        ["node", str(WORK), json.dumps({"url": secure["url"], "token": token})],
        capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_creates_changes_reads_and_deletes_a_row(work: dict[str, Any]) -> None:
    rows = work["rows"]

    assert (rows["changed"]["name"], rows["changed"]["telephone1"]) == ("Adatum", "555-0100")
    assert rows["read"]["statecode_Formatted"] == "Active"
    assert rows["read"]["_ownerid_value_LogicalName"] == "systemuser"
    assert rows["stale"] is False, "so the client says that the row has changed meanwhile (412)"
    assert rows["gone"] == {"status": 404, "code": "0x80040217"}


def test_it_joins_rows_and_reads_the_references(work: dict[str, Any]) -> None:
    relations = work["relations"]

    assert relations["reference"]["id"] == relations["person"]
    assert relations["reference"]["collection"] == "contacts"
    assert relations["related"] == [relations["person"]]
    assert relations["after"]["_primarycontactid_value"] is None


def test_it_parses_a_batch_with_a_change_set_and_questions(work: dict[str, Any]) -> None:
    firm, person, currencies, units = work["batches"]["fine"]

    assert len(firm) == len(person) == 36
    assert currencies["value"][0]["isocurrencycode"]
    assert units == 1


def test_it_sees_which_part_of_a_batch_was_refused(work: dict[str, Any]) -> None:
    batches = work["batches"]
    refused, made = batches["mixed"]

    assert batches["undone"] == [{"status": 400, "code": "0x80044331"}]
    assert refused == {"status": 400, "code": "0x80044331"}
    assert len(made) == 36
    assert batches["left"] == ["Litware"]


def test_it_follows_a_delta_link(work: dict[str, Any]) -> None:
    deltas = work["deltas"]
    changed, deleted = deltas["changes"]

    assert changed["contactid"] == deltas["kept"]
    assert (deleted["id"], deleted["reason"]) == (deltas["removed"], "deleted")
    assert deltas["link"]


def test_it_reads_all_pages_counts_and_asks_by_batch_where_the_address_is_long(work: dict[str, Any]) -> None:
    queries = work["queries"]

    assert queries["names"] == [f"Northwind {at}" for at in reversed(range(7))]
    assert (queries["counted"], queries["long"]) == (7, 7)
    assert queries["who"]["UserId"]
    assert queries["version"]["Version"].startswith("9.2.")


def test_it_turns_the_pages_of_fetchxml_by_their_cookies(work: dict[str, Any]) -> None:
    fetched = work["fetched"]

    assert sorted(fetched["names"]) == [f"Northwind {at}" for at in range(7)]
    assert fetched["owner"]
    assert fetched["sum"] == 2100


def test_it_reads_definitions(work: dict[str, Any]) -> None:
    assert work["definitions"] == {"set": "accounts", "length": 160}
