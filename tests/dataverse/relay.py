"""Stands between our client and the sandbox as a bad line would: loses answers, answers late, says "too many"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from integration.dataverse.session import Credentials, Session
from integration.dataverse.store import SalesOrganization
from integration.http import Limits, Transport
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart

KEPT = ("content-type", "etag", "preference-applied", "retry-after", "location", "odata-entityid")
TOO_MANY = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit of 6000."}}


@dataclass
class Trouble:
    """What happens to the next ``times`` requests that ``when`` says yes to."""

    when: Callable[[Asked], bool]
    happen: Callable[[Asked], Says]
    times: int = 1


class Relay:
    """``asked`` are the requests that came, sign-ins not among them."""

    def __init__(self, sandbox: dict[str, Any], server: Counterpart) -> None:
        self.sandbox, self.server = sandbox, server
        self.troubles: list[Trouble] = []
        self.slept: list[float] = []
        self._choosing = threading.Lock()
        self._line = requests.Session()
        server.route = self._route

    @property
    def asked(self) -> list[Asked]:
        return [asked for asked in self.server.asked if "/oauth2/" not in asked.path]

    def lose_answer(self, part: str, times: int = 1) -> None:
        """The sandbox does what it is asked, but its answer never arrives."""
        self._plan(part, lambda asked: (self._forward(asked), Says(drop=True))[1], times)

    def answer_late(self, part: str, times: int = 1) -> None:
        """The sandbox does what it is asked, but its answer comes after the client has given up."""
        self._plan(part, lambda asked: (self._forward(asked), Says(raw=lambda _: self.server.ending.wait(5)))[1], times)

    def say(self, part: str, says: Says, times: int = 1) -> None:
        """Answer this instead of the sandbox."""
        self._plan(part, lambda asked: says, times)

    def throttle(self, part: str, seconds: int = 0, times: int = 1) -> None:
        self.say(part, Says(429, TOO_MANY, {"Retry-After": str(seconds), "Content-Type": "application/json"}), times)

    def organization(self, concurrency: int = 4, gate: Any = None, patience: float = 30) -> SalesOrganization:
        """A client that goes through here and does not really sleep between its attempts. ``patience``: seconds it
        waits for an answer."""
        ready = self.sandbox
        endpoint = ready["token_endpoint"].replace(ready["url"], self.server.url)
        credentials = Credentials(ready["tenant"], ready["client_id"], ready["client_secret"], endpoint)
        limits = Limits(read=patience, deadline=patience)
        session = Session(
            self.server.url,
            credentials,
            transport=Transport(limits),
            concurrency=concurrency,
            gate=gate,
            sleep=self.slept.append,
        )
        return SalesOrganization(session)

    def _plan(self, part: str, happen: Callable[[Asked], Says], times: int) -> None:
        self.troubles.append(Trouble(lambda asked: part in asked.path or part.encode() in asked.body, happen, times))

    def _route(self, asked: Asked) -> Says:
        trouble = self._next(asked)
        return trouble.happen(asked) if trouble else self._forward(asked)

    def _next(self, asked: Asked) -> Trouble | None:
        with self._choosing:
            found = next((trouble for trouble in self.troubles if trouble.times and trouble.when(asked)), None)
            if found:
                found.times -= 1
            return found

    def _forward(self, asked: Asked) -> Says:
        ours, theirs = self.server.url.encode(), self.sandbox["url"].encode()
        quoted = [(text.replace(b":", b"%3A").replace(b"/", b"%2F")) for text in (ours, theirs)]
        headers = {k: v for k, v in asked.headers.items() if k not in ("host", "content-length", "accept-encoding")}
        answer = self._line.request(
            asked.method,
            self.sandbox["url"] + asked.path,
            headers=headers,
            data=asked.body.replace(ours, theirs).replace(*quoted),
            timeout=10,
        )
        kept = {name: value for name, value in answer.headers.items() if name.lower() in KEPT}
        return Says(answer.status_code, answer.content.replace(theirs, ours), kept)


@contextmanager
def relay(sandbox: dict[str, Any]) -> Iterator[Relay]:
    """A running one."""
    with counterpart() as server:
        yield Relay(sandbox, server)
