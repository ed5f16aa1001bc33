"""Signing in: the token endpoint with its AADSTS errors, and the tokens it gives.

A token is a signed JSON Web Token. The signing key and the clients live in the database file, so tokens survive a
restart on the same file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from integration.sandbox.shell.denials import SignInRefused, check_secret, require, tenant_missing
from integration.sandbox.shell.grants import Codes, assertion_holds, proves
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.registrations import Registrations

LIFETIME = 3599
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PERMISSIONS = ("/.default", "/user_impersonation")
HEADER = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"HS256"}').rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Caller:
    """A client by itself, or in the name of a person (``systemuserid``)."""

    client: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str
    label: str


class Tenant:
    """The directory: one tenant, its registered clients, its tokens. ``resources`` are the addresses the
    environment answers at."""

    def __init__(
        self, registrations: Registrations, clock: Callable[[], datetime], resources: tuple[str, ...] = ()
    ) -> None:
        self.registrations = registrations
        self.clock = clock
        self.resources = resources
        self.id = registrations.setting("tenant", lambda: str(uuid.uuid4()))
        self._key = registrations.setting("signing key", lambda: secrets.token_hex(32)).encode()
        self.codes = Codes(clock)

    def client(self, label: str) -> Client:
        """The registered client with this label, registered at the first call."""
        connection = self.registrations.connection()
        found = connection.execute("SELECT id, secret, label FROM client WHERE label = ?", (label,)).fetchone()
        if found is None:
            found = (str(uuid.uuid4()), secrets.token_urlsafe(30), label)
            connection.execute("INSERT INTO client VALUES (?, ?, ?)", found)
        return Client(*found)

    def answer(self, tenant: str, body: bytes, authorization: str = "") -> Response:
        """The token endpoint's answer to a form."""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if authorization.startswith("Basic "):
            form.update(_basic(authorization))
        try:
            granted = self._grant(tenant, form)
        except SignInRefused as refused:
            return self._refused(refused)
        return _json(200, granted)

    def discovery(self, tenant: str, authority: str) -> Response:
        """The OpenID document of this tenant."""
        if tenant.lower() != self.id:
            return self._refused(tenant_missing(tenant))
        base = f"{authority}/{self.id}"
        return _json(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "client_secret_basic",
                    "private_key_jwt",
                ],
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["pairwise"],
            },
        )

    def certify(self, client: str, pem: str) -> None:
        """Register a certificate for a client: from now on it may sign in with that."""
        self.registrations.connection().execute(
            "INSERT OR REPLACE INTO setting VALUES (?, ?)", (f"certificate of {client}", pem)
        )

    def check(self, token: str) -> Caller | None:
        """Who is behind a token, ``None`` if it is forged, expired or for another environment."""
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(head).encode(), signature.encode("utf-8", "replace")):
            return None
        claims = json.loads(_unpacked(head.partition(".")[2]))
        if claims["exp"] <= self.clock().timestamp() or claims["aud"] not in self.resources:
            return None
        return Caller(str(claims["appid"]), str(claims.get("person", "")))

    def _grant(self, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
        if tenant.lower() != self.id:
            raise tenant_missing(tenant)
        require(form, "grant_type", "client_id")
        grants = {"client_credentials": self._to_client, "authorization_code": self._to_person}
        if form["grant_type"] not in grants:
            raise SignInRefused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        return grants[form["grant_type"]](self.registered(form["client_id"], tenant), form)

    def _to_client(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        require(form, "scope")
        self._check_client(client, form)
        return _bearer(self.token(client.id, self.resource(form["scope"])))

    def _to_person(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        require(form, "code", "redirect_uri", "code_verifier")
        self._check_client(client, form)
        code = self.codes.take(form["code"])
        if code is None or (code.client, code.redirect_uri) != (client.id, form["redirect_uri"]):
            raise SignInRefused(400, "invalid_grant", 70008, "The authorization code is unknown, used or expired.")
        if not proves(code, form["code_verifier"]):
            raise SignInRefused(400, "invalid_grant", 501481, "The code verifier does not match the code challenge.")
        now = int(self.clock().timestamp())
        identity = {"aud": client.id, "nonce": code.nonce, "oid": code.person, "tid": self.id, "iat": now}
        granted = _bearer(self.token(client.id, code.resource, code.person))
        return granted | {"id_token": self._signed(identity | {"exp": now + LIFETIME})}

    def _check_client(self, client: Client, form: Mapping[str, str]) -> None:
        """Every client registered here is a confidential one: it proves itself whatever it asks for."""
        if form.get("client_assertion"):
            self._check_assertion(client, form)
        else:
            check_secret(client.id, client.secret, form.get("client_secret", ""))

    def _check_assertion(self, client: Client, form: Mapping[str, str]) -> None:
        pem = self.registrations.setting(f"certificate of {client.id}", lambda: "")
        certified = form.get("client_assertion_type") == ASSERTION and pem
        if not certified or not assertion_holds(form["client_assertion"], pem, client.id, self.id, self.clock()):
            raise SignInRefused(
                401,
                "invalid_client",
                700027,
                "Client assertion failed signature validation, or its certificate is not registered.",
            )

    def token(self, client: str, resource: str, person: str = "") -> str:
        """A fresh token of this client (in the name of a person) for this environment."""
        now = int(self.clock().timestamp())
        claims = {"aud": resource, "appid": client, "tid": self.id, "iat": now, "exp": now + LIFETIME}
        return self._signed(claims | ({"person": person} if person else {}))

    def _signed(self, claims: Mapping[str, Any]) -> str:
        head = f"{HEADER}.{_packed(json.dumps(claims).encode())}"
        return f"{head}.{self._sign(head)}"

    def registered(self, client: str, tenant: str) -> Client:
        """The registered client with this id. Raises ``SignInRefused``."""
        found = (
            self.registrations.connection()
            .execute("SELECT id, secret, label FROM client WHERE id = ?", (client.lower(),))
            .fetchone()
        )
        if found is None:
            raise SignInRefused(
                400,
                "unauthorized_client",
                700016,
                f"Application with identifier '{client}' was not found in the directory '{tenant}'.",
            )
        return Client(*found)

    def resource(self, scope: str) -> str:
        """The environment that a scope names. Raises ``SignInRefused``."""
        scopes = scope.split()
        if len(scopes) > 1:
            raise SignInRefused(
                400,
                "invalid_scope",
                700022,
                "The input parameter scope is for several resources.",
            )
        if not scope.endswith(PERMISSIONS):
            raise SignInRefused(
                400,
                "invalid_scope",
                70011,
                f"The provided request must include a 'scope' input parameter. The provided value '{scope}' is not "
                "valid: it must be a resource followed by /.default.",
            )
        resource = scope.rpartition("/")[0].rstrip("/")
        if resource not in self.resources:
            raise SignInRefused(
                400,
                "invalid_resource",
                500011,
                f"The resource principal named {resource} was not found in the tenant named {self.id}.",
            )
        return resource

    def _sign(self, head: str) -> str:
        return _packed(hmac.new(self._key, head.encode("utf-8", "replace"), hashlib.sha256).digest())

    def _refused(self, refused: SignInRefused) -> Response:
        stamp = self.clock().strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        return _json(
            refused.status,
            {
                "error": refused.error,
                "error_description": f"AADSTS{refused.number}: {refused.message}\r\nTrace ID: {trace}\r\n"
                f"Correlation ID: {correlation}\r\nTimestamp: {stamp}",
                "error_codes": [refused.number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
            },
        )


def _bearer(token: str) -> dict[str, Any]:
    return {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}


def _basic(authorization: str) -> dict[str, str]:
    try:
        given = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return {}
    client, _, secret = given.partition(":")
    return {"client_id": unquote_plus(client), "client_secret": unquote_plus(secret)}


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(status: int, content: dict[str, Any]) -> Response:
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache"}
    return Response(status, json.dumps(content).encode(), headers)
