"""Signing in for a session: one token for many requests and threads, and refusals in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from integration.dataverse.session import MemoryCache, Session
from integration.systems.errors import (
    BadAnswer,
    NotAMember,
    PrivilegeMissing,
    RoleMissing,
    SignInRefused,
)
from tests.dataverse.access.sessions import JSON, Noted, Organization, organization, session
from tests.dataverse.counterpart import Says

__all__ = ["organization", "session"]


# --- signing in ----------------------------------------------------------------------------------------------


def test_the_token_is_asked_for_as_the_directory_wants_it(organization: Organization, session: Session) -> None:
    session.request("GET", "accounts")

    form = {name: values[0] for name, values in parse_qs(organization.sign_ins[0].body.decode()).items()}
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": "s3cret",
        "scope": f"{organization.server.url}/.default",
    }
    assert organization.calls[0].headers["authorization"] == "Bearer first"


def test_one_token_serves_many_requests(organization: Organization, session: Session) -> None:
    for _ in range(5):
        session.request("GET", "accounts")

    assert (len(organization.sign_ins), session.sign_ins, session.requests) == (1, 1, 5)


def test_threads_that_need_a_token_at_once_ask_for_one(organization: Organization, session: Session) -> None:
    session.each(lambda n: session.request("GET", f"accounts({n})"), range(12))

    assert len(organization.sign_ins) == 1


def test_a_token_is_shared_with_the_next_process(organization: Organization) -> None:
    cache = MemoryCache()
    for _ in range(2):
        session = organization.session(cache=cache)
        session.request("GET", "accounts")
        session.close()

    assert len(organization.sign_ins) == 1


def test_a_wrong_secret_does_not_pass_on_the_token_of_the_right_one(organization: Organization) -> None:
    cache = MemoryCache()
    right = organization.session(cache=cache)
    right.request("GET", "accounts")
    organization.sign_in = Says(401, {"error": "invalid_client", "error_codes": [7000215]}, JSON)
    wrong = organization.session(secret="typo", cache=cache)

    with pytest.raises(SignInRefused) as caught:
        wrong.request("GET", "accounts")
    right.close()
    wrong.close()

    assert caught.value.part == "secret"


def test_a_token_the_organization_refuses_is_renewed_once_and_the_request_repeated(
    organization: Organization, session: Session
) -> None:
    session.request("GET", "accounts")
    organization.valid.discard("first")

    assert session.request("GET", "accounts").status == 200
    assert [asked.headers["authorization"] for asked in organization.calls][1:] == ["Bearer first", "Bearer second"]


def test_threads_whose_token_ended_renew_it_once(organization: Organization, session: Session) -> None:
    session.request("GET", "accounts")
    organization.valid.discard("first")

    session.each(lambda n: session.request("GET", f"accounts({n})"), range(8))

    assert len(organization.sign_ins) == 2


def test_an_organization_that_takes_no_token_at_all_is_said_in_words(
    organization: Organization, session: Session
) -> None:
    organization.valid.clear()

    with pytest.raises(SignInRefused, match="URL") as caught:
        session.request("GET", "accounts")

    assert caught.value.part == "resource"
    assert len(organization.sign_ins) == 2


@pytest.mark.parametrize(("status", "error", "number", "part"), [
    (401, "invalid_client", 7000215, "secret"),
    (401, "invalid_client", 7000222, "secret"),
    (400, "unauthorized_client", 700016, "client"),
    (400, "invalid_request", 90002, "tenant"),
    (400, "invalid_resource", 500011, "resource"),
    (400, "invalid_scope", 70011, "resource"),
    (401, "invalid_client", 1, "secret"),
    (400, "unauthorized_client", 1, "client"),
    (400, "something_new", 1, ""),
])  # fmt: skip
def test_a_refused_sign_in_says_which_part_is_wrong(
    organization: Organization, session: Session, status: int, error: str, number: int, part: str
) -> None:
    body = {"error": error, "error_description": f"AADSTS{number}: text", "error_codes": [number]}
    organization.sign_in = Says(status, body, JSON)

    with pytest.raises(SignInRefused) as caught:
        session.request("GET", "accounts")

    assert caught.value.part == part
    assert str(number) in caught.value.raw
    assert "s3cret" not in caught.value.raw + str(caught.value)
    assert organization.calls == []


@pytest.mark.parametrize("body", [b"", b"<html>not found</html>", b"[]"])
def test_a_token_endpoint_that_is_none_is_a_wrong_tenant(
    organization: Organization, session: Session, body: bytes
) -> None:
    organization.sign_in = Says(404, body)

    with pytest.raises(SignInRefused) as caught:
        session.request("GET", "accounts")

    assert caught.value.part == "tenant"


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, [], {"access_token": "x", "expires_in": "soon"}])
def test_a_grant_without_a_token_is_a_bad_answer(
    organization: Organization, session: Session, body: dict[str, Any] | list[Any]
) -> None:
    organization.sign_in = Says(200, body, JSON)

    with pytest.raises(BadAnswer):
        session.request("GET", "accounts")


def test_a_directory_that_asks_to_wait_is_asked_again(organization: Organization) -> None:
    noted = Noted()
    session = organization.session(gate=noted)
    refusals = [Says(429, b"", {"Retry-After": "3"}), Says(400, {"error": "x", "error_codes": [90055]}, JSON)]
    organization.server.route = lambda asked: (
        refusals.pop(0) if asked.path == "/token" and refusals else organization.answer(asked)
    )

    assert session.request("GET", "accounts").status == 200
    session.close()
    assert noted.waits == [3.0, 5.0]


@pytest.mark.parametrize(("code", "message", "kind", "words"), [
    ("0x80072560", "The user is not a member of the organization.", NotAMember, "not a member"),
    ("0x80042f09", "The user has not been assigned any roles.", RoleMissing, "no security role"),
    ("0x80040220", "Principal user (Id=1, type=8) is missing prvReadAccount privilege (Id=2) on OTC=1 for entity 'x'.",
     PrivilegeMissing, "prvReadAccount"),
])  # fmt: skip
def test_what_the_integration_user_lacks_is_said_in_words(
    organization: Organization, session: Session, code: str, message: str, kind: type[Any], words: str
) -> None:
    organization.answers = [Says(403, {"error": {"code": code, "message": message}}, JSON)]

    with pytest.raises(kind, match=words):
        session.request("GET", "accounts")

    assert len(organization.calls) == 1
