"""An administrator signs in with a browser: proof, way back, and a token that is only held."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import pickle
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration.dataverse.connecting import connect_with
from integration.dataverse.session import Session
from integration.dataverse.signin import (
    Authority,
    Certificate,
    Credentials,
    HeldToken,
    Started,
    begin,
    discover,
    finish,
)
from integration.http import Limits, Transport
from integration.sandbox import Options, Sandbox
from integration.systems.errors import AddressRefused, BadAnswer, SignInRefused
from tests.dataverse.access.directory import GRANTED, JSON, form_of, issued, server, transport
from tests.dataverse.counterpart import Counterpart, Says
from tests.real.certificates import Issued, issue, rsa_key

__all__ = ["issued", "server", "transport"]

BACK = "http://127.0.0.1:8000/setup/signed-in"


# --- an administrator ----------------------------------------------------------------------------------------


def started_at(server: Counterpart) -> Started:
    return begin(Authority(f"{server.url}/authorize", f"{server.url}/token", f"{server.url}/"), "client", BACK)


def identity(started: Started, **different: Any) -> str:
    claims = {"aud": "client", "nonce": started.nonce, "exp": time.time() + 60, **different}
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, claims)) + ".x"


def test_a_browser_is_sent_off_with_a_challenge_and_never_with_the_proof(server: Counterpart) -> None:
    started = started_at(server)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(started.address).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(started.verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")
    assert (asked["response_type"], asked["redirect_uri"], asked["state"]) == ("code", BACK, started.state)
    assert asked["scope"] == f"openid {server.url}/user_impersonation"
    assert started.verifier not in started.address
    assert started.verifier not in repr(started)


def test_a_code_that_comes_back_becomes_a_token_that_is_only_held(server: Counterpart, transport: Transport) -> None:
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": identity(started)}, JSON)]

    held = finish(Started.of(started.stored()), {"state": started.state, "code": "c0de"}, transport)

    assert held.token() == "t0k3n"
    form = form_of(server.asked[0])
    assert (form["grant_type"], form["code"], form["code_verifier"]) == (
        "authorization_code", "c0de", started.verifier,
    )  # fmt: skip
    assert "t0k3n" not in repr(held)
    with pytest.raises(TypeError, match="never stored"):
        pickle.dumps(held)


def test_a_session_works_with_a_held_token_until_it_is_dropped(server: Counterpart) -> None:
    held = HeldToken("t0k3n", 60)
    session = Session(server.url, held, transport=Transport(Limits(read=2, deadline=2)))
    with held:
        session.request("GET", "accounts")

    with pytest.raises(SignInRefused, match="Sign in again"):
        session.request("GET", "accounts")
    session.close()

    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer t0k3n"]


def test_a_held_token_is_not_renewed_when_it_is_refused(server: Counterpart) -> None:
    server.says = [Says(401)]
    held = HeldToken("t0k3n", 60)
    session = Session(server.url, held, transport=Transport(Limits(read=2, deadline=2)))

    with pytest.raises(SignInRefused, match="Sign in again"):
        session.request("GET", "accounts")
    session.close()

    assert not held.usable


def test_a_held_token_ends_by_itself() -> None:
    with pytest.raises(SignInRefused):
        HeldToken("t0k3n", -1).token()


@pytest.mark.parametrize("came_back", [
    {"state": "another", "code": "c0de"}, {"code": "c0de"}, {},
])  # fmt: skip
def test_what_another_sign_in_brings_back_is_refused(
    server: Counterpart, transport: Transport, came_back: dict[str, Any]
) -> None:
    with pytest.raises(SignInRefused, match="begun here"):
        finish(started_at(server), came_back, transport)

    assert server.asked == []


def test_a_person_who_says_no_is_heard(server: Counterpart, transport: Transport) -> None:
    started = started_at(server)

    with pytest.raises(SignInRefused, match="did not agree"):
        finish(started, {"state": started.state, "error": "access_denied"}, transport)


def test_a_sign_in_that_took_too_long_begins_anew(server: Counterpart, transport: Transport) -> None:
    started = Started.of(started_at(server).stored() | {"at": time.time() - 700})

    with pytest.raises(SignInRefused, match="too long"):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


@pytest.mark.parametrize("different", [{"nonce": "another"}, {"aud": "another"}])
def test_a_token_of_another_sign_in_is_refused(
    server: Counterpart, transport: Transport, different: dict[str, str]
) -> None:
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": identity(started, **different)}, JSON)]

    with pytest.raises(SignInRefused, match="another sign-in"):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


def test_a_sign_in_service_whose_clock_is_hours_behind_is_said_to_be_so(
    server: Counterpart, transport: Transport
) -> None:
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": identity(started, exp=time.time() - 7200)}, JSON)]

    with pytest.raises(SignInRefused, match="Set the clock of this machine"):
        finish(started, {"state": started.state, "code": "c"}, transport)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", 5])
def test_a_token_without_an_identity_is_a_bad_answer(
    server: Counterpart, transport: Transport, token: int | str | None
) -> None:
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": token}, JSON)]

    with pytest.raises(BadAnswer):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


def test_a_browser_only_comes_back_to_a_safe_address(server: Counterpart) -> None:
    with pytest.raises(AddressRefused):
        begin(Authority("https://a.example", "https://a.example", "https://b.example"), "client", "http://evil.example")


def test_what_is_stored_of_a_sign_in_and_was_tampered_with_is_refused() -> None:
    with pytest.raises(SignInRefused):
        Started.of({"address": "x"})


# --- with the sandbox ----------------------------------------------------------------------------------------


def test_a_registered_certificate_signs_in_at_the_sandbox_and_another_does_not(tmp_path: Path, issued: Issued) -> None:
    running = Sandbox(Options(str(tmp_path / "organization.sqlite3")))
    running.start()
    ready = running.ready
    running.organization.tenant.certify(ready["client_id"], issued.pem)
    other = issue("Another", rsa_key()).both
    right, wrong = (
        connect_with(ready["url"], Certificate(ready["tenant"], ready["client_id"], pem, ready["token_endpoint"]))
        for pem in (issued.both, other)
    )
    try:
        assert right.check().user_id
        with pytest.raises(SignInRefused, match="not the one registered"):
            wrong.check()
    finally:
        right.close()
        wrong.close()
        running.stop()


def credentials(ready: dict[str, Any]) -> Credentials:
    return Credentials(ready["tenant"], ready["client_id"], ready["client_secret"], ready["token_endpoint"])


def test_an_administrator_signs_in_at_the_sandbox_and_works_until_the_token_is_dropped(
    sandbox: dict[str, Any], transport: Transport
) -> None:
    started = begin(discover(sandbox["url"], transport), sandbox["client_id"], BACK)
    form = requests.get(started.address, timeout=10).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    (person,) = re.findall(r'value="([0-9a-f-]{36})"> Nancy Anderson', form)
    answer = requests.post(
        started.address.partition("?")[0],
        data={name: html.unescape(value) for name, value in hidden.items()} | {"person": person, "answer": "sign in"},
        allow_redirects=False,
        timeout=10,
    )
    came_back = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    with pytest.raises(SignInRefused, match="client secret is missing"):
        finish(started, came_back, transport)
    held = finish(started, came_back, transport, credentials(sandbox).proof)
    crm = connect_with(sandbox["url"], held)

    assert str(crm.check().user_id) == person
    held.drop()
    with pytest.raises(SignInRefused):
        crm.check()
    crm.close()
