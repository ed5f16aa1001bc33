"""A directory in memory, and asking it for a token."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from integration.sandbox.shell.registrations import TABLES
from integration.sandbox.shell.tokens import Tenant

PLACE = "https://contoso.example"
Form = dict[str, str]


class Kept:
    """The directory's two tables, in memory."""

    def __init__(self) -> None:
        self.lines = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.lines.executescript(TABLES)

    def connection(self) -> sqlite3.Connection:
        return self.lines

    def setting(self, name: str, make: Callable[[], str]) -> str:
        found = self.lines.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        if found is None:
            found = (make(),)
            self.lines.execute("INSERT INTO setting VALUES (?, ?)", (name, found[0]))
        return str(found[0])


def form(tenant: Tenant, **changes: str | None) -> Form:
    client = tenant.client("Adatum")
    whole = {
        "client_id": client.id, "client_secret": client.secret, "grant_type": "client_credentials",
        "scope": f"{PLACE}/.default", **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def ask(
    tenant: Tenant, given: Mapping[str, str], name: str = "", authorization: str = ""
) -> tuple[int, dict[str, Any]]:
    answer = tenant.answer(name or tenant.id, urlencode(given).encode(), authorization)
    assert answer.headers["Cache-Control"] == "no-store, no-cache"
    found: dict[str, Any] = json.loads(answer.body)
    return answer.status, found
