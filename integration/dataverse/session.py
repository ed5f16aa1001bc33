"""A signed-in line to one organization: token, repeats, throttling, and never more than 52 requests at once."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from integration.dataverse.expected import Confirmation, Expected
from integration.dataverse.problems import problem_of
from integration.dataverse.signin import Credentials, Grant, HeldToken, Tokens, TokenSource
from integration.dataverse.signin.authority import SALES
from integration.http import Answer, Transport, check_address, deadline, encode
from integration.odata.patience import OF_A_PERSON, Budget, Patience
from integration.odata.shared import Cache, Gate, Left, LocalGate, MemoryCache
from integration.systems.errors import BadAnswer, Problem, Throttled, TimedOut, Unreachable

__all__ = ["OF_A_PERSON", "Cache", "Credentials", "Gate", "LocalGate", "MemoryCache", "Patience", "Session"]

API = "9.2"
"""The version of the Web API; organizations on premises have older ones."""
BACKOFF_SECONDS = 0.3
LONGEST_BACKOFF = 20.0


_NUMBER = re.compile(r"[0-9]{1,12}([.][0-9]{1,6})?")

T = TypeVar("T")
R = TypeVar("R")


class Session:
    """Requests to ``url`` as whoever the credentials (or an administrator's held token) stand for.

    ``expected``: the organization that has to answer; nothing is asked of another. ``requests`` counts those for rows,
    repeats included; ``metadata_requests`` and ``sign_ins`` are counted apart.
    """

    def __init__(
        self,
        url: str,
        credentials: Grant | HeldToken,
        *,
        api: str = API,
        transport: Transport | None = None,
        patience: Patience | None = None,
        tokens: Cache | None = None,
        gate: Gate | None = None,
        expected: Expected | None = None,
        concurrency: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self.root = urljoin(self.url, f"api/data/v{api}/")
        self.requests = 0
        self.metadata_requests = 0
        self._patience = patience or Patience()
        self._budget = Budget(self._patience.total)
        self._transport = transport or Transport(self._patience.limits)
        self._tokens = _source(url, credentials, self._transport, tokens)
        self._confirmation = Confirmation(url, expected, tokens or MemoryCache()) if expected else None
        self._standing: Mapping[str, str] = {}
        self._gate: Gate = gate or LocalGate()
        self._sleep = sleep
        self._lender: Session | None = None
        self._ours: frozenset[uuid.UUID] = frozenset()
        self._counting = threading.Lock()
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="dataverse")

    @property
    def standing(self) -> Mapping[str, str]:
        """Headers of every request, parts of a batch included: on whose behalf it is made."""
        return self._standing

    def acting_as(self, user: uuid.UUID, *, of_directory: bool) -> Session:
        """The same line, but what is done counts as done by this user: by object id of the directory
        (``of_directory``) or by ``systemuserid``. Ours needs the privilege prvActOnBehalfOfAnotherUser. It ends with
        the line it was made of."""
        other = copy(self)
        other._standing = {"CallerObjectId" if of_directory else "MSCRMCallerID": str(user)}
        other._lender, other._ours = self, frozenset()
        return other

    def ours(self, *, anew: bool = False) -> frozenset[uuid.UUID]:
        """Ids of the users whom this line works as: ours, and whom it acts for. Asked once, or ``anew``. Raises what
        the organization has against one of them."""
        if anew or not self._ours:
            answer = self.request("GET", "WhoAmI", metadata=True).json()
            try:
                found = {uuid.UUID(answer["UserId"])}
            except (KeyError, TypeError, ValueError) as error:
                raise BadAnswer("The organization does not say who we are.", raw=str(answer)[:500]) from error
            self._ours = frozenset(found | (self._lender.ours(anew=anew) if self._lender else set()))
        return self._ours

    def as_ourselves(self) -> Session:
        """The line without whom it acts for."""
        return self._lender or self

    def acting_for(self) -> frozenset[uuid.UUID]:
        """Whom this line acts for: nobody, or one user."""
        return self.ours() - self._lender.ours() if self._lender else frozenset()

    @property
    def sign_ins(self) -> int:
        return self._tokens.asked

    # --- requests -----------------------------------------------------------------------------------------

    def request(self, method: str, path: str, *, accept: Collection[int] = (), **how: Any) -> Answer:
        """Like :meth:`exchange`, but an answer whose status is neither a success nor in ``accept`` is raised as the
        problem it means."""
        answer = self.exchange(method, path, **how)
        if answer.ok or answer.status in accept:
            return answer
        raise problem_of(answer)

    def exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        raw: bytes | None = None,
        repeatable: bool = True,
        after_time_out: bool = True,
        tries: int | None = None,
        metadata: bool = False,
    ) -> Answer:
        """Call ``path`` below the API's root (or an absolute address of the same organization). ``body`` is sent as
        JSON, ``raw`` as it is.

        What is transient is repeated: always after throttling, else if the request is ``repeatable`` (reads, and
        writes whose ids are ours), and a time-out only with ``after_time_out``. Raises a ``ConnectionProblem`` when
        that did not help; every other answer is given back, with ``repeated`` where an earlier attempt may have
        taken effect.
        """
        check_address(self.url)  # before the secret goes anywhere
        url = self.address(path)
        content = raw if raw is not None else (encode(body) if body is not None else None)
        until, attempt, repeated = min(time.monotonic() + self._patience.throttled, self._budget.until), 0, False
        tries, after_time_out = tries or self._patience.tries, after_time_out and self._patience.after_time_out
        while True:
            attempt += 1
            try:
                with deadline(self._budget.until - time.monotonic()):
                    answer = self._once(method, url, headers or {}, content, metadata)
                problem = None if answer.ok else problem_of(answer)
            except (Unreachable, TimedOut, Throttled) as caught:
                problem = caught
            if problem is None or not problem.retryable:
                return replace(answer, repeated=repeated)
            late = time.monotonic() + _backoff(attempt) >= self._budget.until
            if late or not _worth_it(problem, attempt, tries, until, repeatable, after_time_out):
                raise problem
            repeated = repeated or not isinstance(problem, Throttled)
            self.wait(problem, attempt)

    def address(self, path: str) -> str:
        """The full address of a path below the API's root. An absolute one (a link the service gave) must lead to the
        same organization; it is called by the name a person entered, since one organization has several."""
        url = urljoin(self.root, path)
        ours, given = urlsplit(self.root), urlsplit(url)
        if _host(given.netloc) != _host(ours.netloc) or not given.path.startswith(ours.path):
            raise BadAnswer(f"The organization gave an address of another host ({given.netloc}); that is refused.")
        return given._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()

    def below_root(self, link: str) -> str:
        """A link of the organization as a path below the API's root, which holds by every name the organization has.
        Raises ``BadAnswer`` for one that leads elsewhere."""
        parts = urlsplit(self.address(link))
        path = parts.path.removeprefix(urlsplit(self.root).path)
        return f"{path}?{parts.query}" if parts.query else path

    def wait(self, problem: Problem, attempt: int) -> None:
        """Hold back before the next attempt. After throttling everybody does, at the gate."""
        backoff = _backoff(attempt)
        if isinstance(problem, Throttled):
            self._gate.throttled(problem.retry_after or backoff)
        else:
            self._sleep(backoff * random.uniform(0.7, 1.3))  # noqa: S311 - spreads repeats

    def pause(self, seconds: float) -> None:
        """Wait before looking again at something that takes its time."""
        self._sleep(seconds)

    def _once(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, metadata: bool) -> Answer:
        """One attempt; a token the organization does not take is renewed once."""
        token = self._token()
        answer = self._send(method, url, headers, content, token, metadata)
        if answer.status != 401:
            return answer
        return self._send(method, url, headers, content, self._token(refused=token), metadata)

    def confirm(self) -> None:
        """Compare who answers now, unless that was done for the present token. Raises ``OtherOrganization`` and what
        keeps an answer from coming."""
        if self._confirmation is not None and not self._confirmation.holds(self._tokens.token()):
            self.request("GET", "WhoAmI", metadata=True)

    def _token(self, refused: str = "") -> str:
        """A token that the expected organization takes, one that is refused at once is renewed once. Raises
        ``OtherOrganization`` where another one answers."""
        token = self._tokens.token(refused=refused)
        if self._confirmation is None or self._confirmation.holds(token):
            return token
        who = self._send("GET", urljoin(self.root, "WhoAmI"), {}, None, token, metadata=True)
        if who.status == 401 and not refused:
            return self._token(refused=token)
        if not who.ok:
            raise problem_of(who)
        self._confirmation.confirm(token, who)
        return token

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, token: str, metadata: bool
    ) -> Answer:
        standard = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "OData-MaxVersion": "4.0",
            "OData-Version": "4.0",
        }
        if method == "GET":
            standard["If-None-Match"] = "null"
        if content is not None:
            standard["Content-Type"] = "application/json; charset=utf-8"
        with self._gate.slot():
            with self._counting:
                self.metadata_requests += metadata
                self.requests += not metadata
            standing = {**standard, **self._standing, **headers}
            answer = self._transport.send(method, url, headers=standing, body=content, who=SALES)
        if answer.ok:
            self._gate.note_left(_left(answer.headers))
        return answer

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Do this for every item over the connections at hand, answers in the same order. ``work`` must not call
        ``each`` itself: it would wait for a thread that waits for it."""
        listed = list(items)
        if len(listed) <= 1:
            return [work(item) for item in listed]
        return list(self._pool.map(work, listed))

    def close(self) -> None:
        if self._lender is not None:
            return
        self._pool.shutdown(wait=True)
        self._transport.close()


def _source(url: str, credentials: Grant | HeldToken, transport: Transport, cache: Cache | None) -> TokenSource:
    return credentials if isinstance(credentials, HeldToken) else Tokens(url, credentials, transport, cache)


def _backoff(attempt: int) -> float:
    """Seconds to the next attempt, more after each."""
    return float(min(LONGEST_BACKOFF, BACKOFF_SECONDS * 2 ** (attempt - 1)))


def _worth_it(problem: Problem, attempt: int, tries: int, until: float, repeatable: bool, after_time_out: bool) -> bool:
    """Is another attempt allowed and of use?"""
    if isinstance(problem, Throttled):
        # Refused before anything was done, so anything may be repeated, as often as there is time for it.
        return tries > 1 and time.monotonic() + problem.retry_after < until
    if isinstance(problem, TimedOut) and not after_time_out:
        return False
    return repeatable and attempt < tries


def _left(headers: Mapping[str, str]) -> Left:
    """What the answer says is left of the service protection limits."""
    remaining = [headers.get(f"x-ms-ratelimit-{name}-remaining-xrm-requests", "") for name in ("burst", "time")]
    numbers = [float(text) if _NUMBER.fullmatch(text := one.replace(",", "")) else None for one in remaining]
    return Left(*numbers)


def _host(netloc: str) -> str:
    """``contoso.api.crm4.dynamics.com`` and ``contoso.crm4.dynamics.com`` are the same organization."""
    return netloc.lower().replace(".api.crm", ".crm", 1)
