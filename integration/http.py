"""The only place that speaks HTTP: pooled connections, time-outs on every call, limits, allowed addresses.

What comes back is an :class:`Answer`, whatever its status; what keeps an answer from coming is raised as one of the
connection problems of ``systems/errors.py``. Redirects are never followed: a system that answers from elsewhere is
not the one a person named.
"""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from integration.systems.errors import AddressRefused, BadAnswer, TimedOut, TlsFailed, Unreachable

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
DEADLINE_SECONDS = 150.0
LARGEST_BODY = 128 * 1024 * 1024
CHUNK = 64 * 1024
CONNECTIONS = 52

_MARK = f"decimal-{secrets.token_hex(8)}:"
_MARKED = re.compile(rf'"{_MARK}([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON with exact decimals. Raises ``BadAnswer``."""
        return decode(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, between two pieces of an answer, and for the whole call; the largest body in bytes."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    deadline: float = DEADLINE_SECONDS
    body: int = LARGEST_BODY


class Transport:
    """A pool of connections, safe for threads. ``ca`` is a file with further certificate authorities."""

    def __init__(self, limits: Limits | None = None, ca: str | None = None) -> None:
        self.limits = limits or Limits()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca or True
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Make one call. Raises ``AddressRefused``, ``Unreachable``, ``TimedOut``, ``TlsFailed`` or ``BadAnswer``."""
        check_address(url)
        limits, started = self.limits, time.monotonic()
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=body,
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.is_redirect:
                    raise BadAnswer(f"{_host(url)} wants to send us to another address; that is refused.")
                content = self._read(response, started)
                lower = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, lower, content)
        except requests.exceptions.SSLError as error:
            raise TlsFailed(f"The certificate of {_host(url)} is not trusted or the handshake failed.") from error
        except requests.exceptions.Timeout as error:
            raise TimedOut(f"{_host(url)} did not answer in time.") from error
        except requests.exceptions.ConnectionError as error:
            raise Unreachable(f"{_host(url)} cannot be reached: {_reason(error)}.") from error
        except requests.exceptions.RequestException as error:
            raise BadAnswer(f"{_host(url)} gave an answer that cannot be read.", raw=str(error)) from error

    def _read(self, response: requests.Response, started: float) -> bytes:
        pieces, size = [], 0
        for piece in response.iter_content(CHUNK):
            size += len(piece)
            if size > self.limits.body:
                raise BadAnswer(f"{_host(response.url)} sent more than {self.limits.body:,} bytes.")
            if time.monotonic() - started > self.limits.deadline:
                raise TimedOut(f"{_host(response.url)} took too long to send its answer.")
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._session.close()


def check_address(url: str) -> None:
    """Refuse what we never call: anything but https (http only on this machine), credentials in the address, and
    link-local addresses, where clouds keep their secrets. Raises ``AddressRefused``."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.scheme not in ("https", "http"):
        raise AddressRefused(f"“{url}” is not an https address.")
    if parts.username or parts.password:
        raise AddressRefused("The address must not contain a user name or password.")
    if parts.scheme == "http" and not is_loopback(host):
        raise AddressRefused(f"{host} must be called with https.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise AddressRefused(f"{host} is an address that is never called.")


def is_loopback(host: str) -> bool:
    """Is this host this very machine?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def encode(value: Any) -> bytes:
    """JSON with decimals written exactly, as numbers."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_exact)
    return _MARKED.sub(r"\1", text).encode()


def _exact(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(body: bytes) -> Any:
    """JSON with exact decimals. Raises ``BadAnswer``."""
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise BadAnswer("The answer is not JSON.", raw=body[:2000].decode("utf-8", "replace")) from error


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _reason(error: Exception) -> str:
    text = str(error)
    for sign, words in (
        ("Name or service not known", "the name is unknown"),
        ("nodename nor servname", "the name is unknown"),
        ("Temporary failure in name resolution", "the name cannot be resolved"),
        ("Connection refused", "nothing listens there"),
        ("No route to host", "there is no route to it"),
        ("Network is unreachable", "there is no network"),
    ):
        if sign in text:
            return words
    return "the connection broke off"


__all__ = ["Answer", "Limits", "Transport", "check_address", "decode", "encode", "is_loopback"]
