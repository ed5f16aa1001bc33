"""Every outgoing HTTP request of the application: one pooled connection per thread in use, time-outs on each call, bounded
answers, addresses that are allowed. The only import of ``requests``.

    transport = Transport()
    answer = transport.send("GET", "https://contoso.crm4.dynamics.com/api/data/v9.2/WhoAmI", headers)
    answer.status, answer.json()

Whatever goes wrong is one of ``systems/errors.py``: Unreachable, TimedOut, TlsFailed, AddressRefused, BadAnswer.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
import urllib3
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from integration.systems.errors import AddressRefused, BadAnswer, ConnectionProblem, TimedOut, TlsFailed, Unreachable

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
DEADLINE_SECONDS = 150.0
"""The service ends a transaction after 2 minutes; waiting much longer than that has no use."""
LARGEST_ANSWER = 128 * 1024 * 1024
CONNECTIONS = 52
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``repeated``: an earlier attempt of the same request may have taken effect unseen."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON, numbers with a fraction as Decimal. Raises ``BadAnswer``."""
        return loads(self.body)


class Transport:
    """A pool of connections that threads share. ``deadline`` bounds one request from the first byte to the last."""

    def __init__(
        self,
        *,
        connect: float = CONNECT_SECONDS,
        read: float = READ_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self._timeouts = (connect, read)
        self._deadline = deadline
        self._largest = largest_answer
        self._session = requests.Session()
        # A netrc file would replace our Authorization header, and cookies would pin us to one server of many.
        self._session.auth = _leave_as_is
        self._session.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._settings: dict[str, dict[str, Any]] = {}

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """One request, one answer; redirects are not followed. Raises a ``ConnectionProblem``."""
        origin = check_address(url)
        _clock.ends = time.monotonic() + (deadline or self._deadline)
        try:
            return self._exchange(method, url, headers, body, origin)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, http.client.HTTPException) as error:
            raise _problem(error, origin) from error
        finally:
            _clock.ends = None

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, origin: str
    ) -> Answer:
        request = self._session.prepare_request(requests.Request(method, url, headers=headers, data=body))
        settings = self._settings_for(origin)
        with self._session.send(
            request, stream=True, timeout=self._timeouts, allow_redirects=False, **settings
        ) as response:
            _refuse_redirect(response, origin)
            return Answer(response.status_code, response.headers, self._read(response, origin))

    def _settings_for(self, origin: str) -> dict[str, Any]:
        """Proxies and certificates of the environment, asked for once; none for our own machine."""
        if origin not in self._settings:
            if _is_loopback(urlsplit(origin).hostname or ""):
                self._settings[origin] = {"proxies": {}, "verify": True}
            else:
                found = self._session.merge_environment_settings(origin, {}, None, None, None)
                self._settings[origin] = {name: found[name] for name in ("proxies", "verify", "cert")}
        return self._settings[origin]

    def _read(self, response: requests.Response, origin: str) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_PIECE):
            body += piece
            if len(body) > self._largest:
                raise BadAnswer(f"{origin} sends more than {self._largest:,} bytes in one answer.")
        return bytes(body)


def _leave_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _refuse_redirect(response: requests.Response, origin: str) -> None:
    if response.status_code in (301, 302, 303, 307, 308):
        target = urlsplit(response.headers.get("Location", ""))
        raise BadAnswer(
            f"{origin} sends us on to {target.netloc or 'another page'} instead of answering. "
            "Check that the address is that of the service itself.",
            raw=response.headers.get("Location", "")[:500],
        )


# --- time: one deadline for everything that is read ---------------------------------------------------------


class _Clock(threading.local):
    ends: float | None = None


_clock = _Clock()


class _TimedReader(io.RawIOBase):
    """A socket's bytes, none of them later than the deadline of this thread's request. Without it a server that sends
    one byte now and then holds a request for ever, since every byte starts the read time-out anew."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw, self._socket, self._patience = raw, connection, connection.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if _clock.ends is not None:
            remaining = _clock.ends - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("the deadline is over")
            self._socket.settimeout(remaining if self._patience is None else min(remaining, self._patience))
        return self._raw.readinto(buffer)  # type: ignore[attr-defined, no-any-return]

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _PlainConnection(HTTPConnection):
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        return _checked_peer(super()._new_conn())


class _TlsConnection(HTTPSConnection):
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        return _checked_peer(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        return manager


# --- addresses ----------------------------------------------------------------------------------------------

_CLOUD_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")
)


def check_address(url: str) -> str:
    """The origin (``https://host[:port]``) of an address we may call. Raises ``AddressRefused`` with the reason."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressRefused(f"“{url[:200]}” is not an address.") from error
    if not host or parts.scheme not in ("http", "https"):
        raise AddressRefused(f"“{url[:200]}” is not a web address. It looks like https://contoso.crm4.dynamics.com.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("Leave user names and passwords out of the address.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise AddressRefused(f"{host} is only called over https, so that nobody can read along.")
    _refuse_internal(host)
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _refuse_internal(host: str) -> None:
    address = _address(host)
    if address is not None and (address.is_link_local or address.is_unspecified or address in _CLOUD_METADATA):
        raise AddressRefused(f"{host} is an address inside the data center that is never called.")


def _checked_peer(connection: socket.socket) -> socket.socket:
    """A name may lead anywhere; what counts is where the connection ended up."""
    try:
        _refuse_internal(str(connection.getpeername()[0]))
    except AddressRefused:
        connection.close()
        raise
    return connection


# --- what went wrong, in words ------------------------------------------------------------------------------


def _problem(error: Exception, origin: str) -> ConnectionProblem:
    causes = tuple(_chain(error))
    raw = f"{type(error).__name__}: {error}"[:2000]
    if any(isinstance(cause, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for cause in causes):
        return TlsFailed(f"The certificate of {origin} is not accepted: {_tls_reason(raw)}", raw=raw)
    if any(isinstance(cause, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)) for cause in causes):
        return TimedOut(f"{origin} did not answer in time.", raw=raw)
    if any(isinstance(cause, (urllib3.exceptions.NameResolutionError, socket.gaierror)) for cause in causes):
        return Unreachable(f"There is no host {urlsplit(origin).hostname}. Check the address.", raw=raw)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Unreachable(f"Nothing answers at {origin}. Check the address and that the service runs.", raw=raw)
    if any(isinstance(cause, requests.exceptions.ContentDecodingError) for cause in causes):
        return BadAnswer(f"{origin} sent an answer that cannot be unpacked.", raw=raw)
    return Unreachable(f"The connection to {origin} broke off.", raw=raw)


def _chain(error: BaseException) -> list[BaseException]:
    """The error, what it was raised for and what it carries, however the libraries wrapped it."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or current in found:
            continue
        found.append(current)
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    return found


def _tls_reason(raw: str) -> str:
    match = re.search(r"certificate verify failed: ([^(\]]+)", raw) or re.search(r"\] ?([a-z][^(]{3,80})", raw)
    return f"{match.group(1).strip()}." if match else "the encrypted connection could not be set up."


# --- JSON ---------------------------------------------------------------------------------------------------

_MARK = f"@{secrets.token_hex(8)}:"
"""Stands before a decimal while the encoder, which knows no exact decimals, takes it for text. It is made anew in every
process, so no text from outside can carry it."""
_MARKED = re.compile(f'"{_MARK}([-0-9.]+)"')


def dumps(value: Any) -> bytes:
    """JSON with decimals as exact numbers. Raises ``ValueError`` for NaN and infinity."""
    text = json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False)
    return (_MARKED.sub(r"\1", text) if _MARK in text else text).encode("ascii")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} cannot be sent")
        return f"{_MARK}{value:f}"
    raise TypeError(f"{type(value).__name__} cannot be sent")


def loads(body: bytes | str) -> Any:
    """JSON with fractions as Decimal. Raises ``BadAnswer``."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        start = body[:300] if isinstance(body, str) else body[:300].decode("utf-8", "replace")
        raise BadAnswer("The answer is not the JSON it should be.", raw=start) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
