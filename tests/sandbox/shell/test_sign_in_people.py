"""A person signs in with a browser, and a client with a certificate: what the directory of the sandbox takes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.sandbox.conftest import Caller

BACK = "http://127.0.0.1:9/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def question(ready: dict[str, Any], **changes: str | None) -> dict[str, str]:
    asked = {
        "client_id": ready["client_id"],
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"openid {ready['url']}/user_impersonation",
        "state": "st4te",
        "nonce": "n0nce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in asked.items() if value is not None}


def page(ready: dict[str, Any], form: dict[str, str] | None = None, **changes: str | None) -> requests.Response:
    """The sign-in page, or what comes of its form."""
    address = f"{ready['url']}/{ready['tenant']}/oauth2/v2.0/authorize"
    asked = question(ready, **changes)
    if form is None:
        return requests.get(f"{address}?{urlencode(asked)}", timeout=10, allow_redirects=False)
    return requests.post(address, data=asked | form, timeout=10, allow_redirects=False)


def brought_back(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def somebody(ready: dict[str, Any]) -> str:
    """The first person the page offers."""
    return re.findall(r'name="person" value="([0-9a-f-]{36})"', page(ready).text)[0]


def redeem(ready: dict[str, Any], code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "client_id": ready["client_id"], "code": code, "redirect_uri": BACK,
            "client_secret": ready["client_secret"], "code_verifier": VERIFIER, **changes}  # fmt: skip
    return requests.post(ready["token_endpoint"], data=form, timeout=10)


def test_the_page_asks_who_you_are_and_names_the_client(sandbox: dict[str, Any]) -> None:
    answer = page(sandbox)

    assert answer.status_code == 200
    assert "integration" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text


def test_only_people_who_may_work_are_offered(sandbox: dict[str, Any]) -> None:
    offered = set(re.findall(r'name="person" value="([0-9a-f-]{36})"', page(sandbox).text))

    rows = Caller(sandbox).rows("systemusers?$select=isdisabled,applicationid,accessmode")
    allowed = {row["systemuserid"] for row in rows if not row["isdisabled"] and not row["applicationid"]
               and row["accessmode"] in (0, 1)}  # fmt: skip
    assert offered == allowed
    assert offered


def test_a_person_who_agrees_is_who_acts(sandbox: dict[str, Any]) -> None:
    person = somebody(sandbox)
    came = brought_back(page(sandbox, {"person": person, "answer": "sign in"}))
    assert came["state"] == "st4te"

    granted = redeem(sandbox, came["code"]).json()

    claims = granted["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["nonce"] == "n0nce"
    who = requests.get(
        f"{sandbox['url']}/api/data/v9.2/WhoAmI",
        headers={"Authorization": f"Bearer {granted['access_token']}"},
        timeout=10,
    )
    assert who.json()["UserId"] == person


def test_a_person_who_says_no_sends_the_client_back_without_a_code(sandbox: dict[str, Any]) -> None:
    came = brought_back(page(sandbox, {"answer": "cancel"}))

    assert (came["error"], came["state"]) == ("access_denied", "st4te")
    assert "code" not in came


def test_a_form_without_a_person_is_shown_again(sandbox: dict[str, Any]) -> None:
    answer = page(sandbox, {"answer": "sign in", "person": "nobody"})

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_a_code_is_used_once(sandbox: dict[str, Any]) -> None:
    code = brought_back(page(sandbox, {"person": somebody(sandbox), "answer": "sign in"}))["code"]
    assert redeem(sandbox, code).status_code == 200

    assert redeem(sandbox, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("changes", "number"), [
    ({"code_verifier": "w" * 64}, 501481),
    ({"redirect_uri": "http://127.0.0.1:9/other"}, 70008),
    ({"code": "guessed"}, 70008),
    ({"client_secret": "guessed"}, 7000215),
    ({"client_secret": ""}, 7000218),
    ({"client_assertion": "e30.e30.x"}, 700027),
])  # fmt: skip
def test_a_code_without_its_proof_is_refused(sandbox: dict[str, Any], changes: dict[str, str], number: int) -> None:
    code = brought_back(page(sandbox, {"person": somebody(sandbox), "answer": "sign in"}))["code"]

    answer = redeem(sandbox, **{"code": code, **changes})

    assert answer.json()["error_codes"] == [number]


@pytest.mark.parametrize(("changes", "error"), [
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"scope": "openid"}, "invalid_scope"),
    ({"scope": "https://fabrikam.crm4.dynamics.com/user_impersonation"}, "invalid_resource"),
])  # fmt: skip
def test_a_client_that_asks_wrongly_is_told(sandbox: dict[str, Any], changes: dict[str, Any], error: str) -> None:
    assert brought_back(page(sandbox, **changes))["error"] == error


@pytest.mark.parametrize("changes", [
    {"redirect_uri": "http://evil.example/back"}, {"redirect_uri": "javascript:alert(1)"}, {"redirect_uri": None},
    {"client_id": "00000000-0000-0000-0000-00000000beef"},
])  # fmt: skip
def test_nobody_is_sent_to_an_address_that_cannot_be_trusted(sandbox: dict[str, Any], changes: dict[str, Any]) -> None:
    answer = page(sandbox, **changes)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_what_is_shown_is_escaped(sandbox: dict[str, Any]) -> None:
    assert "<b>" not in page(sandbox, state='"><b>').text
