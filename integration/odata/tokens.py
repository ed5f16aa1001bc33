"""The token for one organization: asked for once, shared, renewed in time."""

from __future__ import annotations

import hashlib
import threading
from typing import Protocol

from integration.http import Transport
from integration.odata.credentials import Grant
from integration.odata.shared import Cache, MemoryCache
from integration.odata.token_request import ask

MARGIN_SECONDS = 120.0
"""A token is renewed this long before it ends, so that no request takes along one that ends on its way."""


class TokenSource(Protocol):
    """Gives the token of each request."""

    asked: int
    """How often a sign-in was asked for."""

    def token(self, refused: str = "") -> str:
        """A token that is not the refused one. Raises ``SignInRefused`` where there is none."""


class Tokens:
    """The token of a grant: all threads ask for it once, processes that share the cache as well."""

    def __init__(self, url: str, grant: Grant, transport: Transport, cache: Cache | None = None) -> None:
        self.asked = 0
        self._url = url
        self._grant = grant
        self._transport = transport
        self._cache: Cache = cache or MemoryCache()
        whole = "\n".join((*grant.parts, f"{url.rstrip('/')}/.default"))
        self._key = f"token {hashlib.sha256(whole.encode()).hexdigest()}"
        self._one_at_a_time = threading.Lock()

    def token(self, refused: str = "") -> str:
        """A token that is not the refused one. One thread asks, the others wait for it."""
        if usable := self._kept(refused):
            return usable
        with self._one_at_a_time:
            if usable := self._kept(refused):
                return usable
            self.asked += 1
            granted = ask(self._transport, self._grant.endpoint, self._grant.form(self._url))
            token: str = granted["access_token"]
            self._cache.put(self._key, token, max(1.0, granted["expires_in"] - MARGIN_SECONDS))
            return token

    def _kept(self, refused: str) -> str | None:
        kept = self._cache.get(self._key)
        return kept if kept and kept != refused else None
