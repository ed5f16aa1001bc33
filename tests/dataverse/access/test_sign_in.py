"""Every way of signing in: secret, certificate, password, and an administrator in a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import pickle
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from integration.dataverse.connecting import connect_with
from integration.dataverse.session import Session
from integration.dataverse.signin import (
    Authority,
    Certificate,
    Credentials,
    HeldToken,
    Password,
    Started,
    begin,
    discover,
    endpoint_for,
    finish,
)
from integration.http import Limits, Transport
from integration.sandbox import Options, Sandbox
from integration.systems.errors import AddressRefused, BadAnswer, SignInRefused
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart
from tests.real.certificates import Issued, issue, rsa_key

JSON = {"Content-Type": "application/json"}
GRANTED = {"token_type": "Bearer", "expires_in": 3599, "access_token": "t0k3n"}
BACK = "http://127.0.0.1:8000/setup/signed-in"


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        running.says = [Says(200, GRANTED, JSON)]
        yield running


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(Limits(read=2, deadline=2))
    yield made
    made.close()


@pytest.fixture(scope="module")
def issued() -> Issued:
    return issue("Business Central integration", rsa_key())


def form_of(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def token_of(server: Counterpart, grant: Any) -> str:
    """Sign in for one request; the fields that were sent are the server's first question."""
    session = Session(server.url, grant, transport=Transport(Limits(read=2, deadline=2)))
    try:
        session.request("GET", "accounts")
    finally:
        session.close()
    return server.asked[-1].headers["authorization"].removeprefix("Bearer ")


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- a certificate ------------------------------------------------------------------------------------------


def test_a_certificate_signs_in_with_an_assertion_its_key_signed(server, issued):
    endpoint = f"{server.url}/token"

    assert token_of(server, Certificate("adatum.example", "client", issued.both, endpoint)) == "t0k3n"

    form = form_of(server.asked[0])
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert (form["grant_type"], form["scope"]) == ("client_credentials", f"{server.url}/.default")
    assert "client_secret" not in form
    signed, _, signature = form["client_assertion"].rpartition(".")
    head, claims = (json.loads(unpacked(part)) for part in signed.split("."))
    thumbprint = unpacked(head["x5t#S256"])
    assert (head["alg"], thumbprint) == ("PS256", issued.certificate.fingerprint(hashes.SHA256()))
    assert (claims["aud"], claims["iss"], claims["sub"]) == (endpoint, "client", "client")
    assert 0 < claims["exp"] - time.time() <= 600
    salt = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    issued.certificate.public_key().verify(unpacked(signature), signed.encode(), salt, hashes.SHA256())


def test_every_assertion_is_used_once(issued):
    certificate = Certificate("adatum.example", "client", issued.both)

    assert (
        certificate.form("https://x.example")["client_assertion"]
        != certificate.form("https://x.example")["client_assertion"]
    )


@pytest.mark.parametrize(("pem", "words"), [
    ("", "cannot be read"),
    ("-----BEGIN nothing", "cannot be read"),
    (issue("No RSA", ec.generate_private_key(ec.SECP256R1())).both, "must be RSA"),
    (issue("Short", rsa_key(1024)).both, "2048 bits"),
    (issue("One", rsa_key()).pem + issue("Other", rsa_key()).key_pem, "does not belong"),
    (issue("Ended", rsa_key(), days=-1).both, "ended on"),
])  # fmt: skip
def test_a_certificate_that_cannot_work_is_refused_before_anything_is_sent(server, pem, words):
    with pytest.raises(SignInRefused, match=words) as caught:
        token_of(server, Certificate("adatum.example", "client", pem, f"{server.url}/token"))

    assert caught.value.part == "certificate"
    assert server.asked == []


# --- a password ---------------------------------------------------------------------------------------------


def test_a_password_goes_to_ad_fs_with_the_organization_as_resource(server):
    grant = Password(f"{server.url}/adfs/oauth2/token", "client", "ADATUM\\sofia", "pa55word")

    assert token_of(server, grant) == "t0k3n"
    assert form_of(server.asked[0]) == {
        "grant_type": "password", "client_id": "client", "username": "ADATUM\\sofia", "password": "pa55word",
        "resource": f"{server.url}/",
    }  # fmt: skip


def test_a_wrong_password_is_said_without_repeating_it(server):
    body = {"error": "invalid_grant", "error_description": "MSIS9659: Invalid 'username' or 'password'."}
    server.says = [Says(400, body, JSON)]

    with pytest.raises(SignInRefused, match="user name") as caught:
        token_of(server, Password(f"{server.url}/adfs/oauth2/token", "client", "sofia", "pa55word"))

    assert caught.value.part == "user"
    assert "pa55word" not in str(caught.value) + caught.value.raw


@pytest.mark.parametrize("grant", [
    Credentials("t", "c", "s3cret"), Certificate("t", "c", "s3cret"), Password("https://x.example", "c", "u", "s3cret"),
])  # fmt: skip
def test_no_secret_is_printed_with_its_grant(grant):
    assert "s3cret" not in repr(grant)
    assert any("s3cret" in part for part in grant.parts)


@pytest.mark.parametrize(("url", "host"), [
    ("https://contoso.crm4.dynamics.com", "login.microsoftonline.com"),
    ("https://contoso.crm.dynamics.cn", "login.partner.microsoftonline.cn"),
    ("https://contoso.crm.microsoftdynamics.us", "login.microsoftonline.us"),
    ("https://contoso.crm.appsplatform.us", "login.microsoftonline.us"),
    ("https://dynamics.cn.evil.example", "login.microsoftonline.com"),
])  # fmt: skip
def test_a_token_is_asked_for_in_the_cloud_of_the_organization(url, host):
    assert endpoint_for(url, "a/b") == f"https://{host}/a%2Fb/oauth2/v2.0/token"


# --- where to sign in ---------------------------------------------------------------------------------------


class Directory:
    """An organization that tells its authority, and the authority beside it."""

    def __init__(self, server: Counterpart, challenge: str = "", document: Any = None) -> None:
        base = f"{server.url}/contoso"
        self.challenge = challenge or f"Bearer authorization_uri={base}/oauth2/authorize, resource_id={server.url}/"
        self.document = document or {
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }
        server.route = self.route

    def route(self, asked: Asked) -> Says:
        if asked.path.endswith("/WhoAmI"):
            return Says(401, b"", {"WWW-Authenticate": self.challenge})
        return Says(200, self.document, JSON)


def test_an_organization_tells_where_to_sign_in(server, transport):
    Directory(server)

    found = discover(server.url, transport)

    base = f"{server.url}/contoso/oauth2/v2.0"
    assert found == Authority(f"{base}/authorize", f"{base}/token", f"{server.url}/")
    assert [asked.path for asked in server.asked] == [
        "/api/data/v9.2/WhoAmI",
        "/contoso/v2.0/.well-known/openid-configuration",
    ]


def test_an_organization_on_premises_names_its_ad_fs(server, transport):
    document = {
        "authorization_endpoint": f"{server.url}/adfs/oauth2/authorize",
        "token_endpoint": f"{server.url}/adfs/oauth2/token",
    }
    Directory(server, f"Bearer authorization_uri={server.url}/adfs/oauth2/authorize, resource_id=x", document)

    assert discover(server.url, transport).token == f"{server.url}/adfs/oauth2/token"
    assert server.asked[-1].path == "/adfs/.well-known/openid-configuration"


@pytest.mark.parametrize("authority", [
    "https://login.evil.example/contoso/oauth2/authorize",
    "https://login.microsoftonline.com.evil.example/contoso/oauth2/authorize",
    "https://169.254.169.254/oauth2/authorize",
    "http://evil.example/oauth2/authorize",
])  # fmt: skip
def test_a_sign_in_page_at_a_stranger_s_place_is_not_believed(server, transport, authority):
    Directory(server, f"Bearer authorization_uri={authority}, resource_id=x")

    with pytest.raises((SignInRefused, AddressRefused)):
        discover(server.url, transport)

    assert len(server.asked) == 1


def test_an_authority_whose_token_endpoint_is_elsewhere_is_refused(server, transport):
    Directory(server, document={
        "authorization_endpoint": f"{server.url}/a", "token_endpoint": "https://evil.example/token",
    })  # fmt: skip

    with pytest.raises(SignInRefused, match="another host"):
        discover(server.url, transport)


@pytest.mark.parametrize("challenge", ["Negotiate", "Bearer", "Bearer authorization_uri=http://127.0.0.1/strange"])
def test_an_organization_that_does_not_tell_is_said_in_words(server, transport, challenge):
    Directory(server, challenge)

    with pytest.raises(BadAnswer):
        discover(server.url, transport)


@pytest.mark.parametrize("document", [[], {"token_endpoint": 5}, {"authorization_endpoint": "x"}])
def test_an_authority_without_addresses_is_a_bad_answer(server, transport, document):
    Directory(server, document=document or ["nothing"])

    with pytest.raises(BadAnswer):
        discover(server.url, transport)


# --- an administrator ---------------------------------------------------------------------------------------


def started_at(server: Counterpart) -> Started:
    return begin(Authority(f"{server.url}/authorize", f"{server.url}/token", f"{server.url}/"), "client", BACK)


def identity(started: Started, **different: Any) -> str:
    claims = {"aud": "client", "nonce": started.nonce, "exp": time.time() + 60, **different}
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, claims)) + ".x"


def test_a_browser_is_sent_off_with_a_challenge_and_never_with_the_proof(server):
    started = started_at(server)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(started.address).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(started.verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")
    assert (asked["response_type"], asked["redirect_uri"], asked["state"]) == ("code", BACK, started.state)
    assert asked["scope"] == f"openid {server.url}/user_impersonation"
    assert started.verifier not in started.address
    assert started.verifier not in repr(started)


def test_a_code_that_comes_back_becomes_a_token_that_is_only_held(server, transport):
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


def test_a_session_works_with_a_held_token_until_it_is_dropped(server):
    held = HeldToken("t0k3n", 60)
    session = Session(server.url, held, transport=Transport(Limits(read=2, deadline=2)))
    with held:
        session.request("GET", "accounts")

    with pytest.raises(SignInRefused, match="Sign in again"):
        session.request("GET", "accounts")
    session.close()

    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer t0k3n"]


def test_a_held_token_is_not_renewed_when_it_is_refused(server):
    server.says = [Says(401)]
    held = HeldToken("t0k3n", 60)
    session = Session(server.url, held, transport=Transport(Limits(read=2, deadline=2)))

    with pytest.raises(SignInRefused, match="Sign in again"):
        session.request("GET", "accounts")
    session.close()

    assert not held.usable


def test_a_held_token_ends_by_itself():
    with pytest.raises(SignInRefused):
        HeldToken("t0k3n", -1).token()


@pytest.mark.parametrize("came_back", [
    {"state": "another", "code": "c0de"}, {"code": "c0de"}, {},
])  # fmt: skip
def test_what_another_sign_in_brings_back_is_refused(server, transport, came_back):
    with pytest.raises(SignInRefused, match="begun here"):
        finish(started_at(server), came_back, transport)

    assert server.asked == []


def test_a_person_who_says_no_is_heard(server, transport):
    started = started_at(server)

    with pytest.raises(SignInRefused, match="did not agree"):
        finish(started, {"state": started.state, "error": "access_denied"}, transport)


def test_a_sign_in_that_took_too_long_begins_anew(server, transport):
    started = Started.of(started_at(server).stored() | {"at": time.time() - 700})

    with pytest.raises(SignInRefused, match="too long"):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


@pytest.mark.parametrize("different", [{"nonce": "another"}, {"aud": "another"}])
def test_a_token_of_another_sign_in_is_refused(server, transport, different):
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": identity(started, **different)}, JSON)]

    with pytest.raises(SignInRefused, match="another sign-in"):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


def test_a_sign_in_service_whose_clock_is_hours_behind_is_said_to_be_so(server, transport):
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": identity(started, exp=time.time() - 7200)}, JSON)]

    with pytest.raises(SignInRefused, match="Set the clock of this machine"):
        finish(started, {"state": started.state, "code": "c"}, transport)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", 5])
def test_a_token_without_an_identity_is_a_bad_answer(server, transport, token):
    started = started_at(server)
    server.says = [Says(200, GRANTED | {"id_token": token}, JSON)]

    with pytest.raises(BadAnswer):
        finish(started, {"state": started.state, "code": "c0de"}, transport)


def test_a_browser_only_comes_back_to_a_safe_address(server):
    with pytest.raises(AddressRefused):
        begin(Authority("https://a.example", "https://a.example", "https://b.example"), "client", "http://evil.example")


def test_what_is_stored_of_a_sign_in_and_was_tampered_with_is_refused():
    with pytest.raises(SignInRefused):
        Started.of({"address": "x"})


# --- with the sandbox ---------------------------------------------------------------------------------------


def test_a_registered_certificate_signs_in_at_the_sandbox_and_another_does_not(tmp_path, issued):
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


def test_an_administrator_signs_in_at_the_sandbox_and_works_until_the_token_is_dropped(sandbox, transport):
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
