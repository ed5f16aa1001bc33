"""Signing in with OAuth 2.0 client credentials: a token from the directory, or what is wrong in words."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from integration.dataverse.shared import Cache, MemoryCache
from integration.http import Answer, Transport
from integration.systems.errors import BadAnswer, SignInRefused, Throttled, Unreachable

AUTHORITY = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MARGIN_SECONDS = 120.0
"""A token is renewed this long before it ends, so that no request takes along one that ends on its way."""
DEFAULT_WAIT = 5.0

PARTS = {
    7000215: ("secret", "The client secret is wrong. Enter the secret's value, not its id."),
    7000222: ("secret", "The client secret has expired. Create a new one and enter it."),
    7000218: ("secret", "The client secret is missing."),
    7000216: ("secret", "The client secret is missing."),
    700016: ("client", "The client id is unknown in this tenant."),
    7000112: ("client", "The application is disabled in this tenant."),
    90002: ("tenant", "The tenant does not exist."),
    900023: ("tenant", "The tenant is not written as a name or an id."),
    90013: ("tenant", "The tenant is not written as a name or an id."),
    500011: ("resource", "The organization's URL is unknown in this tenant."),
    50001: ("resource", "The organization's URL is unknown in this tenant."),
    70011: ("resource", "The organization's URL is not one that can be signed in to."),
    28002: ("resource", "The organization's URL is not one that can be signed in to."),
}
KINDS = {
    "invalid_client": ("secret", "The client id or the client secret is wrong."),
    "unauthorized_client": ("client", "The client id is unknown in this tenant."),
    "invalid_resource": ("resource", "The organization's URL is unknown in this tenant."),
    "invalid_scope": ("resource", "The organization's URL is not one that can be signed in to."),
    "invalid_tenant": ("tenant", "The tenant does not exist."),
}
TRANSIENT = {90055, 90024, 90033}


@dataclass(frozen=True, slots=True)
class Credentials:
    """OAuth 2.0 client credentials. ``token_endpoint`` overrides the public cloud's."""

    tenant: str
    client_id: str
    client_secret: str
    token_endpoint: str = ""

    @property
    def endpoint(self) -> str:
        return self.token_endpoint or AUTHORITY.format(tenant=quote(self.tenant, safe=""))


class Tokens:
    """The token for one organization: all threads ask for it once, processes that share the cache as well."""

    def __init__(self, url: str, credentials: Credentials, transport: Transport, cache: Cache | None = None) -> None:
        self.asked = 0
        self._scope = f"{url.rstrip('/')}/.default"
        self._credentials = credentials
        self._transport = transport
        self._cache: Cache = cache or MemoryCache()
        self._key = self._name()
        self._asking = threading.Lock()

    def token(self, refused: str = "") -> str:
        """A token that is not the refused one. One thread asks, the others wait for it."""
        if usable := self._kept(refused):
            return usable
        with self._asking:
            if usable := self._kept(refused):
                return usable
            token, seconds = self._sign_in()
            self._cache.put(self._key, token, max(1.0, seconds - MARGIN_SECONDS))
            return token

    def _kept(self, refused: str) -> str | None:
        kept = self._cache.get(self._key)
        return kept if kept and kept != refused else None

    def _name(self) -> str:
        """The secret counts as well: a wrong one must not pass because a token of the right one is still kept."""
        one = self._credentials
        whole = "\n".join((one.endpoint, one.client_id, one.client_secret, self._scope))
        return f"token {hashlib.sha256(whole.encode()).hexdigest()}"

    def _sign_in(self) -> tuple[str, float]:
        self.asked += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "scope": self._scope,
        }
        answer = self._transport.send(
            "POST",
            self._credentials.endpoint,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        if answer.status in (429, 503):
            raise Throttled("The sign-in service asks us to wait.", retry_after=_wait(answer), raw=answer.text[:2000])
        if answer.status >= 500:
            raise Unreachable(f"The sign-in service has a problem of its own ({answer.status}).", raw=answer.text[:500])
        return _granted(answer) if answer.status == 200 else _refused(answer)


def _granted(answer: Answer) -> tuple[str, float]:
    told = answer.json()
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token:
        raise BadAnswer("The sign-in service gave no token. Check the token endpoint.", raw=answer.text[:500])
    try:
        return token, float(told.get("expires_in") or 3600)
    except (TypeError, ValueError) as error:
        raise BadAnswer("The sign-in service does not say how long its token lasts.") from error


def _refused(answer: Answer) -> tuple[str, float]:
    """What the sign-in service means: by AADSTS number where it gives one, else by the kind of error."""
    try:
        told = answer.json()
    except BadAnswer:
        told = None
    if not isinstance(told, dict) or "error" not in told:
        words = f"The sign-in service answered {answer.status} without a reason. Check tenant and token endpoint."
        raise SignInRefused(words, part="tenant", raw=answer.text[:500])
    numbers = [number for number in told.get("error_codes") or [] if isinstance(number, int)]
    raw = json.dumps({key: told.get(key) for key in ("error", "error_description", "error_codes")}, default=str)
    if TRANSIENT.intersection(numbers):
        raise Throttled("The sign-in service asks us to wait.", retry_after=_wait(answer), raw=raw)
    known = next((PARTS[number] for number in numbers if number in PARTS), None)
    part, words = known or KINDS.get(str(told["error"]), ("", "The sign-in was refused."))
    raise SignInRefused(words, part=part, raw=raw)


def _wait(answer: Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else DEFAULT_WAIT
