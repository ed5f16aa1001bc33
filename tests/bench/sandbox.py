"""How fast the sandbox takes 1,000 accounts of 20 columns, against bare ``json.loads`` and one ``executemany``.

Both ways run alternately, the best of seven each; the sandbox is a process of its own and the time includes HTTP.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.bench.measure import Number

ROWS, ROUNDS = 1000, 7


def account(number: int, owner: str, currency: str) -> dict[str, Any]:
    """One account as an integration would send it."""
    return {
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "name": f"Adatum Branch {number}",
        "accountnumber": f"C{number:06d}",
        "address1_line1": f"{number} Station Road",
        "address1_line2": "Building C",
        "address1_city": "Birmingham",
        "address1_postalcode": "B31 2AL",
        "address1_country": "GB",
        "address1_freighttermscode": 1,
        "address1_shippingmethodcode": 2,
        "telephone1": "0121 496 0000",
        "fax": "0121 496 0001",
        "emailaddress1": f"office{number}@adatum.example",
        "websiteurl": "https://www.adatum.example",
        "creditlimit": 25000.50,
        "creditonhold": False,
        "paymenttermscode": 1,
        "customertypecode": 3,
        "statecode": 0,
        "ownerid@odata.bind": f"/systemusers({owner})",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})",
    }


def bare(body: bytes, connection: sqlite3.Connection) -> float:
    """Seconds for reading the body and writing its rows, and nothing else."""
    started = time.perf_counter()
    rows = json.loads(body)["Targets"]
    names = list(rows[0])
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        f"INSERT INTO account VALUES ({', '.join('?' * len(names))})", [[row[name] for name in names] for row in rows]
    )
    connection.execute("COMMIT")
    return time.perf_counter() - started


def posted(http: requests.Session, address: str, body: bytes) -> float:
    started = time.perf_counter()
    answer = http.post(address, data=body, headers={"Content-Type": "application/json"}, timeout=60)
    seconds = time.perf_counter() - started
    answer.raise_for_status()
    return seconds


def signed_in(ready: dict[str, Any]) -> requests.Session:
    http = requests.Session()
    form = {
        "client_id": ready["client_id"],
        "client_secret": ready["client_secret"],
        "grant_type": "client_credentials",
        "scope": f"{ready['url']}/.default",
    }
    token = http.post(ready["token_endpoint"], data=form, timeout=10).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return http


def measure(ready: dict[str, Any], folder: Path) -> Iterator[Number]:
    """The best time of either way, and their ratio."""
    http, root = signed_in(ready), f"{ready['url']}/api/data/v9.2/"
    owner = http.get(f"{root}WhoAmI", timeout=10).json()["UserId"]
    currency = http.get(f"{root}transactioncurrencies", timeout=10).json()["value"][0]["transactioncurrencyid"]
    body = json.dumps({"Targets": [account(number, owner, currency) for number in range(ROWS)]}).encode()
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    names = ", ".join(f'"{name}"' for name in json.loads(body)["Targets"][0])
    connection.execute(f"CREATE TABLE account ({names})")
    floors, times = [], []
    for _ in range(ROUNDS):
        floors.append(bare(body, connection))
        times.append(posted(http, f"{root}accounts/Microsoft.Dynamics.CRM.CreateMultiple", body))
    connection.close()
    floor, best = min(floors), min(times)
    yield Number("1,000 accounts: bare", round(floor * 1000, 2), "ms")
    yield Number("1,000 accounts: CreateMultiple", round(best * 1000, 2), "ms")
    yield Number("1,000 accounts: CreateMultiple times bare", round(best / floor, 2), "x", 10)


def run() -> Iterator[Number]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "integration.sandbox", "--database", str(folder / "sandbox.sqlite3")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield from measure(json.loads(process.stdout.readline()), folder)
            finally:
                process.terminate()
