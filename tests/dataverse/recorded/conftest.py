"""An organization that answers what was written down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.dataverse.session import Credentials, Session
from integration.http import Limits, Transport
from integration.odata.shared import Left
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

EXCHANGES = Path(__file__).parent / "exchanges"
ORIGIN = "https://contoso.crm4.dynamics.com"


class Recorded:
    """Gives the recorded answers in the order in which a test names them; ``asked`` is what came."""

    def __init__(self, server: Counterpart) -> None:
        self.server = server
        self.names: list[str] = []
        self.sign_ins: list[str] = []
        self.held: list[float] = []
        server.route = self._route
        self.session = Session(
            server.url,
            Credentials("contoso.example", "client", "s3cret", f"{server.url}/token"),
            transport=Transport(Limits(read=3, deadline=3)),
            sleep=lambda seconds: None,
            gate=self,
        )

    def says(self, *names: str) -> Session:
        """The session, with these answers before it."""
        self.names += names
        return self.session

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked_for("/api/data/")

    def slot(self) -> Recorded:
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *arguments: object) -> None:
        return None

    def told(self, left: Left) -> None:
        return None

    def throttled(self, seconds: float) -> None:
        self.held.append(seconds)

    def _route(self, asked: Asked) -> Says:
        name = self._sign_in() if asked.path == "/token" else self.names.pop(0)
        raw = self._wire(name)
        return Says(raw=lambda out: out.write(raw))

    def _sign_in(self) -> str:
        return self.sign_ins.pop(0) if self.sign_ins else "token"

    def _wire(self, name: str) -> bytes:
        text = (EXCHANGES / f"{name}.http").read_text().replace(ORIGIN, self.server.url)
        head, _, body = text.partition("\n\n")
        content = body.replace("\n", "\r\n").encode() if "multipart/" in head else body.rstrip("\n").encode()
        lines = [*head.split("\n"), f"Content-Length: {len(content)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode() + content


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with counterpart() as server:
        made = Recorded(server)
        yield made
        made.session.close()
