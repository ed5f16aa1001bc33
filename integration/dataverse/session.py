"""A signed-in line to one organization: token, repeats, throttling, and never more than 52 requests at once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urljoin

from integration.dataverse.problems import problem_of
from integration.http import Answer, Transport, encode
from integration.systems.errors import BadAnswer, Problem, SignInRefused, Throttled, TimedOut, Unreachable

API = "api/data/v9.2/"
IN_FLIGHT = 52
TRIES = 5
PATIENCE_SECONDS = 300.0
TOKEN_MARGIN_SECONDS = 120.0
AUTHORITY = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"

T = TypeVar("T")
R = TypeVar("R")


class Cache(Protocol):
    """Text kept between runs and processes (tokens, metadata)."""

    def get(self, key: str) -> str | None:
        """What was put, unless it is too old or gone."""

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep it for so long."""


class MemoryCache:
    """A cache for this process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, str]] = {}

    def get(self, key: str) -> str | None:
        until, value = self._kept.get(key, (0.0, ""))
        return value if time.monotonic() < until else None

    def put(self, key: str, value: str, seconds: float) -> None:
        self._kept[key] = (time.monotonic() + seconds, value)


class Gate(Protocol):
    """Lets at most so many requests of one identity through at a time."""

    def slot(self) -> AbstractContextManager[None]:
        """A place for one request; waits for one."""

    def throttled(self, seconds: float) -> None:
        """The service asked to wait: nobody goes through for that long."""


class LocalGate:
    """A gate for this process."""

    def __init__(self, places: int = IN_FLIGHT) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._closed_until = 0.0

    @contextmanager
    def slot(self) -> Iterator[None]:
        wait = self._closed_until - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        with self._places:
            yield

    def throttled(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)


@dataclass(frozen=True, slots=True)
class Credentials:
    """OAuth 2.0 client credentials. ``token_endpoint`` overrides the public cloud's."""

    tenant: str
    client_id: str
    client_secret: str
    token_endpoint: str = ""

    @property
    def endpoint(self) -> str:
        return self.token_endpoint or AUTHORITY.format(tenant=self.tenant)


class Session:
    """Requests to ``url`` as the credentials' application user. Counts them in ``requests`` (tokens not included)."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        transport: Transport | None = None,
        tokens: Cache | None = None,
        gate: Gate | None = None,
        concurrency: int = 4,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self.root = urljoin(self.url, API)
        self.requests = 0
        self._credentials = credentials
        self._transport = transport or Transport()
        self._tokens: Cache = tokens or MemoryCache()
        self._gate: Gate = gate or LocalGate()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="dataverse")

    # --- requests -----------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        raw: bytes | None = None,
        repeatable: bool = True,
        accept: Iterable[int] = (),
    ) -> Answer:
        """Call ``path`` below the API's root (or an absolute address of the same organization). ``body`` is sent as
        JSON, ``raw`` as it is. Repeats what may be repeated: everything whose ids are ours. Raises the problem the
        answer means, unless its status is in ``accept``."""
        url = self._address(path)
        content = raw if raw is not None else (encode(body) if body is not None else None)
        deadline = time.monotonic() + PATIENCE_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(method, url, headers or {}, content, set(accept))
            except (Unreachable, TimedOut, Throttled) as problem:
                throttled = isinstance(problem, Throttled)
                last = attempt == TRIES or time.monotonic() > deadline
                if last or not (repeatable or throttled):
                    raise
                self._wait(problem, attempt)
        raise AssertionError("unreachable")

    def _address(self, path: str) -> str:
        url = urljoin(self.root, path)
        if not url.startswith(self.url):
            raise BadAnswer("The organization gave an address of another host; that is refused.")
        return url

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, accept: set[int]
    ) -> Answer:
        answer = self._send(method, url, headers, content, self._token())
        if answer.status == 401:
            answer = self._send(method, url, headers, content, self._token(refused=True))
        if answer.status < 300 or answer.status in accept:
            return answer
        raise problem_of(answer)

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, token: str) -> Answer:
        standard = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "OData-MaxVersion": "4.0",
            "OData-Version": "4.0",
            "If-None-Match": "null",
        }
        if content is not None:
            standard["Content-Type"] = "application/json; charset=utf-8"
        if "If-Match" in headers or method != "GET":
            del standard["If-None-Match"]
        with self._gate.slot():
            with self._lock:
                self.requests += 1
            return self._transport.send(method, url, headers={**standard, **headers}, body=content)

    def _wait(self, problem: Problem, attempt: int) -> None:
        if isinstance(problem, Throttled):
            self._gate.throttled(problem.retry_after)
        else:
            time.sleep(min(20.0, 0.2 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 - spreads repeats

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Do this for every item over the connections at hand, answers in the same order."""
        listed = list(items)
        if len(listed) <= 1:
            return [work(item) for item in listed]
        return list(self._pool.map(work, listed))

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        self._transport.close()

    # --- signing in ---------------------------------------------------------------------------------------

    def _token(self, refused: bool = False) -> str:
        """The token at hand, or a new one; one thread asks, the others wait for it."""
        key = f"token {self._credentials.endpoint} {self._credentials.client_id} {self.url}"
        known = self._tokens.get(key)
        if known and not refused:
            return known
        with self._lock:
            fresh = self._tokens.get(key)
            if fresh and fresh != known:
                return fresh
            token, seconds = self._sign_in()
            self._tokens.put(key, token, max(1.0, seconds - TOKEN_MARGIN_SECONDS))
            return token

    def _sign_in(self) -> tuple[str, float]:
        credentials = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "scope": f"{self.url.rstrip('/')}/.default",
        }
        answer = self._transport.send(
            "POST",
            credentials.endpoint,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
        )
        if answer.status in (429, 503):
            raise Throttled("The sign-in service asks us to wait.", retry_after=5.0, raw=answer.text[:2000])
        told = answer.json()
        if answer.status != 200:
            raise refusal(told, answer)
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token:
            raise BadAnswer("The sign-in service gave no token.")
        return token, float(told.get("expires_in") or 3600)


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
}
KINDS = {
    "invalid_client": ("secret", "The client id or the client secret is wrong."),
    "unauthorized_client": ("client", "The client id is unknown in this tenant."),
    "invalid_resource": ("resource", "The organization's URL is unknown in this tenant."),
    "invalid_tenant": ("tenant", "The tenant does not exist."),
}


def refusal(told: Any, answer: Answer) -> SignInRefused:
    """What the sign-in service means: by AADSTS number where it gives one, else by the kind of error."""
    told = told if isinstance(told, dict) else {}
    numbers = [number for number in told.get("error_codes") or [] if number in PARTS]
    part, words = PARTS[numbers[0]] if numbers else KINDS.get(str(told.get("error")), ("", "The sign-in was refused."))
    raw = json.dumps({key: told.get(key) for key in ("error", "error_description", "error_codes")}, default=str)
    return SignInRefused(words, part=part, raw=raw if told else answer.text[:500])
