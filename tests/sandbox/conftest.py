"""A caller for the sandbox's own tests, and organizations of their own for tests that need one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from integration.sandbox import Options, Sandbox
from tests.organization import demo_organization, planted


class Caller:
    """A bare client of the Web API: no retries, no conveniences but JSON."""

    def __init__(self, ready: dict[str, Any], client: str = "integration") -> None:
        self.ready = ready
        self.root = f"{ready['url']}/api/data/v9.2/"
        self.http = requests.Session()
        self.client = ready["clients"][client]
        self.http.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self) -> str:
        answer = requests.post(
            self.ready["token_endpoint"],
            data={
                **self.client,
                "grant_type": "client_credentials",
                "scope": f"{self.ready['url']}/.default",
            },
            timeout=10,
        )
        return answer.json()["access_token"]

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        address = path if path.startswith("http") else self.root + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, address, json=body, headers=named, timeout=30)

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        answer = self("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def rows(self, path: str, **headers: str) -> list[dict[str, Any]]:
        return self.get(path, **headers)["value"]

    def create(self, set_name: str, **values: Any) -> str:
        """The id of the new row; ``@`` in names is written ``_at_``."""
        body = {name.replace("_at_bind", "@odata.bind"): value for name, value in values.items()}
        answer = self("POST", set_name, body)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"][-37:-1]

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and code of an answer that must be an error."""
        answer = self(method, path, body, **headers)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]["code"]


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **parts: int) -> None:
        self.now += dt.timedelta(**parts)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a running demo organization (url, token_endpoint, tenant, client_id, client_secret, clients).

    It lasts for the session: create rows of your own and do not count on totals.
    """
    with demo_organization(tmp_path_factory.mktemp("sandbox")) as running:
        yield running.ready


@pytest.fixture(scope="session")
def call(sandbox: dict[str, Any]) -> Caller:
    """The integration user of the shared demo organization."""
    return Caller(sandbox)


@pytest.fixture(scope="session")
def administrator(sandbox: dict[str, Any]) -> Caller:
    """Who may do everything in the shared demo organization."""
    return Caller(sandbox, "administrator")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def organization(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Starts further organizations, each in a file of its own unless one is named. The first one of a test is laid out
    from one that was made before, unless something is said about its rows; a second one is a stranger to it."""
    running: list[Sandbox] = []

    def start(file: str = "other.sqlite3", clock: Any = None, **options: Any) -> Sandbox:
        given = Options(str(tmp_path / file), **options)
        known = clock is None or isinstance(clock, Clock)
        if not running and known and given.seed in ("empty", "demo") and given.accounts is given.contacts is None:
            (tmp_path / file).write_bytes(planted(given.seed, clock() if clock else None))
        made = Sandbox(given, clock) if clock else Sandbox(given)
        made.start()
        running.append(made)
        return made

    yield start
    for sandbox in running:
        sandbox.stop()
