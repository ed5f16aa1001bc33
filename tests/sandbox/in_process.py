"""An organization that is asked in this process, without HTTP: fast, where the protocol itself is not the point."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.http.router import perform
from integration.sandbox.shell.messages import Response
from tests.organization import planted
from tests.sandbox.conftest import Clock

ADDRESS = "https://contoso.example"
ROOT = f"{ADDRESS}/api/data/v9.2/"
KEPT = "%/$?&='()@,;:!*\"[]{}<>"
"""What an address in a test may hold as it is; everything else is encoded."""


@dataclass(frozen=True)
class Answer:
    """An answer with the words of ``requests``."""

    response: Response

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def headers(self) -> dict[str, str]:
        return self.response.headers

    @property
    def text(self) -> str:
        return self.response.body.decode()

    def json(self) -> Any:
        return json.loads(self.response.body, parse_float=Decimal)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of a refusal; it must be one in the shape of OData."""
        assert self.status_code >= 400, self.text
        (error,) = self.json().values()
        assert error["message"]
        return self.status_code, error["code"]


class Inside:
    """A client of the Web API that speaks to the router: the words of ``Caller``, without a connection."""

    def __init__(self, sandbox: Sandbox, client: str = "administrator") -> None:
        self.sandbox = sandbox
        self.organization = sandbox.organization
        self.root = ROOT
        tenant = sandbox.organization.tenant
        tenant.resources = (ADDRESS,)
        self.authorization = f"Bearer {tenant.token(tenant.client(client).id, ADDRESS)}"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        content = b"" if body is None else json.dumps(body, default=float).encode()
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        return self.send(method, path, content, {"content-type": "application/json", **named})

    def send(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Answer:
        """The body as bytes, whatever they are."""
        address, _, query = quote(path.removeprefix(ROOT), safe=KEPT).partition("?")
        given = {"authorization": self.authorization, **headers}
        return Answer(perform(self.organization, Request(method, address, query, given, content, ROOT)))

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        answer = self("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def rows(self, path: str, **headers: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, **headers)["value"]
        return found

    def create(self, set_name: str, **values: Any) -> str:
        """The id of the new row; ``@`` in names is written ``_at_``."""
        answer = self("POST", set_name, {name.replace("_at_bind", "@odata.bind"): one for name, one in values.items()})
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"][-37:-1]

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        return self(method, path, body, **headers).refusal

    def message(self, method: str, path: str, body: Any = None, **headers: str) -> str:
        """The text of a refusal."""
        answer = self(method, path, body, **headers)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["error"]["message"])


@contextmanager
def organization_in_process(folder: Path, seed: str = "empty", clock: Clock | None = None) -> Iterator[Sandbox]:
    """One that is never served; its clock stands still if one is given."""
    file = folder / "organization.sqlite3"
    file.write_bytes(planted(seed, clock() if clock else None))
    made = Sandbox(Options(str(file), seed=seed), clock) if clock else Sandbox(Options(str(file), seed=seed))
    try:
        yield made
    finally:
        made.organization.end()
        made.database.close()
