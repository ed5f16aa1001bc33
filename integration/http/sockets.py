"""Connections below ``requests``: where they may end up, and one deadline for everything that is read from them.

The read time-out of a socket starts anew with every byte, so a server that sends one now and then would hold a request
for ever. Here each read waits for what is left until the deadline of the request, headers included.
"""

from __future__ import annotations

import http.client
import io
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.ssl_ import create_urllib3_context

from integration.systems.addresses import check_host
from integration.systems.errors import AddressRefused, ConfigurationProblem

_SHORTEST = 0.001


class _Clock(threading.local):
    until: float | None = None


_clock = _Clock()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Whatever this thread asks of a connection inside is done after so many seconds, or ``TimeoutError``. Of two
    deadlines, one inside the other, the earlier counts."""
    outer, until = _clock.until, time.monotonic() + seconds
    _clock.until = until if outer is None else min(outer, until)
    try:
        yield
    finally:
        _clock.until = outer


def at_most(seconds: float) -> float:
    """So many seconds, or what is left until this thread's deadline. Raises ``TimeoutError`` where nothing is left."""
    if _clock.until is None:
        return seconds
    left = _clock.until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the request is over")
    return min(left, seconds)


class Adapter(HTTPAdapter):
    """The adapter of ``requests`` over our own connections, also through a proxy. ``ca`` is a file of certificate
    authorities that are trusted besides the usual ones. Raises ``ConfigurationProblem`` where it is none."""

    def __init__(self, ca: str | None = None, **options: Any) -> None:
        self._tls: dict[str, Any] = {"ssl_context": _trusting(ca)} if ca else {}
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **{**options, **self._tls})
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **{**options, **self._tls})
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _trusting(ca: str) -> ssl.SSLContext:
    context = create_urllib3_context()
    try:
        context.load_verify_locations(ca)
    except OSError as error:  # an unreadable file, or one that holds no certificate
        raise ConfigurationProblem(f"The file {ca} holds no certificate authorities that can be read.") from error
    return context


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw, self._connection, self._patience = raw, connection, connection.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if _clock.until is not None:
            self._connection.settimeout(at_most(math.inf if self._patience is None else self._patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    """Makes its connection within the time to connect, whatever takes it: looking the name up, several addresses
    behind it of which some do not answer, the handshake."""

    response_class = _TimedResponse

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.timeout)

    def _new_conn(self) -> socket.socket:
        host, patience = self._dns_host, self.timeout
        until = time.monotonic() + at_most(patience if isinstance(patience, int | float) else math.inf)
        addresses = self._addresses(until)
        try:
            for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
                self._dns_host, self.timeout = address, max(_SHORTEST, (until - time.monotonic()) / left)
                try:
                    made = _checked(super()._new_conn())
                except HTTPError:
                    if left == 1:
                        raise
                else:
                    made.settimeout(max(_SHORTEST, until - time.monotonic()))
                    return made
        finally:
            self._dns_host, self.timeout = host, patience
        raise NameResolutionError(host, self, socket.gaierror(f"no address for {host}"))

    def _addresses(self, until: float) -> list[str]:
        try:
            found = _looked_up(self._dns_host, self.port, until)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"The name {self.host} was not found in time.") from error
        return list(dict.fromkeys(str(address[4][0]) for address in found))


def _looked_up(host: str, port: int | None, until: float) -> list[Any]:
    """What the system knows of a name. It has no time-out of its own, so another thread asks. Raises ``TimeoutError``,
    ``gaierror``."""
    answered: queue.SimpleQueue[Any] = queue.SimpleQueue()
    lookup = threading.Thread(target=_look_up, args=(host.strip("[]"), port, answered), daemon=True)
    lookup.start()
    try:
        found = answered.get(timeout=None if until == math.inf else max(_SHORTEST, until - time.monotonic()))
    except queue.Empty as error:
        raise TimeoutError(f"{host} was not found in time") from error
    if isinstance(found, BaseException):
        raise found
    return list(found)


def _look_up(host: str, port: int | None, answered: queue.SimpleQueue[Any]) -> None:
    try:
        answered.put(socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answered.put(error if isinstance(error, OSError) else socket.gaierror(f"{host} is no name"))


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


def _checked(connection: socket.socket) -> socket.socket:
    """A name may lead anywhere; what counts is where the connection ended up."""
    try:
        check_host(str(connection.getpeername()[0]))
    except AddressRefused:
        connection.close()
        raise
    return connection
