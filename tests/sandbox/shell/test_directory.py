"""The directory asked in this process: every refusal of the token endpoint, codes of people, and tokens."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.shell.grants import CODE_LIFE, Codes, proves
from integration.sandbox.shell.tokens import LIFETIME, Tenant
from tests.examples import examples
from tests.sandbox.conftest import Clock
from tests.sandbox.shell.directory import PLACE, Form, Kept, ask, form


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"grant_type": None}, 400, "invalid_request", 900144),
        ({"client_id": None}, 400, "invalid_request", 900144),
        ({"client_id": ""}, 400, "invalid_request", 900144),
        ({"scope": None}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type", 70003),
        ({"client_id": "Adatum"}, 400, "unauthorized_client", 700016),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_secret": "ü"}, 401, "invalid_client", 7000215),
        ({"scope": PLACE}, 400, "invalid_scope", 70011),
        ({"scope": f"{PLACE}/.default {PLACE}/.default"}, 400, "invalid_scope", 700022),
        ({"scope": "https://fabrikam.example/.default"}, 400, "invalid_resource", 500011),
        ({"scope": f"{PLACE}.evil/.default"}, 400, "invalid_resource", 500011),
        ({"scope": "/.default"}, 400, "invalid_resource", 500011),
        ({"grant_type": "authorization_code"}, 400, "invalid_request", 900144),
    ],
)
def test_a_token_is_refused_with_the_number_of_its_reason(
    tenant: Tenant, changes: Form, status: int, error: str, number: int
) -> None:
    found = ask(tenant, form(tenant, **changes))

    assert (found[0], found[1]["error"], found[1]["error_codes"]) == (status, error, [number])
    assert found[1]["error_description"].startswith(f"AADSTS{number}: ")
    for name in ("Trace ID", "Correlation ID", "Timestamp"):
        assert f"\r\n{name}: " in found[1]["error_description"]
    assert found[1]["error_uri"].endswith(f"code={number}")
    assert found[1]["timestamp"] == "2026-03-02 09:30:00Z"


def test_a_secret_is_never_repeated(tenant: Tenant) -> None:
    _, found = ask(tenant, form(tenant, client_secret="my guess"))

    assert "my guess" not in json.dumps(found)
    assert tenant.client("Adatum").secret not in json.dumps(found)


@pytest.mark.parametrize("scope", [f"{PLACE}/.default", f"{PLACE}//.default", f"{PLACE}/user_impersonation"])
def test_a_client_is_let_in_with_its_secret_in_the_form_or_the_header(tenant: Tenant, scope: str) -> None:
    client = tenant.client("Adatum")
    proof = base64.b64encode(f"{client.id.upper()}:{client.secret}".encode()).decode()

    for status, found in (
        ask(tenant, form(tenant, scope=scope)),
        ask(tenant, form(tenant, scope=scope, client_id=None, client_secret=None), authorization=f"Basic {proof}"),
        ask(tenant, form(tenant, scope=scope, client_id=client.id.upper()), name=tenant.id.upper()),
    ):
        assert (status, found["token_type"], found["expires_in"]) == (200, "Bearer", LIFETIME)
        caller = tenant.check(found["access_token"])
        assert caller is not None
        assert (caller.client, caller.person) == (client.id, "")


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Basic w7w=", "Basic /w==", "Basic Og==", "Bearer x"])
def test_a_header_that_names_no_client_lets_nobody_in(tenant: Tenant, header: str) -> None:
    status, _ = ask(tenant, form(tenant, client_id=None, client_secret=None), authorization=header)

    assert status in (400, 401)


@given(some.binary(max_size=200))
@examples(60)
def test_any_form_is_refused_in_the_directorys_own_words(content: bytes) -> None:
    kept = Kept()
    try:
        tenant = Tenant(kept, Clock(), (PLACE,))
        answer = tenant.answer(tenant.id, content)
    finally:
        kept.lines.close()

    assert answer.status == 400
    assert json.loads(answer.body)["error_codes"]


# --- codes and tokens ---------------------------------------------------------------------------------------------


def test_a_code_lives_ten_minutes_and_once(clock: Clock) -> None:
    codes = Codes(clock)
    agreed = {"client_id": "ADATUM", "redirect_uri": "http://localhost/", "code_challenge": "c" * 43}
    first, second = (codes.give(agreed, "Nancy", PLACE) for _ in range(2))

    found = codes.take(first)

    assert found is not None
    assert (found.client, found.person, found.nonce, found.resource) == ("adatum", "Nancy", "", PLACE)
    assert codes.take(first) is None
    clock.now += CODE_LIFE
    assert codes.take(second) is None
    assert codes.take("guessed") is None


@given(some.text(max_size=60), some.text(max_size=60))
@examples(40)
def test_only_what_a_challenge_was_made_of_proves_it(verifier: str, other: str) -> None:
    codes = Codes(Clock())
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    code = codes.take(codes.give({"client_id": "a", "redirect_uri": "b", "code_challenge": challenge}, "Nancy", PLACE))

    assert code is not None
    assert proves(code, verifier)
    assert proves(code, other) == (other == verifier)


def test_a_token_is_good_until_its_end_at_its_own_environment_only(tenant: Tenant, clock: Clock, kept: Kept) -> None:
    token = tenant.token(tenant.client("Adatum").id, PLACE, "Nancy")
    caller = tenant.check(token)
    assert caller is not None
    assert caller.person == "Nancy"

    assert Tenant(kept, clock, ("https://fabrikam.example",)).check(token) is None
    another = Kept()
    assert Tenant(another, clock, (PLACE,)).check(token) is None
    another.lines.close()
    assert Tenant(kept, clock, (PLACE,)).check(token) == caller
    clock.now += dt.timedelta(seconds=LIFETIME - 1)
    assert tenant.check(token) == caller
    clock.advance(seconds=1)
    assert tenant.check(token) is None


@given(some.integers(0, 2**16), some.characters(codec="ascii", categories=["L", "N"]))
@examples(60)
def test_a_token_with_one_letter_changed_is_none(at: int, letter: str) -> None:
    kept = Kept()
    try:
        tenant = Tenant(kept, Clock(), (PLACE,))
        token = tenant.token("adatum", PLACE)
        at %= len(token) - 1  # the last letter holds bits that belong to no byte
        other = f"{token[:at]}{letter}{token[at + 1 :]}"

        assert (tenant.check(other) is None) == (other != token)
    finally:
        kept.lines.close()


def test_the_discovery_document_leads_to_the_endpoints_of_its_tenant(tenant: Tenant) -> None:
    found = json.loads(tenant.discovery(tenant.id.upper(), PLACE).body)

    assert {found[name] for name in ("token_endpoint", "authorization_endpoint")} == {
        f"{PLACE}/{tenant.id}/oauth2/v2.0/{name}" for name in ("token", "authorize")
    }
    refused = tenant.discovery("fabrikam.example", PLACE)
    assert (refused.status, json.loads(refused.body)["error_codes"]) == (400, [90002])
