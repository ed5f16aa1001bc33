"""Who may ask: a program with a key, of a user with the right, as often as is good for everybody."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from integration.models import ConnectionSetup, User
from integration.models.people.access_key import change_key, revoke_key
from integration.people.throttle import Throttle
from integration.views import published
from tests.integration.published.shop import ADDRESS, SALES, Program, open_shop, program, publish, read
from tests.people import ADMINISTRATOR, VIEWER, made, signed_in

pytestmark = pytest.mark.django_db
ADDRESSES = ("/ODataV4", "/ODataV4/", "/ODataV4/$metadata", "/ODataV4/Company", ADDRESS, f"{ADDRESS}/$count")


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


PROOFS = (
    "", "Basic", "Basic !!!", "Bearer eyJ0", basic(b"phyllis"), basic(b"phyllis:"), basic(b":key"),
    basic(b"phyllis:wrong"), basic(b"\xff\xfe:key"), basic(b"phy\0llis:key"), basic("phyllis’:ключ".encode()),
    basic(b"x" * 9000 + b":key"),
)  # fmt: skip


def test_without_a_valid_key_nothing_is_answered(phyllis: Program) -> None:
    for proof in PROOFS:
        for address in ADDRESSES[:2] if proof else ADDRESSES:
            answer = phyllis.client.get(address, headers={"Authorization": proof} if proof else {})
            assert (answer.status_code, read(answer)["error"]["code"]) == (401, "Authentication_InvalidCredentials")
            assert answer["WWW-Authenticate"].startswith("Basic realm=")


def test_a_session_of_the_pages_opens_nothing(phyllis: Program) -> None:
    assert signed_in("annette", ADMINISTRATOR).get(ADDRESS).status_code == 401


def test_an_administrator_asks_with_a_key_too(phyllis: Program) -> None:
    made("annette", ADMINISTRATOR)
    assert program("annette").get().status_code == 200


@pytest.mark.parametrize("change", ["revoked", "another key", "no group", "viewer", "not active"])
def test_a_key_that_is_worth_nothing_any_more_is_refused(phyllis: Program, change: str) -> None:
    user = User.objects.get(username="phyllis")
    assert phyllis.get().status_code == 200
    match change:
        case "revoked":
            revoke_key(user)
        case "another key":
            change_key(user)
        case "not active":
            User.objects.filter(pk=user.pk).update(is_active=False)
        case _:
            user.groups.set(Group.objects.filter(name=VIEWER) if change == "viewer" else [])

    assert phyllis.get().status_code == 401


def test_a_right_that_was_given_to_the_person_alone_counts(phyllis: Program) -> None:
    made("pos", rights=("read_availability",))
    assert program("pos").get().status_code == 200


def test_nothing_is_there_while_it_is_not_published(phyllis: Program) -> None:
    ConnectionSetup.objects.update(item_availability_enabled=False)
    for address in ADDRESSES:
        answer = phyllis.get(address)
        assert (answer.status_code, read(answer)["error"]["code"]) == (404, "BadRequest_ResourceNotFound")
    assert phyllis.client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_is_only_read(phyllis: Program, method: str) -> None:
    phyllis.client.handler.enforce_csrf_checks = True
    answer = phyllis.send(method, ADDRESS)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert read(answer)["error"]["code"] == "MethodNotAllowed"


# --- how often --------------------------------------------------------------------------------------------------


def test_who_asks_too_often_waits_and_nobody_else_does(phyllis: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "KEYS", Throttle(burst=2, per_minute=6, clock=lambda: 0.0))
    answers = [phyllis.get(top=1) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "10"
    assert read(answers[2])["error"]["message"] == "Too many requests. Ask again in 10 seconds."
    assert program("marie").get(top=1).status_code == 200


def test_who_shows_many_wrong_keys_waits(phyllis: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "WRONG_KEYS", Throttle(burst=3, per_minute=60, clock=lambda: 0.0))
    wrong = Program("phyllis", "wrong")

    assert [wrong.get().status_code for _ in range(4)] == [401, 401, 401, 429]
    assert phyllis.get().status_code == 429
    elsewhere = phyllis.client.get(ADDRESS, headers={"Authorization": phyllis.proof}, REMOTE_ADDR="10.1.2.3")
    assert elsewhere.status_code == 200


def test_who_shows_no_key_is_asked_for_one_as_often_as_they_come(
    phyllis: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "WRONG_KEYS", Throttle(burst=1, per_minute=60, clock=lambda: 0.0))

    assert {Client().get(ADDRESS).status_code for _ in range(3)} == {401}


# --- the web resource of Sales --------------------------------------------------------------------------------


def test_the_form_in_sales_may_ask_from_a_browser(phyllis: Program) -> None:
    asks = {"Origin": SALES, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    may = phyllis.client.options(ADDRESS, headers=asks)
    answer = phyllis.get(headers={"Origin": SALES})

    assert (may.status_code, may["Access-Control-Allow-Origin"], may["Access-Control-Allow-Methods"]) == (
        204, SALES, "GET, HEAD",
    )  # fmt: skip
    assert "Authorization" in may["Access-Control-Allow-Headers"]
    assert (answer["Access-Control-Allow-Origin"], "Origin" in answer["Vary"]) == (SALES, True)
    assert "Access-Control-Allow-Credentials" not in {*may.headers, *answer.headers}
    assert phyllis.client.get(ADDRESS, headers={"Origin": SALES})["Access-Control-Allow-Origin"] == SALES


@pytest.mark.parametrize("origin", [
    "https://evil.example", f"{SALES}.evil.example", "null", SALES.replace("https", "http"), f"{SALES}:444", "*",
])  # fmt: skip
def test_no_other_page_may(phyllis: Program, origin: str) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answers: list[Any] = [phyllis.client.options(ADDRESS, headers=asks), phyllis.get(headers={"Origin": origin})]

    assert [answer.status_code for answer in answers] == [405, 200]
    assert not any(answer.has_header("Access-Control-Allow-Origin") for answer in answers)


def test_without_an_organization_no_page_may(db: None) -> None:
    open_shop()
    publish()
    ConnectionSetup.objects.update(url="")

    assert not program().get(headers={"Origin": ""}).has_header("Access-Control-Allow-Origin")
