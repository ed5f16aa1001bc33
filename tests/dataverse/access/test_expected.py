"""Another organization at the same address is asked for nothing and written nothing, whatever its tokens."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.expected import Expected, OtherOrganization
from integration.dataverse.session import Cache, Credentials, MemoryCache, Session
from integration.systems.errors import BadAnswer, SignInRefused
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

CONTOSO, FABRIKAM = uuid.uuid4(), uuid.uuid4()


class Place:
    """An address where an organization answers that takes its own tokens alone."""

    def __init__(self, server: Counterpart) -> None:
        self.server, self.organization, self.takes = server, CONTOSO, "t1"
        server.route = self.answer
        self.written: list[str] = []

    def answer(self, asked: Asked) -> Says:
        if asked.path == "/token":
            return Says(200, {"access_token": self.takes, "expires_in": 3599})
        if asked.headers["authorization"] != f"Bearer {self.takes}":
            return Says(401, {})
        if asked.path.endswith("WhoAmI"):
            return Says(200, {"OrganizationId": str(self.organization), "UserId": str(uuid.uuid4())})
        self.written.append(asked.method)
        return Says(204)

    def count(self, part: str) -> int:
        return len(self.server.asked_for(part))


@pytest.fixture
def place() -> Iterator[Place]:
    with counterpart() as server:
        yield Place(server)


@pytest.fixture
def tokens() -> Cache:
    """What all processes share."""
    return MemoryCache()


def line(place: Place, tokens: Cache) -> Session:
    url = place.server.url
    grant = Credentials("contoso.example", "3f2a", "the secret of Contoso", f"{url}/token")
    return Session(url, grant, tokens=tokens, expected=Expected(CONTOSO, "Contoso"), sleep=lambda _: None)


def write(session: Session) -> None:
    session.request("POST", "accounts", body={"name": "Adatum"})


def test_the_organization_is_asked_for_once_a_token_by_however_many_runs(place: Place, tokens: MemoryCache) -> None:
    for _ in range(3):
        session = line(place, tokens)
        write(session)
        write(session)
        session.close()
    assert (place.count("WhoAmI"), place.count("/token"), len(place.written)) == (1, 1, 6)
    assert (session.requests, session.metadata_requests) == (2, 0)


def test_nothing_is_written_to_another_organization_from_the_first_request_on(
    place: Place, tokens: MemoryCache
) -> None:
    place.organization = FABRIKAM
    session = line(place, tokens)
    with pytest.raises(OtherOrganization, match="Another organization answers at .* than Contoso"):
        write(session)
    session.close()
    assert place.written == []


def test_nothing_is_written_to_another_organization_that_takes_the_place_while_a_run_works(
    place: Place, tokens: MemoryCache
) -> None:
    session = line(place, tokens)
    write(session)
    place.organization, place.takes = FABRIKAM, "t2"
    for _ in range(2):
        with pytest.raises(OtherOrganization):
            write(session)
    session.close()
    assert place.written == ["POST"]


def test_a_token_that_is_over_is_renewed_before_anybody_is_compared(place: Place, tokens: MemoryCache) -> None:
    write(line(place, tokens))
    place.takes = "t2"
    session = line(place, tokens)
    write(session)
    session.close()
    assert place.written == ["POST", "POST"]


def test_an_organization_that_takes_no_token_is_told_as_that(place: Place, tokens: MemoryCache) -> None:
    granted = Says(200, {"access_token": "t", "expires_in": 60})
    place.server.route = lambda asked: granted if asked.path == "/token" else Says(401, {})
    session = line(place, tokens)
    with pytest.raises(SignInRefused):
        write(session)
    session.close()


@pytest.mark.parametrize("answer", [[], {"OrganizationId": 7}, {"OrganizationId": "Contoso"}, {}])
def test_who_does_not_say_which_organization_it_is_gets_nothing(
    place: Place, tokens: MemoryCache, answer: dict[str, Any] | list[Any]
) -> None:
    own = place.answer
    place.server.route = lambda asked: Says(200, answer) if asked.path.endswith("WhoAmI") else own(asked)
    session = line(place, tokens)
    with pytest.raises(BadAnswer):
        write(session)
    session.close()
    assert place.written == []


def test_without_an_expectation_nobody_is_asked_who_they_are(place: Place) -> None:
    grant = Credentials("contoso.example", "3f2a", "the secret of Contoso", f"{place.server.url}/token")
    session = Session(place.server.url, grant)
    write(session)
    session.close()
    assert place.count("WhoAmI") == 0
