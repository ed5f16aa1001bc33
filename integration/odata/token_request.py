"""One question to a token endpoint, and what its answer means in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integration.http import Answer, Transport
from integration.systems.errors import BadAnswer, SignInRefused, Throttled, Unreachable

SIGN_IN = "The sign-in service"
DEFAULT_WAIT = 5.0
LONGEST_LIFE = 24 * 3600.0
LONGEST_WAIT = 7 * 24 * 3600.0

_TENANT_FORM = ("tenant", "The tenant is not written as a name or an id.")
_NO_SECRET = ("secret", "The client secret is missing.")
_NO_RESOURCE = ("resource", "The organization's URL is unknown in this tenant.")
_BAD_RESOURCE = ("resource", "The organization's URL is not one that can be signed in to.")
_BEGIN_ANEW = ("user", "The sign-in took too long or was used already. Begin again.")
_MORE_PROOF = ("user", "The user has to prove more than a password. Use an application user instead.")
PARTS = {
    7000215: ("secret", "The client secret is wrong. Enter the secret's value, not its id."),
    7000222: ("secret", "The client secret has expired. Create a new one and enter it."),
    7000218: _NO_SECRET,
    7000216: _NO_SECRET,
    700027: ("certificate", "The certificate is not the one registered for this application. Upload it there."),
    700024: ("certificate", "The sign-in service finds our clock wrong. Set the clock of this machine."),
    700016: ("client", "The client id is unknown in this tenant."),
    7000112: ("client", "The application is disabled in this tenant."),
    50011: ("client", "The redirect URL is not registered for this application. Add it there."),
    65001: ("client", "Nobody has consented to this application yet. Let an administrator of the tenant do so."),
    90002: ("tenant", "The tenant does not exist."),
    900023: _TENANT_FORM,
    90013: _TENANT_FORM,
    500011: _NO_RESOURCE,
    50001: _NO_RESOURCE,
    70011: _BAD_RESOURCE,
    28002: _BAD_RESOURCE,
    700022: ("resource", "The sign-in asked for more than one organization. Enter one URL."),
    50126: ("user", "The user name or the password is wrong."),
    50034: ("user", "The user is unknown in this tenant."),
    50053: ("user", "The user is locked after too many attempts. Wait, or unlock it."),
    50055: ("user", "The user's password has expired. Set a new one."),
    50057: ("user", "The user is disabled."),
    50076: _MORE_PROOF,
    50079: _MORE_PROOF,
    50105: ("user", "The user is not assigned to this application."),
    54005: _BEGIN_ANEW,
    70008: _BEGIN_ANEW,
    501481: _BEGIN_ANEW,
    900144: ("", "The sign-in service misses something in our request."),
    90014: ("", "The sign-in service misses something in our request."),
}
"""By AADSTS number: which of the fields a person filled in is wrong, and what to do."""
KINDS = {
    "invalid_client": ("secret", "The client id or the client secret is wrong."),
    "unauthorized_client": ("client", "The client id is unknown in this tenant."),
    "invalid_resource": _NO_RESOURCE,
    "invalid_scope": _BAD_RESOURCE,
    "invalid_tenant": ("tenant", "The tenant does not exist."),
    "invalid_grant": ("user", "The user name, the password or the sign-in itself is no longer valid."),
    "access_denied": ("user", "The person did not agree to the sign-in."),
    "consent_required": ("client", "Nobody has consented to this application yet."),
    "interaction_required": _MORE_PROOF,
    "unsupported_grant_type": ("client", "This way of signing in is not allowed for the application."),
}
TRANSIENT = {90055, 90024, 90033}
SHOWN = ("error", "error_description", "error_codes")


def ask(transport: Transport, endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What the token endpoint grants, with ``access_token`` and ``expires_in`` (seconds) looked at. Raises
    ``SignInRefused`` with the part that is wrong, ``Throttled``, ``Unreachable``, ``BadAnswer``."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = transport.send("POST", endpoint, headers=headers, body=urlencode(form).encode(), who=SIGN_IN)
    if answer.status in (429, 503):
        raise Throttled("The sign-in service asks us to wait.", retry_after=_wait(answer), raw=answer.text[:2000])
    if answer.status >= 500:
        raise Unreachable(f"The sign-in service has a problem of its own ({answer.status}).", raw=answer.text[:500])
    if answer.status != 200:
        raise _refusal(answer)
    return _granted(answer)


def refusal(body: Mapping[str, Any], numbers: list[int] | None = None) -> SignInRefused:
    """What an OAuth error (its ``error`` and, where given, AADSTS numbers) means to a person."""
    explained = next((PARTS[number] for number in numbers or [] if number in PARTS), None)
    error = str(body.get("error"))
    part, words = explained or KINDS.get(error, ("", f"The sign-in was refused ({error[:100]})."))
    return SignInRefused(words, part=part, raw=json.dumps({key: body.get(key) for key in SHOWN}, default=str))


def _granted(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise BadAnswer("The sign-in service gave no token. Check the token endpoint.")
    try:
        seconds = float(body.get("expires_in") or 3600)
    except (TypeError, ValueError) as error:
        raise BadAnswer("The sign-in service does not say how long its token lasts.") from error
    return {**body, "expires_in": seconds if 0 < seconds < LONGEST_LIFE else LONGEST_LIFE}


def _refusal(answer: Answer) -> SignInRefused | Throttled:
    """What the sign-in service means: by AADSTS number where it gives one, else by the kind of error."""
    try:
        body = answer.json()
    except BadAnswer:
        body = None
    if not isinstance(body, dict) or "error" not in body:
        words = f"The sign-in service answered {answer.status} without a reason. Check tenant and token endpoint."
        return SignInRefused(words, part="tenant", raw=answer.text[:500])
    codes = body.get("error_codes")
    numbers = [number for number in codes if isinstance(number, int)] if isinstance(codes, list) else []
    found = refusal(body, numbers)
    if TRANSIENT.intersection(numbers) or body["error"] == "temporarily_unavailable":
        return Throttled("The sign-in service asks us to wait.", retry_after=_wait(answer), raw=found.raw)
    return found


def _wait(answer: Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_WAIT) if text.isdecimal() else DEFAULT_WAIT
