"""Single sign-on by OpenID Connect (Core 1.0, Discovery 1.0): authorization code with PKCE, an identity token whose
signature, issuer, audience, nonce and age are checked. Off unless OIDC_ISSUER is set.

A second factor is the provider's business: with SINGLE_SIGN_ON_ONLY nobody passes without it. Nobody is created by
signing in: an administrator makes the person, whose name the provider's claim OIDC_CLAIM carries. The first sign-in
ties both together by the provider's own unchangeable id, and from then on the name no longer counts.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.db import transaction
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from integration.http import Limits, Transport, check_address
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record
from integration.systems.errors import BadAnswer, SignInRefused

PATIENCE_SECONDS = 600.0
LEEWAY_SECONDS = 120
SIGNED_WITH = ["RS256", "PS256", "ES256"]
LIMITS = Limits(read=15, deadline=30, body=1024 * 1024)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OTHER = "This is not the answer to the sign-in that was begun here. Begin again."
UNSURE = "The sign-in service does not say beyond doubt who signed in."


class Provider:
    """What the provider says about itself; asked anew for each sign-in, which is seldom. Raises ``ConnectionProblem``
    where it does not answer, or is not the one of OIDC_ISSUER."""

    def __init__(self) -> None:
        self.transport = Transport(LIMITS, ca=settings.DATAVERSE_CA_FILE or None)
        self.issuer = settings.OIDC_ISSUER.rstrip("/")
        known = self._asked("GET", f"{self.issuer}/.well-known/openid-configuration")
        if str(known.get("issuer", "")).rstrip("/") != self.issuer:
            raise BadAnswer("The sign-in service calls itself by another name than OIDC_ISSUER.")
        self.named = str(known["issuer"])
        self.authorize, self.token, self.keys = (str(known.get(name, "")) for name in ENDPOINTS)
        for address in (self.authorize, self.token, self.keys):
            check_address(address)

    def begin(self, redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """(where the browser goes, what its session keeps until it comes back)"""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        question = {
            "client_id": settings.OIDC_CLIENT_ID,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "redirect_uri": redirect_uri, "at": time.time()}
        return f"{self.authorize}{'&' if '?' in self.authorize else '?'}{urlencode(question)}", kept

    def finish(self, kept: Mapping[str, Any], came_back: Mapping[str, str]) -> dict[str, Any]:
        """The claims of who signed in. Raises ``SignInRefused``, ``BadAnswer`` and other ``ConnectionProblem``."""
        if not hmac.compare_digest(str(kept.get("state", "-")).encode(), str(came_back.get("state", "")).encode()):
            raise SignInRefused(OTHER)
        if came_back.get("error") or not came_back.get("code"):
            raise SignInRefused("The sign-in service did not let the person in.")
        if time.time() - float(kept["at"]) > PATIENCE_SECONDS:
            raise SignInRefused("The sign-in took too long. Begin again.")
        form = {
            "grant_type": "authorization_code",
            "code": came_back["code"],
            "redirect_uri": str(kept["redirect_uri"]),
            "code_verifier": str(kept["verifier"]),
            "client_id": settings.OIDC_CLIENT_ID,
            "client_secret": settings.OIDC_CLIENT_SECRET,
        }
        return self._claims(str(self._asked("POST", self.token, form).get("id_token", "")), str(kept["nonce"]))

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            keys = KeySet.import_key_set(self._asked("GET", self.keys))  # type: ignore[arg-type]
            decoded = jwt.decode(token, keys, algorithms=SIGNED_WITH)
            wanted = {"iss": {"essential": True, "value": self.named}}
            wanted["aud"] = {"essential": True, "value": settings.OIDC_CLIENT_ID}
            expected = {"nonce": nonce, "client_id": settings.OIDC_CLIENT_ID}
            claims = CodeIDToken(decoded.claims, decoded.header, wanted, expected)
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise BadAnswer(UNSURE) from error
        return dict(claims)

    def _asked(self, method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.transport.send(method, address, headers=headers, body=urlencode(form).encode() if form else None)
        told = answer.json() if answer.ok else None
        if not isinstance(told, dict):
            raise BadAnswer(f"The sign-in service answered {answer.status} and nothing that can be used.")
        return told


def person_of(claims: Mapping[str, Any]) -> User | None:
    """Who that is here: the person tied to the provider's id, or else the one of that name who is tied to none yet.
    Nobody where there is none, or the person is not active."""
    subject = f"{claims['iss']} {claims['sub']}"
    with transaction.atomic():
        tied = User.objects.filter(subject=subject).first() or _tie(subject, _name(claims))
    return tied if tied is not None and tied.is_active else None


def _name(claims: Mapping[str, Any]) -> str:
    """An e-mail address counts only where the provider has seen that it is the person's."""
    if settings.OIDC_CLAIM == "email" and claims.get("email_verified") is not True:
        return ""
    return str(claims.get(settings.OIDC_CLAIM) or "")


def _tie(subject: str, name: str) -> User | None:
    person = User.objects.select_for_update().filter(username__iexact=name, subject="", is_active=True).first()
    if person is None:
        return None
    User.objects.filter(pk=person.pk).update(subject=subject)
    record(AuditEntry.Action.CHANGED, "sign-in", person, after={"tied to": f"{settings.OIDC_NAME}, {name}"})
    return person
