"""The web server's way with slow clients: a thread gets a request only when all of it has arrived.

cheroot gives a connection to one of its few threads as soon as it is made, and the thread waits for the client. A dozen
clients that send a byte now and then then keep everybody out. Here the one thread that watches all connections also
gathers what they send, without waiting for any of them:

    accepted or kept alive -> gathered, bit by bit -> complete: to a thread, which never waits for its client
                           -> too late, too long: answered with 408, 413 or 431 and closed

Of a client that reads its answer slowly the system keeps as much as OUTGOING; the rest is cheroot's: ten seconds for
each part of it.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import IO, Any

from cheroot.connections import ConnectionManager
from cheroot.server import HTTPConnection
from cheroot.wsgi import Server

HEADER_SECONDS, BODY_SECONDS = 10.0, 60.0
LONGEST_HEADER, LONGEST_BODY = 64 * 1024, 32 * 1024 * 1024
IN_MEMORY = 256 * 1024
CONNECTIONS = 500
WAITING = 128
"""New connections that the system keeps until somebody looks; the client of one too many tries again, much later."""
OUTGOING = 512 * 1024
AT_ONCE = 64 * 1024
END = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

log = logging.getLogger(__name__)


class Refused(Exception):
    """The request goes no further; the message is the status of the answer."""


class Gathering:
    """One request as far as it has arrived. ``until`` is when the rest must be there (``time.monotonic``)."""

    def __init__(self) -> None:
        self.header = b""
        self.body: IO[bytes] | None = None
        self.missing = 0
        self.until = time.monotonic() + HEADER_SECONDS

    def add(self, received: bytes) -> bool:
        """Is the request complete now? Raises :class:`Refused`."""
        if self.body is None:
            self.header += received
            end = self.header.find(END)
            if (end if end >= 0 else len(self.header)) > LONGEST_HEADER:
                raise Refused("431 Request Header Fields Too Large")
            if end < 0:
                return False
            received = self._begin_body(end + len(END))
        if self.body is not None:
            self.body.write(received)
        self.missing -= len(received)
        return self.missing <= 0

    def _begin_body(self, start: int) -> bytes:
        header, rest = self.header[:start], self.header[start:]
        if CHUNKED.search(header):
            raise Refused("411 Length Required")
        self.missing = max((int(found) for found in LENGTH.findall(header)), default=0)
        if self.missing > LONGEST_BODY:
            raise Refused("413 Content Too Large")
        self.header, self.until = header, time.monotonic() + BODY_SECONDS
        self.body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the request
        return rest

    def close(self) -> None:
        if self.body is not None:
            self.body.close()


class Received:
    """A complete request, to be read by cheroot as it reads a socket; at its end is nothing more, and no waiting."""

    def __init__(self, gathered: Gathering) -> None:
        self._gathered = gathered
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(LONGEST_HEADER)  # noqa: SIM115 - closed below
        self._file.write(gathered.header)
        self._file.seek(0)
        self._body = gathered.body
        if self._body is not None:
            self._body.seek(0)
        self.bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        size = -1 if size is None else size
        data = self._file.read(size)
        if self._body is not None and (size < 0 or len(data) < size):
            data += self._body.read(-1 if size < 0 else size - len(data))
        self.bytes_read += len(data)
        return data

    def readline(self, size: int | None = -1) -> bytes:
        size = -1 if size is None else size
        line = self._file.readline(size)
        if not line and self._body is not None:
            line = self._body.readline(size)
        self.bytes_read += len(line)
        return line

    def has_more(self) -> bool:
        return False

    has_data = has_more  # the name is cheroot's

    def close(self) -> None:
        self._file.close()
        self._gathered.close()


class Connection(HTTPConnection):
    """A client's connection, with what it has sent of its next request."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, OUTGOING)
        self.own_file = self.rfile
        self.gathering: Gathering | None = None

    def gather(self) -> bool:
        """Take what is there, without waiting. ``True``: the request is complete. Raises ``Refused``; ``OSError`` and
        ``EOFError`` where the client is gone."""
        self.gathering = self.gathering or Gathering()
        try:
            received = self._at_once(self.socket.recv, AT_ONCE)
        except BlockingIOError:
            return False
        if not received:
            raise EOFError
        return self.gathering.add(received)

    def begin(self) -> None:
        """What has been gathered is the request that is read now."""
        assert self.gathering is not None  # noqa: S101 - the caller has gathered
        self.rfile.close()
        self.rfile, self.gathering = Received(self.gathering), None

    @property
    def is_idle(self) -> bool:
        """Between two requests: nothing of the next one is here."""
        return self.gathering is None or not self.gathering.header

    def refuse(self, status: str) -> None:
        """Answer without a thread, as far as that goes at once, and close."""
        answer = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
        with contextlib.suppress(OSError):
            self._at_once(self.socket.send, answer)
        self.close()

    def _at_once(self, verb: Callable[[Any], Any], what: Any) -> Any:
        """Without waiting for the client; the threads that answer wait as long as the server says."""
        self.socket.settimeout(0)
        try:
            return verb(what)
        finally:
            self.socket.settimeout(self.server.timeout)

    def close(self) -> None:
        if self.gathering is not None:
            self.gathering.close()
        self.own_file.close()
        super().close()


class Connections(ConnectionManager):
    """Watches all connections that no thread works for; closes those that are late, and the oldest where there are too
    many."""

    _selector: Any

    def wait_for(self, conn: Connection) -> None:
        """Watch it until more of its request arrives."""
        self.put(conn)

    def _expire(self, threshold: float) -> None:
        now = time.monotonic()
        waiting = [(fd, conn) for fd, conn in self._selector.connections if isinstance(conn, Connection)]
        waiting.sort(key=lambda pair: pair[1].gathering.until if pair[1].gathering else 0.0)
        too_many = max(0, len(waiting) - CONNECTIONS)
        for place, (fd, conn) in enumerate(waiting):
            if place < too_many or conn.gathering is None or conn.gathering.until < now:
                self._selector.unregister(fd)
                conn.close() if conn.is_idle else conn.refuse("408 Request Timeout")


def without_body(application: Application) -> Application:
    """An answer to HEAD is its header alone: cheroot sends what an application returns, and a client that keeps its
    connection would take the body for the next answer."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        close = getattr(body, "close", None)
        if close is not None:
            close()
        return []

    return answer


class PatientServer(Server):
    """cheroot's WSGI server, with threads that work for complete requests only."""

    ConnectionClass = Connection
    _connections: Any

    def __init__(self, bind_addr: tuple[str, int], application: Application, **more: Any) -> None:
        super().__init__(bind_addr, without_body(application), **more)
        self.keep_alive_conn_limit = CONNECTIONS
        self.request_queue_size = WAITING

    def prepare(self) -> None:
        super().prepare()
        self._connections._selector.close()
        self._connections = Connections(self)

    def process_conn(self, conn: Connection) -> None:
        """Something has arrived, or the connection is new (called by the thread that watches)."""
        try:
            complete = conn.gather()
        except Refused as refused:
            conn.refuse(str(refused))
        except (EOFError, OSError):
            conn.close()
        else:
            if complete:
                conn.begin()
                super().process_conn(conn)
            elif self.ready:
                self._connections.wait_for(conn)
            else:
                conn.close()

    def put_conn(self, conn: Connection) -> None:
        """Answered: the connection is kept for the client's next request."""
        conn.gathering = Gathering()
        super().put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(level, "%s", msg, exc_info=traceback)
