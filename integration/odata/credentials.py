"""What an application signs in with, and the form it sends to the token endpoint."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from integration.systems.errors import SignInRefused

AUTHORITY = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
COUNTRIES = {
    ".dynamics.cn": "login.partner.microsoftonline.cn",
    ".microsoftdynamics.us": "login.microsoftonline.us",
    ".appsplatform.us": "login.microsoftonline.us",
}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 600
SMALLEST_KEY = 2048


class Grant(Protocol):
    """What a token is asked for with."""

    @property
    def endpoint(self) -> str:
        """The token endpoint's address."""

    @property
    def parts(self) -> Sequence[str]:
        """All that tells this grant from another, the secret too: a wrong secret must not pass because the token of
        the right one is still kept. Never stored as it is."""

    def form(self, url: str) -> dict[str, str]:
        """The fields to send for a token to the organization at ``url``. Raises ``SignInRefused``."""

    def proof(self, endpoint: str) -> dict[str, str]:
        """The fields that show a token endpoint that we are this client; none for a public client. A confidential one
        must send them where a person signs in, too (RFC 6749, 4.1.3). Raises ``SignInRefused``."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """OAuth 2.0 client credentials. ``token_endpoint`` overrides the public cloud's."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    token_endpoint: str = ""

    @property
    def endpoint(self) -> str:
        return self.token_endpoint or AUTHORITY.format(tenant=quote(self.tenant, safe=""))

    @property
    def parts(self) -> Sequence[str]:
        return (self.endpoint, self.client_id, self.client_secret)

    def form(self, url: str) -> dict[str, str]:
        return {**_client(self.client_id, url), **self.proof(self.endpoint)}

    def proof(self, endpoint: str) -> dict[str, str]:
        return {"client_secret": self.client_secret} if self.client_secret else {}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Client credentials with a certificate: ``pem`` holds the certificate and its private key (RSA, no password)."""

    tenant: str
    client_id: str
    pem: str = field(repr=False)
    token_endpoint: str = ""

    @property
    def endpoint(self) -> str:
        return self.token_endpoint or AUTHORITY.format(tenant=quote(self.tenant, safe=""))

    @property
    def parts(self) -> Sequence[str]:
        return (self.endpoint, self.client_id, self.pem)

    def form(self, url: str) -> dict[str, str]:
        return {**_client(self.client_id, url), **self.proof(self.endpoint)}

    def proof(self, endpoint: str) -> dict[str, str]:
        key, certificate = opened(self.pem)
        assertion = _assertion(endpoint, self.client_id, key, certificate)
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion}


@dataclass(frozen=True, slots=True)
class Password:
    """A user with password at one's own AD FS, or wherever that grant is still allowed."""

    token_endpoint: str
    client_id: str
    username: str
    password: str = field(repr=False)
    client_secret: str = field(default="", repr=False)

    @property
    def endpoint(self) -> str:
        return self.token_endpoint

    @property
    def parts(self) -> Sequence[str]:
        return (self.endpoint, self.client_id, self.client_secret, self.username, self.password)

    def form(self, url: str) -> dict[str, str]:
        who = {"client_id": self.client_id, "username": self.username, "password": self.password}
        wanted = audience(self.endpoint, url, "user_impersonation")
        return {"grant_type": "password", **who, **self.proof(self.endpoint), **wanted}

    def proof(self, endpoint: str) -> dict[str, str]:
        return {"client_secret": self.client_secret} if self.client_secret else {}


def endpoint_for(url: str, tenant: str) -> str:
    """The token endpoint of the cloud an organization is in: some countries have one of their own."""
    host = (urlsplit(url).hostname or "").lower()
    directory = next((place for ending, place in COUNTRIES.items() if host.endswith(ending)), "")
    endpoint = AUTHORITY.format(tenant=quote(tenant, safe=""))
    return endpoint.replace("login.microsoftonline.com", directory) if directory else endpoint


def audience(endpoint: str, url: str, permission: str) -> dict[str, str]:
    """How the organization is named to a token endpoint: AD FS takes a resource, Entra a scope."""
    resource = url.rstrip("/")
    if urlsplit(endpoint).path.lower().startswith("/adfs/"):
        return {"resource": f"{resource}/"}
    return {"scope": f"{resource}/{permission}"}


def opened(pem: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Key and certificate of a PEM text. Raises ``SignInRefused`` that says what is wrong with it."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, TypeError) as error:
        words = "The certificate cannot be read. Enter certificate and private key as PEM text, without a password."
        raise SignInRefused(words, part="certificate") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise SignInRefused(f"The certificate's key must be RSA with at least {SMALLEST_KEY} bits.", part="certificate")
    if key.public_key() != certificate.public_key():
        raise SignInRefused("The private key does not belong to the certificate.", part="certificate")
    if certificate.not_valid_after_utc <= dt.datetime.now(dt.UTC):
        ended = certificate.not_valid_after_utc.date().isoformat()
        raise SignInRefused(f"The certificate ended on {ended}. Enter a new one.", part="certificate")
    return key, certificate


def _client(client_id: str, url: str) -> dict[str, str]:
    scope = f"{url.rstrip('/')}/.default"
    return {"grant_type": "client_credentials", "client_id": client_id, "scope": scope}


def _assertion(endpoint: str, client_id: str, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> str:
    """A token of our own that proves we hold the certificate's key (RFC 7523; header fields as Entra asks for)."""
    thumbprint = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
    now = int(time.time())
    head = {"alg": "PS256", "typ": "JWT", "x5t#S256": packed(thumbprint)}
    claims = {
        "aud": endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": secrets.token_urlsafe(16),
        "nbf": now,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    signed = ".".join(packed(json.dumps(part).encode()) for part in (head, claims))
    salt = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return f"{signed}.{packed(key.sign(signed.encode(), salt, hashes.SHA256()))}"


def packed(content: bytes) -> str:
    """Base64 as tokens write it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
