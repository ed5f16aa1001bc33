"""Assertions: a client whose certificate is registered proves itself by what its key signed for this tenant."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from integration.sandbox.shell.tokens import ASSERTION, Tenant
from tests.real.certificates import issue, rsa_key
from tests.sandbox.conftest import Clock
from tests.sandbox.shell.directory import ask, form

KEY = rsa_key()
ISSUED = issue("Adatum", KEY)


def packed(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assertion(tenant: Tenant, head: dict[str, Any] | None = None, claims: dict[str, Any] | None = None) -> str:
    """What a client of the certificate signs, with other parts where they are given (``None`` takes one away)."""
    certificate = x509.load_pem_x509_certificate(ISSUED.pem.encode())
    now = int(Clock().now.timestamp())
    client = tenant.client("Adatum").id
    whole_head = {"alg": "RS256", "typ": "JWT", "x5t": packed(certificate.fingerprint(hashes.SHA1())), **(head or {})}
    whole = {
        "iss": client, "sub": client, "aud": f"https://login.example/{tenant.id}/oauth2/v2.0/token", "jti": "1",
        "nbf": now, "exp": now + 600, **(claims or {}),
    }  # fmt: skip
    signed = ".".join(packed({k: v for k, v in part.items() if v is not None}) for part in (whole_head, whole))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    kind = pss if whole_head["alg"] == "PS256" else padding.PKCS1v15()
    return f"{signed}.{packed(KEY.sign(signed.encode(), kind, hashes.SHA256()))}"


def by_certificate(tenant: Tenant, proof: str, **changes: str | None) -> tuple[int, dict[str, Any]]:
    proven = {"client_assertion": proof, "client_assertion_type": ASSERTION, "client_secret": None, **changes}
    return ask(tenant, form(tenant, **proven))


S256 = packed(x509.load_pem_x509_certificate(ISSUED.pem.encode()).fingerprint(hashes.SHA256()))


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        ({}, {}),
        ({"alg": "PS256"}, {}),
        ({"x5t": None, "x5t#S256": S256}, {}),
        ({"x5t#S256": S256}, {}),
        ({}, {"nbf": None}),
        ({}, {"nbf": int(Clock().now.timestamp()) + 290}),
    ],
)
def test_a_registered_certificate_lets_its_client_in(
    tenant: Tenant, head: dict[str, Any], claims: dict[str, Any]
) -> None:
    tenant.certify(tenant.client("Adatum").id, ISSUED.pem)

    assert by_certificate(tenant, assertion(tenant, head, claims))[0] == 200


NOW = int(Clock().now.timestamp())


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "HS256"}, {}),
        ({"alg": ["RS256"]}, {}),
        ({"x5t": None}, {}),
        ({"x5t": packed(b"x" * 20)}, {}),
        ({"x5t#S256": packed(b"x" * 32)}, {}),
        ({"x5t": 5}, {}),
        ({}, {"iss": "somebody"}),
        ({}, {"sub": "somebody"}),
        ({}, {"aud": "https://login.example/another/oauth2/v2.0/token"}),
        ({}, {"aud": None}),
        ({}, {"exp": NOW}),
        ({}, {"exp": NOW - 1}),
        ({}, {"exp": NOW + 3600}),
        ({}, {"exp": "later"}),
        ({}, {"exp": None}),
        ({}, {"nbf": NOW + 301}),
        ({}, {"nbf": "now"}),
    ],
)
def test_an_assertion_that_is_not_the_clients_own_and_of_now_lets_nobody_in(
    tenant: Tenant, head: dict[str, Any], claims: dict[str, Any]
) -> None:
    tenant.certify(tenant.client("Adatum").id, ISSUED.pem)

    status, found = by_certificate(tenant, assertion(tenant, head, claims))

    assert (status, found["error_codes"]) == (401, [700027])


@pytest.mark.parametrize("proof", ["x", "..", "a.b.c", packed({}) * 3, f"{packed({})}.{packed({})}.", "é.é.é",
                                   f"{packed(b'[' * 200_000)}.{packed({})}.x"])  # fmt: skip
def test_what_is_no_assertion_lets_nobody_in(tenant: Tenant, proof: str) -> None:
    tenant.certify(tenant.client("Adatum").id, ISSUED.pem)

    assert by_certificate(tenant, proof)[1]["error_codes"] == [700027]


def test_a_certificate_that_is_not_registered_or_called_otherwise_lets_nobody_in(tenant: Tenant) -> None:
    good = assertion(tenant)
    assert by_certificate(tenant, good)[1]["error_codes"] == [700027]
    tenant.certify(tenant.client("Adatum").id, issue("Another", rsa_key()).pem)
    assert by_certificate(tenant, good)[1]["error_codes"] == [700027]

    tenant.certify(tenant.client("Adatum").id, ISSUED.pem)

    assert by_certificate(tenant, good, client_assertion_type="jwt")[1]["error_codes"] == [700027]
    assert by_certificate(tenant, good[:-8] + "AAAAAAAA")[1]["error_codes"] == [700027]
    assert by_certificate(tenant, good)[0] == 200
