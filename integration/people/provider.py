"""The OpenID Connect provider (Core 1.0, Discovery 1.0) as django-allauth asks it: authorization code with PKCE. What
allauth leaves out is done here: every call goes through ``http``, the provider has to be the one of OIDC_ISSUER, and of
the identity token signature, issuer, audience, nonce and age are checked.

The nonce needs no place of its own: it is made from the ``state`` of the sign-in, which the session keeps, is used once
and ends after ten minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import jwt
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from integration.http import Limits, Transport, check_address
from integration.odata.token_request import SIGN_IN
from integration.systems.errors import BadAnswer

LEEWAY_SECONDS = 120
SIGNED_WITH = ["RS256", "PS256", "ES256"]
NEEDED = ["iss", "sub", "aud", "exp", "iat"]
LONGEST_SUBJECT, LONGEST_STORED = 255, 191
LIMITS = Limits(read=15, deadline=30, body=1024 * 1024)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
UNSURE = "The sign-in service does not say beyond doubt who signed in."
SALT = "integration.single_signon"


class Client(OAuth2Client):
    """Asks for the tokens."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: Mapping[str, Any]) -> str:
        nonce = {"nonce": nonce_of(str(self.state))}
        address = str(super().get_redirect_url(authorization_url, sorted(scope), {**extra_params, **nonce}))
        # A provider's address may have a query of its own.
        return address.replace("?", "&").replace("&", "?", 1)

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None) -> Any:
        """What the provider answers to the code. Raises ``ConnectionProblem``."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "code_verifier": pkce_code_verifier or "",
            "client_id": self.consumer_key,
            "client_secret": self.consumer_secret,
        }
        return asked("POST", self.access_token_url, form)


class Connection(OpenIDConnectOAuth2Adapter):
    """One sign-in with the provider. Raises ``ConnectionProblem`` where it does not answer, or is not the one of
    OIDC_ISSUER."""

    client_class = Client
    basic_auth = False

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says about itself; asked anew for each sign-in, which is seldom."""
        found = asked("GET", f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise BadAnswer("The sign-in service calls itself by another name than OIDC_ISSUER.")
        for name in ENDPOINTS:
            check_address(str(found.get(name, "")))
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("single_signon_back"))

    def parse_token(self, data: Any) -> SocialToken:
        """Nothing is asked of the provider afterwards: its access token is not even looked at."""
        return SocialToken()

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **more: Any) -> SocialLogin:
        """Who signed in; of what the provider says about the person only its own id is stored."""
        state, identity = str(request.GET.get("state", "")), more["response"].get("id_token")
        claims = self._claims(str(identity or ""), nonce_of(state))
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.account.extra_data = {}
        login.claims = claims
        return login

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(jwt.get_unverified_header(token).get("kid")),
                algorithms=SIGNED_WITH,
                issuer=str(self.openid_config["issuer"]),
                audience=settings.OIDC_CLIENT_ID,
                leeway=LEEWAY_SECONDS,
                options={"require": NEEDED},
            )
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            raise BadAnswer(UNSURE) from error
        if not constant_time_compare(str(claims.get("nonce")), nonce) or not _is_for_us(claims):
            raise BadAnswer(UNSURE)
        return claims

    def _key(self, kid: Any) -> Any:
        """The provider's key of that id, or its only one. Raises ``KeyError``, ``PyJWTError``."""
        keys = jwt.PyJWKSet.from_dict(asked("GET", str(self.openid_config["jwks_uri"]))).keys
        if kid is None and len(keys) == 1:
            return keys[0].key
        return next((one.key for one in keys if one.key_id == kid), None)


class SingleSignOn(OpenIDConnectProvider):
    """The provider of OIDC_ISSUER. It comes from the environment; its secret is stored nowhere."""

    oauth2_adapter_class = Connection

    def __init__(self, request: HttpRequest) -> None:
        # An account belongs to the issuer: the same id at another provider is somebody else.
        app = SocialApp(
            provider=self.id,
            provider_id=settings.OIDC_ISSUER.rstrip("/"),
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True},
        )
        super().__init__(request, app=app)

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        """The provider's id of the person. allauth's column holds 191 characters, an id may have 255: of a longer one
        its digest is kept."""
        subject = str(data["id_token"]["sub"])
        if len(subject) <= LONGEST_STORED:
            return subject
        return f"sha256:{hashlib.sha256(subject.encode()).hexdigest()}"


def nonce_of(state: str) -> str:
    return salted_hmac(SALT, state, algorithm="sha256").hexdigest()


def asked(method: str, address: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the provider answers, a JSON object. Raises ``ConnectionProblem``."""
    headers = {"Accept": "application/json"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    transport = Transport(LIMITS, ca=settings.DATAVERSE_CA_FILE or None)
    try:
        body = urlencode(form).encode() if form else None
        answer = transport.send(method, address, headers=headers, body=body, who=SIGN_IN)
    finally:
        transport.close()
    found = answer.json() if answer.ok else None
    if not isinstance(found, dict):
        raise BadAnswer(f"The sign-in service answered {answer.status} and nothing that can be used.")
    return found


def _is_for_us(claims: Mapping[str, Any]) -> bool:
    """Where a token has several audiences it says for whom it was made."""
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    named = 0 < len(str(claims["sub"])) <= LONGEST_SUBJECT
    return named and (party == settings.OIDC_CLIENT_ID or (party is None and not several))
