"""Signing in with a certificate or a password, and finding out where."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from integration.dataverse.session import Session
from integration.dataverse.signin import (
    Authority,
    Certificate,
    Credentials,
    Password,
    discover,
    endpoint_for,
)
from integration.http import Limits, Transport
from integration.systems.errors import AddressRefused, BadAnswer, SignInRefused
from tests.dataverse.access.directory import JSON, form_of, issued, server, transport
from tests.dataverse.counterpart import Asked, Counterpart, Says
from tests.real.certificates import Issued, issue, rsa_key

__all__ = ["issued", "server", "transport"]


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


# --- a certificate -------------------------------------------------------------------------------------------


def test_a_certificate_signs_in_with_an_assertion_its_key_signed(server: Counterpart, issued: Issued) -> None:
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


def test_every_assertion_is_used_once(issued: Issued) -> None:
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
def test_a_certificate_that_cannot_work_is_refused_before_anything_is_sent(
    server: Counterpart, pem: str, words: str
) -> None:
    with pytest.raises(SignInRefused, match=words) as caught:
        token_of(server, Certificate("adatum.example", "client", pem, f"{server.url}/token"))

    assert caught.value.part == "certificate"
    assert server.asked == []


# --- a password ----------------------------------------------------------------------------------------------


def test_a_password_goes_to_ad_fs_with_the_organization_as_resource(server: Counterpart) -> None:
    grant = Password(f"{server.url}/adfs/oauth2/token", "client", "ADATUM\\sofia", "pa55word")

    assert token_of(server, grant) == "t0k3n"
    assert form_of(server.asked[0]) == {
        "grant_type": "password", "client_id": "client", "username": "ADATUM\\sofia", "password": "pa55word",
        "resource": f"{server.url}/",
    }  # fmt: skip


def test_a_wrong_password_is_said_without_repeating_it(server: Counterpart) -> None:
    body = {"error": "invalid_grant", "error_description": "MSIS9659: Invalid 'username' or 'password'."}
    server.says = [Says(400, body, JSON)]

    with pytest.raises(SignInRefused, match="user name") as caught:
        token_of(server, Password(f"{server.url}/adfs/oauth2/token", "client", "sofia", "pa55word"))

    assert caught.value.part == "user"
    assert "pa55word" not in str(caught.value) + caught.value.raw


@pytest.mark.parametrize("grant", [
    Credentials("t", "c", "s3cret"), Certificate("t", "c", "s3cret"), Password("https://x.example", "c", "u", "s3cret"),
])  # fmt: skip
def test_no_secret_is_printed_with_its_grant(grant: Any) -> None:
    assert "s3cret" not in repr(grant)
    assert any("s3cret" in part for part in grant.parts)


@pytest.mark.parametrize(("url", "host"), [
    ("https://contoso.crm4.dynamics.com", "login.microsoftonline.com"),
    ("https://contoso.crm.dynamics.cn", "login.partner.microsoftonline.cn"),
    ("https://contoso.crm.microsoftdynamics.us", "login.microsoftonline.us"),
    ("https://contoso.crm.appsplatform.us", "login.microsoftonline.us"),
    ("https://dynamics.cn.evil.example", "login.microsoftonline.com"),
])  # fmt: skip
def test_a_token_is_asked_for_in_the_cloud_of_the_organization(url: str, host: str) -> None:
    assert endpoint_for(url, "a/b") == f"https://{host}/a%2Fb/oauth2/v2.0/token"


# --- where to sign in ----------------------------------------------------------------------------------------


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


def test_an_organization_tells_where_to_sign_in(server: Counterpart, transport: Transport) -> None:
    Directory(server)

    found = discover(server.url, transport)

    base = f"{server.url}/contoso/oauth2/v2.0"
    assert found == Authority(f"{base}/authorize", f"{base}/token", f"{server.url}/")
    assert [asked.path for asked in server.asked] == [
        "/api/data/v9.2/WhoAmI",
        "/contoso/v2.0/.well-known/openid-configuration",
    ]


def test_an_organization_on_premises_names_its_ad_fs(server: Counterpart, transport: Transport) -> None:
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
def test_a_sign_in_page_at_a_stranger_s_place_is_not_believed(
    server: Counterpart, transport: Transport, authority: str
) -> None:
    Directory(server, f"Bearer authorization_uri={authority}, resource_id=x")

    with pytest.raises((SignInRefused, AddressRefused)):
        discover(server.url, transport)

    assert len(server.asked) == 1


def test_an_authority_whose_token_endpoint_is_elsewhere_is_refused(server: Counterpart, transport: Transport) -> None:
    Directory(server, document={
        "authorization_endpoint": f"{server.url}/a", "token_endpoint": "https://evil.example/token",
    })  # fmt: skip

    with pytest.raises(SignInRefused, match="another host"):
        discover(server.url, transport)


@pytest.mark.parametrize("challenge", ["Negotiate", "Bearer", "Bearer authorization_uri=http://127.0.0.1/strange"])
def test_an_organization_that_does_not_tell_is_said_in_words(
    server: Counterpart, transport: Transport, challenge: str
) -> None:
    Directory(server, challenge)

    with pytest.raises(BadAnswer):
        discover(server.url, transport)


@pytest.mark.parametrize("document", [[], {"token_endpoint": 5}, {"authorization_endpoint": "x"}])
def test_an_authority_without_addresses_is_a_bad_answer(
    server: Counterpart, transport: Transport, document: dict[str, Any] | list[Any]
) -> None:
    Directory(server, document=document or ["nothing"])

    with pytest.raises(BadAnswer):
        discover(server.url, transport)
