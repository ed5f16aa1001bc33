"""Who is signed in to the page: kept in memory, gone when the sandbox ends."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie

COOKIE = "sandbox_sales"
LASTS = timedelta(hours=12)
MOST = 500


@dataclass(frozen=True)
class Session:
    """``token`` stands in every form, so that no other site can send one."""

    person: str
    token: str
    until: datetime

    def sent(self, form: Mapping[str, str]) -> bool:
        """Whether the form is one of this session's pages."""
        return hmac.compare_digest(form.get("token", "").encode(), self.token.encode())


class Sessions:
    """All of them, by the value of the cookie; the oldest go when there are too many."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, person: str, secure: bool) -> str:
        """The cookie to set. A session is always a new one."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = Session(person, secrets.token_urlsafe(32), self._clock() + LASTS)
        return _cookie(key, secure)

    def of(self, cookies: str) -> Session | None:
        """The session a browser's ``Cookie`` names."""
        found = self._kept.get(_key(cookies))
        return found if found is not None and found.until > self._clock() else None

    def end(self, cookies: str, secure: bool) -> str:
        """The cookie that takes it away."""
        with self._lock:
            self._kept.pop(_key(cookies), None)
        return _cookie("", secure) + "; Max-Age=0"


def _key(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _cookie(key: str, secure: bool) -> str:
    # Lax, so that a link from Business Central opens the record; a form is of no use without the session's token.
    return f"{COOKIE}={key}; Path=/sales/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
