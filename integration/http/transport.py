"""One call over pooled connections, and what went wrong with it in words."""

from __future__ import annotations

import http.client
import logging
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.cookies import RequestsCookieJar

from integration.http.exact import decode
from integration.http.sockets import Adapter, at_most, deadline
from integration.systems.addresses import check_address, is_loopback
from integration.systems.errors import BadAnswer, ConnectionProblem, TimedOut, TlsFailed, Unreachable

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
READ_SECONDS = 130.0
DEADLINE_SECONDS = 150.0
"""The service ends a transaction after 2 minutes; waiting much longer than that has no use."""
LARGEST_BODY = 128 * 1024 * 1024
PIECE = 64 * 1024
CONNECTIONS = 52


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the whole body. ``repeated``: the request was sent before, and that
    attempt may have taken effect though its answer never came."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: bool = field(default=False, compare=False)

    @property
    def ok(self) -> bool:
        return self.status < 300

    def json(self) -> Any:
        """The body as JSON with exact decimals. Raises ``BadAnswer``."""
        return decode(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect (and to send), between two pieces of an answer, and until the answer is complete; the
    largest body in bytes."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    deadline: float = DEADLINE_SECONDS
    body: int = LARGEST_BODY


class Transport:
    """A pool of connections, safe for threads. ``ca`` is a file with certificate authorities trusted besides the
    usual ones (``REQUESTS_CA_BUNDLE`` replaces those); the environment's proxies count for every host but this machine.
    """

    def __init__(self, limits: Limits | None = None, ca: str | None = None) -> None:
        self.limits = limits or Limits()
        self._session = requests.Session()
        # A netrc file would replace our Authorization header, and cookies would pin us to one server of many.
        self._session.auth = _as_it_is
        self._session.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        adapter = Adapter(ca, pool_connections=4, pool_maxsize=CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._ways: dict[str, dict[str, Any]] = {}

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        who: str = "The server",
    ) -> Answer:
        """Make one call. ``who`` is called, as people say it: a problem names no host, which stands in its ``raw`` and
        in the log. Raises ``AddressRefused``, ``Unreachable``, ``TimedOut``, ``TlsFailed`` or ``BadAnswer``."""
        origin = check_address(url)
        try:
            with deadline(self.limits.deadline):
                return self._exchange(method, url, headers or {}, body, origin, who)
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            problem = problem_of(error, urlsplit(origin).hostname or origin, who)
            log.info("%s %s", problem, problem.raw)
            raise problem from error

    def close(self) -> None:
        self._session.close()

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, origin: str, who: str
    ) -> Answer:
        request = self._session.prepare_request(requests.Request(method, url, headers=dict(headers), data=body))
        limits = (at_most(self.limits.connect), at_most(self.limits.read))
        with self._session.send(
            request, stream=True, timeout=limits, allow_redirects=False, **self._way(origin)
        ) as response:
            _refuse_redirect(response, who)
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, lower, self._read(response, who))

    def _way(self, origin: str) -> dict[str, Any]:
        """Proxies and certificates to an origin. The environment is asked for them once: it costs as much as a small
        request."""
        if origin not in self._ways:
            local = is_loopback(urlsplit(origin).hostname or "")
            found = self._session.merge_environment_settings(origin, {}, None, None, None)
            self._ways[origin] = {"proxies": {} if local else found["proxies"], "verify": found["verify"]}
        return self._ways[origin]

    def _read(self, response: requests.Response, who: str) -> bytes:
        body = bytearray()
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > self.limits.body:
                raise BadAnswer(f"{who} sent more than {self.limits.body:,} bytes in one answer.")
        return bytes(body)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _refuse_redirect(response: requests.Response, who: str) -> None:
    if response.status_code not in (300, 301, 302, 303, 305, 307, 308):
        return
    location = response.headers.get("Location", "")
    raise BadAnswer(
        f"{who} sends us on to another page instead of answering; that is refused. Enter the address of the "
        "organization itself.",
        raw=location[:500],
    )


# --- what went wrong ----------------------------------------------------------------------------------------

_TLS = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
_TIME = (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_NAME = (urllib3.exceptions.NameResolutionError, socket.gaierror)
_UNREADABLE = (requests.exceptions.ContentDecodingError, requests.exceptions.InvalidHeader, http.client.LineTooLong)
_CERTIFICATES = (
    ("certificate has expired", "has expired. Whoever runs it has to renew it; is the clock of this machine right?"),
    ("certificate is not yet valid", "is not valid yet. Look at the clock of this machine."),
    ("certificate is not valid for", "is for another host. Check the address."),
)
_VERIFY = re.compile(r"certificate verify failed: (?P<reason>[^(\]]+)")


def problem_of(error: BaseException, host: str, who: str) -> ConnectionProblem:
    """The connection problem that a library's error means; the host is for those who look at the raw text."""
    causes, raw = list(_causes(error)), f"{host}: {type(error).__name__}: {error}"[:2000]

    def caused_by(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if caused_by(*_TLS):
        return TlsFailed(_about_the_certificate(who, raw), raw=raw)
    if caused_by(*_NAME):
        return Unreachable(f"{who} does not answer: its name is unknown. Check the address.", raw=raw)
    if caused_by(ConnectionRefusedError):
        return Unreachable(f"{who} does not answer: nothing listens at its address.", raw=raw)
    # The library counts a connection that failed among those that took too long, so time comes after the others.
    if caused_by(*_TIME):
        return TimedOut(f"{who} did not answer in time.", raw=raw)
    if caused_by(*_UNREADABLE):
        return BadAnswer(f"{who} gave an answer that cannot be read.", raw=raw)
    return Unreachable(f"{who} does not answer: the connection broke off.", raw=raw)


def _about_the_certificate(who: str, raw: str) -> str:
    whose = who if who[:4] != "The " else f"the {who[4:]}"
    for sign, words in _CERTIFICATES:
        if sign in raw:
            return f"The certificate of {whose} {words}"
    reason = _VERIFY.search(raw)
    why = f": {reason['reason'].strip().rstrip('.')}" if reason else " or the handshake failed"
    return f"The certificate of {whose} is not trusted{why}."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised for and what it carries, however the libraries wrapped it."""
    waiting: list[Any] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
