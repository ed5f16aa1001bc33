"""An administrator signs in with a browser: authorization code with PKCE (RFC 6749, 7636), the token never stored.

authority = discover(url, transport)
started = begin(authority, client_id, redirect_uri)      send the browser to started.address, keep started
held = finish(started, what_came_back, transport)        Session(url, held); held.drop()
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from integration.dataverse.signin.authority import Authority, discover
from integration.http import Transport, check_address
from integration.odata.credentials import audience, packed
from integration.odata.token_request import ask, refusal
from integration.systems.errors import BadAnswer, SignInRefused

__all__ = ["Authority", "HeldToken", "Started", "begin", "discover", "finish"]

PATIENCE_SECONDS = 600.0
"""How long a person may take from the first page to the way back."""
ENDED = "The administrator's sign-in has ended. Sign in again."


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in under way. It belongs to one browser: keep it in that person's session (``stored``), nowhere else."""

    address: str
    client_id: str
    redirect_uri: str
    token_endpoint: str
    resource: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    at: float = field(default_factory=time.time)

    def stored(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Started:
        """What was ``stored``. Raises ``SignInRefused`` for anything else."""
        try:
            return cls(**stored)
        except TypeError as error:
            raise SignInRefused("No sign-in is under way here. Begin again.", part="user") from error


class HeldToken:
    """A person's token, held in memory until it is dropped or ends; it is not renewed. Neither stored nor printed."""

    def __init__(self, token: str, seconds: float) -> None:
        self.asked = 1
        self._token, self._until = token, time.monotonic() + seconds

    def token(self, refused: str = "") -> str:
        """The token, unless it was dropped, has ended or was refused. Raises ``SignInRefused``."""
        if not self.usable or self._token == refused:
            self.drop()
            raise SignInRefused(ENDED, part="user")
        return self._token

    @property
    def usable(self) -> bool:
        return bool(self._token) and time.monotonic() < self._until

    def drop(self) -> None:
        """Forget it for good."""
        self._token = ""

    def __enter__(self) -> HeldToken:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    def __repr__(self) -> str:
        return f"<HeldToken {'usable' if self.usable else 'ended'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An administrator's token is never stored.")


def begin(authority: Authority, client_id: str, redirect_uri: str) -> Started:
    """Start a sign-in; the browser goes to ``address`` and comes back to ``redirect_uri`` (https, or http on this
    machine). Raises ``AddressRefused``."""
    check_address(redirect_uri)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    wanted = audience(authority.token, authority.resource, "user_impersonation")
    question = {
        "client_id": client_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": redirect_uri,
        "state": state,
        "nonce": nonce,
        "code_challenge": packed(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
        "prompt": "select_account",
        **wanted,
        "scope": f"openid {wanted.get('scope', '')}".strip(),
    }
    joint = "&" if urlsplit(authority.authorize).query else "?"
    address = f"{authority.authorize}{joint}{urlencode(question)}"
    return Started(address, client_id, redirect_uri, authority.token, authority.resource, state, nonce, verifier)


def finish(
    started: Started,
    came_back: Mapping[str, str],
    transport: Transport,
    prove: Callable[[str], Mapping[str, str]] = lambda endpoint: {},
) -> HeldToken:
    """The token, for what the browser brought back (``state`` with ``code`` or ``error``). ``prove`` gives the fields
    that show a token endpoint that we are the client (``Grant.proof``); a public client has none. Raises
    ``SignInRefused`` where it is not the answer to this sign-in, was refused or took too long; ``BadAnswer``."""
    if not hmac.compare_digest(started.state.encode(), str(came_back.get("state", "")).encode()):
        raise SignInRefused("This is not the answer to the sign-in that was begun here. Begin again.", part="user")
    if came_back.get("error"):
        raise refusal(came_back)
    if time.time() - started.at > PATIENCE_SECONDS or not came_back.get("code"):
        raise SignInRefused("The sign-in took too long. Begin again.", part="user")
    form = {
        "grant_type": "authorization_code",
        "client_id": started.client_id,
        "code": came_back["code"],
        "redirect_uri": started.redirect_uri,
        "code_verifier": started.verifier,
        **prove(started.token_endpoint),
    }
    granted = ask(transport, started.token_endpoint, form)
    _check_identity(started, granted.get("id_token"))
    return HeldToken(granted["access_token"], granted["expires_in"])


def _check_identity(started: Started, token: Any) -> None:
    """The identity token came from the token endpoint itself, over a checked line, so its signature adds nothing; that
    it is for us and for this sign-in does."""
    try:
        text = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        named, nonce, expires = claims["aud"], str(claims.get("nonce", "")), float(claims["exp"])
    except (IndexError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BadAnswer("The sign-in service does not say who signed in.") from error
    ours = hmac.compare_digest(nonce.encode(), started.nonce.encode())
    if named != started.client_id or not ours:
        raise SignInRefused("The sign-in service answered to another sign-in. Begin again.", part="user")
    if expires < time.time():
        words = "The sign-in ended before it began: the clock of the sign-in service and ours are hours apart."
        raise SignInRefused(f"{words} Set the clock of this machine.", part="user")
