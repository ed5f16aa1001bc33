"""Both the directory and the organization, as far as a session needs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.session import Credentials, MemoryCache, Session
from integration.http import Limits, Transport
from integration.odata.shared import Left
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

JSON = {"Content-Type": "application/json"}


class Organization:
    """Both the directory and the organization, as far as these tests need them."""

    def __init__(self, server: Counterpart) -> None:
        self.server = server
        self.tokens = iter(["first", "second", "third", "fourth"])
        self.valid = {"first", "second", "third", "fourth"}
        self.sign_in: Says | None = None
        self.answers: list[Says] = []
        self.slept: list[float] = []
        server.route = self.answer

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            return self.sign_in or Says(200, {"access_token": next(self.tokens), "expires_in": 3599}, JSON)
        if asked.headers["authorization"].removeprefix("Bearer ") not in self.valid:
            return Says(401, b"")
        return self.answers.pop(0) if self.answers else Says(200, {"value": []}, JSON)

    def session(self, secret: str = "s3cret", cache: MemoryCache | None = None, **more: Any) -> Session:
        return Session(
            self.server.url,
            Credentials("adatum.example", "client", secret, self.server.url + "/token"),
            transport=Transport(Limits(read=0.5, deadline=0.6)),
            tokens=cache,
            sleep=self.slept.append,
            **more,
        )

    @property
    def sign_ins(self) -> list[Asked]:
        return self.server.asked_for("/token")

    @property
    def calls(self) -> list[Asked]:
        return self.server.asked_for("/api/data/v9.2/")


@pytest.fixture
def organization() -> Iterator[Organization]:
    with counterpart() as server:
        yield Organization(server)


@pytest.fixture
def session(organization: Organization) -> Iterator[Session]:
    made = organization.session()
    yield made
    made.close()


class Noted:
    """A gate that keeps what it was told and holds nobody back."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.left: list[Left] = []

    def slot(self) -> Noted:
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *arguments: object) -> None:
        return None

    def note_left(self, left: Left) -> None:
        self.left.append(left)

    def throttled(self, seconds: float) -> None:
        self.waits.append(seconds)
